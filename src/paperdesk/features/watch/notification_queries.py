"""Reads of rules and of what was told, each for the person who asks."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.watch import notification_store as store
from paperdesk.features.watch.notifications import Notification, Rule
from paperdesk.infra.work import ReadOnly


async def list_rules(work: ReadOnly) -> list[Rule]:
    """Return the caller's rules, oldest first."""
    work.require(Scope.READ)
    return await store.load_rules(work)


async def notifications_after(work: ReadOnly, account_id: UUID, after: int, limit: int) -> list[Notification]:
    """Return what the caller was told of an account after a number, oldest first."""
    return await store.load_notifications(work, account_id, after, limit)


async def last_notification(work: ReadOnly, account_id: UUID) -> int:
    """Return the number of what the caller was told last of an account, 0 when that is nothing."""
    return await store.last_number(work, account_id)
