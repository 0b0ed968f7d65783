"""What came first inside a bar, where its range reaches the stop and the target of one position: a rule of the account.

    path         goes first in a range that reaches both
    neutral      the stop, which is the worse
    optimistic   the target, which is the better
    realistic    whichever is nearer to the price the bar opened at; the stop where both are equally near

Whatever goes first, its fill is flagged `ambiguous`, because the bar does not tell. The rule decides nothing else: one
price reaches only one of them, so an open, a close and a quote need no path, and behind an entry in the same range
the stop alone meets it.
"""

from decimal import Decimal
from enum import StrEnum

from paperdesk.core.broker.orders import Order, Role


class BarPath(StrEnum):
    """Which way a price is taken to have gone inside a bar."""

    NEUTRAL = "neutral"
    OPTIMISTIC = "optimistic"
    REALISTIC = "realistic"


def first_of(path: BarPath, exits: dict[Role, Order], opened: Decimal | None) -> Role:
    """Return which of two exits meets a range first; without the price it opened at the stop does."""
    if path is BarPath.OPTIMISTIC:
        return Role.TAKE_PROFIT
    target, stop = exits[Role.TAKE_PROFIT].limit_price, exits[Role.STOP_LOSS].stop_price
    if path is BarPath.NEUTRAL or opened is None or target is None or stop is None:
        return Role.STOP_LOSS
    return Role.TAKE_PROFIT if abs(target - opened) < abs(stop - opened) else Role.STOP_LOSS
