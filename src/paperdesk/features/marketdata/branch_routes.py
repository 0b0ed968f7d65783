"""REST routes of going back: branches of a tape that begin earlier than it stands."""

from uuid import UUID

from fastapi import APIRouter

from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.branch_schemas import RewindBody
from paperdesk.features.marketdata.queries import list_branches
from paperdesk.features.marketdata.rewind_tape import RewindTape, rewind_tape
from paperdesk.features.marketdata.routes import Datasets, shown_tape
from paperdesk.features.marketdata.schemas import TapeOut
from paperdesk.infra.http import PageOf

router = APIRouter(prefix="/v1/tapes/{tape_id}", tags=["market data"])


@router.post("/rewind", status_code=201)
async def post_rewind(tape_id: UUID, body: RewindBody, work: Work, shelf: Datasets) -> TapeOut:
    """Open a branch of a tape at an earlier moment; the tape itself stays where it is."""
    branch = await rewind_tape(work, shelf, RewindTape(tape_id, body.to, body.name))
    return await shown_tape(shelf, branch, work.who)


@router.get("/branches")
async def get_branches(tape_id: UUID, work: Reading, shelf: Datasets) -> PageOf[TapeOut]:
    """List the branches of a tape, oldest first."""
    tapes = [await shown_tape(shelf, tape, work.who) for tape in await list_branches(work, tape_id)]
    return PageOf(items=tapes, next_cursor=None)
