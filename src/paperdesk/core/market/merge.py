"""How bars, quotes and sessions become one numbered stream of facts: the order in plain words.

Facts sort by (instant, phase, instrument id, source sequence) and are then numbered from 1 without
gaps. The phase says what comes first inside one instant:

    RANGE             of every bar that ends now
    CLOSING_AUCTION   the print of a closing auction, before the last price of the session
    CLOSE             of every bar that ends now
    STATUS            trading in an instrument is halted, or resumed
    QUOTE             quotes of this instant, as their source ordered them
    SESSION_CLOSED    a session ends once its last bars have
    CORPORATE_ACTION  what companies do on a market day comes as the day begins, at its midnight
    SESSION_OPENED    a session begins before its first bars do
    OPENING_AUCTION   the print of an opening auction, before the first price of the session
    OPEN              of every bar that begins now

So whatever a bar tells is known before the next bar's open can fill anything. A bar without an open
is close-only and becomes one fact. Prices that a halt hides are left out before anything is numbered.
The recorded store builds the same order with arrays; a test holds the two together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction, moments
from paperdesk.core.market.facts import (
    Auction,
    AuctionFact,
    CloseFact,
    CorporateActionFact,
    FundingSettled,
    MarketFact,
    OpenFact,
    Phase,
    PriceFact,
    QuoteFact,
    RangeFact,
    SessionClosed,
    SessionOpened,
    TradingHalted,
    TradingResumed,
)
from paperdesk.core.market.halts import Halt, facts_of_halt
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Calendar, Session

UNNUMBERED = 0

_Key: TypeAlias = tuple[datetime, Phase, int]


@dataclass(frozen=True, slots=True)
class TimedBar:
    """A bar together with the instant it opened, which the closed bar itself no longer tells."""

    opened_at: datetime
    bar: Bar


def facts_of_bar(timed: TimedBar, trailing_volume: Decimal | None) -> Iterator[MarketFact]:
    """Yield a bar's open, range and close, unnumbered; only the close when that is all there is."""
    bar = timed.bar
    if bar.open is not None and bar.low is not None and bar.high is not None:
        yield OpenFact(UNNUMBERED, timed.opened_at, bar.instrument_id, bar.open, trailing_volume)
        yield RangeFact(UNNUMBERED, bar.at, bar.instrument_id, bar.low, bar.high, bar.volume)
    yield CloseFact(UNNUMBERED, bar.at, bar.instrument_id, bar.close, bar.volume)


def fact_of_quote(quote: Quote) -> MarketFact:
    """Return a real quote as an unnumbered fact."""
    return QuoteFact(UNNUMBERED, quote.at, quote.instrument_id, quote.bid, quote.ask, quote.bid_size, quote.ask_size)


def facts_of_session(session: Session) -> Iterator[MarketFact]:
    """Yield a session's opening and closing, unnumbered."""
    yield SessionOpened(UNNUMBERED, session.opens_at, session.on)
    yield SessionClosed(UNNUMBERED, session.closes_at, session.on)


def facts_of_action(action: CorporateAction, market: Calendar) -> Iterator[MarketFact]:
    """Yield the ex-date of a corporate action and its payment, unnumbered."""
    for moment, day in moments(action):
        yield CorporateActionFact(UNNUMBERED, market.day_starts_at(day), action, moment)


def merge(
    bars: Iterable[TimedBar],
    quotes: Iterable[Quote],
    sessions: Iterable[Session],
    others: Iterable[MarketFact] = (),
    halts: Iterable[Halt] = (),
) -> list[MarketFact]:
    """Return all facts in their order, numbered from 1; each source must be in its own order.

    `others` are what companies do, and the prints of auctions.
    """
    facts: list[MarketFact] = []
    volumes: dict[InstrumentId, Decimal | None] = {}
    for timed in bars:
        facts += facts_of_bar(timed, volumes.get(timed.bar.instrument_id))
        volumes[timed.bar.instrument_id] = timed.bar.volume
    facts += [fact_of_quote(quote) for quote in quotes]
    facts += [fact for session in sessions for fact in facts_of_session(session)]
    facts += others
    facts = outside(facts, list(halts))
    facts.sort(key=place_of)
    return [replace(fact, seq=seq) for seq, fact in enumerate(facts, start=1)]


def outside(facts: Iterable[MarketFact], halts: Sequence[Halt]) -> list[MarketFact]:
    """Return facts without the prices that halts hide, and with the halts themselves."""
    told: list[MarketFact] = [fact for halt in halts for fact in facts_of_halt(halt)]
    return [fact for fact in facts if not _is_hidden(fact, halts)] + told


def _is_hidden(fact: MarketFact, halts: Iterable[Halt]) -> bool:
    return isinstance(fact, PriceFact) and any(
        halt.instrument_id == fact.instrument_id and halt.hides(fact.at, phase_of(fact)) for halt in halts
    )


def phase_of(fact: MarketFact) -> Phase:
    """Return what decides between facts of the same instant."""
    if isinstance(fact, AuctionFact):
        return Phase.OPENING_AUCTION if fact.auction is Auction.OPENING else Phase.CLOSING_AUCTION
    return _PHASES[type(fact)]


_PHASES: dict[type[MarketFact], Phase] = {
    RangeFact: Phase.RANGE,
    CloseFact: Phase.CLOSE,
    TradingHalted: Phase.STATUS,
    TradingResumed: Phase.STATUS,
    QuoteFact: Phase.QUOTE,
    SessionClosed: Phase.SESSION_CLOSED,
    CorporateActionFact: Phase.CORPORATE_ACTION,
    SessionOpened: Phase.SESSION_OPENED,
    OpenFact: Phase.OPEN,
}


def place_of(fact: MarketFact) -> _Key:
    """Return where a fact stands: by instant, phase and instrument; a stable sort keeps its source's sequence."""
    instrument = 0 if isinstance(fact, SessionOpened | SessionClosed | FundingSettled) else fact.instrument_id.int
    return fact.at, phase_of(fact), instrument
