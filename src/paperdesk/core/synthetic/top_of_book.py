"""The best bid and ask at the end of each minute, around the print that ended it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.market.instruments import Kind
from paperdesk.core.synthetic.arrays import Floats, Ints
from paperdesk.core.synthetic.chance import stream
from paperdesk.core.synthetic.daily import DailyMarket
from paperdesk.core.synthetic.minutes import MinuteBars, busyness
from paperdesk.core.synthetic.roster import ROSTER

ROUND_LOT: Final = 100
SIZE_PLACES: Final = 3
"""Digits after the point of the sizes of crypto pairs; all other sizes are round lots."""

_TIGHTEST_BPS: Final = 0.6
_LIQUID_TURNOVER: Final = 2e9
_SIZE_OF_MINUTE: Final = 0.12


@dataclass(frozen=True, slots=True)
class TopOfBook:
    """Quotes in hundredths, sizes in units or, of crypto pairs, thousandths; shape (members, minutes)."""

    bid: Ints
    ask: Ints
    bid_size: Ints
    ask_size: Ints


def quote_minutes(market: DailyMarket, day: int, bars: MinuteBars) -> TopOfBook:
    """Quote every member at the end of each minute: bid <= last print <= ask, wider where little is traded.

    The spread never is less than a tick and takes the shape of the volume's U; sizes follow what a
    usual minute trades.
    """
    chance = stream(market.seed, "quotes", market.sessions[day].on.isoformat())
    close = bars.close[:-1]
    shape = close.shape
    width = _usual_spread_bps()[:, None] * (0.7 + 0.3 * busyness(shape[1])) / 10_000
    spread = np.maximum(np.rint(close * width * (0.6 + 0.4 * chance.standard_exponential(shape))), 1).astype(np.int64)
    below = np.minimum((chance.random(shape) * (spread + 1)).astype(np.int64), close - 1)
    sizes = _sizes(chance, shape)
    return TopOfBook(close - below, close - below + spread, sizes[0], sizes[1])


def _usual_spread_bps() -> Floats:
    """Return spreads that grow with the root of how little is turned over in a day."""
    turnover = np.array([max(one.price * one.volume, 1.0) for one in ROSTER])
    return np.asarray(_TIGHTEST_BPS * np.maximum(np.sqrt(_LIQUID_TURNOVER / turnover), 1))


def _sizes(chance: np.random.Generator, shape: tuple[int, ...]) -> tuple[Ints, Ints]:
    usual = np.array([one.volume for one in ROSTER])[:, None] / 390 * _SIZE_OF_MINUTE
    is_pair = np.array([one.kind is Kind.CRYPTO for one in ROSTER])[:, None]
    unit = np.where(is_pair, 10.0**-SIZE_PLACES, ROUND_LOT)
    scale = np.where(is_pair, 1, ROUND_LOT)

    def drawn() -> Ints:
        units: Ints = np.maximum(np.rint(usual * chance.standard_exponential(shape) / unit), 1).astype(np.int64)
        return units * scale

    return drawn(), drawn()
