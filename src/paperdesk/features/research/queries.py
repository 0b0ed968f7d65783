"""Reads of sweeps and walks forward: how far each is, what came of its trials, and how two parameters go together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from paperdesk.core.kernel.errors import Invalid, NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.backtests.trial_store import load_best_trial, load_trial_counts, load_trials
from paperdesk.features.research import store
from paperdesk.features.research.sweeps import Sweep, TradedFold
from paperdesk.infra.db import Row
from paperdesk.infra.jobs import Standing, standings
from paperdesk.infra.work import ReadOnly

SweepState = Literal["waiting", "running", "done", "failed", "cancelled"]
_NOT_DONE: Final[tuple[SweepState, ...]] = ("running", "failed", "cancelled")


class UnknownSweep(NotFound):
    """There is no such sweep."""


class UnknownWalkForward(NotFound):
    """There is no such walk forward."""


class NotSwept(Invalid):
    """The parameter has one value in this sweep, and is no axis of a map."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is: its state, and of how many trials, or folds, is known what came of them."""

    state: SweepState
    ended: int
    message: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What the trials with one pair of values came to."""

    value: float | None
    trials: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A measure over two parameters: a row of cells for each value of the second, from the first value of the other."""

    x_values: Sequence[Any]
    y_values: Sequence[Any]
    rows: Sequence[Sequence[Cell]]


async def read_sweep(work: ReadOnly, sweep_id: UUID) -> Sweep:
    """Return one sweep."""
    work.require(Scope.READ)
    found = await store.load_sweep(work, sweep_id)
    if found is None or found.plan is not None:
        raise UnknownSweep("There is no such sweep.", sweep_id=str(sweep_id))
    return found


async def read_walk_forward(work: ReadOnly, walk_id: UUID) -> Sweep:
    """Return one walk forward."""
    work.require(Scope.READ)
    found = await store.load_sweep(work, walk_id)
    if found is None or found.plan is None:
        raise UnknownWalkForward("There is no such walk forward.", walk_id=str(walk_id))
    return found


async def list_walk_forwards(work: ReadOnly) -> list[Sweep]:
    """Return the walks forward of the caller's tenant, newest first."""
    work.require(Scope.READ)
    return await store.load_sweeps(work, walks=True)


async def list_sweeps(work: ReadOnly) -> list[Sweep]:
    """Return the sweeps of the caller's tenant, newest first."""
    work.require(Scope.READ)
    return await store.load_sweeps(work)


async def progress_of(work: ReadOnly, sweeps: Sequence[Sweep]) -> dict[UUID, Progress]:
    """Return how far each sweep is."""
    ended = await load_trial_counts(work, [each.id for each in sweeps])
    jobs = await standings(work, [job_id for each in sweeps for job_id in each.job_ids])
    return {each.id: _progress(each, (ended.get(each.id, 0), each.trials), jobs) for each in sweeps}


async def walked(work: ReadOnly, walks: Sequence[Sweep]) -> dict[UUID, tuple[Progress, list[TradedFold]]]:
    """Return how far each walk forward is, and what came of its folds."""
    folds = await store.load_folds(work, [each.id for each in walks])
    jobs = await standings(work, [job_id for each in walks for job_id in each.job_ids])
    return {each.id: (_progress(each, (len(folds[each.id]), _folds_of(each)), jobs), folds[each.id]) for each in walks}


def _folds_of(walk: Sweep) -> int:
    assert walk.plan is not None, "a walk forward has a plan"
    return len(walk.plan.folds)


def _progress(sweep: Sweep, counts: tuple[int, int], jobs: Mapping[UUID, Standing]) -> Progress:
    ended, total = counts
    known = [jobs[each] for each in sweep.job_ids if each in jobs]
    said = next((each.message for each in known if each.state in ("running", "failed")), "")
    if ended == total:
        return Progress("done", ended, "Done")
    states = {each.state for each in known}
    if "waiting" in states and "running" not in states and not ended:
        return Progress("waiting", ended, said)
    if "waiting" in states:
        return Progress("running", ended, said)
    return Progress(next((each for each in _NOT_DONE if each in states), "cancelled"), ended, said)


async def read_trials(work: ReadOnly, sweep_id: UUID) -> Sequence[Row]:
    """Return what came of the trials of a sweep so far, by their number."""
    await read_sweep(work, sweep_id)
    return await load_trials(work, sweep_id)


async def read_best(work: ReadOnly, sweep: Sweep) -> Row | None:
    """Return the best trial of a sweep so far, None where no trial has the objective."""
    work.require(Scope.READ)
    return await load_best_trial(work, sweep.id, sweep.objective)


def sorted_by(rows: Iterable[Row], measure: str, *, highest_first: bool) -> list[Row]:
    """Return trials by a measure; those without it stand last."""
    return sorted(rows, key=lambda row: position_of(row, measure, highest_first=highest_first))


def position_of(row: Row, measure: str, *, highest_first: bool) -> tuple[bool, float, int]:
    """Return where a trial stands in a list by a measure."""
    value = row[measure]
    if value is None:
        return True, 0.0, row["number"]
    return False, -float(value) if highest_first else float(value), row["number"]


def best_of(rows: Iterable[Row], objective: str) -> Row | None:
    """Return the trial with most of a measure, the first of equals; None where no trial has it."""
    found = sorted_by(rows, objective, highest_first=True)
    return found[0] if found and found[0][objective] is not None else None


async def read_heat_map(
    work: ReadOnly, sweep_id: UUID, axes: tuple[str, str], measure: str, of: Literal["mean", "best"]
) -> HeatMap:
    """Return a measure over two parameters of a sweep, of all trials with the same two values."""
    sweep = await read_sweep(work, sweep_id)
    for name in axes:
        if name not in sweep.axes:
            known = list(sweep.axes)
            raise NotSwept(f"{name[:64]!r} is not swept; the axes are {', '.join(known)}.", axes=known)
    x, y = axes
    found: dict[tuple[str, str], list[float]] = {}
    for row in await load_trials(work, sweep_id):
        if row[measure] is not None:
            pair = str(row["parameters"][x]), str(row["parameters"][y])
            found.setdefault(pair, []).append(row[measure])
    rows = [[_cell(found.get((str(one), str(other)), []), of) for one in sweep.axes[x]] for other in sweep.axes[y]]
    return HeatMap(list(sweep.axes[x]), list(sweep.axes[y]), rows)


def _cell(values: Sequence[float], of: Literal["mean", "best"]) -> Cell:
    if not values:
        return Cell(None, 0)
    return Cell(max(values) if of == "best" else sum(values) / len(values), len(values))
