"""Alpaca's rule that each short leg of an order of several legs is covered inside the same order.

A leg that opens short needs a leg that opens long of the same right, which expires with it or later, as many times.
What is held beside the order covers nothing, so a lone short cannot be rolled. Without a position_intent a leg closes
what is held the other way round, as far as all of it does, and else it opens. Natively there is no such rule.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from paperdesk.core.broker.commands import ComboLeg
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.options import OptionContract


class LegNotCovered(Conflict):
    """A leg that opens short is not covered by legs of the same order."""


def check_covered(
    legs: Iterable[tuple[ComboLeg, OptionContract]], quantity: Decimal, held: Mapping[str, Decimal]
) -> None:
    """Refuse an order of several legs in which a short one is not covered; `held` are positions by symbol."""
    opening = [(leg, contract) for leg, contract in legs if opens(leg, quantity, held.get(leg.symbol, ZERO))]
    for short, contract in opening:
        if short.side is Side.BUY:
            continue
        needed = _total(opening, contract, Side.SELL)
        found = _total(opening, contract, Side.BUY)
        if needed > found:
            raise LegNotCovered(
                f"{short.symbol} is sold short and not covered inside the order: {plain(needed)} legs need cover that "
                f"expires with them or later, and {plain(found)} give it.",
                symbol=short.symbol,
                needed=plain(needed),
                available=plain(found),
            )


def opens(leg: ComboLeg, quantity: Decimal, held: Decimal) -> bool:
    """Say whether a leg opens or adds to a position."""
    if leg.intent is not None:
        return leg.intent.opens
    return (held if leg.side is Side.SELL else -held) < leg.ratio * quantity


def _total(legs: Iterable[tuple[ComboLeg, OptionContract]], of: OptionContract, side: Side) -> Decimal:
    """Return how often legs of a side and a right are there that expire on the day of one or later."""
    counts = (
        leg.ratio
        for leg, contract in legs
        if leg.side is side and contract.right is of.right and contract.expires_on >= of.expires_on
    )
    return sum(counts, ZERO)
