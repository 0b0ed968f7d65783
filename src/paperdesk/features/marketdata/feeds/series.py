"""From parsed columns to the rows of one instrument: its scale, its tick, its id."""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.options import MalformedOptionSymbol, parse_occ
from paperdesk.features.marketdata.feeds.columns import (
    BarColumns,
    Columns,
    Ints,
    PrintColumns,
    QuoteColumns,
    rescaled,
    smallest_scale,
    with_numbers,
)
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.writer import Series

CENT = Decimal("0.01")

# Where the price basis is raw these kinds move in cents; everything else in what was stored.
_CENT_KINDS = frozenset({Kind.EQUITY, Kind.ETF, Kind.OPTION})
_CRYPTO_STEP = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Named:
    """What an instrument is called and what kind it is."""

    symbol: str
    name: str
    kind: Kind
    currency: str = "USD"


def guessed(symbol: str) -> Named:
    """Tell the kind by the symbol alone: an OCC symbol, a pair such as BTC/USD, else an equity."""
    if "/" in symbol:
        return Named(symbol, symbol, Kind.CRYPTO, symbol.rpartition("/")[2])
    try:
        parse_occ(symbol)
    except MalformedOptionSymbol:
        return Named(symbol, symbol, Kind.EQUITY)
    return Named(symbol, symbol, Kind.OPTION)


def series_of(named: Named, terms: DatasetTerms, columns: Columns, scales: tuple[int, int]) -> Series:
    """Return an instrument with its columns at the fewest places that hold them.

    `scales` are the places that prices and sizes come with.
    """
    price_scale, size_scale = scales
    prices, sizes = _fields(columns)
    scale = max(smallest_scale(getattr(columns, name), price_scale) for name in prices)
    step = max(smallest_scale(getattr(columns, name), size_scale) for name in sizes)
    tight: dict[str, Ints] = {name: rescaled(getattr(columns, name), price_scale, scale) for name in prices}
    tight |= {name: rescaled(getattr(columns, name), size_scale, step) for name in sizes}
    return Series(_instrument(named, terms, scale), scale, step, with_numbers(columns, tight))


def _fields(columns: Columns) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the price columns and of the size columns, each in declared order."""
    match columns:
        case QuoteColumns():
            return ("bid", "ask"), ("bid_size", "ask_size")
        case PrintColumns():
            return ("price",), ("size",)
        case BarColumns():
            return ("open", "high", "low", "close"), ("volume",)


def _instrument(named: Named, terms: DatasetTerms, scale: int) -> Instrument:
    in_cents = terms.price_basis is PriceBasis.RAW and named.kind in _CENT_KINDS
    return Instrument(
        id=instrument_id(named.kind, named.symbol, terms.calendar),
        symbol=named.symbol,
        name=named.name,
        kind=named.kind,
        currency=named.currency,
        tick=CENT if in_cents else Decimal(1).scaleb(-scale),
        lot_step=_CRYPTO_STEP if named.kind is Kind.CRYPTO else Decimal(1),
        calendar=terms.calendar,
        contract=parse_occ(named.symbol) if named.kind is Kind.OPTION else None,
    )
