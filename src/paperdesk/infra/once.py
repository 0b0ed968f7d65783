"""Routes whose requests are done once a key: the claim is made by the unit of work, the answer is kept here."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import Request, Response
from fastapi.routing import APIRoute

from paperdesk.infra.idempotency import Answer, AnsweredBefore, begin, fingerprint_of, keep
from paperdesk.infra.work import UnitOfWork

REPEATED_HEADER: Final = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Claim:
    """The key that a request has claimed, and the unit of work in which its answer is to be kept."""

    work: UnitOfWork
    key: str


async def begin_for(request: Request, work: UnitOfWork, key: str) -> None:
    """Claim a key for a request of HTTP; the class of its route keeps the answer."""
    path = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    await begin(work, key, fingerprint_of(request.method, path, await request.body()))
    request.state.claim = Claim(work, key)


class OnceRoute(APIRoute):
    """A route that answers a repeated request with what the first was answered, where its work claimed a key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request: as the endpoint does, once a key."""
        answer = super().get_route_handler()
        if self.methods == {"GET"}:
            return answer

        async def answer_once(request: Request) -> Response:
            try:
                response = await answer(request)
            except AnsweredBefore as before:
                return _again(before.answer)
            claim: Claim | None = getattr(request.state, "claim", None)
            if claim is not None:
                body = msgspec.json.decode(response.body) if response.body else None
                await keep(claim.work, claim.key, Answer(response.status_code, body))
            return response

        return answer_once


def _again(answer: Answer) -> Response:
    body = b"" if answer.body is None else msgspec.json.encode(answer.body)
    media_type = "application/json" if body else None
    return Response(body, answer.status, {REPEATED_HEADER: "true"}, media_type)
