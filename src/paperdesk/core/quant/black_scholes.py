"""European options by Black, Scholes and Merton: value and sensitivities over arrays.

Units are plain everywhere: years of 365 days, volatility and rates as fractions (0.20 is 20 %), rates
continuously compounded, everything per unit of the underlying. What ends in `_per_vol` or `_per_rate` is per
1.00 of it, so a hundredth of it is per percentage point; what ends in `_per_year` is per year that passes, so
a 365th of it is per day.

Without time or without volatility the limits hold: the discounted intrinsic value, a delta of nothing or all.
Exactly at the kink of that limit second derivatives do not exist, and are nan.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paperdesk.core.quant.normal import Array, below, density


@dataclass(frozen=True, slots=True)
class European:
    """European options and the market they live in, as arrays that fit each other; build it with `european`."""

    sign: Array
    spot: Array
    strike: Array
    years: Array
    vol: Array
    rate: Array
    dividend_yield: Array


@dataclass(frozen=True, slots=True)
class Greeks:
    """Value and its derivatives, each an array; the second and third order are those with two or three names in them.

    vanna: delta by vol; charm: delta by time; vomma: vega by vol; veta: vega by time; speed: gamma by spot;
    zomma: gamma by vol; color: gamma by time; ultima: vomma by vol; dual delta: value by strike.
    """

    value: Array
    delta: Array
    gamma: Array
    vega_per_vol: Array
    theta_per_year: Array
    rho_per_rate: Array
    dual_delta: Array
    vanna_per_vol: Array
    charm_per_year: Array
    vomma_per_vol: Array
    veta_per_vol_year: Array
    speed: Array
    zomma_per_vol: Array
    color_per_year: Array
    ultima_per_vol: Array


def european(
    is_call: ArrayLike, spot: ArrayLike, strike: ArrayLike, *, years: ArrayLike, vol: ArrayLike, **rates: ArrayLike
) -> European:
    """Return options as arrays of one shape; `rate` and `dividend_yield` are zero unless they are given."""
    assert set(rates) <= {"rate", "dividend_yield"}, rates
    given = (spot, strike, years, vol, rates.get("rate", 0.0), rates.get("dividend_yield", 0.0))
    sign = np.where(np.asarray(is_call, dtype=bool), 1.0, -1.0)
    arrays = np.broadcast_arrays(sign, *(np.asarray(each, dtype=np.float64) for each in given))
    return European(*arrays)


def value(options: European) -> Array:
    """Return what options are worth per unit of the underlying."""
    return _Parts(options).value


def greeks(options: European) -> Greeks:
    """Return value and sensitivities of options."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _Parts(options).greeks()


class _Parts:
    """What the formulas share: discounted spot and strike, d1 and d2, and the probabilities beyond them."""

    def __init__(self, options: European) -> None:
        o = self.options = options
        with np.errstate(divide="ignore", invalid="ignore"):
            self.carried = np.exp(-o.dividend_yield * o.years)
            self.discount = np.exp(-o.rate * o.years)
            self.forward_spot, self.present_strike = o.spot * self.carried, o.strike * self.discount
            self.deviation = o.vol * np.sqrt(o.years)
            moneyness = np.log(self.forward_spot / self.present_strike)
            is_flat = self.deviation == 0.0
            # Without deviation d1 and d2 lie infinitely far on the side of the money, and at it in the middle.
            limit = np.where(moneyness == 0.0, 0.0, np.copysign(np.inf, moneyness))
            centre = np.where(is_flat, limit, moneyness / np.where(is_flat, 1.0, self.deviation))
        self.is_flat, self.is_kink = is_flat, is_flat & (moneyness == 0.0)
        self.d1, self.d2 = centre + self.deviation / 2.0, centre - self.deviation / 2.0
        self.likely1, self.likely2 = below(o.sign * self.d1), below(o.sign * self.d2)

    @property
    def value(self) -> Array:
        return self.options.sign * (self.forward_spot * self.likely1 - self.present_strike * self.likely2)

    def greeks(self) -> Greeks:
        o, d1, d2, sd = self.options, self.d1, self.d2, self.deviation
        bell = self.carried * density(d1)
        drift = o.rate - o.dividend_yield
        gamma = self._smooth(bell / (o.spot * sd))
        vega = self._smooth(o.spot * bell * np.sqrt(o.years))
        held = o.sign * o.dividend_yield * self.forward_spot * self.likely1
        owed = o.sign * o.rate * self.present_strike * self.likely2
        tilt = (2.0 * drift * o.years - d2 * sd) / (2.0 * o.years * sd)
        return Greeks(
            value=self.value,
            delta=o.sign * self.carried * self.likely1,
            gamma=gamma,
            vega_per_vol=vega,
            theta_per_year=held - owed - self._smooth(o.spot * bell * o.vol / (2.0 * np.sqrt(o.years))),
            rho_per_rate=o.sign * o.years * self.present_strike * self.likely2,
            dual_delta=-o.sign * self.discount * self.likely2,
            vanna_per_vol=self._smooth(-bell * d2 / o.vol),
            charm_per_year=o.sign * o.dividend_yield * self.carried * self.likely1 - self._smooth(bell * tilt),
            vomma_per_vol=self._smooth(vega * d1 * d2 / o.vol),
            veta_per_vol_year=self._smooth(
                vega * (o.dividend_yield + drift * d1 / sd - (1.0 + d1 * d2) / (2.0 * o.years))
            ),
            speed=self._smooth(-gamma / o.spot * (d1 / sd + 1.0)),
            zomma_per_vol=self._smooth(gamma * (d1 * d2 - 1.0) / o.vol),
            color_per_year=self._smooth(gamma * (o.dividend_yield + 1.0 / (2.0 * o.years) + d1 * tilt)),
            ultima_per_vol=self._smooth(-vega / o.vol**2 * (d1 * d2 * (1.0 - d1 * d2) + d1**2 + d2**2)),
        )

    def _smooth(self, curve: Array) -> Array:
        """Return what bends a curve: nothing where there is no deviation, and undefined at the kink itself."""
        return np.where(self.is_kink, np.nan, np.where(self.is_flat, 0.0, curve))
