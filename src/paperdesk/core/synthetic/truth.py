"""The true coefficients: what a regression on the factor funds estimates, stated and not estimated.

They are population coefficients of daily simple returns in excess of cash. The funds are combinations
of drivers that have mean zero given each other, so the coefficients hold under every volatility.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.synthetic.drivers import DRIVERS
from paperdesk.core.synthetic.roster import PLACE, ROSTER, loading_matrix

FACTOR_FUNDS: Final = ("SPY", "MTUM", "VTV", "VUG", "QUAL", "SIZE", "USMV", "IEF")
_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Truth:
    """One member's coefficients: on all factor funds together, on SPY alone, and on the level of yields.

    `market_beta` is that of a regression on SPY alone. `rate_sensitivity` is the return, in percent,
    that belongs to a rise of one percentage point in the 10-year yield. `residual_volatility` is what
    the factor funds leave unexplained, in percent a year under the usual climate.
    """

    symbol: str
    betas: dict[str, float]
    market_beta: float
    rate_sensitivity: float
    residual_volatility: float


def truths() -> list[Truth]:
    """Return the truth of every member, in the order of the roster."""
    loadings = loading_matrix()
    funds = loadings[[PLACE[symbol] for symbol in FACTOR_FUNDS]]
    spanned = np.any(funds, axis=0)
    betas = np.linalg.solve(funds[:, spanned].T, loadings[:, spanned].T).T
    yearly = np.array(list(DRIVERS.values()))[~spanned]
    own = np.array([member.own_volatility * 100 for member in ROSTER])
    residual = np.sqrt(own**2 + ((loadings[:, ~spanned] * yearly) ** 2).sum(axis=1))
    return [
        Truth(
            symbol=member.symbol,
            betas={fund: _settled(beta) for fund, beta in zip(FACTOR_FUNDS, row.tolist(), strict=True)},
            market_beta=member.loadings.get("market", 0.0),
            rate_sensitivity=member.loadings.get("rates", 0.0),
            residual_volatility=_settled(left),
        )
        for member, row, left in zip(ROSTER, betas, residual.tolist(), strict=True)
    ]


def _settled(number: float) -> float:
    """Round away what solving left over, and the sign of a zero with it."""
    return round(number, _PLACES) + 0.0
