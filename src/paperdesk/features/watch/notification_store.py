"""The SQL of rules and of what was told by them. What is one person's is read by that person alone."""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.broker.orders import OrderStatus
from paperdesk.core.kernel.ids import AccountId, OrderId, TenantId, UserId
from paperdesk.core.kernel.values import replace
from paperdesk.features.watch.notifications import Notification, OrderEvent, Rule, Way
from paperdesk.features.watch.tables import notification_rules, notifications
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, in_reach, owned

CHANNEL: Final = "paperdesk_notifications"
"""Where the database tells that a rule of an account was set, and that something was told by one."""

_TELL: Final = text("select pg_notify(:channel, :told)")


def _own(table: Table, work: ReadOnly) -> ColumnElement[bool]:
    return table.c.owner_id == work.who.user_id


async def insert_rule(work: UnitOfWork, rule: Rule) -> None:
    """Write a new rule, and tell who looks after them."""
    named = {"id": rule.id, "tenant_id": rule.tenant_id, "owner_id": rule.owner_id, "account_id": rule.account_id}
    wanted = {"name": rule.name, "events": list(rule.events), "states": list(rule.states)}
    told = {"symbols": list(rule.symbols), "channels": list(rule.ways), "url": rule.url, "told_seq": rule.told_seq}
    await work.db.execute(insert(notification_rules).values(**named, **wanted, **told, recorded_at=work.now))
    await work.db.execute(_TELL, {"channel": CHANNEL, "told": f"rule {rule.account_id}"})


async def delete_rule(work: UnitOfWork, rule_id: UUID) -> bool:
    """Delete one of the caller's rules; say whether there was one."""
    rules = notification_rules
    its = (rules.c.id == rule_id, owned(rules, work), _own(rules, work), in_reach(rules.c.account_id, work))
    return (await work.db.execute(delete(rules).where(*its))).rowcount == 1


async def load_rules(work: ReadOnly, rule_id: UUID | None = None, *, lock: bool = False) -> list[Rule]:
    """Load the caller's rules in the order they were made, or the one that is named."""
    rules = notification_rules
    mine = (owned(rules, work), _own(rules, work), in_reach(rules.c.account_id, work))
    query = select(rules).where(*mine).order_by(rules.c.id)
    query = query if rule_id is None else query.where(rules.c.id == rule_id)
    return [_rule(row) for row in await fetch_all(work.db, query.with_for_update() if lock else query)]


async def move_rule(work: UnitOfWork, rule: Rule) -> None:
    """Write how far the events of a rule's account were looked at."""
    its = (notification_rules.c.id == rule.id, owned(notification_rules, work))
    await work.db.execute(update(notification_rules).where(*its).values(told_seq=rule.told_seq))


async def insert_notification(work: UnitOfWork, told: Notification) -> Notification:
    """Write what is told, with the next number of its owner and account."""
    its = (notifications.c.account_id == told.account_id, _own(notifications, work), owned(notifications, work))
    last = select(func.coalesce(func.max(notifications.c.number), 0)).where(*its)
    numbered = replace(told, number=(await work.db.execute(last)).scalar_one() + 1)
    named = {"tenant_id": work.who.tenant_id, "owner_id": work.who.user_id, "recorded_at": work.now}
    values = {name: getattr(numbered, name) for name in Notification.__slots__}
    await work.db.execute(insert(notifications).values(**values, **named))
    return numbered


async def tell_of_told(work: UnitOfWork, account_id: AccountId) -> None:
    """Let the database tell that something was told of an account."""
    await work.db.execute(_TELL, {"channel": CHANNEL, "told": f"told {account_id}"})


async def load_notifications(work: ReadOnly, account_id: UUID, after: int, limit: int) -> list[Notification]:
    """Load what the caller was told of an account after a number, oldest first."""
    mine = (owned(notifications, work), _own(notifications, work))
    query = select(notifications).where(notifications.c.account_id == account_id, notifications.c.number > after, *mine)
    rows = await fetch_all(work.db, query.order_by(notifications.c.number).limit(limit))
    return [_notification(row) for row in rows]


async def last_number(work: ReadOnly, account_id: UUID) -> int:
    """Return the number of what the caller was told last of an account."""
    its = (notifications.c.account_id == account_id, _own(notifications, work))
    query = select(func.max(notifications.c.number)).where(*its, owned(notifications, work))
    return (await work.db.execute(query)).scalar_one() or 0


async def ruled_accounts(db: AsyncConnection) -> set[AccountId]:
    """Return the accounts of all tenants that have rules."""
    query = select(notification_rules.c.account_id).distinct()
    return {AccountId(row["account_id"]) for row in await fetch_all(db, query)}


async def rules_of_account(db: AsyncConnection, account_id: AccountId) -> list[Rule]:
    """Return the rules of everybody on one account."""
    query = select(notification_rules).where(notification_rules.c.account_id == account_id)
    return [_rule(row) for row in await fetch_all(db, query.order_by(notification_rules.c.id))]


async def address_of_rule(work: ReadOnly, rule_id: UUID) -> str | None:
    """Return where a rule of the tenant sends its messages, None when it is gone."""
    its = (notification_rules.c.id == rule_id, owned(notification_rules, work))
    row = await fetch_one(work.db, select(notification_rules.c.url).where(*its))
    return None if row is None else row["url"]


def _rule(row: Row) -> Rule:
    return Rule(
        row["id"],
        TenantId(row["tenant_id"]),
        UserId(row["owner_id"]),
        AccountId(row["account_id"]),
        row["name"],
        [OrderEvent(each) for each in row["events"]],
        [OrderStatus(each) for each in row["states"]],
        row["symbols"],
        [Way(each) for each in row["channels"]],
        row["url"],
        row["told_seq"],
    )


def _notification(row: Row) -> Notification:
    values = {name: row[name] for name in Notification.__slots__}
    typed = {"state": OrderStatus(row["state"]), "order_id": OrderId(row["order_id"])}
    return Notification(**{**values, **typed})
