"""What legs bring at expiry: a broken line, exact at every corner.

Between two corners the line is straight, and above the last one it goes on with `slope`. A profit or a loss
that grows with the price for ever is None: unbounded. Legs that expire on different days have no such line,
because the later ones are still alive; the refusal says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from paperdesk.core.broker.legs import Leg, by_underlying, options_of, terms
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import ZERO


class PayoffUndefined(Invalid):
    """Legs on several underlyings, on several expiries, or none at all have no payoff at one expiry."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A price of the underlying at expiry, and the profit (or loss, negative) there, in money."""

    spot: Decimal
    profit: Decimal


@dataclass(frozen=True, slots=True)
class Payoff:
    """Profit at expiry over the price of the underlying; what the legs cost is taken out."""

    corners: tuple[Corner, ...]
    slope: Decimal
    cost: Decimal

    @property
    def max_profit(self) -> Decimal | None:
        """Return the most there is to win, None when nothing bounds it."""
        return None if self.slope > ZERO else max(corner.profit for corner in self.corners)

    @property
    def max_loss(self) -> Decimal | None:
        """Return the most there is to lose as a positive amount, None when nothing bounds it."""
        return None if self.slope < ZERO else max(-min(corner.profit for corner in self.corners), ZERO)

    @property
    def break_evens(self) -> tuple[Decimal, ...]:
        """Return the prices at which the line crosses or meets zero, ascending; both ends of a stretch at zero."""
        return tuple(dict.fromkeys(self._zeros()))

    def profit(self, spot: Decimal) -> Decimal:
        """Return the profit at one price."""
        for low, high in pairwise(self.corners):
            if spot < high.spot:
                return low.profit + (high.profit - low.profit) * (spot - low.spot) / (high.spot - low.spot)
        last = self.corners[-1]
        return last.profit + self.slope * (spot - last.spot)

    def gains(self) -> tuple[tuple[Decimal, Decimal | None], ...]:
        """Return the ranges of prices that bring a profit; None ends one that goes on for ever."""
        ends = [ZERO, *(spot for spot in self.break_evens if spot > ZERO)]
        ranges = [(low, high) for low, high in pairwise(ends) if self.profit((low + high) / 2) > ZERO]
        if self.profit(ends[-1] + 1) > ZERO:
            return (*ranges, (ends[-1], None))
        return tuple(ranges)

    def _zeros(self) -> Iterator[Decimal]:
        for low, high in pairwise(self.corners):
            if low.profit == ZERO:
                yield low.spot
            elif low.profit * high.profit < ZERO:
                yield low.spot - low.profit * (high.spot - low.spot) / (high.profit - low.profit)
        last = self.corners[-1]
        if last.profit == ZERO:
            yield last.spot
        elif last.profit * self.slope < ZERO:
            yield last.spot - last.profit / self.slope


def payoff(legs: Iterable[Leg]) -> Payoff:
    """Return the payoff of legs on one underlying that expire together; their prices are what they cost."""
    lines = tuple(legs)
    _check_one_expiry(lines)
    cost = sum((leg.market_value for leg in lines), ZERO)
    strikes = {terms(leg).aggregate_strike / terms(leg).units for leg in options_of(lines) if terms(leg).units}
    corners = (Corner(spot, _worth(lines, spot) - cost) for spot in sorted({ZERO, *strikes}))
    return Payoff(tuple(corners), _slope(lines), cost)


def _check_one_expiry(lines: Sequence[Leg]) -> None:
    days = {terms(leg).expires_on for leg in options_of(lines)}
    if len(by_underlying(lines)) != 1 or len(days) > 1:
        raise PayoffUndefined(
            "A payoff needs legs on one underlying that expire on one day.",
            underlyings=sorted(by_underlying(lines)),
            expiries=sorted(day.isoformat() for day in days),
        )


def _worth(lines: Sequence[Leg], spot: Decimal) -> Decimal:
    return sum((leg.worth(spot) for leg in lines), ZERO)


def _slope(lines: Sequence[Leg]) -> Decimal:
    calls = (leg.quantity * terms(leg).units for leg in options_of(lines) if terms(leg).is_call)
    return sum(calls, ZERO) + sum((leg.quantity for leg in lines if leg.contract is None), ZERO)
