"""Which shares are under the price test of short sales: those that fell by a tenth, and until the next session ends.

It is judged by the prices that the tape has delivered: the lowest of a session against the close of the session
before. A fall over an ex-date is left out, because it is no move of the market; where there is no close to compare
with, nobody knows, and nothing is restricted.
"""

from datetime import timedelta
from decimal import Decimal
from itertools import islice, pairwise
from typing import Final

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.facts import CloseFact, OpenFact, RangeFact
from paperdesk.core.market.sessions import Session
from paperdesk.features.marketdata.feeds.dataset import Dataset

FALL: Final = Decimal("0.10")  # 17 CFR 242.201(b)(1)(i)


def is_under_price_test(dataset: Dataset, instrument_id: InstrumentId, cursor: int) -> bool:
    """Say whether an instrument fell by a tenth in the session of a cursor or in the one before."""
    # While a session is on it counts with the one before; when none is, the last one alone, for the next is coming.
    count = 2 if dataset.session_at(cursor) is not None else 1
    newest = islice(dataset.calendar.begun(dataset.at_of(cursor)), count + 1)
    return any(_fell(dataset, instrument_id, cursor, before, session) for session, before in pairwise(newest))


def _fell(dataset: Dataset, instrument_id: InstrumentId, cursor: int, before: Session, session: Session) -> bool:
    if any(each.instrument.id == instrument_id and each.ex_on == session.on for each in dataset.actions):
        return False
    base = dataset.last_close(instrument_id, min(dataset.cursor_at(before.closes_at), cursor))
    low = _low(dataset, instrument_id, cursor, session)
    return base is not None and low is not None and low <= base.close * (1 - FALL)


def _low(dataset: Dataset, instrument_id: InstrumentId, cursor: int, session: Session) -> Decimal | None:
    """Return the lowest price of a session by then: of the bars that have closed, and of the one that has not."""
    bars = dataset.bars(
        instrument_id, cursor, start=session.opens_at, end=session.closes_at + timedelta(microseconds=1)
    )
    lows = [bar.close if bar.low is None else bar.low for bar in bars]
    last = dataset.last_price_fact(instrument_id, cursor)
    if last is not None and session.opens_at <= last.at <= session.closes_at:
        match last:
            case OpenFact() | CloseFact():
                lows.append(last.price)
            case RangeFact():
                lows.append(last.low)
            case _:
                pass
    return min(lows, default=None)
