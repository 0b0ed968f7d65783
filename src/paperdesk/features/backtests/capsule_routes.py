"""REST routes of capsules: a run in one file, and the proof that it can be repeated."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from paperdesk.features.backtests.capsule_schemas import Capsule, CapsuleVerificationOut
from paperdesk.features.backtests.capsules import written
from paperdesk.features.backtests.read_capsule import read_capsule
from paperdesk.features.backtests.verify_capsule import read_verification, verify_capsule
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.listing import JSON
from paperdesk.infra.once import OnceRoute

router = APIRouter(prefix="/v1", tags=["backtests"], route_class=OnceRoute)


@router.get("/backtests/{backtest_id}/capsule", response_model=Capsule)
async def get_backtest_capsule(backtest_id: UUID, work: Reading) -> Response:
    """Read a run as one file: what was asked, of which prices, by which code, and what came of it, with hashes."""
    capsule = await read_capsule(work, backtest_id)
    name = f"{capsule['question']['strategy']}-{str(backtest_id)[-8:]}.capsule.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written(capsule), media_type=JSON, headers=headers)


@router.post("/capsules/verifications", status_code=202)
async def post_capsule_verification(
    body: Capsule,
    work: Work,
    shelf: Datasets,
    tape_id: Annotated[UUID | None, Query(description="A tape with such prices, unless on the capsule's own.")] = None,
) -> CapsuleVerificationOut:
    """Repeat the run of a capsule by a job, whose verdict says: the same bit for bit, or what precisely differs."""
    job_id = await verify_capsule(work, shelf, body.model_dump(mode="json"), tape_id)
    return CapsuleVerificationOut.of(await read_verification(work, job_id))


@router.get("/capsules/verifications/{verification_id}")
async def get_capsule_verification(verification_id: UUID, work: Reading) -> CapsuleVerificationOut:
    """Read how far a verification is, and its verdict."""
    return CapsuleVerificationOut.of(await read_verification(work, verification_id))
