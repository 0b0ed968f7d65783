"""What one option contract gains and loses at every point of a portfolio scan, and its Greeks; the broker adds it up.

Values are those of Black and Scholes, European and without interest or dividends, by the volatility that the mark
implies with its underlying at its own mark. An option whose mark holds no time value is taken at what exercise is
worth. Where the mark implies no volatility for any other reason nothing is known.
"""

from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.broker.marks import Greeks, Mark, Scan
from paperdesk.core.broker.risk_array import points_of
from paperdesk.core.kernel.money import money_from_float
from paperdesk.core.market.options import OptionContract
from paperdesk.core.quant.black_scholes import european, greeks, value
from paperdesk.core.quant.implied_vol import Reason, implied_vol

_DAYS: Final = 365
_PLACES: Final = 4
_POINTS_A_VOL: Final = 100
_ONE: Final = Decimal(1)
_WITHOUT_TIME_VALUE: Final = frozenset({Reason.EXPIRED, Reason.BELOW_INTRINSIC, Reason.NO_TIME_VALUE})


def scan_of(option: Mark, underlying: Mark, on: date) -> Scan | None:
    """Return by how much one contract changes at each point, in money; None where no volatility explains its mark."""
    points, spot = points_of(underlying.instrument.kind), underlying.price
    shape = _shape_of(option, spot, on)
    if not points or shape is None:
        return None
    contract, strike, years, vol = shape
    spots = np.array([float(spot * (1 + point.price_move)) for point in points])
    vols = vol * np.array([float(point.vol_factor) for point in points])
    moved = value(european(contract.is_call, spots, strike, years=years, vol=vols))
    here = value(european(contract.is_call, float(spot), strike, years=years, vol=vol))
    units = float(contract.units)
    return tuple(money_from_float(float(each) * units, _PLACES) for each in moved - here)


def greeks_of(option: Mark, underlying: Mark, on: date) -> Greeks | None:
    """Return what one contract is sensitive to; None where no volatility explains its mark."""
    shape = _shape_of(option, underlying.price, on)
    if shape is None:
        return None
    contract, strike, years, vol = shape
    found = greeks(european(contract.is_call, float(underlying.price), strike, years=years, vol=vol))
    moved = (found.theta_per_year / _DAYS, found.vega_per_vol / _POINTS_A_VOL)
    a_contract = (found.delta, *moved, found.gamma, found.rho_per_rate / _POINTS_A_VOL)
    units = float(contract.units)
    # At the kink of an option that has no time left a derivative does not exist, and counts as nothing.
    return Greeks(*(money_from_float(float(np.nan_to_num(each)) * units, _PLACES) for each in a_contract))


def _shape_of(option: Mark, spot: Decimal, on: date) -> tuple[OptionContract, float, float, float] | None:
    """Return a contract with its strike a unit, its years, and the volatility of its mark; None without one."""
    contract = option.instrument.contract
    assert contract is not None, "only options are valued by a model"
    if contract.supplement is not None or not contract.units:
        return None
    years = max((contract.expires_on - on).days, 0) / _DAYS
    strike = float(contract.aggregate_strike / contract.units)
    quoted = european(contract.is_call, float(spot), strike, years=years, vol=0.0)
    implied = implied_vol(quoted, float(option.worth(_ONE) / contract.units))
    reason = Reason(int(implied.reasons))
    if reason is not Reason.FOUND and reason not in _WITHOUT_TIME_VALUE:
        return None
    return contract, strike, years, float(implied.vol) if reason is Reason.FOUND else 0.0
