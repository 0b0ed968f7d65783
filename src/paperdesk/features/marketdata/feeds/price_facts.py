"""From the rows of one instrument to price facts, exactly."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.facts import CloseFact, OpenFact, Phase, PriceFact, QuoteFact, RangeFact
from paperdesk.features.marketdata.feeds.columns import Columns, PrintColumns, QuoteColumns, exact, exact_or_none

_OPEN: Final = Phase.OPEN
_RANGE: Final = Phase.RANGE


@dataclass(frozen=True, slots=True)
class Source:
    """One instrument's rows and how to read them."""

    id: InstrumentId
    scale: int
    size_scale: int
    columns: Columns


def price_fact(source: Source, phase: int, row: int, place: tuple[int, datetime]) -> PriceFact:
    """Build one price fact exactly; `place` is its number and its instant."""
    seq, at = place
    columns, scale = source.columns, source.scale
    if isinstance(columns, QuoteColumns):
        bid, ask = exact(columns.bid.item(row), scale), exact(columns.ask.item(row), scale)
        sizes = (exact_or_none(size.item(row), source.size_scale) for size in (columns.bid_size, columns.ask_size))
        return QuoteFact(seq, at, source.id, bid, ask, *sizes)
    if isinstance(columns, PrintColumns):
        size = exact_or_none(columns.size.item(row), source.size_scale)
        return CloseFact(seq, at, source.id, exact(columns.price.item(row), scale), size)
    if phase == _OPEN:
        before = exact_or_none(columns.volume.item(row - 1), source.size_scale) if row else None
        return OpenFact(seq, at, source.id, exact(columns.open.item(row), scale), before)
    volume = exact_or_none(columns.volume.item(row), source.size_scale)
    if phase == _RANGE:
        low, high = exact(columns.low.item(row), scale), exact(columns.high.item(row), scale)
        return RangeFact(seq, at, source.id, low, high, volume)
    return CloseFact(seq, at, source.id, exact(columns.close.item(row), scale), volume)


def on_tick(price: Decimal, tick: Decimal) -> Decimal:
    """Round a price to the steps that an instrument is traded in."""
    if price.same_quantum(tick) and not price % tick:
        return price
    return (price / tick).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * tick
