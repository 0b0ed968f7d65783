"""The jobs of the broker, by their kind."""

from typing import Any
from uuid import UUID

from paperdesk.core.broker.fill_models import fill_model
from paperdesk.core.kernel.ids import AccountId, TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.broker import request_rescore
from paperdesk.features.broker.rescore_account import RescoreAccount, rescore_account
from paperdesk.features.broker.rescore_schemas import RescoreOut
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.jobs import Job


async def run_rescore(job: Job) -> dict[str, Any]:
    """Work a re-score out; it changes nothing, so done twice it is the same."""
    asked = job.arguments
    who = Principal(TenantId(job.tenant_id), UserId(UUID(asked["user_id"])), frozenset({Scope.READ}))
    shelf = Shelf(job.runtime.settings.datasets)
    command = RescoreAccount(AccountId(UUID(asked["account_id"])), fill_model(asked["fill_model"]))
    async with job.runtime.read(who) as work:
        found = await rescore_account(work, shelf, command)
    return RescoreOut.of(found).model_dump(mode="json")


JOBS = {request_rescore.KIND: run_rescore}
