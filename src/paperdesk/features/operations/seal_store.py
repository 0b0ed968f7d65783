"""The SQL of the audit trail: what is to be sealed, the seals, and what stands under them now.

A digest is made by the database of a canonical text of the row, so that sealing and verifying say it in the same words.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import TextClause, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Uuid

from paperdesk.core.kernel.ids import TenantId
from paperdesk.features.operations.audit_chain import Head, Seal, Stretch
from paperdesk.features.operations.tables import seals
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.http import PageParams
from paperdesk.infra.keyset import part_of
from paperdesk.infra.work import ReadOnly, audit, owned

_MY_TURN: Final = text("select pg_try_advisory_xact_lock(hashtext('paperdesk:seals'))")
_INSTANT: Final = """to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
_DIGEST: Final = "sha256(convert_to(jsonb_build_array({})::text, 'UTF8')) as digest"
_LINE: Final = _DIGEST.format(
    f"id, tenant_id, {_INSTANT.format('recorded_at')}, subject, action, object_id, details, origin"
)
_EVENT: Final = _DIGEST.format(
    f"e.account_id, e.seq, e.tenant_id, e.kind, e.subject, {_INSTANT.format('e.at')}, "
    f"{_INSTANT.format('e.recorded_at')}, e.payload::jsonb, e.cursor, e.command::jsonb, e.origin"
)
_UNSEALED: Final = text(
    f"select id, tenant_id, {_LINE} from audit where seal is null order by id limit :limit"  # noqa: S608 - constants
)
_SEALED: Final = text(
    f"select id, action, seal, {_LINE} from audit"  # noqa: S608 - constants
    " where tenant_id = :tenant_id and (seal = :number or id = any(:ids)) order by id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_EVENTS: Final = text(
    f"""
    select s.place, e.seq, e.kind, {_EVENT}
    from unnest(:account_ids, :first_seqs, :last_seqs) with ordinality as s(account_id, first_seq, last_seq, place)
    join events e on e.account_id = s.account_id and e.seq between s.first_seq and s.last_seq
    order by s.place, e.seq
    """  # noqa: S608 - constants
).bindparams(
    bindparam("account_ids", type_=ARRAY(Uuid)),
    bindparam("first_seqs", type_=ARRAY(BigInteger)),
    bindparam("last_seqs", type_=ARRAY(BigInteger)),
)


async def take_turn(db: AsyncConnection) -> bool:
    """Say whether this transaction is the one that seals now; another's turn ends with it."""
    taken: bool = (await db.execute(_MY_TURN)).scalar_one()
    return taken


async def unsealed_lines(db: AsyncConnection, limit: int) -> list[Row]:
    """Return lines of all tenants that no seal stands for, with their digests; for the system."""
    return await fetch_all(db, _UNSEALED.bindparams(limit=limit))


async def events_of(db: AsyncConnection, stretches: Sequence[Stretch]) -> list[Row]:
    """Return the events of some stretches that are there, with their digests and the place of their stretch, from 1."""
    return await fetch_all(db, _of(_EVENTS, stretches))


async def lines_of(work: ReadOnly, seal: Seal) -> list[Row]:
    """Return the lines that a seal stands for or that claim it, with their digests."""
    known = {"tenant_id": seal.tenant_id, "number": seal.number, "ids": list(seal.line_ids)}
    return await fetch_all(work.db, _SEALED.bindparams(**known))


def _of(query: TextClause, stretches: Sequence[Stretch]) -> TextClause:
    return query.bindparams(
        account_ids=[each.account_id for each in stretches],
        first_seqs=[each.first_seq for each in stretches],
        last_seqs=[each.last_seq for each in stretches],
    )


async def head_of(db: AsyncConnection, tenant_id: TenantId) -> Head | None:
    """Return the last seal of a tenant."""
    query = select(seals.c.number, seals.c.hash).where(seals.c.tenant_id == tenant_id)
    row = await fetch_one(db, query.order_by(seals.c.number.desc()).limit(1))
    return None if row is None else Head(row["number"], row["hash"])


async def add_seal(db: AsyncConnection, seal: Seal) -> None:
    """Write a seal, and in its lines which one it is; for the system."""
    row = {
        "tenant_id": seal.tenant_id, "number": seal.number, "sealed_at": seal.sealed_at,
        "line_ids": list(seal.line_ids), "digests": seal.digests, "previous": seal.previous, "hash": seal.hash,
        "account_ids": [each.account_id for each in seal.stretches],
        "first_seqs": [each.first_seq for each in seal.stretches],
        "last_seqs": [each.last_seq for each in seal.stretches],
    }  # fmt: skip
    await db.execute(insert(seals).values(row))
    await db.execute(update(audit).where(audit.c.id.in_(seal.line_ids)).values(seal=seal.number))


async def seals_after(work: ReadOnly, number: int, limit: int) -> list[tuple[Seal, bytes]]:
    """Return seals of the caller's tenant after one of them, in their order, each with the hash written there."""
    query = select(seals).where(owned(seals, work), seals.c.number > number).order_by(seals.c.number).limit(limit)
    return [(_seal(row), row["hash"]) for row in await fetch_all(work.db, query)]


def _seal(row: Row) -> Seal:
    stretches = [Stretch(*each) for each in zip(row["account_ids"], row["first_seqs"], row["last_seqs"], strict=True)]
    same = {name: row[name] for name in ("tenant_id", "number", "sealed_at", "line_ids", "digests", "previous")}
    return Seal(stretches=stretches, **same)


async def last_number(work: ReadOnly) -> int:
    """Return the number of the caller's tenant's last seal; none is 0."""
    query = select(func.coalesce(func.max(seals.c.number), 0)).where(owned(seals, work))
    found: int = (await work.db.execute(query)).scalar_one()
    return found


async def count_unsealed(work: ReadOnly) -> int:
    """Return how many lines of the caller's tenant no seal stands for yet."""
    query = select(func.count()).select_from(audit).where(owned(audit, work), audit.c.seal.is_(None))
    found: int = (await work.db.execute(query)).scalar_one()
    return found


async def list_lines(work: ReadOnly, wanted: dict[str, Any], page: PageParams) -> list[Row]:
    """Return a page of the caller's tenant's lines and one more, whose columns are as wanted where that is not None."""
    query = select(audit).where(owned(audit, work))
    for name, value in wanted.items():
        query = query if value is None else query.where(audit.c[name] == value)
    return await fetch_all(work.db, part_of(query, page, audit.c, audit.c.id))
