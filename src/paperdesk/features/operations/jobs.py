"""What the desk does by the clock, whoever uses it, and the jobs of operations by their kind."""

from collections.abc import Mapping

from paperdesk.features.identity.register import FIRST_ACCOUNT
from paperdesk.features.marketdata.bring_recent_days import bring_recent_days
from paperdesk.features.marketdata.fill_histories import fill_histories
from paperdesk.features.operations import request_verification
from paperdesk.features.operations.open_first_account import run_open_first_account
from paperdesk.infra.idempotency import forget_old
from paperdesk.infra.jobs import Schedule, let_go_of_orphans
from paperdesk.infra.runtime import Runtime


async def forget_old_answers(runtime: Runtime) -> None:
    """Let go of answers kept under idempotency keys, once they are old."""
    async with runtime.as_system() as db:
        await forget_old(db, runtime.clock.now())


JOBS = {
    FIRST_ACCOUNT: run_open_first_account,
    request_verification.KIND: request_verification.run_verification,
}
# A laptop that is open for an hour has done each of them, but what is done on Sundays, when no market is open.
SCHEDULES: Mapping[str, Schedule] = {
    "forget_old_answers": Schedule("7 * * * *", forget_old_answers),
    "let_go_of_orphans": Schedule("37 * * * *", let_go_of_orphans),
    "bring_recent_days": Schedule("53 * * * *", bring_recent_days),
    "fill_histories": Schedule("43 11 * * 0", fill_histories),
}
