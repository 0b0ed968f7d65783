"""Reset an account: a new epoch begins with cash alone, and everything before it stays readable."""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.life import begin_epoch, check_opening_cash, end_orders
from paperdesk.core.kernel.ids import AccountId, EntryId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.account_store import load_whole, lock_account, remember, save_account
from paperdesk.features.broker.queries import read_account
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ResetAccount:
    """Begin an account anew with so much cash."""

    account_id: AccountId
    cash: Decimal


async def reset_account(work: UnitOfWork, shelf: Shelf, command: ResetAccount) -> None:
    """End the open orders and begin the next epoch, in one commit."""
    work.require(Scope.TRADE)
    row = await read_account(work, command.account_id)
    check_opening_cash(command.cash, row["currency"])
    bare, tape = await lock_account(work, command.account_id)
    dataset = await shelf.dataset(tape.dataset_id)
    account = await load_whole(work, bare, dataset.instruments)
    account = await remember(work, account, end_orders(account, tape.at), tape.cursor)
    begun = begin_epoch(account, EntryId(work.new_id()), command.cash, tape.at)
    # What the old epoch held is not written again: the new one begins with empty hands and its own balance.
    bare = replace(account, cash=ZERO, positions={}, orders={}, claims={})
    await remember(work, bare, (begun,), tape.cursor)
    await save_account(work, account.id, epoch=begun.epoch)
    await work.record("reset_account", account.id, {"epoch": begun.epoch, "cash": plain(command.cash)})
