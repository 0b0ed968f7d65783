"""A fork: the account as it stood, under an id of its own, on the same tape or on a branch of it.

What is open goes along and gets ids of its own, each derived from the fork and from what it was, so that folding tells
the same ids again. What has ended stays with the account it was done in.
"""

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.events import AccountForked
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.ids import AccountId, LotId, OrderId, derived
from paperdesk.core.kernel.values import replace


def forked(account: Account, event: AccountForked) -> Account:
    """Return the account that begins as a copy of another."""
    fork_id = event.account_id
    orders = [_own(account, order, fork_id) for order in account.orders.values() if order.is_open]
    unpaid = tuple(replace(each, lot_id=lot_of_fork(fork_id, each.lot_id)) for each in account.book.unpaid)
    return replace(
        account,
        id=fork_id,
        tape_id=event.tape_id,
        orders={order.id: order for order in orders},
        positions={key: _held(position, fork_id) for key, position in account.positions.items()},
        book=replace(account.book, unpaid=unpaid),
    )


def order_of_fork(fork_id: AccountId, order_id: OrderId) -> OrderId:
    """Return the id that an open order has in a fork."""
    return OrderId(derived(fork_id, "order", str(order_id)))


def lot_of_fork(fork_id: AccountId, lot_id: LotId) -> LotId:
    """Return the id that a lot has in a fork."""
    return LotId(derived(fork_id, "lot", str(lot_id)))


def _own(account: Account, order: Order, fork_id: AccountId) -> Order:
    """Return an open order as the fork's own; it still names what ended before, which it shares."""
    group_id, parent_id = order.group_id, order.parent_id
    if parent_id is not None and parent_id in account.orders and account.orders[parent_id].is_open:
        parent_id = order_of_fork(fork_id, parent_id)
    return replace(
        order,
        id=order_of_fork(fork_id, order.id),
        account_id=fork_id,
        group_id=None if group_id is None else order_of_fork(fork_id, group_id),
        parent_id=parent_id,
    )


def _held(position: Position, fork_id: AccountId) -> Position:
    return replace(position, lots=tuple(replace(lot, id=lot_of_fork(fork_id, lot.id)) for lot in position.lots))
