"""The SQL of backtests: rows to values and back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Select, any_, delete, insert, select, update

from paperdesk.core.kernel.values import replace
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.result_store import load_figures_of, load_results, rest_of, save_results
from paperdesk.features.backtests.rows import backtest_in, values_of
from paperdesk.features.backtests.tables import backtests, strategy_runs
from paperdesk.infra.db import fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, of_no_account, owned

# Lists do without what came of each: a report may be long.
_HEAD: Final = [column for column in backtests.c if column.name != "report"]


async def insert_backtest(work: UnitOfWork, asked: Backtest) -> None:
    """Write a run that was asked for, and which version of a saved strategy it is of."""
    await work.db.execute(insert(backtests).values(**values_of(work, asked), limits=jsonable(list(asked.limits))))
    if asked.saved is not None:
        its = {"saved_strategy_id": asked.saved.saved_strategy_id, "version": asked.saved.number}
        mine = {"backtest_id": asked.id, "tenant_id": work.who.tenant_id}
        await work.db.execute(insert(strategy_runs).values({**its, **mine}))


def _with_saved(columns: Sequence[Column[Any]]) -> Select[Any]:
    saved = strategy_runs.c.saved_strategy_id, strategy_runs.c.version.label("saved_version")
    its = strategy_runs.c.backtest_id == backtests.c.id
    return select(*columns, *saved).select_from(backtests.outerjoin(strategy_runs, its))


async def load_saved_runs(work: ReadOnly, saved_strategy_id: UUID) -> dict[UUID, int]:
    """Return the runs of a saved strategy, oldest first, with the version that each is of."""
    its = (strategy_runs.c.saved_strategy_id == saved_strategy_id, owned(strategy_runs, work))
    rows = await fetch_all(work.db, select(strategy_runs).where(*its).order_by(strategy_runs.c.backtest_id))
    return {row["backtest_id"]: row["version"] for row in rows}


async def load_backtest(work: ReadOnly, backtest_id: UUID, parts: Collection[str] = ()) -> Backtest | None:
    """Load one run with what of its report is no part, and the parts that are named."""
    its = (backtests.c.id == backtest_id, owned(backtests, work), of_no_account(work))
    row = await fetch_one(work.db, _with_saved(list(backtests.c)).where(*its))
    found = None if row is None else backtest_in(row)
    if found is None or found.report is None:
        return found
    return replace(found, report={**found.report, **await load_results(work, backtest_id, parts)})


async def load_backtests(work: ReadOnly, wanted: Mapping[str, str | None]) -> list[Backtest]:
    """Load the runs of a tenant without their reports, newest first: of a strategy or a symbol, if one is named."""
    query = _with_saved(_HEAD).where(owned(backtests, work), of_no_account(work)).order_by(backtests.c.id.desc())
    if wanted.get("strategy") is not None:
        query = query.where(backtests.c.strategy == wanted["strategy"])
    if wanted.get("symbol") is not None:
        query = query.where(any_(backtests.c.symbols) == wanted["symbol"])
    return [backtest_in(row) for row in await fetch_all(work.db, query)]


async def load_figures(work: ReadOnly, backtest_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Load the figures of the runs that went to their end, without the rest of their reports, oldest first."""
    report = backtests.c.report
    columns = [backtests.c[name] for name in ("id", "name", "tape_id", "ended_at")]
    ended = (report.is_not(None), report["failure"].as_string().is_(None), ~report["is_cancelled"].as_boolean())
    its = (backtests.c.id.in_(backtest_ids), owned(backtests, work), of_no_account(work))
    runs = await fetch_all(work.db, select(*columns).where(*its, *ended).order_by(backtests.c.id))
    figures = await load_figures_of(work, [each["id"] for each in runs])
    return [{**run, **figures[run["id"]]} for run in runs]


async def save_report(work: UnitOfWork, backtest_id: UUID, report: Mapping[str, Any]) -> None:
    """Keep what came of a run; one that was deleted meanwhile is left at that."""
    its = (backtests.c.id == backtest_id, owned(backtests, work))
    values = {"report": rest_of(report), "ended_at": work.now}
    if (await work.db.execute(update(backtests).where(*its).values(values))).rowcount:
        await save_results(work, backtest_id, report)


async def delete_backtest_row(work: UnitOfWork, backtest_id: UUID) -> None:
    """Delete one run and what came of it."""
    await work.db.execute(delete(backtests).where(backtests.c.id == backtest_id, owned(backtests, work)))
