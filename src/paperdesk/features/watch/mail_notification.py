"""Send a notification as a letter to whoever owns its rule, in a job: three more tries, with pauses that double."""

from typing import Any, Final
from uuid import UUID

from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.identity.queries import address_of
from paperdesk.features.watch.notifications import Notification, Rule
from paperdesk.infra.jobs import Job, enqueue
from paperdesk.infra.mail import Letter
from paperdesk.infra.work import UnitOfWork

KIND: Final = "mail_notification"


async def mail_notification(work: UnitOfWork, rule: Rule, told: Notification) -> UUID:
    """Return the id of the job that sends it, which is written with what it tells."""
    return await enqueue(work, KIND, {"owner_id": rule.owner_id, "message": told.told})


async def run_mail_notification(job: Job) -> dict[str, Any]:
    """Send it once, to the address that its reader has confirmed; who has none, or has gone, is told nothing."""
    owner_id, message = UserId(UUID(job.arguments["owner_id"])), job.arguments["message"]
    async with job.runtime.read(Principal(TenantId(job.tenant_id), owner_id, frozenset({Scope.READ}))) as work:
        address = await address_of(work, owner_id)
    if address is None:
        return {"sent": False}
    await job.runtime.postman.deliver(Letter(address, _subject(message), _body(message)))
    return {"sent": True}


def _subject(message: dict[str, str]) -> str:
    return f"{message['rule']}: {message['symbol']} {message['event'].replace('_', ' ')}"


def _body(message: dict[str, str]) -> str:
    """Return every member of the message on a line of its own."""
    return "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in message.items())
