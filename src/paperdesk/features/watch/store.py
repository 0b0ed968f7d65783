"""The SQL of watching: rows to values and back. What is one person's is read by that person alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.ids import InstrumentId, TapeId
from paperdesk.core.market.price_alerts import AlertCondition, AlertFired, PriceAlert
from paperdesk.features.watch.alerts import Firing, SetAlert
from paperdesk.features.watch.tables import price_alert_firings, price_alerts, watchlists
from paperdesk.features.watch.watchlists import Watchlist
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, owned

CHANNEL: Final = "paperdesk_alerts"
"""Where the database tells that an alert of a tape was set, and that one has fired."""

_TELL: Final = text("select pg_notify(:channel, :told)")


def _own(table: Table, work: ReadOnly) -> ColumnElement[bool]:
    return table.c.owner_id == work.who.user_id


async def insert_watchlist(work: UnitOfWork, found: Watchlist) -> None:
    """Write a new list."""
    values = {"id": found.id, "name": found.name, "symbols": list(found.symbols)}
    mine = {"tenant_id": work.who.tenant_id, "owner_id": work.who.user_id}
    times = {"created_at": found.created_at, "changed_at": found.changed_at}
    await work.db.execute(insert(watchlists).values(**values, **mine, **times))


async def update_watchlist(work: UnitOfWork, list_id: UUID, name: str, symbols: Sequence[str]) -> Watchlist | None:
    """Change one of the caller's lists; None when there is no such."""
    its = (watchlists.c.id == list_id, owned(watchlists, work), _own(watchlists, work))
    values = {"name": name, "symbols": list(symbols), "changed_at": work.now}
    row = await fetch_one(work.db, update(watchlists).where(*its).values(values).returning(watchlists))
    return None if row is None else _watchlist(row)


async def delete_watchlist_row(work: UnitOfWork, list_id: UUID) -> bool:
    """Delete one of the caller's lists; say whether there was one."""
    its = (watchlists.c.id == list_id, owned(watchlists, work), _own(watchlists, work))
    return (await work.db.execute(delete(watchlists).where(*its))).rowcount == 1


async def load_watchlists(work: ReadOnly, list_id: UUID | None = None) -> list[Watchlist]:
    """Load the caller's lists in the order they were made, or the one that is named."""
    query = select(watchlists).where(owned(watchlists, work), _own(watchlists, work)).order_by(watchlists.c.id)
    return [
        _watchlist(row)
        for row in await fetch_all(work.db, query if list_id is None else query.where(watchlists.c.id == list_id))
    ]


def _watchlist(row: Row) -> Watchlist:
    return Watchlist(row["id"], row["name"], row["symbols"], row["created_at"], row["changed_at"])


async def insert_alert(work: UnitOfWork, found: SetAlert) -> None:
    """Write a new alert, and tell who looks after them."""
    mine = {"tenant_id": work.who.tenant_id, "owner_id": work.who.user_id}
    named = {"id": found.id, "tape_id": found.tape_id, "instrument_id": found.instrument_id, "symbol": found.symbol}
    times = {"set_at": found.set_at, "recorded_at": work.now}
    await work.db.execute(insert(price_alerts).values(**named, **mine, **_state(found), **times))
    await work.db.execute(_TELL, {"channel": CHANNEL, "told": f"set {found.tape_id}"})


async def update_alert(work: UnitOfWork, found: SetAlert) -> None:
    """Write an alert that was changed, and tell who looks after them."""
    its = (price_alerts.c.id == found.id, owned(price_alerts, work), _own(price_alerts, work))
    await work.db.execute(update(price_alerts).where(*its).values(**_state(found), set_at=found.set_at))
    await work.db.execute(_TELL, {"channel": CHANNEL, "told": f"set {found.tape_id}"})


async def delete_alert_row(work: UnitOfWork, alert_id: UUID) -> bool:
    """Delete one of the caller's alerts; say whether there was one. What has fired stays."""
    its = (price_alerts.c.id == alert_id, owned(price_alerts, work), _own(price_alerts, work))
    return (await work.db.execute(delete(price_alerts).where(*its))).rowcount == 1


async def load_alerts(
    work: ReadOnly, tape_id: UUID | None = None, alert_id: UUID | None = None, *, lock: bool = False
) -> list[SetAlert]:
    """Load the caller's alerts in the order they were set; those of one tape, or the one that is named."""
    query = select(price_alerts).where(owned(price_alerts, work), _own(price_alerts, work)).order_by(price_alerts.c.id)
    query = query if tape_id is None else query.where(price_alerts.c.tape_id == tape_id)
    query = query if alert_id is None else query.where(price_alerts.c.id == alert_id)
    return [_alert(row) for row in await fetch_all(work.db, query.with_for_update() if lock else query)]


async def count_alerts(work: ReadOnly) -> int:
    """Count the caller's alerts."""
    query = select(func.count()).select_from(price_alerts).where(owned(price_alerts, work), _own(price_alerts, work))
    return (await work.db.execute(query)).scalar_one()


async def count_watchlists(work: ReadOnly) -> int:
    """Count the caller's lists."""
    query = select(func.count()).select_from(watchlists).where(owned(watchlists, work), _own(watchlists, work))
    return (await work.db.execute(query)).scalar_one()


async def load_firings(work: ReadOnly, tape_id: UUID, after: int, limit: int) -> list[Firing]:
    """Load what has fired of the caller's alerts on a tape, oldest first."""
    its = (price_alert_firings.c.tape_id == tape_id, price_alert_firings.c.seq > after)
    query = select(price_alert_firings).where(*its, owned(price_alert_firings, work), _own(price_alert_firings, work))
    rows = await fetch_all(work.db, query.order_by(price_alert_firings.c.seq).limit(limit))
    return [_firing(row) for row in rows]


async def last_firing(work: ReadOnly, tape_id: UUID) -> int:
    """Return the number of what fired last of the caller's alerts on a tape."""
    its = (price_alert_firings.c.tape_id == tape_id, _own(price_alert_firings, work))
    query = select(func.max(price_alert_firings.c.seq)).where(*its, owned(price_alert_firings, work))
    return (await work.db.execute(query)).scalar_one() or 0


async def watched_tapes(db: AsyncConnection) -> set[TapeId]:
    """Return the tapes of all tenants on which an alert waits."""
    query = select(price_alerts.c.tape_id).where(price_alerts.c.is_armed).distinct()
    return {TapeId(row["tape_id"]) for row in await fetch_all(db, query)}


async def armed_alerts(db: AsyncConnection, tape_id: TapeId) -> list[SetAlert]:
    """Return the alerts of everybody that wait on a tape."""
    query = select(price_alerts).where(price_alerts.c.tape_id == tape_id, price_alerts.c.is_armed)
    return [_alert(row) for row in await fetch_all(db, query.order_by(price_alerts.c.id))]


async def keep_looked_at(
    db: AsyncConnection, found: SetAlert, fired: Sequence[AlertFired], recorded_at: datetime
) -> bool:
    """Write how far an alert was looked at and what has fired of it, unless it was changed meanwhile; say if it was."""
    its = (price_alerts.c.id == found.id, price_alerts.c.version == found.version - 1)
    kept = update(price_alerts).where(*its).values(**_state(found))
    row = await fetch_one(db, kept.returning(price_alerts.c.tenant_id, price_alerts.c.owner_id))
    if row is None:
        return False
    named = {"tape_id": found.tape_id, "owner_id": row["owner_id"], "tenant_id": row["tenant_id"]}
    last = select(func.coalesce(func.max(price_alert_firings.c.seq), 0)).where(
        price_alert_firings.c.tape_id == found.tape_id, price_alert_firings.c.owner_id == row["owner_id"]
    )
    seq: int = (await db.execute(last)).scalar_one() if fired else 0
    terms = {"alert_id": found.id, "symbol": found.symbol}
    terms |= {"condition": found.alert.condition.value, "recorded_at": recorded_at}
    for number, each in enumerate(fired, seq + 1):
        told = {
            "cursor": each.cursor,
            "at": each.at,
            "level": each.level,
            "price": each.price,
            "change_percent": each.change_percent,
        }
        await db.execute(insert(price_alert_firings).values(**named, **terms, **told, seq=number))
    if fired:
        await db.execute(_TELL, {"channel": CHANNEL, "told": f"fired {found.tape_id}"})
    return True


def _state(found: SetAlert) -> dict[str, Any]:
    alert = found.alert
    return {
        "condition": alert.condition.value,
        "level": alert.level,
        "rearms": alert.rearms,
        "is_armed": alert.is_armed,
        "is_beyond": alert.is_beyond,
        "checked_cursor": found.checked_cursor,
        "version": found.version,
    }


def _alert(row: Row) -> SetAlert:
    terms = AlertCondition(row["condition"]), row["level"], row["rearms"], row["is_beyond"], row["is_armed"]
    return SetAlert(
        row["id"],
        TapeId(row["tape_id"]),
        InstrumentId(row["instrument_id"]),
        row["symbol"],
        PriceAlert(*terms),
        row["checked_cursor"],
        row["version"],
        row["set_at"],
    )


def _firing(row: Row) -> Firing:
    fired = AlertFired(row["cursor"], row["at"], row["level"], row["price"], row["change_percent"])
    condition = AlertCondition(row["condition"])
    named = row["seq"], row["alert_id"], TapeId(row["tape_id"]), row["symbol"]
    return Firing(*named, condition, fired, row["recorded_at"])
