"""The net price of a combo: what one of it costs per unit of an option, above zero when it is paid.

Each leg counts with its side, its ratio and its multiplier against that of the options. So a call at 5.50 bought and
one at 2.75 sold are 2.75 net, and a hundred shares at 100.00 bought with a call at 3.00 sold are 97.00. The parts that
the prices of the legs are made of sum in the same way to the parts of the net price.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.evolution import group_of
from paperdesk.core.broker.fill_models import Parts
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.money import ZERO


def legs_of(account: Account, combo: Order) -> tuple[Order, ...]:
    """Return the legs of a combo, in the order they were asked for."""
    return group_of(account, combo)


def signed(leg: Order) -> Decimal:
    """Return the units of a leg in one combo; sold ones are negative."""
    assert leg.ratio is not None, "a leg has a ratio"
    return Decimal(leg.ratio if leg.side is Side.BUY else -leg.ratio)


def unit_of(legs: Iterable[Order]) -> Decimal:
    """Return what a net price is multiplied with to be the money of one combo: the multiplier of its options."""
    return next(leg.instrument.multiplier for leg in legs if leg.instrument.contract is not None)


def net_of(legs: Sequence[Order], prices: Iterable[Decimal]) -> Decimal:
    """Return the net price that prices of the legs come to."""
    worth = sum((weight * price for weight, price in zip(_weights(legs), prices, strict=True)), ZERO)
    return worth / unit_of(legs)


def net_parts(legs: Sequence[Order], parts: Sequence[Parts]) -> Parts:
    """Return the parts that the net price of executed legs is made of."""
    return Parts(**{name: net_of(legs, [getattr(one, name) for one in parts]) for name in Parts.__struct_fields__})


def _weights(legs: Iterable[Order]) -> list[Decimal]:
    return [signed(leg) * leg.instrument.multiplier for leg in legs]
