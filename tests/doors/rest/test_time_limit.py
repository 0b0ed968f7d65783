"""A request that takes too long is ended: what it wrote is rolled back, and an answer that has begun goes on."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

from paperdesk.doors.problems import RequestIds, answer_problems
from paperdesk.doors.time_limit import BYTES_A_SECOND, TimeLimit
from paperdesk.features.identity.access import Gate, Work
from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra.runtime import Runtime

SHORT_S = 0.2
router = APIRouter(prefix="/v1")


@router.post("/forever")
async def forever(work: Work) -> None:
    """Write something, and never come to an answer."""
    await work.record("hang")
    await asyncio.Event().wait()


@router.get("/long-stream")
async def long_stream() -> Response:
    """Begin to answer at once, and take longer than an answer may wait to begin."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"first "
        await asyncio.sleep(2 * SHORT_S)
        yield b"last"

    return StreamingResponse(parts())


@router.post("/read")
async def read(request: Request) -> int:
    """Read the whole body."""
    return len(await request.body())


@pytest.fixture
def app(runtime: Runtime, gate: Gate) -> FastAPI:
    """An app whose requests have little time."""
    app = FastAPI()
    app.state.runtime, app.state.gate = runtime, gate
    app.add_middleware(TimeLimit, body_s=SHORT_S, answer_s=SHORT_S)
    app.add_middleware(RequestIds, metrics=runtime.metrics)
    app.include_router(router)
    answer_problems(app)
    return app


@pytest.fixture
async def client(app: FastAPI, found: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a good key."""
    headers = {"Authorization": f"Bearer {found.key.token}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as client:
        yield client


async def test_work_that_does_not_end_is_ended_and_leaves_nothing(
    client: httpx.AsyncClient, runtime: Runtime, found: Desk
) -> None:
    answer = await client.post("/v1/forever")
    assert (answer.status_code, answer.json()["code"]) == (503, "answer_too_late")
    assert answer.headers["retry-after"]
    async with runtime.read(found.principal) as work:
        rows = await work.db.exec_driver_sql("select count(*) from audit where action = 'hang'")
        assert rows.scalar_one() == 0


async def test_an_answer_that_has_begun_may_take_its_time(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/long-stream")).text == "first last"


async def sent(app: FastAPI, parts: list[tuple[float, bytes]], *, is_whole: bool) -> tuple[int, bytes]:
    """Send a body part by part, each after some seconds; return status and answer."""
    answered: list[Message] = []

    async def receive() -> Message:
        if not parts:
            await asyncio.Event().wait()
        wait_s, body = parts.pop(0)
        await asyncio.sleep(wait_s)
        return {"type": "http.request", "body": body, "more_body": bool(parts) or not is_whole}

    async def send(message: Message) -> None:
        answered.append(message)

    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": "/v1/read", "raw_path": b"/v1/read", "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked")], "http_version": "1.1", "scheme": "http",
        "server": ("desk.test", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in answered[1:])
    return answered[0]["status"], body


async def test_a_body_that_trickles_in_is_refused(app: FastAPI) -> None:
    status, body = await sent(app, [(0, b"a")], is_whole=False)
    assert (status, b'"body_too_slow"' in body) == (408, True)


async def test_a_large_body_that_keeps_coming_has_more_time(app: FastAPI) -> None:
    part = bytes(60 * BYTES_A_SECOND)
    assert await sent(app, [(0, part), (1.5 * SHORT_S, b"end")], is_whole=True) == (200, b"%d" % (len(part) + 3))
