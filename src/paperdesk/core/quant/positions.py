"""What several options are worth together before they end, over a range of prices of their underlying."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paperdesk.core.quant.black_scholes import european, greeks, value
from paperdesk.core.quant.normal import Array


@dataclass(frozen=True, slots=True)
class Line:
    """One line: signed units times multiplier; without a strike it is the underlying itself. Years of 365 days."""

    size: float
    is_call: bool = True
    strike: float | None = None
    years: float = 0.0


@dataclass(frozen=True, slots=True)
class Market:
    """What all lines share: volatility, interest and dividends, as fractions a year."""

    vol: float
    rate: float = 0.0
    dividend_yield: float = 0.0


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """Sensitivities of all lines together, in money; see black_scholes.py for what each is of, and for the units."""

    delta: float
    gamma: float
    vega_per_vol: float
    theta_per_year: float
    rho_per_rate: float
    dual_delta: float
    vanna_per_vol: float
    charm_per_year: float
    vomma_per_vol: float
    veta_per_vol_year: float
    speed: float
    zomma_per_vol: float
    color_per_year: float
    ultima_per_vol: float


def values(lines: Sequence[Line], spots: Array, market: Market) -> Array:
    """Return what lines are worth together at each price, by European values; one volatility for all strikes."""
    total = np.zeros_like(spots)
    for line in lines:
        if line.strike is None:
            total = total + line.size * spots
            continue
        option = european(line.is_call, spots, line.strike, years=line.years, vol=market.vol, **_rates(market))
        total = total + line.size * value(option)
    return total


def sensitivities(lines: Sequence[Line], spot: float, market: Market) -> Sensitivities:
    """Return the sensitivities of lines together; undefined ones count as nothing."""
    sums = dict.fromkeys(Sensitivities.__slots__, 0.0)
    for line in lines:
        if line.strike is None:
            sums["delta"] += line.size
            continue
        found = greeks(european(line.is_call, spot, line.strike, years=line.years, vol=market.vol, **_rates(market)))
        for name in sums:
            sums[name] += line.size * float(np.nan_to_num(getattr(found, name)))
    return Sensitivities(**sums)


def _rates(market: Market) -> dict[str, float]:
    return {"rate": market.rate, "dividend_yield": market.dividend_yield}
