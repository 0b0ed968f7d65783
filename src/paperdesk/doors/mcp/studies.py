"""Tools that study how far a strategy can be believed."""

from uuid import UUID

from pydantic import Field

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, OfAccount, account_meant
from paperdesk.doors.mcp.market import tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.research import paper_routes, study_routes
from paperdesk.features.research.paper_schemas import AgainstPaperOut
from paperdesk.features.research.study_schemas import (
    CrossValidationBody,
    JitterBody,
    LeakCheckBody,
    StudyOut,
    StudyResultsOut,
)
from paperdesk.infra.http import Body


class CrossValidationWish(CrossValidationBody):
    """A cross-validation; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


class LeakCheckWish(LeakCheckBody):
    """A look for leaks; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


class JitterWish(JitterBody):
    """A run to shake; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


class OfStudy(Body):
    """A study."""

    study_id: UUID


async def start_cross_validation(ask: Ask, wish: CrossValidationWish) -> StudyOut:
    """Test what a sweep chooses out of sample, in every combination of groups of sessions; ask for the study later."""
    async with ask.desk.runtime.work(ask.who) as work:
        tape_id = await tape_meant(work, wish.tape_id)
        body = wish.model_copy(update={"tape_id": tape_id})
        return await study_routes.post_cross_validation(body, work, ask.desk.shelf)


async def start_leak_check(ask: Ask, wish: LeakCheckWish) -> StudyOut:
    """Find out whether a strategy sees the future; ask for the study later."""
    async with ask.desk.runtime.work(ask.who) as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await study_routes.post_leak_check(wish.model_copy(update={"tape_id": tape_id}), work, ask.desk.shelf)


async def start_jitter(ask: Ask, wish: JitterWish) -> StudyOut:
    """Shake the parameters and frictions of a run many times, and see how its figures spread; ask for it later."""
    async with ask.desk.runtime.work(ask.who) as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await study_routes.post_jitter(wish.model_copy(update={"tape_id": tape_id}), work, ask.desk.shelf)


async def get_study(ask: Ask, wish: OfStudy) -> StudyResultsOut:
    """Read how far a study is, and what came of it."""
    async with ask.reading() as work:
        return await study_routes.get_study(wish.study_id, work)


class AgainstPaperWish(OfAccount):
    """A run, and an account; without one, that of the key."""

    backtest_id: UUID
    within_s: int = Field(default=paper_routes.A_DAY_S, ge=0, le=10 * paper_routes.A_DAY_S)


async def compare_with_paper(ask: Ask, wish: AgainstPaperWish) -> AgainstPaperOut:
    """Compare a backtest with what a paper account did over the same time: orders, fills, fees, drift by day."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await paper_routes.get_against_paper(
            wish.backtest_id, account["id"], work, ask.desk.shelf, wish.within_s
        )


TOOLS = (
    Tool("start_cross_validation", Scope.TRADE, Effect.ADDS, start_cross_validation),
    Tool("start_leak_check", Scope.TRADE, Effect.ADDS, start_leak_check),
    Tool("start_jitter", Scope.TRADE, Effect.ADDS, start_jitter),
    Tool("compare_with_paper", Scope.READ, Effect.READS, compare_with_paper),
    Tool("get_study", Scope.READ, Effect.READS, get_study),
)
