"""How often is asked, for every door that speaks HTTP: addresses are counted first, and answers tell what is left.

The fields are those of the IETF draft `ratelimit-headers` (RateLimit-Policy and RateLimit, as of its version 11).
"""

from collections.abc import Sequence

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperdesk.core.kernel.rates import TooManyRequests
from paperdesk.doors.desk import Desk, Neighbour
from paperdesk.doors.heads import add_missing
from paperdesk.doors.problems import problem_response, request_id_of
from paperdesk.features.identity.access import address_of, keep_allowance
from paperdesk.infra.rate_limit import Allowance

POLICY = "default"
WINDOW_S = 60


class RequestRates:
    """Refuses addresses that ask too often, and says on every answer what is left to whoever asked."""

    def __init__(self, app: ASGIApp, desk: Desk, neighbours: Sequence[Neighbour]) -> None:
        """Stand before an app and its neighbours, who refuse in their own words."""
        self._app, self._desk, self._neighbours = app, desk, neighbours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request, pass it on, and add to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_telling(message: Message) -> None:
            allowance: Allowance | None = scope.get("state", {}).get("allowance")
            if message["type"] == "http.response.start" and allowance is not None:
                policy = f'"{POLICY}";q={allowance.limit};w={WINDOW_S}'
                left = f'"{POLICY}";r={allowance.remaining};t={allowance.reset_s}'
                add_missing(message, [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())])
            await send(message)

        connection = HTTPConnection(scope)
        try:
            counts = self._desk.gate.counts
            keep_allowance(connection, counts.count_address(address_of(connection), self._desk.runtime.clock.now()))
        except TooManyRequests as refusal:
            owner = next((each for each in self._neighbours if each.owns(scope["path"])), None)
            refusing = (None if owner is None else owner.refusing) or problem_response
            await refusing(refusal, request_id_of(connection))(scope, receive, send_telling)
            return
        await self._app(scope, receive, send_telling)
