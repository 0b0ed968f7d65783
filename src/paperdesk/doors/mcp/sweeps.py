"""Tools that search parameters: a strategy with many of them over what a tape has shown."""

from typing import Literal
from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, Paged
from paperdesk.doors.mcp.market import tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.research import routes
from paperdesk.features.research.schemas import SweepBody, SweepOut, SweepResultsOut, TrialMeasure, TrialOut
from paperdesk.infra.http import Body, PageOf


class StartSweepWish(SweepBody):
    """A sweep; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


class OfSweep(Body):
    """A sweep."""

    sweep_id: UUID


class TrialsWish(OfSweep, Paged):
    """Trials by a measure, the highest first unless asked otherwise."""

    by: TrialMeasure = "sharpe"
    order: Literal["asc", "desc"] = "desc"


async def start_sweep(ask: Ask, wish: StartSweepWish) -> SweepOut:
    """Run a strategy with every combination of some parameters; ask for the sweep until it is done."""
    async with ask.desk.runtime.work(ask.who) as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await routes.post_sweep(wish.model_copy(update={"tape_id": tape_id}), work, ask.desk.shelf)


async def get_sweep(ask: Ask, wish: OfSweep) -> SweepResultsOut:
    """Read how far a sweep is, its best trial, and how likely that is skill and not the luck of many trials."""
    async with ask.reading() as work:
        return await routes.get_sweep(wish.sweep_id, work)


async def get_trials(ask: Ask, wish: TrialsWish) -> PageOf[TrialOut]:
    """List the trials of a sweep by a measure."""
    async with ask.reading() as work:
        return await routes.get_trials(wish.sweep_id, work, wish.page, wish.by, wish.order)


TOOLS = (
    Tool("start_sweep", Scope.TRADE, Effect.ADDS, start_sweep),
    Tool("get_sweep", Scope.READ, Effect.READS, get_sweep),
    Tool("get_trials", Scope.READ, Effect.READS, get_trials),
)
