"""Reads of backtests, and of how far each is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.backtests import store
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.result_store import PARTS
from paperdesk.infra.work import ReadOnly


class UnknownBacktest(NotFound):
    """There is no such backtest."""


class NoReportYet(Conflict):
    """The backtest has not come to anything yet."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """The figures of a run that went to its end, and why some are missing."""

    id: UUID
    name: str
    tape_id: UUID
    ended_at: datetime
    figures: Mapping[str, float | None]
    reasons: Mapping[str, str]


async def figures_of(work: ReadOnly, backtest_ids: Collection[UUID]) -> list[RunFigures]:
    """Return the figures of some runs, of those that went to their end, by their ids."""
    work.require(Scope.READ)
    return [RunFigures(**row) for row in await store.load_figures(work, backtest_ids)]


async def list_backtests(work: ReadOnly, wanted: Mapping[str, str | None]) -> list[Backtest]:
    """Return the runs of the caller's tenant without their reports, newest first."""
    work.require(Scope.READ)
    return await store.load_backtests(work, wanted)


async def runs_of_saved(work: ReadOnly, saved_strategy_id: UUID) -> Mapping[UUID, int]:
    """Return the runs of a saved strategy, oldest first, with the version that each is of."""
    work.require(Scope.READ)
    return await store.load_saved_runs(work, saved_strategy_id)


async def read_backtest(work: ReadOnly, backtest_id: UUID, parts: Collection[str] = PARTS) -> Backtest:
    """Return one run with its report, if there is one, as far as those parts of it."""
    work.require(Scope.READ)
    found = await store.load_backtest(work, backtest_id, parts)
    if found is None:
        raise UnknownBacktest("There is no such backtest.", backtest_id=str(backtest_id))
    return found


async def read_report(work: ReadOnly, backtest_id: UUID, *parts: str) -> Mapping[str, Any]:
    """Return what came of a run, as far as those parts; one that has not ended has come to nothing yet."""
    return report_in(await read_backtest(work, backtest_id, parts))


def report_in(backtest: Backtest) -> Mapping[str, Any]:
    """Return what came of a run that was read, or refuse one that has not ended."""
    if backtest.report is None:
        raise NoReportYet("The backtest has no report yet.", backtest_id=str(backtest.id))
    return backtest.report
