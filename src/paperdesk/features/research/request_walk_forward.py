"""Ask for a walk forward: choose parameters on one stretch, trade the next with them, and so on to the end."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from uuid import UUID

from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.backtest.walking import Walk, folds_of
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.request_sweep import RequestSweep, checked_sweep
from paperdesk.features.research.store import insert_sweep
from paperdesk.features.research.sweeps import Sweep, WalkPlan
from paperdesk.infra.work import UnitOfWork

KIND: Final = "run_fold"


@dataclass(frozen=True, slots=True)
class RequestWalkForward:
    """A sweep in every fold: so many sessions to choose on, and so many to trade after them."""

    sweep: RequestSweep
    walk: Walk
    choose_on: int
    trade_on: int


async def request_walk_forward(work: UnitOfWork, shelf: Shelf, command: RequestWalkForward) -> Sweep:
    """Return the walk forward that was asked for; each fold is a job, and they are enqueued with the same commit."""
    work.require(Scope.TRADE)
    sweep = await checked_sweep(work, shelf, command.sweep)
    _, dataset = await on_tape(work, shelf, sweep.asked.tape_id)
    ends = _session_ends(dataset, sweep.asked.stretch)
    found = folds_of(len(ends) - 1, command.choose_on, command.trade_on, command.walk)
    cursors = [(ends[each.first], ends[each.split], ends[each.stop]) for each in found]
    plan = WalkPlan(command.walk, command.choose_on, command.trade_on, cursors)
    jobs = [await enqueue_fold(work, sweep.id, number) for number in range(1, len(cursors) + 1)]
    sweep = replace(sweep, plan=plan, job_ids=jobs)
    await insert_sweep(work, sweep)
    await work.record("request_walk_forward", sweep.id, {"strategy": sweep.asked.strategy, "folds": len(jobs)})
    return sweep


async def enqueue_fold(work: UnitOfWork, sweep_id: UUID, number: int) -> UUID:
    """Write the job of one fold."""
    return await enqueue_asked(work, KIND, {"sweep_id": sweep_id, "number": number})


def _session_ends(dataset: Dataset, stretch: Stretch) -> list[int]:
    """Return the cursors at which sessions of a stretch have closed and a bar with them, the beginning before them."""
    calendar, found = dataset.calendar, [stretch.after]
    first, last = (calendar.day_of(dataset.at_of(each)) for each in (stretch.after, stretch.upto))
    for session in calendar.sessions(first, last):
        cursor = min(dataset.cursor_at(session.closes_at), stretch.upto)
        step = dataset.next_step(found[-1], "bar")
        if step is not None and step <= cursor:
            found.append(cursor)
    return found


def stretches_of(plan: WalkPlan, number: int, *, close_at_end: bool) -> tuple[Stretch, Stretch]:
    """Return the stretch that a fold chooses on, and the one that it trades."""
    choose, trade_on = (Stretch(one, other, close_at_end) for one, other in pairwise(plan.folds[number - 1]))
    return choose, trade_on
