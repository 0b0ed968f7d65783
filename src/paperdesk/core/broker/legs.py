"""The legs of an option strategy: signed lines of options on one underlying, and of the underlying itself.

Recognition, requirement and payoff all read the same value, so that they speak of the same position.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.options import OptionContract


@dataclass(frozen=True, slots=True)
class Leg:
    """One line: contracts of an option, or units of the underlying when there is no contract; short is negative.

    `price` is per unit: what it cost for a payoff, what it is marked at for a requirement.
    """

    symbol: str
    quantity: Decimal
    contract: OptionContract | None = None
    price: Decimal = ZERO

    @property
    def is_long(self) -> bool:
        """Say whether the line is held rather than owed."""
        return self.quantity > ZERO

    @property
    def size(self) -> Decimal:
        """Return the quantity without its sign."""
        return abs(self.quantity)

    @property
    def underlying(self) -> str:
        """Return the symbol of what the line moves with."""
        return self.symbol if self.contract is None else self.contract.underlying

    @property
    def market_value(self) -> Decimal:
        """Return what the line is worth at its price, negative when it is owed."""
        return self.quantity * self.price * (1 if self.contract is None else self.contract.multiplier)

    def worth(self, spot: Decimal) -> Decimal:
        """Return what the line is worth at expiry with the underlying at a price, negative when it is owed."""
        return self.quantity * (spot if self.contract is None else self.contract.intrinsic(spot))


def terms(leg: Leg) -> OptionContract:
    """Return the contract of a line that is known to be an option."""
    assert leg.contract is not None, "this line is an option"
    return leg.contract


def options_of(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Return the options among lines, by expiry, right, strike and symbol."""
    return tuple(sorted((leg for leg in legs if leg.contract is not None and leg.quantity), key=_order))


def units_of(legs: Iterable[Leg]) -> Decimal:
    """Return the units of the underlying itself among lines."""
    return sum((leg.quantity for leg in legs if leg.contract is None), ZERO)


def by_underlying(legs: Iterable[Leg]) -> dict[str, tuple[Leg, ...]]:
    """Return lines sorted under the symbols they move with, in order of these symbols."""
    found: defaultdict[str, list[Leg]] = defaultdict(list)
    for leg in legs:
        found[leg.underlying].append(leg)
    return {symbol: tuple(found[symbol]) for symbol in sorted(found)}


def _order(leg: Leg) -> tuple[date, str, Decimal, str]:
    contract = terms(leg)
    return contract.expires_on, contract.right.value, contract.strike, leg.symbol
