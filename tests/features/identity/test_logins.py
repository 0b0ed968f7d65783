"""Signing in and out: by password, by a link that works once, with a cookie that only our pages can use."""

import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from paperdesk.features.identity.access import LOGIN_COOKIE, Gate, UnknownCredentials
from paperdesk.features.identity.found_desk import Desk, FoundDesk, found_desk
from paperdesk.features.identity.issue_sign_in_link import LINK_LASTS, issue_sign_in_link
from paperdesk.features.identity.sign_in import LinkSpent, SignInByLink, sign_in
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import hash_password
from paperdesk.infra.runtime import Runtime
from tests.features.identity.conftest import HERE

PASSWORD = "correct horse battery staple"


@pytest.fixture
async def ada(runtime: Runtime) -> Desk:
    """A desk whose owner has a password."""
    return await found_desk(runtime, FoundDesk("Engines", "Ada@desk.test", "Ada", hash_password(PASSWORD)))


async def by_link(client: httpx.AsyncClient, runtime: Runtime, desk: Desk) -> str:
    """Sign a client in, cookie included, and return the access token."""
    link_token = await issue_sign_in_link(runtime, desk.principal)
    answer = await client.post("/v1/logins", json={"link_token": link_token}, headers={"Origin": HERE})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["access_token"])


async def test_a_password_signs_in(anyone: httpx.AsyncClient, ada: Desk) -> None:
    answer = await anyone.post("/v1/logins", json={"email": "ada@DESK.test", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["user"] == {"id": str(ada.user_id), "email": "ada@desk.test", "name": "Ada"}
    assert body["expires_at"] == "2026-01-05T12:15:00Z"
    anyone.cookies.clear()
    me = await anyone.get("/v1/me", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.json() == {
        "user": body["user"],
        "tenant": {"id": str(ada.tenant_id), "name": "Engines"},
        "role": "owner",
        "tier": "professional",
        "scopes": ["read", "trade", "limits", "admin"],
        "key_id": None,
    }


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@desk.test", "wrong"), ("nobody@desk.test", PASSWORD), ("demo@paperdesk.local", PASSWORD)],
)
async def test_a_refusal_tells_not_what_was_wrong(
    anyone: httpx.AsyncClient, ada: Desk, found: Desk, email: str, password: str
) -> None:
    answer = await anyone.post("/v1/logins", json={"email": email, "password": password})
    assert answer.status_code == 401
    assert answer.json()["code"] == "sign_in_refused"
    assert answer.json()["detail"] == "No user has this e-mail address and this password."
    assert "set-cookie" not in answer.headers


async def test_a_link_works_once(runtime: Runtime, found: Desk) -> None:
    link = SignInByLink(await issue_sign_in_link(runtime, found.principal))
    outcomes = await asyncio.gather(*(sign_in(runtime, link) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, LinkSpent) for outcome in outcomes) == 4


async def test_a_link_lasts_a_day(runtime: Runtime, found: Desk, clock: FrozenClock) -> None:
    link = SignInByLink(await issue_sign_in_link(runtime, found.principal))
    clock.advance(LINK_LASTS)
    with pytest.raises(LinkSpent):
        await sign_in(runtime, link)


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    anyone: httpx.AsyncClient, runtime: Runtime, found: Desk
) -> None:
    for url, is_https in ((HERE, False), ("https://desk.test", True)):
        link_token = await issue_sign_in_link(runtime, found.principal)
        answer = await anyone.post(f"{url}/v1/logins", json={"link_token": link_token})
        cookie = SimpleCookie(answer.headers["set-cookie"])[LOGIN_COOKIE]
        assert cookie.value not in {answer.json()["access_token"], answer.json()["refresh_token"]}
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
        assert cookie["max-age"] == str(12 * 3600)
        assert bool(cookie["secure"]) is is_https


async def test_the_cookie_signs_requests_of_our_pages_only(
    anyone: httpx.AsyncClient, runtime: Runtime, found: Desk
) -> None:
    await by_link(anyone, runtime, found)
    assert (await anyone.get("/v1/me")).status_code == 200
    body = {"name": "Mine", "scopes": ["read"]}
    for origin in ({}, {"Origin": "http://evil.test"}):
        refused = await anyone.post("/v1/keys", json=body, headers=origin)
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
    assert (await anyone.post("/v1/keys", json=body, headers={"Origin": HERE})).status_code == 201


async def test_a_foreign_page_cannot_sign_a_browser_in(
    anyone: httpx.AsyncClient, runtime: Runtime, found: Desk
) -> None:
    link_token = await issue_sign_in_link(runtime, found.principal)
    answer = await anyone.post("/v1/logins", json={"link_token": link_token}, headers={"Origin": "http://evil.test"})
    assert answer.json()["code"] == "origin_refused"


async def test_signing_out_ends_the_login_at_once(
    anyone: httpx.AsyncClient, runtime: Runtime, gate: Gate, found: Desk
) -> None:
    token = await by_link(anyone, runtime, found)
    assert (await anyone.get("/v1/me")).status_code == 200
    answer = await anyone.delete("/v1/logins/current", headers={"Origin": HERE})
    assert answer.status_code == 204
    assert LOGIN_COOKIE not in anyone.cookies
    with pytest.raises(UnknownCredentials):
        await gate.principal(token)


async def test_a_login_expires(
    anyone: httpx.AsyncClient, runtime: Runtime, gate: Gate, found: Desk, clock: FrozenClock
) -> None:
    token = await by_link(anyone, runtime, found)
    await gate.principal(token)
    clock.advance(timedelta(hours=12))
    with pytest.raises(UnknownCredentials):
        await gate.principal(token)


async def test_a_key_has_no_login_to_end(owner: httpx.AsyncClient) -> None:
    answer = await owner.delete("/v1/logins/current")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_login")
    assert (await owner.get("/v1/me")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"link_token": "x", "email": "a@b", "password": "x"},
        {"link_token": "x", "email": "a@b"},
        {"email": "a@b"},
        {"password": "x"},
        {"email": "a@b\u0000", "password": "x"},
        {"email": "a@b", "password": "x" * 2000},
        {"link_token": "x", "remember": True},
    ],
)
async def test_a_login_is_asked_for_in_one_of_two_ways(anyone: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await anyone.post("/v1/logins", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")
    assert "xxxx" not in answer.text


@pytest.mark.parametrize("link_token", ["", "\u0000", "é"])
async def test_a_strange_link_is_spent(anyone: httpx.AsyncClient, link_token: str) -> None:
    answer = await anyone.post("/v1/logins", json={"link_token": link_token})
    assert (answer.status_code, answer.json()["code"]) == (401, "link_spent")


async def test_half_a_letter_is_malformed(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.post(
        "/v1/logins", content=rb'{"link_token": "\ud800"}', headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")


async def test_every_step_leaves_an_audit_line(anyone: httpx.AsyncClient, runtime: Runtime, found: Desk) -> None:
    await by_link(anyone, runtime, found)
    await anyone.delete("/v1/logins/current", headers={"Origin": HERE})
    async with runtime.read(found.principal) as work:
        rows = await work.db.execute(text("select action, subject from audit"))
        lines = sorted(map(tuple, rows))
    who = f"user:{found.user_id}"
    actions = ["found_desk", "issue_key", "issue_sign_in_link", "sign_in", "sign_out"]
    assert lines == [(action, who) for action in actions]


async def test_who_tries_too_often_has_to_wait_and_nobody_else(
    app: FastAPI, anyone: httpx.AsyncClient, ada: Desk, clock: FrozenClock
) -> None:
    guess = {"email": "ada@desk.test", "password": "wrong"}
    # At one person nobody guesses so often.
    guesses = [{"email": f"{number}@desk.test", "password": "wrong"} for number in range(20)]
    answers = [await anyone.post("/v1/logins", json=each) for each in (*guesses, guess)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert answers[-1].json()["code"] == "too_many_sign_ins"
    assert answers[-1].headers["retry-after"] == "10"
    elsewhere = httpx.ASGITransport(app, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url=HERE) as other:
        right = {"email": "ada@desk.test", "password": PASSWORD}
        assert (await other.post("/v1/logins", json=right)).status_code == 201
    clock.advance(timedelta(seconds=10))
    assert (await anyone.post("/v1/logins", json=guess)).status_code == 401
