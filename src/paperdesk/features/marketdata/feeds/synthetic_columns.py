"""The instruments of the synthetic market, and its days as the columns of a dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.sessions import XNYS
from paperdesk.core.synthetic.arrays import Floats, Ints
from paperdesk.core.synthetic.basket import REMAINDER_PLACES, remainder
from paperdesk.core.synthetic.daily import PLACES, DailyMarket
from paperdesk.core.synthetic.roster import REMAINDER, ROSTER, VOLATILITY_INDEX, YIELDS
from paperdesk.features.marketdata.feeds.columns import ABSENT, BarColumns

YIELD_PLACES: Final = 3

_CRYPTO_STEP: Final = Decimal("0.000000001")
_FUND_STEP: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Entry:
    """An instrument of the market and the places after the point of its prices."""

    instrument: Instrument
    places: int


def market_entries() -> list[Entry]:
    """Return the instruments of the market, in order of their ids."""
    found = [_entry(one.symbol, one.name, one.kind, PLACES) for one in ROSTER]
    found.append(_entry(VOLATILITY_INDEX, "Volatility index of the S&P 500 fund's options", Kind.INDEX, PLACES))
    found.append(_entry(REMAINDER, "What the S&P 500 fund holds beside its basket", Kind.INDEX, REMAINDER_PLACES))
    found += [
        _entry(symbol, f"Treasury yield, {maturity}, in percent", Kind.SERIES, YIELD_PLACES)
        for symbol, maturity in YIELDS.items()
    ]
    return sorted(found, key=lambda entry: entry.instrument.id.int)


def _entry(symbol: str, name: str, kind: Kind, places: int) -> Entry:
    steps = {Kind.CRYPTO: _CRYPTO_STEP, Kind.FUND: _FUND_STEP}
    instrument = Instrument(
        id=instrument_id(kind, symbol, XNYS),
        symbol=symbol,
        name=name,
        kind=kind,
        currency="USD",
        tick=Decimal(1).scaleb(-places),
        lot_step=steps.get(kind, Decimal(1)),
        calendar=XNYS,
    )
    return Entry(instrument, places)


def daily_columns(market: DailyMarket) -> Iterator[tuple[str, BarColumns]]:
    """Yield every instrument's daily bars by its symbol."""
    opens = np.array([microseconds(session.opens_at) for session in market.sessions], np.int64)
    closes = np.array([microseconds(session.closes_at) for session in market.sessions], np.int64)
    bars, fear = market.bars, market.fear
    for number, member in enumerate(ROSTER):
        days = market.listed[:, number]
        if member.kind is Kind.FUND:
            yield member.symbol, closes_only(closes[days], bars.close[days, number])
            continue
        prices = (bars.open, bars.high, bars.low, bars.close, bars.volume)
        yield member.symbol, BarColumns(opens[days], closes[days], *(one[days, number] for one in prices))
    levels = [whole(one, PLACES) for one in (fear.open, fear.high, fear.low, fear.close)]
    columns = (*levels, np.full(len(closes), ABSENT))
    yield VOLATILITY_INDEX, BarColumns(opens, closes, *columns)
    yield from once_a_day(market, slice(None), closes)


def once_a_day(market: DailyMarket, days: slice, closes: Ints) -> Iterator[tuple[str, BarColumns]]:
    """Yield what has one value a day and belongs to nobody: the remainder of the index fund, and yields."""
    yield REMAINDER, closes_only(closes, remainder(market.bars.close[days]))
    for symbol, path in zip(YIELDS, market.rates.yields[days].T, strict=True):
        yield symbol, closes_only(closes, whole(path, YIELD_PLACES))


def closes_only(at: Ints, close: Ints) -> BarColumns:
    """Return bars of which nothing but the close is known."""
    nothing = np.full(len(at), ABSENT)
    return BarColumns(at - 1, at, nothing, nothing, nothing, close, nothing)


def whole(levels: Floats, places: int) -> Ints:
    """Return levels as whole numbers at their places after the point."""
    found: Ints = np.rint(levels * 10**places).astype(np.int64)
    return found
