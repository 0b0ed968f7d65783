"""Tools that prove runs: what came of one in one file, and whether it can be repeated."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.backtests import capsule_routes
from paperdesk.features.backtests.capsule_schemas import Capsule, CapsuleVerificationOut
from paperdesk.features.backtests.read_capsule import read_capsule
from paperdesk.infra.http import Body


class OfBacktest(Body):
    """A run."""

    backtest_id: UUID


class VerifyWish(OfBacktest):
    """A run to repeat: on its own tape, or on another with such prices."""

    tape_id: UUID | None = None


class CapsuleWish(Body):
    """A capsule that somebody sent, to repeat on its own tape, or on another with such prices."""

    capsule: Capsule
    tape_id: UUID | None = None


class OfVerification(Body):
    """A verification."""

    verification_id: UUID


async def get_capsule(ask: Ask, wish: OfBacktest) -> Capsule:
    """Read a run as its capsule: what was asked, of which prices, by which code, what came of it, and all hashes."""
    async with ask.reading() as work:
        return Capsule.model_validate(await read_capsule(work, wish.backtest_id))


async def verify_backtest(ask: Ask, wish: VerifyWish) -> CapsuleVerificationOut:
    """Repeat a run that is here, to see whether it comes to the same bit for bit; ask for the verification then."""
    async with ask.desk.runtime.work(ask.who) as work:
        capsule = Capsule.model_validate(await read_capsule(work, wish.backtest_id))
        return await capsule_routes.post_capsule_verification(capsule, work, ask.desk.shelf, wish.tape_id)


async def verify_capsule(ask: Ask, wish: CapsuleWish) -> CapsuleVerificationOut:
    """Repeat the run of a capsule that somebody sent; ask for the verification until it has its verdict."""
    async with ask.desk.runtime.work(ask.who) as work:
        return await capsule_routes.post_capsule_verification(wish.capsule, work, ask.desk.shelf, wish.tape_id)


async def get_verification(ask: Ask, wish: OfVerification) -> CapsuleVerificationOut:
    """Read how far a verification is, and its verdict: the same bit for bit, or what precisely differs and why."""
    async with ask.reading() as work:
        return await capsule_routes.get_capsule_verification(wish.verification_id, work)


TOOLS = (
    Tool("get_capsule", Scope.READ, Effect.READS, get_capsule),
    Tool("verify_backtest", Scope.TRADE, Effect.ADDS, verify_backtest),
    Tool("verify_capsule", Scope.TRADE, Effect.ADDS, verify_capsule),
    Tool("get_verification", Scope.READ, Effect.READS, get_verification),
)
