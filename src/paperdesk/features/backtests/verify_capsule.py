"""Verify a capsule: what cannot be repeated is refused at once, and the repetition is a job."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.kernel.errors import Conflict, NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.capsules import asked_in, check_whole
from paperdesk.features.backtests.request_backtest import checked_backtest
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row
from paperdesk.infra.jobs import find_job
from paperdesk.infra.work import ReadOnly, UnitOfWork

KIND: Final = "verify_capsule"


class UnknownVerification(NotFound):
    """There is no such verification of a capsule."""


class TapeNotSoFar(Conflict):
    """A tape has not shown all that a capsule was made from."""


async def verify_capsule(work: UnitOfWork, shelf: Shelf, capsule: Mapping[str, Any], tape_id: UUID | None) -> UUID:
    """Return the id of the job that repeats the run of a capsule, on its own tape or on another with such prices.

    Raises CapsuleDamaged, CapsuleUnreadable, TapeNotSoFar, and whatever refuses the run itself.
    """
    work.require(Scope.TRADE)
    check_whole(capsule)
    chosen = tape_id or UUID(capsule["source"]["tape_id"])
    job_id = await enqueue_asked(work, KIND, {"capsule": capsule, "tape_id": chosen})
    await asked_again(work, shelf, capsule, (chosen, job_id))
    await work.record("verify_capsule", job_id, {"hash": capsule["hash"], "tape_id": chosen})
    return job_id


async def read_verification(work: ReadOnly, job_id: UUID) -> Row:
    """Return the job of a verification; raises UnknownVerification."""
    work.require(Scope.READ)
    found = await find_job(work, job_id, KIND)
    if found is None:
        raise UnknownVerification("There is no such verification.", verification_id=str(job_id))
    return found


async def asked_again(
    work: ReadOnly, shelf: Shelf, capsule: Mapping[str, Any], tape_and_job: tuple[UUID, UUID]
) -> Backtest:
    """Return what a capsule asks as a run on a tape, under the id of the job that repeats it."""
    tape_id, job_id = tape_and_job
    command = asked_in(capsule, tape_id)
    tape = await read_tape(work, tape_id)
    source = capsule["source"]
    assert command.ends_at is not None, "a capsule says where its run ended"
    is_same = str(tape.dataset_id) == source["dataset_id"]
    if tape.at < command.ends_at or (is_same and tape.cursor < source["upto_cursor"]):
        raise TapeNotSoFar(f"The tape has not come to {source['ended_at']} yet.", tape_id=str(tape_id))
    found = await checked_backtest(work, shelf, command, (job_id, job_id))
    if not is_same:
        return found
    # Instants do not tell apart facts of one instant; where the facts are the same their numbers do.
    return replace(found, stretch=Stretch(source["after_cursor"], source["upto_cursor"], found.stretch.close_at_end))
