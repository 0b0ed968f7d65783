"""Change what an account is called, or whether it trades or rests."""

from dataclasses import dataclass
from typing import Literal

from paperdesk.core.broker.account import AccountStatus
from paperdesk.core.broker.life import activate, deactivate
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.account_store import lock_account, remember, save_account
from paperdesk.features.broker.open_account import checked_name
from paperdesk.features.broker.queries import read_account
from paperdesk.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """Give an account another name, put it to rest or wake it up; what is None stays as it is."""

    account_id: AccountId
    name: str | None = None
    status: Literal[AccountStatus.OPEN, AccountStatus.INACTIVE] | None = None


async def change_account(work: UnitOfWork, command: ChangeAccount) -> None:
    """Write the new name, and the new status with its event; what is so already changes nothing."""
    work.require(Scope.TRADE)
    before = await read_account(work, command.account_id)
    if command.status is not None:
        account, tape = await lock_account(work, command.account_id)
        change = activate if command.status is AccountStatus.OPEN else deactivate
        after = await remember(work, account, change(account, tape.at), tape.cursor)
        await save_account(work, account.id, status=after.status)
        await work.record("change_account", account.id, {"before": account.status, "after": after.status})
    if command.name is not None:
        name = checked_name(command.name)
        await save_account(work, command.account_id, name=name)
        await work.record("rename_account", command.account_id, {"before": before["name"], "after": name})
