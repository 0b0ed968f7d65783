"""Ask for the audit trail to be verified: a long chain takes a while, and the job tells how far it is."""

from typing import Any, Final
from uuid import UUID

from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.operations import seal_store
from paperdesk.features.operations.schemas import VerificationView
from paperdesk.features.operations.verify_audit import head_from, verify_audit
from paperdesk.infra.jobs import Job, enqueue
from paperdesk.infra.work import UnitOfWork

KIND: Final = "verify_audit"


async def request_verification(work: UnitOfWork, head: str | None) -> UUID:
    """Return the id of the job that verifies the trail. Raises MissingScope, MalformedSealHead."""
    work.require(Scope.ADMIN)
    if head is not None:
        head_from(head)
    job_id = await enqueue(work, KIND, {"user_id": work.who.user_id, "head": head})
    await work.record("request_verification", job_id)
    return job_id


async def run_verification(job: Job) -> dict[str, Any]:
    """Go along the chain; it changes nothing, so done twice it is the same. A chain that is broken is a result."""
    asked = job.arguments
    who = Principal(TenantId(job.tenant_id), UserId(UUID(asked["user_id"])), frozenset({Scope.READ, Scope.ADMIN}))
    known = None if asked["head"] is None else head_from(asked["head"])
    async with job.runtime.read(who) as work:
        last = await seal_store.last_number(work)

        async def reached(number: int) -> None:
            await job.progress(number / max(last, 1), f"{number} of {last} seals hold.")

        found = await verify_audit(work, known, reached)
    return VerificationView.of(found).model_dump(mode="json")
