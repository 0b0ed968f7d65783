"""What came of runs as typed rows: written with a run's report, and read part by part in the form of the report.

Every column says by its type how its values are written: exact numbers and ids as text, instants in UTC.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Table, Uuid, delete, select

from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.backtests import tables
from paperdesk.infra.db import Exact, Instant, Row, fetch_all, insert_together
from paperdesk.infra.work import ReadOnly, UnitOfWork, owned

_FRAME: Final = frozenset(("backtest_id", "tenant_id", "owner_id", "number"))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a report and its table; `has_number` where its rows tell their place themselves."""

    table: Table
    has_number: bool = False

    @property
    def columns(self) -> list[Column[Any]]:
        """Return what a row of the report tells."""
        told = [each for each in self.table.c if each.name not in _FRAME]
        return [self.table.c.number, *told] if self.has_number else told


PARTS: Final[Mapping[str, Part]] = {
    "equity": Part(tables.points),
    "orders": Part(tables.run_orders),
    "fill_rows": Part(tables.run_fills, has_number=True),
    "round_trips": Part(tables.round_trips, has_number=True),
    "positions": Part(tables.run_positions),
    "events": Part(tables.run_events),
    "periods": Part(tables.periods),
    "figures": Part(tables.figures),
}
PERIODS: Final = ("day", "week", "month", "year")


def rest_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a report is in no part of it."""
    return {name: each for name, each in report.items() if name not in PARTS and name != "reasons"}


async def save_results(work: UnitOfWork, backtest_id: UUID, report: Mapping[str, Any]) -> None:
    """Write the parts of a report as rows, in place of those that there are."""
    for name, rows in _rows_of(report).items():
        table = PARTS[name].table
        await work.db.execute(delete(table).where(table.c.backtest_id == backtest_id, owned(table, work)))
        if rows:
            await _insert(work, backtest_id, PARTS[name], rows)


async def load_results(work: ReadOnly, backtest_id: UUID, parts: Collection[str]) -> dict[str, Any]:
    """Return parts of a report from their rows; with the figures come the reasons of those that are missing."""
    found: dict[str, Any] = {name: await _load(work, backtest_id, PARTS[name]) for name in parts}
    if "periods" in found:
        found["periods"] = _by_kind(found["periods"])
    if "figures" in found:
        found |= _figures(found["figures"])
    return found


async def load_figures_of(work: ReadOnly, backtest_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the figures of some runs, each with the reasons of those that are missing."""
    table = tables.figures
    its = (table.c.backtest_id.in_(backtest_ids), owned(table, work))
    rows = await fetch_all(work.db, select(table).where(*its).order_by(table.c.backtest_id, table.c.number))
    together: dict[UUID, list[Row]] = {each: [] for each in backtest_ids}
    for row in rows:
        together[row["backtest_id"]].append(row)
    return {each: _figures(found) for each, found in together.items()}


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    reasons = {each["name"]: each["reason"] for each in rows if each["reason"] is not None}
    return {"figures": {each["name"]: each["value"] for each in rows}, "reasons": reasons}


def _rows_of(report: Mapping[str, Any]) -> dict[str, Sequence[Mapping[str, Any]]]:
    rows = {name: report.get(name, []) for name in PARTS}
    periods = [{"kind": kind, **each} for kind, found in report["periods"].items() for each in found]
    reasons = report["reasons"]
    names = dict.fromkeys([*report["figures"], *reasons])
    figures = [{"name": each, "value": report["figures"].get(each), "reason": reasons.get(each)} for each in names]
    return {**rows, "periods": periods, "figures": figures}


def _by_kind(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {
        kind: [{name: each for name, each in row.items() if name != "kind"} for row in rows if row["kind"] == kind]
        for kind in PERIODS
    }


async def _insert(work: UnitOfWork, backtest_id: UUID, part: Part, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write all rows with one statement, which takes each column as an array."""
    told = [each for each in part.columns if each.name != "number"]
    readers = [(each.name, _READ.get(_kind(each), _same)) for each in told]
    read = [
        {"number": number, **{name: reader(row.get(name)) for name, reader in readers}}
        for number, row in enumerate(rows, 1)
    ]
    its = {"backtest_id": backtest_id, "tenant_id": work.who.tenant_id, "owner_id": work.who.user_id}
    await work.db.execute(insert_together(part.table, its, read))


async def _load(work: ReadOnly, backtest_id: UUID, part: Part) -> list[dict[str, Any]]:
    table, columns = part.table, part.columns
    its = (table.c.backtest_id == backtest_id, owned(table, work))
    found = (await work.db.execute(select(*columns).where(*its).order_by(table.c.number))).all()
    writers = [(each.name, _WRITTEN.get(_kind(each), _same)) for each in columns]
    return [
        {name: None if value is None else write(value) for (name, write), value in zip(writers, row, strict=True)}
        for row in found
    ]


def _kind(column: Column[Any]) -> type[Any]:
    return type(column.type)


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever the column holds
    return value


def _exact(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


_WRITTEN: Final[Mapping[type[Any], Callable[[Any], Any]]] = {type(Exact): plain, Instant: instant_text, Uuid: str}
_READ: Final[Mapping[type[Any], Callable[[Any], Any]]] = {type(Exact): _exact, Instant: _instant, Uuid: _id}
