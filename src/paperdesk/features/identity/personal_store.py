"""The rows of a person in every table that says it has some: read for their archive, gone or blank with them."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, Text, cast, delete, literal, or_, select, update

from paperdesk.core.kernel.ids import UserId
from paperdesk.features.identity.tables import api_keys
from paperdesk.infra.db import Row, metadata
from paperdesk.infra.personal import Personal, said_by
from paperdesk.infra.work import ReadOnly, UnitOfWork, audit, owned

ROWS_AT_ONCE: Final = 500


def _theirs(table: Table, said: Personal, user_id: UserId) -> ColumnElement[bool]:
    assert said.column is not None, "rows of nobody are not asked for"
    column = table.c[said.column]
    if said.column != "account_id":
        return column == user_id
    accounts = metadata.tables["accounts"]
    return column.in_(select(accounts.c.id).where(accounts.c.owner_id == user_id))


def _tables() -> Iterator[tuple[Table, Personal]]:
    for _, table in sorted(metadata.tables.items()):
        said = said_by(table)
        if said is not None and said.column is not None:
            yield table, said


async def rows_of_caller(work: ReadOnly) -> AsyncIterator[tuple[str, list[Row]]]:
    """Yield what is the caller's, table by table, some rows at a time; of each table at least once."""
    for table, said in _tables():
        shown = [column for column in table.c if column.name not in said.secret]
        mine = _theirs(table, said, work.who.user_id)
        mine = mine & owned(table, work) if "tenant_id" in table.c else mine
        async for rows in _in_parts(work, table.name, select(*shown).where(mine).order_by(*table.primary_key)):
            yield rows
    async for rows in _in_parts(work, audit.name, _deeds(work)):
        yield rows


def _deeds(work: ReadOnly) -> Any:  # noqa: ANN401 - a query without static types
    """Return what the audit tells of the caller: what they or their keys did, and what was done to them."""
    me = work.who.user_id
    keys = select(literal("key:") + cast(api_keys.c.id, Text)).where(owned(api_keys, work), api_keys.c.user_id == me)
    is_meant = or_(audit.c.subject == f"user:{me}", audit.c.subject.in_(keys), audit.c.object_id == me)
    return select(audit).where(owned(audit, work), is_meant).order_by(audit.c.id)


async def _in_parts(work: ReadOnly, name: str, query: Any) -> AsyncIterator[tuple[str, list[Row]]]:  # noqa: ANN401
    yield name, []
    found = await work.db.stream(query)
    async for part in found.mappings().partitions(ROWS_AT_ONCE):
        yield name, [{str(key): row[key] for key in row} for row in part]


async def erase_rows(work: UnitOfWork, user_id: UserId) -> None:
    """Remove or blank what tables say goes with a person; the system's work."""
    for table, said in _tables():
        theirs = _theirs(table, said, user_id)
        theirs = theirs & owned(table, work) if "tenant_id" in table.c else theirs
        if said.on_erasure == "goes":
            await work.db.execute(delete(table).where(theirs))
        elif said.blanked:
            values = {
                name: table.c[value[0]] if isinstance(value, tuple) else value for name, value in said.blanked.items()
            }
            await work.db.execute(update(table).where(theirs).values(values))
