"""Every error is answered as a problem, and no failed commit is ever answered as a success."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRouter
from pydantic import Field
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound, RateLimited, Unavailable, catalogue
from paperdesk.core.kernel.money import MalformedNumber, decimal_from_text
from paperdesk.doors.problems import BodyLimit, RequestIds, answer_problems, problem_response, status_of
from paperdesk.features.identity.access import Gate, Work, caller
from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra.db import DatabaseUnavailable
from paperdesk.infra.http import Body
from paperdesk.infra.runtime import Runtime

BODY_MAX, IMPORT_MAX = 1000, 3000
SECRET = "tell-nobody"


def cut_off_statement() -> DBAPIError:
    """A statement that failed because its connection was lost, as SQLAlchemy tells it."""
    error = DBAPIError("select 1", {}, RuntimeError("cut off"))
    error.__cause__ = asyncpg.ConnectionDoesNotExistError("cut off")
    return error


REFUSALS: dict[str, Exception] = {
    "conflict": Conflict("The shares are gone.", symbol="AAA", status="sold", code="other"),
    "not-found": NotFound("There is no such order."),
    "busy": RateLimited("Too many requests.", retry_after_s=7),
    "away": Unavailable("The vendor does not answer."),
    "bug": RuntimeError(f"the password is {SECRET}"),
    "no-file": FileNotFoundError("manifest.json"),
    "cut-off": ConnectionResetError(),
    "statement": cut_off_statement(),
}
# A temporary table whose rule is checked only when the transaction commits.
PROMISE = "create temporary table promised (n int unique deferrable initially deferred) on commit drop"

router = APIRouter(prefix="/v1")


class Numbers(Body):
    """A body to get wrong."""

    counts: Annotated[list[int], Field(max_length=3)]
    price: str = "1"


@router.post("/numbers")
async def take(body: Numbers) -> str:
    """Read a body."""
    return str(decimal_from_text(body.price))


@router.get("/raise/{name}")
async def fail(name: str) -> None:
    """Refuse, or break."""
    raise REFUSALS[name]


@router.post("/promises")
async def promise(work: Work, is_kept: bool) -> dict[str, bool]:  # noqa: FBT001 - a query parameter
    """Write what the database accepts now and may refuse at the commit."""
    await work.db.execute(text(PROMISE))
    await work.db.execute(text("insert into promised values (1), (:n)"), {"n": 2 if is_kept else 1})
    await work.record("promise")
    work.announce("promises", {"is_kept": is_kept})
    return {"is_done": True}


async def hot(request: Request) -> Response:
    """A route outside FastAPI, as the order path has them."""
    who = await caller(request)
    return Response(f"{who.subject} sent {len(await request.body())}")


@pytest.fixture
async def client(runtime: Runtime, gate: Gate, found: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app that has all ways to go wrong, showing a good key."""
    app = FastAPI()
    app.state.runtime, app.state.gate = runtime, gate
    app.add_middleware(BodyLimit, body_bytes_max=BODY_MAX, import_bytes_max=IMPORT_MAX)
    app.add_middleware(RequestIds, metrics=runtime.metrics)
    app.include_router(router)
    for path in ("/v1/hot", "/v1/datasets", "/v1/datasets-of-others"):
        app.add_route(path, hot, methods=["POST"])
    answer_problems(app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {found.key.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as client:
        yield client


def problem(answer: httpx.Response) -> dict[str, Any]:
    """Read a problem, after what all of them promise has been checked."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "code", "detail", "request_id"} <= found.keys()
    assert found["type"] == f"/docs/errors#{found['code']}"
    assert found["status"] == answer.status_code
    assert found["request_id"] == answer.headers["x-request-id"] != ""
    return found


async def test_a_refusal_is_told_with_its_facts(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/raise/conflict", headers={"X-Request-Id": "mine-1"})
    assert problem(answer) == {
        "type": "/docs/errors#conflict",
        "title": "Conflict",
        "status": 409,
        "code": "conflict",
        "detail": "The shares are gone.",
        "request_id": "mine-1",
        "symbol": "AAA",
    }


@pytest.mark.parametrize(
    ("name", "status", "code", "retry_after"),
    [
        ("not-found", 404, "not_found", None),
        ("busy", 429, "rate_limited", "7"),
        ("away", 503, "unavailable", "1"),
        ("cut-off", 503, "outcome_unknown", "1"),
        ("statement", 503, "outcome_unknown", "1"),
    ],
)
async def test_a_kind_has_its_status(
    client: httpx.AsyncClient, name: str, status: int, code: str, retry_after: str | None
) -> None:
    answer = await client.get(f"/v1/raise/{name}")
    assert (answer.status_code, problem(answer)["code"]) == (status, code)
    assert answer.headers.get("retry-after") == retry_after


@pytest.mark.parametrize("name", ["bug", "no-file"])
async def test_a_bug_is_logged_and_not_explained(client: httpx.AsyncClient, name: str) -> None:
    with capture_logs() as lines:
        answer = await client.get(f"/v1/raise/{name}")
    found = problem(answer)
    assert (found["status"], found["code"]) == (500, "internal")
    assert SECRET not in answer.text
    assert "manifest" not in answer.text
    assert [(line["event"], line["request_id"]) for line in lines] == [("bug", found["request_id"])]
    assert lines[0]["exc_info"] is REFUSALS[name]


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "<script>"])
async def test_a_strange_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.post("/v1/hot", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] not in {"", given}


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b'{"counts": [1,}', 400, "malformed_json"),
        (b'{"counts": "\xff"}', 400, "malformed_json"),
        (b"[" * 900, 400, "malformed_json"),
        (b"", 422, "malformed_request"),
        (b"null", 422, "malformed_request"),
        (b"[]", 422, "malformed_request"),
        (b'{"counts": [1, 2, 3, 4]}', 422, "malformed_request"),
        (b'{"counts": [NaN]}', 422, "malformed_request"),
        (b'{"counts": [], "price": "dear"}', 422, "malformed_number"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    client: httpx.AsyncClient, content: bytes, status: int, code: str
) -> None:
    answer = await client.post("/v1/numbers", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, problem(answer)["code"]) == (status, code)


async def test_each_field_is_named_with_its_reason_and_nothing_is_echoed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/numbers", json={"counts": [1, SECRET], "colour": SECRET})
    found = problem(answer)
    assert found["code"] == "malformed_request"
    assert found["detail"] == "The request has the wrong shape: counts.1, colour."
    assert [row["field"] for row in found["fields"]] == ["counts.1", "colour"]
    assert "integer" in found["fields"][0]["reason"]
    assert SECRET not in answer.text


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "nonsense", ""])
async def test_a_body_must_say_that_it_is_json(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post("/v1/numbers", content=b'{"counts": []}', headers={"Content-Type": media_type})
    assert (answer.status_code, problem(answer)["code"]) == (415, "unsupported_media_type")


async def test_what_is_not_there_is_a_problem_too(client: httpx.AsyncClient) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = await client.request(method, "/v1/nowhere")
        assert (answer.status_code, problem(answer)["code"]) == (404, "not_found"), method
    answer = await client.put("/v1/numbers")
    assert (answer.status_code, problem(answer)["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


async def in_pieces(size: int, piece: int = 100) -> AsyncIterator[bytes]:
    """A body that does not tell its length beforehand."""
    for start in range(0, size, piece):
        yield b"x" * min(piece, size - start)


@pytest.mark.parametrize("path", ["/v1/numbers", "/v1/hot", "/v1/datasets", "/v1/datasets-of-others"])
@pytest.mark.parametrize("is_announced", ["announced", "in pieces"])
async def test_a_body_too_large_is_refused_before_it_is_read(
    client: httpx.AsyncClient, path: str, is_announced: str
) -> None:
    limit = IMPORT_MAX if path == "/v1/datasets" else BODY_MAX
    for size in (limit, limit + 1):
        content = b"x" * size if is_announced == "announced" else in_pieces(size)
        answer = await client.post(path, content=content, headers={"Content-Type": "text/csv"})
        if size == limit:
            assert answer.status_code != 413
        else:
            assert answer.status_code == 413
            assert problem(answer)["code"] == "body_too_large"
            assert problem(answer)["limit_bytes"] == limit


async def test_reading_stops_at_the_limit(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 100

    answer = await client.post("/v1/hot", content=endless())
    assert answer.status_code == 413
    assert sent <= BODY_MAX // 100 + 2


async def test_a_commit_that_fails_is_never_answered_as_done(
    client: httpx.AsyncClient, runtime: Runtime, found: Desk
) -> None:
    assert (await client.post("/v1/promises", params={"is_kept": True})).json() == {"is_done": True}
    with runtime.bus.subscribe("promises") as news:
        answer = await client.post("/v1/promises", params={"is_kept": False})
        assert (answer.status_code, problem(answer)["code"]) == (500, "internal")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(news.next(), 0.01)
    async with runtime.read(found.principal) as work:
        kept = await work.db.execute(text("select count(*) from audit where action = 'promise'"))
        assert kept.scalar_one() == 1


async def test_without_a_database_the_answer_is_to_come_back(
    client: httpx.AsyncClient, runtime: Runtime, tmp_path: Path
) -> None:
    nowhere = type(runtime.server)({"host": str(tmp_path), "user": "paperdesk", "database": "paperdesk"})
    runtime.system = nowhere.engine("paperdesk_system")
    answer = await client.post("/v1/hot")
    assert (answer.status_code, problem(answer)["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_routes_outside_the_framework_answer_alike(client: httpx.AsyncClient, found: Desk) -> None:
    assert (await client.post("/v1/hot", content=b"abc")).text == f"key:{found.key.id} sent 3"
    refused = await client.post("/v1/hot", headers={"Authorization": "Bearer nobody"})
    assert (refused.status_code, problem(refused)["code"]) == (401, "unknown_credentials")
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_leaf_has_the_status_of_its_kind_unless_it_has_its_own() -> None:
    assert status_of(MalformedNumber) == status_of(Invalid) == 422
    assert status_of(DatabaseUnavailable) == 503
    assert {400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 503} == {status_of(error) for error in catalogue()}


def test_facts_cannot_replace_what_a_problem_is() -> None:
    answer = problem_response(Conflict("No.", title="Yes", request_id="forged", rows=[{"a": "b"}]), "r1")
    found = json.loads(bytes(answer.body))
    assert (found["title"], found["request_id"], found["rows"]) == ("Conflict", "r1", [{"a": "b"}])
