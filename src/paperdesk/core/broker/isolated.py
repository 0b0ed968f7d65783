"""Pairs with a margin of their own: what they have, what that leaves the account, and where it is used up.

The ledger moves cash by the whole price of a pair, so an account owes in cash what it borrowed for it, or has what a
short sale brought. What stands apart of its cash is the margin less the cost of such pairs: the rest is its own, and
no price of theirs moves it.
"""

from collections.abc import Iterator
from decimal import Decimal

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.leverage import isolated_margin
from paperdesk.core.broker.margin_book import Leverage
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.kernel.money import ZERO


def isolated_positions(account: Account) -> Iterator[tuple[Leverage, Position]]:
    """Yield what an account holds on a margin of its own, each with what was chosen for it."""
    for chosen in account.book.leverage:
        position = account.positions.get(chosen.instrument_id) if chosen.is_isolated else None
        if position is not None and position.quantity:
            yield chosen, position


def own_worth(held: Exposure) -> Decimal:
    """Return what a pair is worth with its margin: nothing else may use that, and what it lacks nothing else pays."""
    return isolated_margin(held.cost, held.leverage, held.instrument.currency) + held.value - held.cost


def own_cash(account: Account) -> Decimal:
    """Return the cash of an account without what stands apart for isolated pairs."""
    if not account.book.leverage:
        return account.cash
    apart = (
        isolated_margin(position.cost, chosen.times, account.currency) - position.cost
        for chosen, position in isolated_positions(account)
    )
    return account.cash - sum(apart, ZERO)


def owed_apart(account: Account, marks: Marks) -> Decimal:
    """Return what isolated pairs that were sold short are worth: what is owed for them their own margin answers for."""
    worths = (marks[each.instrument_id].worth(each.quantity) for _, each in isolated_positions(account))
    return sum((min(worth, ZERO) for worth in worths), ZERO)
