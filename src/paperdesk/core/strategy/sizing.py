"""How much to buy: methods of position sizing, and which of them suits whom.

    method              share of the account's equity
    fixed_amount        an amount of money, five percent of equity where none is named
    fixed_share         ten percent
    kelly               a quarter of (p b - q) / b, of a win rate p, q = 1 - p, and a payoff b: mean gain over mean loss
    volatility_target   sixteen percent a year over the volatility of the instrument
    risk_parity         ten percent a year, of which what is held and the new position bear equal parts
    max_loss            what loses two percent of equity between the price and the stop
    average_range       the same, with a stop two average true ranges of twenty bars away

A share lies between one and twenty percent, and five percent of equity stay in cash. What an edge does not pay for
(Kelly at zero or below) and what cash does not cover is not bought: then the units are zero, and the reason is told.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import ZERO

SHARE_LEAST, SHARE_MOST, CASH_KEPT = Decimal("0.01"), Decimal("0.20"), Decimal("0.05")
FIXED_AMOUNT, FIXED_SHARE = Decimal("0.05"), Decimal("0.10")
KELLY_PART, VOLATILITY_TARGET, PARITY_TARGET = Decimal("0.25"), Decimal("0.16"), Decimal("0.10")
LOSS_MOST, RANGES_TO_STOP, RANGE_BARS = Decimal("0.02"), Decimal(2), 20
_ONE = Decimal(1)


class Method(StrEnum):
    """By what a position is sized."""

    FIXED_AMOUNT = "fixed_amount"
    FIXED_SHARE = "fixed_share"
    KELLY = "kelly"
    VOLATILITY_TARGET = "volatility_target"
    RISK_PARITY = "risk_parity"
    MAX_LOSS = "max_loss"
    AVERAGE_RANGE = "average_range"


class Tolerance(StrEnum):
    """How much risk somebody wants to bear."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Unsized(Invalid):
    """A method of sizing needs something that is not known: a stop, an edge, or enough bars."""


class Basis(Struct, frozen=True):
    """What a size is worked out from; money in the account's currency, rates as fractions, a price for one unit.

    `step` is the least that trades, `held` counts the positions beside the new one. `volatility` is that of a year, and
    `average_range` the average true range of twenty bars, in money a unit.
    """

    equity: Decimal
    cash: Decimal
    price: Decimal
    multiplier: Decimal = _ONE
    step: Decimal = _ONE
    held: int = 0
    amount: Decimal | None = None
    stop: Decimal | None = None
    win_rate: Decimal | None = None
    payoff: Decimal | None = None
    volatility: Decimal | None = None
    average_range: Decimal | None = None


class Size(Struct, frozen=True):
    """How much to buy. `wanted` is the share a method asks for, `share` what is left of it; `rules` say why."""

    method: Method
    wanted: Decimal
    share: Decimal
    units: Decimal
    rules: tuple[str, ...]


def suggested(tolerance: Tolerance, stop: Decimal | None) -> Method:
    """Return the method for a tolerance of risk; whoever names a stop has said what they want to lose."""
    if stop is not None:
        return Method.MAX_LOSS
    return _BY_TOLERANCE[tolerance]


def sized(method: Method, basis: Basis) -> Size:
    """Return how much to buy by a method. Raises Unsized."""
    if basis.equity <= ZERO:
        raise Unsized("An account without equity of its own has nothing to size a position by.", method=method.value)
    wanted = _SHARES[method](basis)
    rules: list[str] = []
    if wanted <= ZERO:
        return Size(method, wanted, ZERO, ZERO, ("no_edge",))
    share = min(max(wanted, SHARE_LEAST), SHARE_MOST)
    if share != wanted:
        rules.append("at_least" if share > wanted else "at_most")
    free = basis.cash / basis.equity - CASH_KEPT
    if share > free:
        share = max(free, ZERO)
        rules.append("cash_kept")
    units = whole_steps(share * basis.equity / (basis.price * basis.multiplier), basis.step)
    if not units:
        rules.append("less_than_one_lot")
    return Size(method, wanted, share, units, tuple(rules))


def whole_steps(units: Decimal, step: Decimal) -> Decimal:
    """Return units in whole steps, towards less."""
    return (units / step).quantize(_ONE, ROUND_FLOOR) * step


def edge_of(gains: Sequence[Decimal], least: int) -> tuple[Decimal, Decimal] | None:
    """Return win rate and payoff of closed trades; None of fewer than so many, or where they all went one way."""
    won, lost = [each for each in gains if each > ZERO], [each for each in gains if each < ZERO]
    if len(gains) < least or not won or not lost:
        return None
    return Decimal(len(won)) / len(gains), (sum(won, ZERO) / len(won)) / (-sum(lost, ZERO) / len(lost))


def kelly_share(win_rate: Decimal, payoff: Decimal) -> Decimal:
    """Return the share of capital that grows it fastest (Kelly 1956); below zero there is no edge."""
    return (win_rate * payoff - (_ONE - win_rate)) / payoff


def _fixed_amount(basis: Basis) -> Decimal:
    return FIXED_AMOUNT if basis.amount is None else basis.amount / basis.equity


def _fixed_share(_basis: Basis) -> Decimal:
    return FIXED_SHARE


def _kelly(basis: Basis) -> Decimal:
    if basis.win_rate is None or basis.payoff is None or basis.payoff <= ZERO:
        raise Unsized("Kelly needs a win rate, and what is gained for what is lost.", method=Method.KELLY.value)
    return kelly_share(basis.win_rate, basis.payoff) * KELLY_PART


def _volatility_target(basis: Basis) -> Decimal:
    return VOLATILITY_TARGET / _volatility(basis, Method.VOLATILITY_TARGET)


def _risk_parity(basis: Basis) -> Decimal:
    return PARITY_TARGET / ((basis.held + 1) * _volatility(basis, Method.RISK_PARITY))


def _volatility(basis: Basis, method: Method) -> Decimal:
    if not basis.volatility:
        raise Unsized("There are too few bars to know how much the price moves.", method=method.value)
    return basis.volatility


def _max_loss(basis: Basis) -> Decimal:
    if basis.stop is None or basis.stop == basis.price:
        raise Unsized("To size a position by its loss takes a stop away from the price.", method=Method.MAX_LOSS.value)
    return LOSS_MOST * basis.price / abs(basis.price - basis.stop)


def _average_range(basis: Basis) -> Decimal:
    if not basis.average_range:
        raise Unsized("There are too few bars for an average range.", method=Method.AVERAGE_RANGE.value)
    return LOSS_MOST * basis.price / (RANGES_TO_STOP * basis.average_range)


_SHARES: Final[Mapping[Method, Callable[[Basis], Decimal]]] = MappingProxyType(
    {
        Method.FIXED_AMOUNT: _fixed_amount,
        Method.FIXED_SHARE: _fixed_share,
        Method.KELLY: _kelly,
        Method.VOLATILITY_TARGET: _volatility_target,
        Method.RISK_PARITY: _risk_parity,
        Method.MAX_LOSS: _max_loss,
        Method.AVERAGE_RANGE: _average_range,
    }
)
_BY_TOLERANCE: Final[Mapping[Tolerance, Method]] = MappingProxyType(
    {
        Tolerance.LOW: Method.FIXED_SHARE,
        Tolerance.MODERATE: Method.VOLATILITY_TARGET,
        Tolerance.HIGH: Method.KELLY,
    }
)
