"""The SQL of backtests: rows to values and back."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import any_, delete, insert, select, update

from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.kernel.ids import DatasetId, TapeId
from paperdesk.features.backtests.backtests import Backtest, RunMode
from paperdesk.features.backtests.tables import backtests
from paperdesk.features.broker.rows import rules_of, rules_value
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, of_no_account, owned

# Lists do without what came of each: a report may be long.
_HEAD: Final = [column for column in backtests.c if column.name != "report"]


async def insert_backtest(work: UnitOfWork, asked: Backtest) -> None:
    """Write a run that was asked for."""
    its = {name: getattr(asked, name) for name in _SAME} | {"symbols": list(asked.symbols)}
    values = {
        **its,
        "tenant_id": work.who.tenant_id,
        "owner_id": work.who.user_id,
        "parameters": jsonable(dict(asked.parameters)),
        "rules": msgspec.json.encode(jsonable(rules_value(asked.rules))).decode(),
        "after_cursor": asked.stretch.after,
        "upto_cursor": asked.stretch.upto,
    }
    await work.db.execute(insert(backtests).values(values))


_SAME: Final = (
    "id", "job_id", "name", "tape_id", "dataset_id", "strategy", "version", "symbols", "currency", "cash", "asked_at",
    "mode", "risk_free", "benchmark",
)  # fmt: skip


async def load_backtest(work: ReadOnly, backtest_id: UUID) -> Backtest | None:
    """Load one run with its report."""
    its = (backtests.c.id == backtest_id, owned(backtests, work), of_no_account(work))
    row = await fetch_one(work.db, select(backtests).where(*its))
    return None if row is None else _backtest(row)


async def load_backtests(work: ReadOnly, wanted: Mapping[str, str | None]) -> list[Backtest]:
    """Load the runs of a tenant without their reports, newest first: of a strategy or a symbol, if one is named."""
    query = select(*_HEAD).where(owned(backtests, work), of_no_account(work)).order_by(backtests.c.id.desc())
    if wanted.get("strategy") is not None:
        query = query.where(backtests.c.strategy == wanted["strategy"])
    if wanted.get("symbol") is not None:
        query = query.where(any_(backtests.c.symbols) == wanted["symbol"])
    return [_backtest(row) for row in await fetch_all(work.db, query)]


async def save_report(work: UnitOfWork, backtest_id: UUID, report: Mapping[str, Any]) -> None:
    """Keep what came of a run; one that was deleted meanwhile is left at that."""
    its = (backtests.c.id == backtest_id, owned(backtests, work))
    await work.db.execute(update(backtests).where(*its).values(report=dict(report), ended_at=work.now))


async def delete_backtest_row(work: UnitOfWork, backtest_id: UUID) -> None:
    """Delete one run and what came of it."""
    await work.db.execute(delete(backtests).where(backtests.c.id == backtest_id, owned(backtests, work)))


def _backtest(row: Row) -> Backtest:
    return Backtest(
        id=row["id"],
        job_id=row["job_id"],
        name=row["name"],
        tape_id=TapeId(row["tape_id"]),
        dataset_id=DatasetId(row["dataset_id"]),
        strategy=row["strategy"],
        version=row["version"],
        symbols=tuple(row["symbols"]),
        parameters=row["parameters"],
        rules=rules_of(row["rules"]),
        currency=row["currency"],
        cash=row["cash"],
        stretch=Stretch(row["after_cursor"], row["upto_cursor"]),
        asked_at=row["asked_at"],
        mode=RunMode(row["mode"]),
        ended_at=row["ended_at"],
        report=row.get("report"),
        risk_free=row["risk_free"],
        benchmark=row["benchmark"],
    )
