"""REST routes of how much a tenant may have, and has."""

from dataclasses import asdict

from fastapi import APIRouter, Request

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.quotas import Quotas
from paperdesk.features.broker.queries import count_accounts
from paperdesk.features.identity.access import Caller, Reading, Serving, gate_of, runtime_of
from paperdesk.features.identity.queries import quotas_of, used_of
from paperdesk.features.identity.set_quotas import set_quotas
from paperdesk.features.operations.quota_schemas import QuotasBody, QuotasView
from paperdesk.infra.jobs import count_open
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1/quotas", tags=["operations"], route_class=ListRoute)


@router.get("")
async def read_quotas(request: Request, work: Reading) -> QuotasView:
    """Tell how much your tenant may have at once, and has."""
    return await _shown(request, work)


@router.put("")
async def put_quotas(request: Request, runtime: Serving, who: Caller, body: QuotasBody) -> QuotasView:
    """Set how much your tenant may have at once; the desk's own quotas stay the most there is."""
    async with runtime.work(who) as work:
        await set_quotas(work, body.value())
        shown = await _shown(request, work)
    gate_of(request).set_quotas(who.tenant_id, body.value())
    return shown


async def _shown(request: Request, work: ReadOnly) -> QuotasView:
    work.require(Scope.READ)
    streams = request.app.state.lines.of_tenant(work.who.tenant_id)
    people, keys = await used_of(work)
    used = Quotas(await count_accounts(work), people, keys, await count_open(work), streams)
    limits = await quotas_of(work, runtime_of(request).settings.quotas)
    told = {name: {"limit": limit, "used": asdict(used)[name]} for name, limit in asdict(limits).items()}
    return QuotasView.model_validate(told)
