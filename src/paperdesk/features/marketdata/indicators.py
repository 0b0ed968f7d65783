"""What the usual indicators say of a symbol by its newest bars that are over, and which symbols they pick out.

They are the functions that strategies use, over the bars that anybody could read at the tape's clock, splits taken out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isnan
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from paperdesk.core.kernel.money import money_from_float
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Kind
from paperdesk.core.strategy import indicators as of
from paperdesk.core.strategy.indicators import Floats
from paperdesk.features.marketdata.feeds.adjust import Adjustment
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.manifest import PriceBasis
from paperdesk.features.marketdata.queries import BarQuery, read_bars
from paperdesk.features.marketdata.tapes import Tape

Measure: TypeAlias = Literal[
    "sma_20", "sma_50", "sma_200", "ema_12", "ema_26", "macd", "macd_signal", "rsi_14", "atr_14", "atr_20",
    "upper_band_20", "lower_band_20", "highest_20", "lowest_20", "vwap_20", "volatility_20", "return_1", "return_20",
]  # fmt: skip
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)

BARS: Final = 300
PLACES: Final = 6
DEVIATIONS: Final = 2.0


class Columns(NamedTuple):
    """Bars as arrays; what the source does not have is NaN."""

    high: Floats
    low: Floats
    close: Floats
    volume: Floats


_OF: Final[Mapping[Measure, Callable[[Columns], Floats]]] = {
    "sma_20": lambda bars: of.sma(bars.close, 20),
    "sma_50": lambda bars: of.sma(bars.close, 50),
    "sma_200": lambda bars: of.sma(bars.close, 200),
    "ema_12": lambda bars: of.ema(bars.close, 12),
    "ema_26": lambda bars: of.ema(bars.close, 26),
    "macd": lambda bars: of.macd(bars.close, 12, 26),
    "macd_signal": lambda bars: of.ema(of.macd(bars.close, 12, 26), 9),
    "rsi_14": lambda bars: of.rsi(bars.close, 14),
    "atr_14": lambda bars: of.atr(bars.high, bars.low, bars.close, 14),
    "atr_20": lambda bars: of.atr(bars.high, bars.low, bars.close, 20),
    "upper_band_20": lambda bars: of.upper_band(bars.close, 20, DEVIATIONS),
    "lower_band_20": lambda bars: of.lower_band(bars.close, 20, DEVIATIONS),
    "highest_20": lambda bars: of.highest(bars.high, 20),
    "lowest_20": lambda bars: of.lowest(bars.low, 20),
    "vwap_20": lambda bars: of.vwap(bars.high, bars.low, bars.close, bars.volume, 20),
    "volatility_20": lambda bars: of.volatility(bars.close, 20),
    "return_1": lambda bars: of.returns(bars.close, 1),
    "return_20": lambda bars: of.returns(bars.close, 20),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of a symbol at the end of its newest bar; None where bars are too few or lack something."""

    symbol: str
    at: datetime | None
    close: Decimal | None
    bars: int
    values: Mapping[Measure, Decimal | None]


@dataclass(frozen=True, slots=True)
class Picked:
    """A symbol that a scan picked, and what of it was measured."""

    symbol: str
    at: datetime
    close: Decimal
    value: Decimal


def indicators_of(tape: Tape, dataset: Dataset, asked: BarQuery, wanted: Iterable[Measure] = MEASURES) -> Reading:
    """Measure the newest bars of a symbol; raises UnknownSymbol."""
    is_raw = dataset.manifest.price_basis is PriceBasis.RAW
    asked = replace(asked, adjustment=Adjustment.SPLIT if is_raw else None)
    bars = read_bars(tape, dataset, asked, BARS)
    columns = Columns(*(np.array([_float(getattr(bar, name)) for bar in bars]) for name in Columns._fields))
    newest = bars[-1] if bars else None
    values = {name: _last(_OF[name](columns)) if bars else None for name in wanted}
    at, close = (None, None) if newest is None else (newest.at, newest.close)
    return Reading(asked.symbol, at, close, len(bars), values)


def _float(number: Decimal | None) -> float:
    return np.nan if number is None else float(number)


def _last(found: Floats) -> Decimal | None:
    return None if not len(found) or isnan(found[-1]) else money_from_float(float(found[-1]), PLACES)


def scan(tape: Tape, dataset: Dataset, measure: Measure, above: Decimal | None, below: Decimal | None) -> list[Picked]:
    """Return what can be traded on a tape, but options, whose measure lies between two values, the highest first."""
    listed = {each.instrument.symbol: each.instrument.kind for each in dataset.search("", tape.cursor)}
    found = []
    for symbol in (name for name, kind in listed.items() if kind not in {Kind.OPTION, Kind.INDEX}):
        reading = indicators_of(tape, dataset, BarQuery(tape.id, symbol), (measure,))
        value = reading.values[measure]
        if value is None or reading.at is None or reading.close is None:
            continue
        if (above is None or value > above) and (below is None or value < below):
            found.append(Picked(symbol, reading.at, reading.close, value))
    return sorted(found, key=lambda each: (-each.value, each.symbol))
