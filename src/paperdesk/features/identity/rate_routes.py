"""REST routes of how often people may ask."""

from dataclasses import asdict

from fastapi import APIRouter, Request

from paperdesk.features.identity.access import Caller, Serving, gate_of
from paperdesk.features.identity.rate_schemas import RatesBody, RatesView
from paperdesk.features.identity.set_rates import set_rates
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1/rates", tags=["identity"], route_class=ListRoute)


@router.get("")
async def read_rates(request: Request, who: Caller) -> RatesView:
    """Tell how often the people of your tenant may ask."""
    return RatesView(**asdict(gate_of(request).counts.rates_of(who.tenant_id)))


@router.put("")
async def put_rates(request: Request, runtime: Serving, who: Caller, body: RatesBody) -> RatesView:
    """Set how often the people of your tenant may ask; the desk's own rates stay the most there is."""
    async with runtime.work(who) as work:
        await set_rates(work, body.value())
    counts = gate_of(request).counts
    counts.set_rates(who.tenant_id, body.value())
    return RatesView(**asdict(counts.rates_of(who.tenant_id)))
