"""Where the stream is reached: one WebSocket for everything, and the events of an account over plain HTTP."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request

from paperdesk.doors.stream.app import stream
from paperdesk.doors.stream.events import EventStream
from paperdesk.doors.stream.topics import Wish
from paperdesk.features.identity.access import Caller

SEQ_MAX: Final = 2**63 - 1

# What the description says of each event.
EVENT: Final = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "id": {"type": "string", "description": "The number of the event, where it has one."},
        "data": {"type": "string", "description": "A message of the stream, as JSON."},
    },
}

router = APIRouter(tags=["broker"])
router.add_websocket_route("/v1/stream", stream)

Number = Annotated[int | None, Query(ge=0, le=SEQ_MAX, description="The last event that is known; else what comes.")]
LastId = Annotated[
    int | None,
    Header(alias="Last-Event-ID", ge=0, le=SEQ_MAX, description="As `after`; browsers send it by themselves."),
]
GoesOn = Annotated[bool, Query(description="Whether to stay for what comes, after what was missed.")]


@router.get(
    "/v1/accounts/{account_id}/events",
    status_code=200,
    response_class=EventStream,
    responses={200: {"content": {EventStream.media_type: {"schema": EVENT}}}},
)
async def get_events(  # noqa: PLR0913 - each parameter is one of the address
    account_id: UUID, request: Request, who: Caller, after: Number = None, last_event_id: LastId = None,
    goes_on: GoesOn = True,  # noqa: FBT002 - as above
) -> EventStream:  # fmt: skip
    """Tell the events of an account as they come, as server-sent events with the messages of the stream."""
    seen = after if last_event_id is None else last_event_id
    return EventStream(request, who, Wish("subscribe", "account", account_id, seen), goes_on=goes_on)
