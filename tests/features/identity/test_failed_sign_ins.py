"""Whoever guesses at a password waits longer and longer, and nobody is locked out by the guesses of another."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from paperdesk.features.identity.found_desk import Desk
from paperdesk.features.identity.request_counts import FORGOTTEN_AFTER, FREE_FAILURES, FailedSignIns
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import hash_password
from paperdesk.infra.rate_limit import CALLERS_MAX
from paperdesk.infra.runtime import Runtime
from tests.conftest import NOON

RIGHT, EMAIL = "correct horse battery staple", "demo@paperdesk.local"
From = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def coming_from(app: FastAPI) -> AsyncIterator[From]:
    """A client at an address."""
    clients: list[httpx.AsyncClient] = []

    def at(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://desk.test"))
        return clients[-1]

    yield at
    for client in clients:
        await client.aclose()


@pytest.fixture
async def person(runtime: Runtime, found: Desk) -> str:
    """The address of somebody who has a password."""
    async with runtime.as_system() as db:
        await db.execute(text("update users set password_hash = :hash"), {"hash": hash_password(RIGHT)})
        email: str = (await db.execute(text("select email from users"))).scalar_one()
    return email


async def sign_in(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    return await client.post("/v1/logins", json={"email": email, "password": password})


async def test_guesses_from_one_address_wait_and_the_person_does_not(
    coming_from: From, person: str, clock: FrozenClock
) -> None:
    home, elsewhere = coming_from("10.0.0.1"), coming_from("10.0.0.2")
    for _ in range(FREE_FAILURES):
        assert (await sign_in(elsewhere, person, "wrong")).json()["code"] == "sign_in_refused"
    refused = await sign_in(elsewhere, person.upper(), RIGHT)
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
        429, "too_many_sign_ins", "1",
    )  # fmt: skip
    assert (await sign_in(home, person, RIGHT)).status_code == 201
    assert (await sign_in(elsewhere, "somebody@else.test", "wrong")).json()["code"] == "sign_in_refused"
    clock.advance(timedelta(seconds=1))
    assert (await sign_in(elsewhere, person, RIGHT)).status_code == 201


async def test_who_has_come_in_from_there_before_is_not_held_up_by_who_guesses_beside_them(
    coming_from: From, person: str
) -> None:
    shared = coming_from("10.0.0.1")
    assert (await sign_in(shared, person, RIGHT)).status_code == 201
    for _ in range(FREE_FAILURES + 3):
        assert (await sign_in(shared, person, "wrong")).json()["code"] == "sign_in_refused"
    assert (await sign_in(shared, person, RIGHT)).status_code == 201


def test_each_failure_doubles_the_wait_up_to_a_bound_and_it_is_forgotten() -> None:
    failed, waits = FailedSignIns(), []
    for _ in range(FREE_FAILURES + 12):
        failed.failed("ada", "10.0.0.1", NOON)
        waits.append(failed.wait_s("ada", "10.0.0.1", NOON))
    assert waits[FREE_FAILURES - 2 : FREE_FAILURES + 3] == [0, 1, 2, 4, 8]
    assert max(waits) == waits[-1] == 1024
    later = NOON + FORGOTTEN_AFTER + timedelta(seconds=1)
    failed.failed("ada", "10.0.0.1", later)
    assert failed.wait_s("ada", "10.0.0.1", later) == 0


def test_failures_are_remembered_in_a_bounded_number() -> None:
    failed = FailedSignIns()
    for number in range(CALLERS_MAX + 5):
        failed.failed(str(number), None, NOON)
        failed.succeeded(f"known {number}", None)
    assert (len(failed._failures), len(failed._known)) == (CALLERS_MAX, CALLERS_MAX)
