"""Take note of what was told of a limit, so that others see who has."""

from uuid import UUID

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.values import replace
from paperdesk.features.watch import limit_store as store
from paperdesk.features.watch.account_limits import LimitAlert, require_limits
from paperdesk.infra.work import UnitOfWork


class UnknownLimitAlert(NotFound):
    """There is no such alert, or it belongs to another tenant."""


async def acknowledge_limit_alert(work: UnitOfWork, alert_id: UUID) -> LimitAlert:
    """Return the alert with who took note of it first, and when."""
    require_limits(work.who)
    found = await store.lock_alert(work, alert_id)
    if found is None:
        raise UnknownLimitAlert("There is no such alert of a limit.", alert_id=str(alert_id))
    if found.acknowledged_at is not None:
        return found
    noted = replace(found, acknowledged_at=work.now, acknowledged_by=work.who.subject)
    await store.keep_acknowledged(work, noted)
    await work.record("acknowledge_limit_alert", alert_id, {"account_id": noted.account_id})
    return noted
