"""What one option contract gains and loses at every point of a portfolio scan, by a model; the broker adds it up.

Values are those of Black and Scholes, European and without interest or dividends, by the volatility that the mark
implies with its underlying at its own mark. An option whose mark holds no time value is taken at what exercise is
worth. Where the mark implies no volatility for any other reason nothing is known.
"""

from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.broker.marks import Mark, Scan
from paperdesk.core.broker.risk_array import points_of
from paperdesk.core.kernel.money import money_from_float
from paperdesk.core.quant.black_scholes import european, value
from paperdesk.core.quant.implied_vol import Reason, implied_vol

_DAYS: Final = 365
_PLACES: Final = 4
_ONE: Final = Decimal(1)
_WITHOUT_TIME_VALUE: Final = frozenset({Reason.EXPIRED, Reason.BELOW_INTRINSIC, Reason.NO_TIME_VALUE})


def scan_of(option: Mark, underlying: Mark, on: date) -> Scan | None:
    """Return by how much one contract changes at each point, in money; None where no volatility explains its mark."""
    contract, points, spot = option.instrument.contract, points_of(underlying.instrument.kind), underlying.price
    assert contract is not None, "only options are scanned by a model"
    if not points or contract.supplement is not None or not contract.units:
        return None
    years = max((contract.expires_on - on).days, 0) / _DAYS
    strike = float(contract.aggregate_strike / contract.units)
    quoted = european(contract.is_call, float(spot), strike, years=years, vol=0.0)
    implied = implied_vol(quoted, float(option.worth(_ONE) / contract.units))
    reason = Reason(int(implied.reasons))
    if reason is not Reason.FOUND and reason not in _WITHOUT_TIME_VALUE:
        return None
    vol = float(implied.vol) if reason is Reason.FOUND else 0.0
    spots = np.array([float(spot * (1 + point.price_move)) for point in points])
    vols = vol * np.array([float(point.vol_factor) for point in points])
    moved = value(european(contract.is_call, spots, strike, years=years, vol=vols))
    here = value(european(contract.is_call, float(spot), strike, years=years, vol=vol))
    units = float(contract.units)
    return tuple(money_from_float(float(each) * units, _PLACES) for each in moved - here)
