"""Close an account: its cash is paid out, and what it did stays readable."""

from paperdesk.core.broker.life import close
from paperdesk.core.kernel.ids import AccountId, EntryId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.account_store import load_whole, lock_account, remember, save_account
from paperdesk.features.broker.queries import read_account
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.work import UnitOfWork


async def close_account(work: UnitOfWork, shelf: Shelf, account_id: AccountId) -> None:
    """Close an account that holds nothing but cash; raises the refusal that says what is left."""
    work.require(Scope.TRADE)
    await read_account(work, account_id)
    bare, tape = await lock_account(work, account_id)
    dataset = await shelf.dataset(tape.dataset_id)
    account = await load_whole(work, bare, dataset.instruments)
    after = await remember(work, account, close(account, EntryId(work.new_id()), tape.at), tape.cursor)
    await save_account(work, account.id, status=after.status)
    await work.record("close_account", account.id)
