"""REST routes of orders that wait for a person."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from paperdesk.features.broker import approval_store as store
from paperdesk.features.broker.approval_schemas import ApprovalOut, DeclineBody
from paperdesk.features.broker.approvals import ApprovalPending, ApprovalStatus
from paperdesk.features.broker.approve_order import approve_order
from paperdesk.features.broker.decline_order import decline_order
from paperdesk.features.broker.routes import Broker
from paperdesk.features.identity.access import Reading, Work, runtime_of
from paperdesk.infra.http import Page, PageOf
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["broker"], route_class=ListRoute)


@router.get("/approvals")
async def get_approvals(work: Reading, page: Page, status: ApprovalStatus | None = None) -> PageOf[ApprovalOut]:
    """List the orders of keys that wait for a person, or waited, newest first."""
    rows = await store.list_approvals(work, page, status)
    found, next_cursor = page.cut(rows, lambda each: (each.id,))
    return PageOf(items=[ApprovalOut.of(each, work.now) for each in found], next_cursor=next_cursor)


@router.get("/approvals/{approval_id}")
async def get_approval(approval_id: UUID, work: Reading) -> ApprovalOut:
    """Show an order that waits for a person, and what became of it."""
    return ApprovalOut.of(await store.read_approval(work, approval_id), work.now)


@router.post("/approvals/{approval_id}/approve")
async def post_approve(approval_id: UUID, broker: Broker) -> ApprovalOut:
    """Approve of an order: it is placed as it was asked for, or refused by the rules and prices of this moment."""
    return ApprovalOut.of(await approve_order(broker.writer, broker.who, approval_id), broker.now)


@router.post("/approvals/{approval_id}/decline")
async def post_decline(approval_id: UUID, body: DeclineBody, work: Work) -> ApprovalOut:
    """Decline an order: it is never placed."""
    return ApprovalOut.of(await decline_order(work, approval_id, body.reason), work.now)


async def answer_waiting(request: Request, pending: Exception) -> Response:
    """Answer that an order was taken and waits: 202, and what it waits for."""
    assert isinstance(pending, ApprovalPending), "registered for what waits"
    told = ApprovalOut.of(pending.approval, runtime_of(request).clock.now())
    return Response(told.model_dump_json(), 202, {"Cache-Control": "no-store"}, "application/json")
