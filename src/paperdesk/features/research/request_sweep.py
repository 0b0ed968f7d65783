"""Ask for a sweep: what cannot be run is refused at once, and the rest becomes jobs that any worker takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from paperdesk.core.backtest.search import Range, Search, axes_of, size_of
from paperdesk.core.backtest.trials import AT_ITS_END
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.catalogue import made
from paperdesk.features.backtests.request_backtest import RequestBacktest, checked_backtest
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.learner import check_installed
from paperdesk.features.research.store import insert_sweep
from paperdesk.features.research.sweeps import Objective, Sweep
from paperdesk.infra.strategy_packages import KNOWN
from paperdesk.infra.work import UnitOfWork


class NotMeasured(Invalid):
    """The measure that trials are chosen by is not measured of them."""


KIND: Final = "run_trials"


@dataclass(frozen=True, slots=True)
class RequestSweep:
    """Run a question again with every combination of some parameters, or with `trials` of them drawn or learned.

    Of runs of which only the end counts nothing else is measured.
    """

    question: RequestBacktest
    ranges: Mapping[str, Range]
    search: Search = Search.GRID
    trials: int | None = None
    seed: int = 0
    objective: Objective = Objective.SHARPE
    only_end: bool = False


async def request_sweep(work: UnitOfWork, shelf: Shelf, command: RequestSweep) -> Sweep:
    """Return the sweep that was asked for; its jobs are enqueued with the same commit."""
    work.require(Scope.TRADE)
    sweep = await checked_sweep(work, shelf, command)
    sweep = replace(sweep, job_ids=[await enqueue_chunk(work, sweep, *each) for each in sweep.chunks()])
    await insert_sweep(work, sweep)
    await work.record("request_sweep", sweep.id, {"strategy": sweep.asked.strategy, "trials": sweep.trials})
    return sweep


async def checked_sweep(work: UnitOfWork, shelf: Shelf, command: RequestSweep) -> Sweep:
    """Return a sweep that no job works on yet, or refuse what cannot be searched or run."""
    question, sweep_id = command.question, work.new_id()
    strategy = made(KNOWN, question.strategy, question.symbols, question.parameters)
    axes = axes_of(strategy.parameters, question.parameters, command.ranges)
    if command.only_end and command.objective.needs_the_way:
        named = " or ".join(AT_ITS_END)
        raise NotMeasured(
            f"No {command.objective} is known of an end alone; choose by {named}.", known=list(AT_ITS_END)
        )
    size = size_of(axes, command.search, command.trials)
    if command.search is Search.LEARNED:
        check_installed()
    asked = await checked_backtest(work, shelf, question, (sweep_id, sweep_id))
    fixed = {name: value for name, value in asked.parameters.items() if name not in axes}
    asked = replace(asked, parameters=fixed)
    return Sweep(asked, (), axes, command.search, command.seed, size, command.objective, only_end=command.only_end)


async def enqueue_chunk(work: UnitOfWork, sweep: Sweep, first: int, stop: int) -> UUID:
    """Write the job of some trials: from one number to before another."""
    return await enqueue_asked(work, KIND, {"sweep_id": sweep.id, "first": first, "stop": stop})
