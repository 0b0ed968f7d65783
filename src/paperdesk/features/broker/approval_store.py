"""The SQL of orders that wait for a person."""

from uuid import UUID

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from paperdesk.core.kernel.ids import KeyId
from paperdesk.features.broker.approvals import Approval, ApprovalStatus, UnknownApproval
from paperdesk.features.broker.rows import command_of, command_text
from paperdesk.features.broker.tables import approvals
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.http import PageParams
from paperdesk.infra.work import ReadOnly, UnitOfWork, in_reach, owned

_WAITS = approvals.c.status == ApprovalStatus.WAITING
_SAME = ("id", "account_id", "key_id", "worth", "threshold", "currency", "created_at", "expires_at")


async def add_approval(work: UnitOfWork, approval: Approval) -> bool:
    """Write what waits; say whether nothing of that name waited already."""
    values = {name: getattr(approval, name) for name in (*_SAME, "name", "asked")}
    values |= {"tenant_id": work.who.tenant_id, "status": approval.status, "command": command_text(approval.command)}
    query = upsert(approvals).values(values).on_conflict_do_nothing()
    return (await work.db.execute(query)).rowcount == 1


async def end_late(work: UnitOfWork, key_id: KeyId) -> None:
    """Write that nobody decided in time about what a key asked for."""
    is_late = and_(owned(approvals, work), approvals.c.key_id == key_id, _WAITS, approvals.c.expires_at <= work.now)
    await work.db.execute(update(approvals).where(is_late).values(status=ApprovalStatus.EXPIRED))


async def count_waiting(work: ReadOnly, key_id: KeyId) -> int:
    """Return how much of a key waits."""
    query = select(func.count()).where(owned(approvals, work), approvals.c.key_id == key_id, _WAITS)
    found: int = (await work.db.execute(query)).scalar_one()
    return found


async def approval_of_name(work: ReadOnly, asked: Approval) -> Approval | None:
    """Return what the same key asked for under the same name and waits, or was declined; the newest."""
    c = approvals.c
    mine = and_(
        owned(approvals, work), c.account_id == asked.account_id, c.key_id == asked.key_id, c.name == asked.name
    )
    query = select(approvals).where(mine, or_(_WAITS, c.status == ApprovalStatus.DECLINED))
    rows = await fetch_all(work.db, query.order_by(c.id.desc()).limit(1))
    return _approval(rows[0]) if rows else None


async def read_approval(work: ReadOnly, approval_id: UUID, *, is_locked: bool = False) -> Approval:
    """Return what waits or waited, locked or not. Raises UnknownApproval."""
    c = approvals.c
    query = select(approvals).where(owned(approvals, work), in_reach(c.account_id, work), c.id == approval_id)
    row = await fetch_one(work.db, query.with_for_update() if is_locked else query)
    if row is None:
        raise UnknownApproval("Nothing waits under this id.", approval_id=str(approval_id))
    return _approval(row)


async def list_approvals(work: ReadOnly, page: PageParams, status: ApprovalStatus | None) -> list[Approval]:
    """Return what waits or waited, newest first: one more than the page holds."""
    c, after = approvals.c, page.after(tuple[UUID])
    query = select(approvals).where(owned(approvals, work), in_reach(c.account_id, work))
    if after is not None:
        query = query.where(c.id < after[0])
    if status in {ApprovalStatus.WAITING, ApprovalStatus.EXPIRED}:
        is_late = c.expires_at <= work.now
        was_late = or_(and_(_WAITS, is_late), c.status == ApprovalStatus.EXPIRED)
        query = query.where(was_late if status is ApprovalStatus.EXPIRED else and_(_WAITS, ~is_late))
    elif status is not None:
        query = query.where(c.status == status)
    rows = await fetch_all(work.db, query.order_by(c.id.desc()).limit(page.limit + 1))
    return [_approval(row) for row in rows]


async def save_decision(work: UnitOfWork, approval: Approval) -> None:
    """Write what became of it."""
    names = ("status", "decided_at", "decided_by", "reason", "order_id")
    mine = and_(owned(approvals, work), approvals.c.id == approval.id)
    await work.db.execute(update(approvals).where(mine).values({name: getattr(approval, name) for name in names}))


def _approval(row: Row) -> Approval:
    told = {name: row[name] for name in (*_SAME, "asked", "decided_at", "decided_by", "reason", "order_id")}
    command = command_of(row["command"])
    return Approval(**told, command=command, status=ApprovalStatus(row["status"]))  # type: ignore[arg-type]
