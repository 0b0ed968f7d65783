"""REST routes of going back: branches of a tape that begin earlier than it stands."""

from uuid import UUID

from fastapi import APIRouter

from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.queries import list_branches
from paperdesk.features.marketdata.routes import Datasets, shown_tape
from paperdesk.features.marketdata.schemas import TapeOut
from paperdesk.infra.http import Page, PageOf
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1/tapes/{tape_id}", tags=["market data"], route_class=ListRoute)


@router.get("/branches")
async def get_branches(tape_id: UUID, work: Reading, shelf: Datasets, page: Page) -> PageOf[TapeOut]:
    """List the branches of a tape, oldest first."""
    found, next_cursor = page.part(await list_branches(work, tape_id), lambda tape: (tape.id,), tuple[UUID])
    return PageOf(items=[await shown_tape(shelf, tape, work.who) for tape in found], next_cursor=next_cursor)
