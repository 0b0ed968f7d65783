"""The route of standing quotes, which is asked more often than it has anything new to say."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from paperdesk.core.kernel.ids import MalformedId, uuid_from_text
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity.access import Reading, caller
from paperdesk.features.marketdata.answers import Kept
from paperdesk.features.marketdata.queries import on_tape, read_quotes
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.marketdata.schemas import QuoteOut, QuotesOut
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.http import symbols_in

OK = 200


class RepeatingRoute(APIRoute):
    """A route whose answer follows from the tape in the question: given again until the tape moves."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        work_out = super().get_route_handler()

        async def answer(request: Request) -> Response:
            kept = _kept(request)
            if kept is None:
                return await work_out(request)
            who = await caller(request)
            who.require(Scope.READ)
            question = (who.tenant_id, request.scope["query_string"])
            known = kept.get(question)
            if known is not None:
                return Response(known, media_type="application/json")
            response = await work_out(request)
            if response.status_code == OK:
                kept[question] = bytes(response.body)
            return response

        return answer


def _kept(request: Request) -> Kept | None:
    """Return the answers about the tape that a request names, None where it names none that could be."""
    shelf = request.app.state.shelf
    assert isinstance(shelf, Shelf), "the app was built without a shelf"
    try:
        return shelf.answers.about(uuid_from_text(request.query_params.get("tape_id", "")))
    except MalformedId:
        return None  # the framework says in its own words what is wrong


router = APIRouter(prefix="/v1", tags=["market data"], route_class=RepeatingRoute)


@router.get("/quotes")
async def get_quotes(tape_id: UUID, symbols: str, work: Reading, shelf: Datasets) -> QuotesOut:
    """Read standing quotes; symbols are separated by commas."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    wanted = symbols_in(symbols)
    return QuotesOut(
        source=dataset.manifest.kind, items=[QuoteOut.of(each) for each in read_quotes(tape, dataset, wanted)]
    )
