"""The SQL of saved strategies: rows to values and back."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from paperdesk.core.kernel.ids import UserId
from paperdesk.features.strategies.saved_strategies import SavedStrategy, StrategyVersion
from paperdesk.features.strategies.tables import saved_strategies, strategy_versions
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, of_no_account, owned

_OF_VERSION = ("number", "code_version", "symbols", "parameters", "note", "made_at")


def _seen(work: ReadOnly) -> ColumnElement[bool]:
    """Return the condition that a strategy is the caller's, or published."""
    return or_(saved_strategies.c.owner_id == work.who.user_id, saved_strategies.c.is_published)


def _with_newest(work: ReadOnly) -> Select[tuple[object, ...]]:
    newest = saved_strategies.join(
        strategy_versions,
        (strategy_versions.c.saved_strategy_id == saved_strategies.c.id)
        & (strategy_versions.c.number == saved_strategies.c.version),
    )
    columns = [strategy_versions.c[name] for name in _OF_VERSION]
    query = select(saved_strategies, *columns).select_from(newest)
    return query.where(owned(saved_strategies, work), of_no_account(work), _seen(work))


async def insert_strategy(work: UnitOfWork, found: SavedStrategy) -> bool:
    """Write a strategy that was saved; say whether its name was free."""
    names = ("id", "owner_id", "name", "strategy", "is_active", "is_published", "created_at", "changed_at")
    values = {name: getattr(found, name) for name in names}
    its = {**values, "tenant_id": work.who.tenant_id, "version": found.newest.number}
    row = insert_once(saved_strategies).values(its).on_conflict_do_nothing().returning(saved_strategies.c.id)
    if (await work.db.execute(row)).first() is None:
        return False
    await insert_version(work, found.id, found.newest)
    return True


async def insert_version(work: UnitOfWork, saved_id: UUID, version: StrategyVersion) -> None:
    """Write a version; it is never written again."""
    values = {name: getattr(version, name) for name in _OF_VERSION}
    plain = {"symbols": list(version.symbols), "parameters": jsonable(dict(version.parameters))}
    its = {**values, **plain, "tenant_id": work.who.tenant_id, "saved_strategy_id": saved_id}
    await work.db.execute(insert(strategy_versions).values(its))


async def update_strategy(work: UnitOfWork, found: SavedStrategy) -> bool:
    """Write what of a strategy may change; say whether its name was free."""
    taken = select(saved_strategies.c.id).where(
        owned(saved_strategies, work),
        saved_strategies.c.owner_id == found.owner_id,
        saved_strategies.c.name == found.name,
        saved_strategies.c.id != found.id,
    )
    if await fetch_one(work.db, taken) is not None:
        return False
    values = {name: getattr(found, name) for name in ("name", "is_active", "is_published", "changed_at")}
    its = (saved_strategies.c.id == found.id, owned(saved_strategies, work))
    await work.db.execute(update(saved_strategies).where(*its).values(**values, version=found.newest.number))
    return True


async def load_strategy(work: ReadOnly, saved_id: UUID, *, lock: bool = False) -> SavedStrategy | None:
    """Load a strategy that the caller may see; under lock while it is changed."""
    query = _with_newest(work).where(saved_strategies.c.id == saved_id)
    row = await fetch_one(work.db, query.with_for_update(of=saved_strategies) if lock else query)
    return None if row is None else _strategy(row)


async def load_strategies(work: ReadOnly) -> list[SavedStrategy]:
    """Load the strategies that the caller may see, newest first."""
    rows = await fetch_all(work.db, _with_newest(work).order_by(saved_strategies.c.id.desc()))
    return [_strategy(row) for row in rows]


async def count_strategies(work: ReadOnly) -> int:
    """Count the caller's own strategies."""
    its = (owned(saved_strategies, work), saved_strategies.c.owner_id == work.who.user_id)
    return int(await work.db.scalar(select(func.count()).select_from(saved_strategies).where(*its)) or 0)


async def load_versions(work: ReadOnly, saved_id: UUID) -> list[StrategyVersion]:
    """Load the versions of a strategy, oldest first."""
    its = (strategy_versions.c.saved_strategy_id == saved_id, owned(strategy_versions, work))
    rows = await fetch_all(work.db, select(strategy_versions).where(*its).order_by(strategy_versions.c.number))
    return [_version(row) for row in rows]


async def delete_strategy_row(work: UnitOfWork, saved_id: UUID) -> None:
    """Delete a strategy with its versions; its backtests stay."""
    await work.db.execute(
        delete(saved_strategies).where(saved_strategies.c.id == saved_id, owned(saved_strategies, work))
    )


def _strategy(row: Row) -> SavedStrategy:
    names = ("id", "name", "strategy", "is_active", "is_published", "created_at", "changed_at")
    its = {name: row[name] for name in names}
    return SavedStrategy(**its, owner_id=UserId(row["owner_id"]), newest=_version(row))


def _version(row: Row) -> StrategyVersion:
    return StrategyVersion(**{name: row[name] for name in _OF_VERSION})
