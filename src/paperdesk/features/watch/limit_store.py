"""The SQL of limits that accounts are watched by, and of what was told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.broker.watched_limits import LimitKind, LimitState, Measured, Reached, Thresholds, WatchedLimit
from paperdesk.core.kernel.ids import AccountId, InstrumentId, TapeId, TenantId, UserId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.values import replace
from paperdesk.features.watch.account_limits import KeptLimit, LimitAlert, Look, watching_for
from paperdesk.features.watch.tables import limit_alerts, watched_limits
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, in_reach, owned

CHANNEL: Final = "paperdesk_limits"
"""Where the database tells that a limit of an account was set, and that something was told of one."""

_TELL: Final = text("select pg_notify(:channel, :told)")


@dataclass(frozen=True, slots=True)
class Watched:
    """An account with limits, the tape it is on, and as whom it is looked at."""

    account_id: AccountId
    tape_id: TapeId
    who: Principal


async def insert_limit(work: UnitOfWork, kept: KeptLimit) -> None:
    """Write a new limit, and tell who looks after them."""
    named = {"id": kept.id, "account_id": kept.account_id, "tape_id": kept.tape_id, "set_at": kept.set_at}
    mine = {"tenant_id": work.who.tenant_id, "owner_id": work.who.user_id, "recorded_at": work.now}
    await work.db.execute(insert(watched_limits).values(**named, **mine, **_terms(kept), **_look(kept)))
    await _tell_set(work, kept)


async def update_limit(work: UnitOfWork, kept: KeptLimit) -> None:
    """Write a limit that was changed, and tell who looks after them."""
    its = (watched_limits.c.id == kept.id, owned(watched_limits, work))
    values = {**_terms(kept), **_look(kept), "set_at": kept.set_at}
    await work.db.execute(update(watched_limits).where(*its).values(**values))
    await _tell_set(work, kept)


async def keep_look(work: UnitOfWork, kept: KeptLimit) -> None:
    """Write what a limit measured and has reached."""
    its = (watched_limits.c.id == kept.id, owned(watched_limits, work))
    await work.db.execute(update(watched_limits).where(*its).values(**_look(kept)))


async def delete_limit_row(work: UnitOfWork, limit_id: UUID) -> bool:
    """Delete a limit of the caller's tenant; say whether there was one. What was told of it stays."""
    limit = watched_limits.c
    its = (limit.id == limit_id, owned(watched_limits, work), in_reach(limit.account_id, work))
    return (await work.db.execute(delete(watched_limits).where(*its))).rowcount == 1


async def load_limits(work: ReadOnly, account_id: UUID, *, lock: bool = False) -> list[KeptLimit]:
    """Load the limits of an account in the order they were set."""
    query = select(watched_limits).where(watched_limits.c.account_id == account_id, owned(watched_limits, work))
    query = query.order_by(watched_limits.c.id)
    return [_limit(row) for row in await fetch_all(work.db, query.with_for_update() if lock else query)]


async def lock_limit(work: UnitOfWork, limit_id: UUID) -> KeptLimit | None:
    """Load a limit of the caller's tenant to change it."""
    limit = watched_limits.c
    its = (limit.id == limit_id, owned(watched_limits, work), in_reach(limit.account_id, work))
    row = await fetch_one(work.db, select(watched_limits).where(*its).with_for_update())
    return None if row is None else _limit(row)


async def insert_alerts(work: UnitOfWork, account_id: AccountId, alerts: Sequence[LimitAlert]) -> list[LimitAlert]:
    """Write what is told of an account's limits under its next numbers, and tell who follows it."""
    if not alerts:
        return []
    # Whoever else writes alerts of the account waits here, so that each number is given once.
    await work.db.execute(text("select pg_advisory_xact_lock(hashtext(:of))"), {"of": f"limits {account_id}"})
    last = await last_alert(work, account_id)
    numbered = [replace(each, number=number) for number, each in enumerate(alerts, last + 1)]
    rows = [{name: getattr(each, name) for name in LimitAlert.__slots__} for each in numbered]
    await work.db.execute(insert(limit_alerts), [{**row, "tenant_id": work.who.tenant_id} for row in rows])
    await work.db.execute(_TELL, {"channel": CHANNEL, "told": f"told {account_id}"})
    return numbered


async def load_alerts(
    work: ReadOnly, account_id: UUID, after: int, limit: int, *, is_acknowledged: bool | None = None
) -> list[LimitAlert]:
    """Load what was told of an account's limits after a number, oldest first; all, or one half of it."""
    alert = limit_alerts.c
    its = (alert.account_id == account_id, alert.number > after, owned(limit_alerts, work))
    query = select(limit_alerts).where(*its)
    if is_acknowledged is not None:
        query = query.where(alert.acknowledged_at.is_not(None) if is_acknowledged else alert.acknowledged_at.is_(None))
    return [_alert(row) for row in await fetch_all(work.db, query.order_by(alert.number).limit(limit))]


async def last_alert(work: ReadOnly, account_id: UUID) -> int:
    """Return the number of what was told last of an account's limits, 0 when that is nothing."""
    its = (limit_alerts.c.account_id == account_id, owned(limit_alerts, work))
    return (await work.db.execute(select(func.max(limit_alerts.c.number)).where(*its))).scalar_one() or 0


async def lock_alert(work: UnitOfWork, alert_id: UUID) -> LimitAlert | None:
    """Load what was told of a limit to take note of it."""
    alert = limit_alerts.c
    its = (alert.id == alert_id, owned(limit_alerts, work), in_reach(alert.account_id, work))
    row = await fetch_one(work.db, select(limit_alerts).where(*its).with_for_update())
    return None if row is None else _alert(row)


async def keep_acknowledged(work: UnitOfWork, alert: LimitAlert) -> None:
    """Write who has taken note of an alert, and when."""
    its = (limit_alerts.c.id == alert.id, owned(limit_alerts, work))
    noted = {"acknowledged_at": alert.acknowledged_at, "acknowledged_by": alert.acknowledged_by}
    await work.db.execute(update(limit_alerts).where(*its).values(**noted))


async def watched_accounts(db: AsyncConnection, account_id: AccountId | None = None) -> list[Watched]:
    """Return the accounts of all tenants with limits that somebody looks at, or one of them."""
    limit = watched_limits.c
    query = select(limit.account_id, limit.tape_id, limit.tenant_id, limit.owner_id).where(limit.is_enabled)
    query = query if account_id is None else query.where(limit.account_id == account_id)
    found = {row["account_id"]: row for row in await fetch_all(db, query.order_by(limit.id))}
    return [_watched(row) for row in found.values()]


def _watched(row: Row) -> Watched:
    who = watching_for(TenantId(row["tenant_id"]), UserId(row["owner_id"]))
    return Watched(AccountId(row["account_id"]), TapeId(row["tape_id"]), who)


async def _tell_set(work: UnitOfWork, kept: KeptLimit) -> None:
    told = f"set {kept.account_id} {kept.tape_id}"
    await work.db.execute(_TELL, {"channel": CHANNEL, "told": told})


def _terms(kept: KeptLimit) -> dict[str, Any]:
    limit = kept.limit
    return {
        "kind": limit.kind.value,
        "symbol": kept.symbol,
        "instrument_id": limit.instrument_id,
        "value": limit.value,
        "warning": limit.thresholds.warning,
        "critical": limit.thresholds.critical,
        "breached": limit.thresholds.breached,
        "is_enabled": kept.is_enabled,
    }


def _look(kept: KeptLimit) -> dict[str, Any]:
    look = kept.look
    return {
        "reached": kept.reached.state.value,
        "since": kept.reached.since,
        "measured": None if look is None else look.measured.amount,
        "reason": None if look is None else look.measured.reason,
        "is_boundless": look is not None and look.measured.is_boundless,
        "looked_at": None if look is None else look.at,
    }


def _limit(row: Row) -> KeptLimit:
    thresholds = Thresholds(row["warning"], row["critical"], row["breached"])
    instrument_id = None if row["instrument_id"] is None else InstrumentId(row["instrument_id"])
    found = Measured(row["measured"], row["reason"], row["is_boundless"], row["since"])
    return KeptLimit(
        row["id"],
        AccountId(row["account_id"]),
        TapeId(row["tape_id"]),
        row["symbol"],
        WatchedLimit(LimitKind(row["kind"]), row["value"], thresholds, instrument_id),
        row["is_enabled"],
        row["set_at"],
        Reached(LimitState(row["reached"]), row["since"]),
        None if row["looked_at"] is None else Look(found, row["looked_at"]),
    )


def _alert(row: Row) -> LimitAlert:
    values = {name: row[name] for name in LimitAlert.__slots__}
    typed = {"kind": LimitKind(row["kind"]), "state": LimitState(row["state"])}
    return LimitAlert(**{**values, **typed, "account_id": AccountId(row["account_id"])})
