"""What legs are worth before they end: the bridge from exact positions to the models of options."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.payoff import Payoff
from paperdesk.core.kernel.money import ZERO, money_from_float
from paperdesk.core.quant.positions import Line, Market, sensitivities, values
from paperdesk.core.quant.probability import Lognormal

_DAYS = 365
_PLACES = 6
# The range that is drawn, as fractions of the spot, and in how many steps.
_LOW, _HIGH, _STEPS = 0.5, 1.5, 41


@dataclass(frozen=True, slots=True)
class Outlook:
    """A day and a market on it; volatility and rates are fractions a year."""

    on: date
    spot: Decimal
    vol: Decimal
    rate: Decimal
    dividend_yield: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """Profit over prices, sensitivities at the spot, and how likely a profit at expiry is."""

    profits: tuple[tuple[Decimal, Decimal], ...]
    sensitivities: Mapping[str, Decimal]
    probability_of_profit: Decimal | None
    distribution: str | None


def estimated(legs: Sequence[Leg], outlook: Outlook, line: Payoff | None) -> Estimate:
    """Return what a model says of legs on a day; one volatility for all strikes, European exercise."""
    market = Market(float(outlook.vol), float(outlook.rate), float(outlook.dividend_yield))
    lines = [_line(leg, outlook.on) for leg in legs]
    spots = np.linspace(_LOW, _HIGH, _STEPS) * float(outlook.spot)
    cost = float(sum((leg.market_value for leg in legs), ZERO))
    profits = values(lines, spots, market) - cost
    drawn = tuple((_number(spot), _number(profit)) for spot, profit in zip(spots, profits, strict=True))
    felt = {name: _number(found) for name, found in asdict(sensitivities(lines, float(outlook.spot), market)).items()}
    years = max((each.years for each in lines), default=0.0)
    if line is None or years <= 0.0:
        return Estimate(drawn, felt, None, None)
    prices = Lognormal(float(outlook.spot), years, market.vol, market.rate - market.dividend_yield)
    gains = [(float(low), None if high is None else float(high)) for low, high in line.gains()]
    return Estimate(drawn, felt, _number(prices.within(gains)), prices.stated)


def _line(leg: Leg, on: date) -> Line:
    if leg.contract is None:
        return Line(float(leg.quantity))
    contract = leg.contract
    years = max((contract.expires_on - on).days, 0) / _DAYS
    strike = contract.aggregate_strike / contract.units
    return Line(float(leg.quantity * contract.units), contract.is_call, float(strike), years)


def _number(found: float) -> Decimal:
    return money_from_float(float(found), _PLACES)
