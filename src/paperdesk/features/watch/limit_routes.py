"""REST routes of the limits that accounts are watched by."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from paperdesk.features.broker.queries import read_account
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.watch import limit_queries as queries
from paperdesk.features.watch.acknowledge_limit_alert import acknowledge_limit_alert
from paperdesk.features.watch.evaluate_limits import evaluate_limits
from paperdesk.features.watch.limit_schemas import (
    EvaluationOut,
    LimitAlertOut,
    LimitBody,
    LimitChangeBody,
    LimitOut,
    RiskMeasuresOut,
)
from paperdesk.features.watch.set_limit import change_limit, delete_limit, set_limit
from paperdesk.infra.http import Page, PageOf, PageParams, Serial, sorted_by
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["watching"], route_class=ListRoute)


LimitsPage = Annotated[PageParams, sorted_by(kind=str, symbol=str, value=Decimal, state=str, set_at=datetime)]


@router.get("/accounts/{account_id}/limits")
async def get_limits(
    account_id: UUID, work: Reading, page: LimitsPage, chosen: Annotated[queries.LimitFilter, Depends()]
) -> PageOf[LimitOut]:
    """List the limits that an account is watched by, oldest first, as they stood when they were looked at."""
    known = await queries.list_limits(work, account_id, chosen)
    items, next_cursor = page.shown_part(known, LimitOut.of, lambda each: (each.id,), tuple[UUID])
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("/accounts/{account_id}/limits", status_code=201)
async def post_limit(account_id: UUID, body: LimitBody, work: Work, shelf: Datasets) -> LimitOut:
    """Watch an account by a limit, which warns, alarms and says that it is breached, and blocks nothing."""
    return LimitOut.of(await set_limit(work, shelf, body.command(account_id)))


@router.patch("/limits/{limit_id}")
async def patch_limit(limit_id: UUID, body: LimitChangeBody, work: Work, shelf: Datasets) -> LimitOut:
    """Change the value of a limit, its thresholds, or whether anybody looks at it."""
    return LimitOut.of(await change_limit(work, shelf, body.command(limit_id)))


@router.delete("/limits/{limit_id}", status_code=204)
async def remove_limit(limit_id: UUID, work: Work) -> None:
    """Delete a limit; what was told of it stays told."""
    await delete_limit(work, limit_id)


@router.post("/accounts/{account_id}/limits/evaluation")
async def post_limit_evaluation(account_id: UUID, work: Work, shelf: Datasets) -> EvaluationOut:
    """Look at the limits of an account now; it is done by itself within a second of whatever changes it, too."""
    return EvaluationOut.of(account_id, await evaluate_limits(work, shelf, account_id))


@router.get("/accounts/{account_id}/limit-alerts")
async def get_limit_alerts(
    account_id: UUID, work: Reading, page: Page, chosen: Annotated[queries.AlertFilter, Depends()]
) -> PageOf[LimitAlertOut]:
    """List what was told of an account's limits, oldest first: all of it, or what somebody has noted, or nobody."""
    await read_account(work, account_id)
    after = page.after(tuple[Serial]) or (0,)
    rows = await queries.alerts_after(work, account_id, after[0], page.limit + 1, chosen)
    found, next_cursor = page.cut(rows, lambda each: (each.number,))
    return PageOf(items=[LimitAlertOut.of(each) for each in found], next_cursor=next_cursor)


@router.post("/limit-alerts/{limit_alert_id}/acknowledgement")
async def post_limit_alert_acknowledgement(limit_alert_id: UUID, work: Work) -> LimitAlertOut:
    """Take note of an alert; who did so first, and when, is kept."""
    return LimitAlertOut.of(await acknowledge_limit_alert(work, limit_alert_id))


@router.get("/accounts/{account_id}/risk-measures")
async def get_risk_measures(account_id: UUID, work: Reading, shelf: Datasets) -> RiskMeasuresOut:
    """State equity, exposure, leverage, the day's result, drawdown and margin, as worked out here from the books."""
    return RiskMeasuresOut.of(account_id, await queries.read_measures(work, shelf, account_id))
