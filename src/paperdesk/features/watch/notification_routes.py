"""REST routes of what people are told of orders."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from paperdesk.features.broker.queries import read_account
from paperdesk.features.identity.access import Reading, SecretWork, Serving, Work
from paperdesk.features.watch import notification_queries as queries
from paperdesk.features.watch.deliver_notification import webhook_secret
from paperdesk.features.watch.notification_schemas import (
    MadeNotificationRuleOut,
    NotificationOut,
    NotificationRuleBody,
    NotificationRuleOut,
)
from paperdesk.features.watch.save_notification_rule import delete_notification_rule, save_notification_rule
from paperdesk.infra.http import Page, PageOf, PageParams, Serial, sorted_by
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["watching"], route_class=ListRoute)


NotificationRulesPage = Annotated[PageParams, sorted_by(name=str)]


@router.get("/notification-rules")
async def get_notification_rules(work: Reading, page: NotificationRulesPage) -> PageOf[NotificationRuleOut]:
    """List your rules, oldest first."""
    known = await queries.list_rules(work)
    found, next_cursor = page.part(known, lambda each: (each.id,), tuple[UUID])
    return PageOf(items=[NotificationRuleOut.of(each) for each in found], next_cursor=next_cursor)


@router.post("/notification-rules", status_code=201)
async def post_notification_rule(
    body: NotificationRuleBody, work: SecretWork, runtime: Serving
) -> MadeNotificationRuleOut:
    """Be told of events of an account's orders from now on."""
    reaches_private = runtime.settings.webhooks_reach_private
    rule = await save_notification_rule(work, body.command(), reaches_private=reaches_private)
    secret = None if rule.url is None else webhook_secret(runtime.hasher, rule.id)
    return MadeNotificationRuleOut(rule=NotificationRuleOut.of(rule), secret=secret)


@router.delete("/notification-rules/{rule_id}", status_code=204)
async def remove_notification_rule(rule_id: UUID, work: Work) -> None:
    """Delete a rule; what was told by it stays."""
    await delete_notification_rule(work, rule_id)


@router.get("/accounts/{account_id}/notifications")
async def get_notifications(account_id: UUID, work: Reading, page: Page) -> PageOf[NotificationOut]:
    """List what you were told of an account's orders, oldest first."""
    await read_account(work, account_id)
    after = page.after(tuple[Serial]) or (0,)
    rows = await queries.notifications_after(work, account_id, after[0], page.limit + 1)
    found, next_cursor = page.cut(rows, lambda each: (each.number,))
    return PageOf(items=[NotificationOut.of(each) for each in found], next_cursor=next_cursor)
