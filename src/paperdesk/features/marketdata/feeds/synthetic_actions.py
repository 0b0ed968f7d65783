"""What the companies of a synthetic market do: pay dividends, are bought, and fail."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain

import numpy as np

from paperdesk.core.market.corporate_actions import (
    KINDS,
    ActionTerms,
    CashDividend,
    CorporateAction,
    Delisting,
    Merger,
    action_id,
)
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import Session
from paperdesk.core.synthetic.daily import FAILURE_LASTS, OFFER_LASTS, PLACES, DailyMarket
from paperdesk.core.synthetic.dividends import AMOUNT_PLACES, ANNOUNCED, PAID_AFTER
from paperdesk.core.synthetic.roster import ROSTER
from paperdesk.features.marketdata.feeds.columns import exact


def market_actions(market: DailyMarket, instruments: Mapping[str, Instrument]) -> list[CorporateAction]:
    """Return every corporate action by ex-date; what ends a company is announced on the day itself."""
    found = chain(_dividends(market, instruments), _ends(market, instruments))
    return sorted(found, key=lambda each: (each.ex_on, each.instrument.id.int))


def _dividends(market: DailyMarket, instruments: Mapping[str, Instrument]) -> Iterator[CorporateAction]:
    for day, member in np.argwhere((market.dividends > 0) & market.listed).tolist():
        ex_on = market.sessions[day].on
        instrument = instruments[ROSTER[member].symbol]
        amount = round(market.dividends[day, member].item() * 10**AMOUNT_PLACES)
        yield CorporateAction(
            id=action_id(instrument.id, "cash_dividend", ex_on),
            instrument=instrument,
            terms=CashDividend(exact(amount, AMOUNT_PLACES)),
            ex_on=ex_on,
            announced_on=market.sessions[day - ANNOUNCED + 1].on,
            record_on=ex_on,
            pay_on=_session_from(market.sessions, ex_on + timedelta(days=PAID_AFTER)),
        )


def _ends(market: DailyMarket, instruments: Mapping[str, Instrument]) -> Iterator[CorporateAction]:
    """Yield what companies end with: who holds one is paid its last price, of which nobody knew."""
    ends = [(member, day + OFFER_LASTS) for member, day in market.fates.offers.items()]
    ends += [(member, day + FAILURE_LASTS) for member, day in market.fates.failures.items()]
    for member, day in ends:
        if day < len(market.sessions):
            instrument, ex_on = instruments[ROSTER[member].symbol], market.sessions[day].on
            last = exact(market.bars.close[day - 1, member].item(), PLACES)
            terms: ActionTerms = Merger(last) if member in market.fates.offers else Delisting(last)
            yield CorporateAction(action_id(instrument.id, KINDS[type(terms)], ex_on), instrument, terms, ex_on)


def _session_from(sessions: Sequence[Session], day: date) -> date:
    """Return the first session on a day or after it; beyond the market's end, the day itself."""
    return next((session.on for session in sessions if session.on >= day), day)
