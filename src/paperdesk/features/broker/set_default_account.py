"""Set the account that somebody starts from, where they name none."""

from uuid import UUID

from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.account_store import save_default
from paperdesk.features.broker.queries import read_account
from paperdesk.infra.work import UnitOfWork


async def set_default_account(work: UnitOfWork, account_id: UUID | None) -> None:
    """Write the caller's default account, or that there is none; raises MissingScope or UnknownAccount."""
    work.require(Scope.READ if work.who.key_id is None else Scope.ADMIN)
    if account_id is not None:
        await read_account(work, account_id)
    await save_default(work, None if account_id is None else AccountId(account_id))
    await work.record("set_default_account", account_id)
