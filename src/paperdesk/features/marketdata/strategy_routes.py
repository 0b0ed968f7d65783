"""REST routes of lock-step: who is attached to a tape, and what each has seen."""

from uuid import UUID

from fastapi import APIRouter

from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.attach_strategy import acknowledge_cursor, attach_strategy, detach_strategy
from paperdesk.features.marketdata.queries import list_strategies
from paperdesk.features.marketdata.strategy_schemas import AcknowledgeBody, AttachStrategyBody, StrategyOut
from paperdesk.infra.http import Page, PageOf
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1/tapes/{tape_id}/strategies", tags=["market data"], route_class=ListRoute)


@router.get("")
async def get_strategies(tape_id: UUID, work: Reading, page: Page) -> PageOf[StrategyOut]:
    """List the strategies a tape waits for, and the cursor each has acknowledged."""
    known = sorted(await list_strategies(work, tape_id))
    found, next_cursor = page.part(known, lambda each: (each[0],), tuple[str])
    return PageOf(items=[StrategyOut(name=name, acknowledged=seen) for name, seen in found], next_cursor=next_cursor)


@router.post("", status_code=201)
async def post_strategy(tape_id: UUID, body: AttachStrategyBody, work: Work) -> StrategyOut:
    """Attach a strategy: from now on the tape stops after each bar until it has acknowledged the cursor."""
    return StrategyOut(name=body.name, acknowledged=await attach_strategy(work, tape_id, body.name))


@router.delete("/{strategy}", status_code=204)
async def delete_strategy(tape_id: UUID, strategy: str, work: Work) -> None:
    """Detach a strategy: the tape waits for it no longer."""
    await detach_strategy(work, tape_id, strategy)


@router.post("/{strategy}/acknowledgements")
async def post_acknowledgement(tape_id: UUID, strategy: str, body: AcknowledgeBody, work: Work) -> StrategyOut:
    """Acknowledge everything up to a cursor; the tape goes on once all have."""
    return StrategyOut(name=strategy, acknowledged=await acknowledge_cursor(work, tape_id, strategy, body.cursor))
