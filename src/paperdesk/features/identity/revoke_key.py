"""Revoke an API key, for good."""

from dataclasses import dataclass

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import KeyId
from paperdesk.features.identity import store
from paperdesk.infra.work import UnitOfWork


class KeyNotFound(NotFound):
    """There is no such key, or it was revoked before."""


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Ask that a key of the caller stops working, or for administrators one of their tenant."""

    key_id: KeyId


async def revoke_key(work: UnitOfWork, command: RevokeKey) -> None:
    """Mark a key revoked; the gate must forget it once this has been committed. Raises KeyNotFound."""
    store.require_keeper(work)
    if not await store.end_key(work, command.key_id):
        raise KeyNotFound("There is no such key, or it was revoked before.", id=str(command.key_id))
    await work.record("revoke_key", command.key_id)
