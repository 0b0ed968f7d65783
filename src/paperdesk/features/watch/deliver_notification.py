"""Send a notification to the address of its rule, in a job: three more tries, with pauses that double."""

from typing import Any, Final
from uuid import UUID

import msgspec

from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.watch import notification_store as store
from paperdesk.features.watch.notifications import Notification
from paperdesk.infra.crypto import TokenHasher
from paperdesk.infra.jobs import Job, enqueue
from paperdesk.infra.webhooks import Signed, post_signed
from paperdesk.infra.work import UnitOfWork

KIND: Final = "deliver_notification"
_NOBODY: Final = UserId(UUID(int=0))


async def deliver_notification(work: UnitOfWork, told: Notification) -> UUID:
    """Return the id of the job that sends it, which is written with what it tells."""
    return await enqueue(work, KIND, {"rule_id": told.rule_id, "message": told.told})


async def run_deliver_notification(job: Job) -> dict[str, Any]:
    """Send it once; the address is that of the rule now, and a rule that is gone tells nobody."""
    rule_id = UUID(job.arguments["rule_id"])
    who = Principal(TenantId(job.tenant_id), _NOBODY, frozenset({Scope.READ}))
    async with job.runtime.read(who) as work:
        url = await store.address_of_rule(work, rule_id)
    if url is None:
        return {"sent": False}
    body = msgspec.json.encode(job.arguments["message"])
    secret = webhook_secret(job.runtime.hasher, rule_id).encode()
    message = Signed(body, instant_text(job.runtime.clock.now()), secret)
    await post_signed(url, message, reaches_private=job.runtime.settings.webhooks_reach_private)
    return {"sent": True}


def webhook_secret(hasher: TokenHasher, rule_id: UUID) -> str:
    """Return what the messages of a rule are signed with; it follows from the installation's own key."""
    return hasher.hash(f"webhook {rule_id}").hex()
