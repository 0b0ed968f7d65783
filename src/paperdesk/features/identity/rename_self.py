"""Change what one is called oneself."""

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.identity import member_store
from paperdesk.features.identity.queries import read_user
from paperdesk.infra.work import UnitOfWork


async def rename_self(work: UnitOfWork, name: str) -> None:
    """Write the caller's name; a key needs more than to read for it. Raises MissingScope."""
    if work.who.key_id is not None:
        work.require(Scope.ADMIN)
    before = await read_user(work, work.who.user_id, is_locked=True)
    await member_store.save_member(work, replace(before, name=name))
    await work.record("rename_self", before.id)
