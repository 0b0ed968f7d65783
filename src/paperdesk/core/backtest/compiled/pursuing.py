"""Targets on both sides of zero, for an account that may owe: at a close a market order for what lacks to one.

Orders meet bars, bells and nights as those of a strategy do: `playing.py`.
"""

from paperdesk.core.backtest.compiled.arithmetic import Ints
from paperdesk.core.backtest.compiled.book import (
    ACCEPTED,
    AT,
    BEYOND_AT,
    HELD,
    LIVE,
    NEXT_WISH,
    ORDERS,
    WISH_ANSWER,
    WISH_BAR,
    WISH_FREE,
    WISH_NEEDED,
    WISH_SIDE,
    WISH_UNITS,
    MarginGround,
)
from paperdesk.core.backtest.compiled.compiling import compiled, inlined, inner
from paperdesk.core.backtest.compiled.kernel import BAR, FREE, KEEP, NEEDED, UNITS, WHY
from paperdesk.core.backtest.compiled.playing import play


@inlined
def lacks(ground: MarginGround, targets: Ints, bar: int) -> bool:
    """Say whether another number of units is wanted after a bar than is held."""
    return bool(targets[bar] != KEEP and targets[bar] != ground.book.now[HELD])


@inner
def ask(ground: MarginGround, lacking: int, wishes: Ints) -> None:
    """Ask for signed units at the close that is."""
    now, wish = ground.book.now, wishes[0]
    wish[:] = 0
    wish[WISH_BAR], wish[WISH_SIDE], wish[WISH_UNITS] = now[AT], 1 if lacking > 0 else -1, abs(lacking)
    now[NEXT_WISH] = 0
    play(ground, wishes, 1, now[AT] + 1, 1)


@inner
def live_to(ground: MarginGround, targets: Ints, wishes: Ints) -> None:
    """Go on to the next close at which something may lack; an order that is open fills, or ends, at the next open."""
    now = ground.book.now
    ahead = now[AT] + 1
    while not now[LIVE] and ahead < len(targets) - 1 and not lacks(ground, targets, ahead):
        ahead += 1
    while now[AT] < ahead:
        play(ground, wishes, 0, ahead + 1, 1)


@compiled
def pursue(ground: MarginGround, targets: Ints, wishes: Ints, refused: Ints, count: int) -> int:
    """Hold after every close what its target says, until targets end, or there is no room for another order.

    Return how many refusals are written down, some of them before; what is for the exact engine alone goes no further.
    """
    now, orders = ground.book.now, ground.book.orders
    if now[AT] < 0:
        play(ground, wishes, 0, 1, 1)
    while now[BEYOND_AT] < 0:
        bar = now[AT]
        if lacks(ground, targets, bar):
            if now[ORDERS] == len(orders):
                break
            lacking = targets[bar] - now[HELD]
            ask(ground, lacking, wishes)
            if wishes[0, WISH_ANSWER] != ACCEPTED:
                row = refused[count]
                row[BAR], row[UNITS], row[WHY] = bar, lacking, wishes[0, WISH_ANSWER]
                row[NEEDED], row[FREE] = wishes[0, WISH_NEEDED], wishes[0, WISH_FREE]
                count += 1
        if bar >= len(targets) - 1:
            break
        live_to(ground, targets, wishes)
    return count
