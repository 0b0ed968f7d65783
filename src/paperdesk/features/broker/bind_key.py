"""Let a key speak for an account, at doors that know one account a key."""

from dataclasses import dataclass

from paperdesk.core.kernel.ids import AccountId, KeyId
from paperdesk.features.broker import account_store
from paperdesk.features.broker.queries import read_account
from paperdesk.features.identity.queries import require_key
from paperdesk.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BindKey:
    """Ask that a key of the caller's tenant speaks for an account of it, whichever it spoke for before."""

    account_id: AccountId
    key_id: KeyId


async def bind_key(work: UnitOfWork, command: BindKey) -> None:
    """Write down which account a key speaks for, the caller's own or for administrators any.

    Raises UnknownAccount or KeyNotFound.
    """
    await read_account(work, command.account_id)
    await require_key(work, command.key_id)
    await account_store.bind_key(work, command.account_id, command.key_id)
    await work.record("bind_key", command.account_id, {"key_id": command.key_id})
