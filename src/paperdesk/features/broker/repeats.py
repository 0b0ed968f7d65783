"""What was asked for under a name before: a repeated request is compared with that, and not with what became of it.

An order changes on its way: a reduce-only one is cut as it is accepted, a split doubles it, a dividend lowers its
limit. What its owner asked for stands with the first event of the command, and stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import ClosePosition, Command, PlaceCombo, PlaceOrder, ReplaceOrder
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import statements
from paperdesk.features.broker.rows import command_of
from paperdesk.infra.db import Connection

# What brings an order about.
Placing: TypeAlias = PlaceOrder | PlaceCombo | ClosePosition
# An account, and what its owner calls an order.
Name: TypeAlias = tuple[AccountId, str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An order that has a name already, and the command before or at its acceptance; None when there is none."""

    order_id: OrderId
    command: Command | None

    def is_again(self, command: Placing) -> bool:
        """Say whether a command asks for the same once more; in a fork, and by itself, an order has other ids."""
        was = self.command
        if (
            not isinstance(was, PlaceOrder | PlaceCombo | ClosePosition)
            or was.idempotency_key != command.idempotency_key
        ):
            return False  # exits, and what the broker itself orders, nobody asked for under their names
        account_id, order_id, name = command.account_id, command.order_id, command.client_order_id
        return replace(was, account_id=account_id, order_id=order_id, client_order_id=name) == command

    def is_replaced_again(self, command: ReplaceOrder) -> bool:
        """Say whether a replacement asks for the same once more: the same order in the place of the same one."""
        was = self.command
        if not isinstance(was, ReplaceOrder) or was.client_order_id != command.client_order_id:
            return False
        # That both replace the same order is for the successor to say: in a fork it has another id.
        old, new = command.order_id, command.new_order_id
        return replace(was, account_id=command.account_id, order_id=old, new_order_id=new) == command


async def earlier_of(
    db: Connection, accounts: Mapping[AccountId, Account], names: Iterable[Name]
) -> dict[Name, Earlier]:
    """Return which of the names that a batch gives are taken by its loaded orders, and what was asked for then."""
    taken: dict[Name, Order] = {}
    for account_id, name in names:
        for order in accounts[account_id].orders.values():
            if order.client_order_id == name:
                taken[account_id, name] = order
    if not taken:
        return {}
    accepted = [account_id for account_id, _ in taken], [order.accepted_seq for order in taken.values()]
    rows = await db.fetch(statements.LOAD_ASKED, *accepted)
    asked = {(AccountId(row["account_id"]), row["seq"]): command_of(row["command"]) for row in rows}
    return {name: Earlier(order.id, asked.get((name[0], order.accepted_seq))) for name, order in taken.items()}
