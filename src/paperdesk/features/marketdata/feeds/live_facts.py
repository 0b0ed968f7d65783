"""From what a vendor says now to market facts: what is new since the last time it was asked, and nothing else.

A vendor is asked every few seconds, so one fact stands for all that happened in between. It carries the last price,
the volume since the previous one, and a high and a low where the session's own have moved. What the vendor does not
tell is missing. What is dated outside the session that is open is left out: it is nothing an order could meet.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import CloseFact, PriceFact, QuoteFact, RangeFact
from paperdesk.core.market.merge import UNNUMBERED
from paperdesk.core.market.sessions import Session
from paperdesk.features.marketdata.feeds.vendor import Snapshot


@dataclass(frozen=True, slots=True)
class Seen:
    """What was delivered of an instrument last: with it the next snapshot is compared."""

    printed_at: datetime | None = None
    on: date | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None
    quote: tuple[Decimal, Decimal, Decimal | None, Decimal | None] | None = None


def facts_of(
    instrument_id: InstrumentId, snapshot: Snapshot, seen: Seen, delivery: tuple[datetime, Session]
) -> tuple[list[PriceFact], Seen]:
    """Return what is new in a snapshot, unnumbered, and what has been seen by now."""
    at, session = delivery
    facts: list[PriceFact] = []
    if _is_new_print(snapshot, seen, session):
        assert snapshot.last is not None, "a new print has a price"
        volume = _volume_since(snapshot, seen, session)
        low, high = _range_since(snapshot, seen, session)
        if low < high:
            facts.append(RangeFact(UNNUMBERED, at, instrument_id, low, high, volume))
        facts.append(CloseFact(UNNUMBERED, at, instrument_id, snapshot.last, volume))
        day = snapshot.day
        seen = replace(
            seen,
            printed_at=snapshot.printed_at,
            on=session.on,
            high=day.high if day else None,
            low=day.low if day else None,
            volume=day.volume if day else None,
        )
    quote = _quote_of(snapshot, session)
    if quote is not None and quote != seen.quote:
        facts.append(QuoteFact(UNNUMBERED, at, instrument_id, *quote))
        seen = replace(seen, quote=quote)
    return facts, seen


def _is_new_print(snapshot: Snapshot, seen: Seen, session: Session) -> bool:
    printed_at = snapshot.printed_at
    if snapshot.last is None or printed_at is None or printed_at < session.opens_at:
        return False
    return seen.printed_at is None or printed_at > seen.printed_at


def _volume_since(snapshot: Snapshot, seen: Seen, session: Session) -> Decimal | None:
    """Return what was traded since the fact before; unknown where the day's volume is, or has shrunk."""
    now, before = snapshot.day.volume if snapshot.day else None, seen.volume
    if now is None or before is None or seen.on != session.on or now < before:
        return None
    return now - before


def _range_since(snapshot: Snapshot, seen: Seen, session: Session) -> tuple[Decimal, Decimal]:
    """Return lowest and highest price since the fact before: the day's own where it moved, else the last price."""
    assert snapshot.last is not None, "a new print has a price"
    low = high = snapshot.last
    if snapshot.day is None or seen.on != session.on:
        return low, high
    if snapshot.day.high is not None and seen.high is not None and snapshot.day.high > seen.high:
        high = max(high, snapshot.day.high)
    if snapshot.day.low is not None and seen.low is not None and snapshot.day.low < seen.low:
        low = min(low, snapshot.day.low)
    return low, high


def _quote_of(snapshot: Snapshot, session: Session) -> tuple[Decimal, Decimal, Decimal | None, Decimal | None] | None:
    """Return a quote that has both sides, uncrossed, of the session that is open."""
    bid, ask, quoted_at = snapshot.bid, snapshot.ask, snapshot.quoted_at
    if bid is None or ask is None or quoted_at is None or quoted_at < session.opens_at or not ZERO < bid <= ask:
        return None
    return bid, ask, snapshot.bid_size, snapshot.ask_size
