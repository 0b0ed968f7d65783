"""Short tokens, the next ones for a refresh token that works once, and logins that can be seen and ended."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from paperdesk.features.identity.found_desk import Desk
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.runtime import Runtime
from tests.features.identity.conftest import Holding


async def came_in(client: httpx.AsyncClient, runtime: Runtime, desk: Desk, program: str = "A bot") -> dict[str, Any]:
    """Sign the owner of a desk in by a link, without the cookie."""
    link = {"link_token": await issue_sign_in_link(runtime, desk.principal)}
    answer = await client.post("/v1/logins", json=link, headers={"User-Agent": program})
    client.cookies.clear()
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def refreshed(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    return await client.post("/v1/logins/refresh", json={"refresh_token": refresh_token})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_an_access_token_lasts_a_quarter_of_an_hour_and_the_next_one_is_fetched(
    anyone: httpx.AsyncClient, holding: Holding, runtime: Runtime, found: Desk, clock: FrozenClock
) -> None:
    login = await came_in(anyone, runtime, found)
    first = holding(login["access_token"])
    assert (await first.get("/v1/me")).status_code == 200
    clock.advance(timedelta(minutes=15))
    assert refusal(await first.get("/v1/me")) == (401, "credentials_ended")
    answer = await refreshed(anyone, login["refresh_token"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["expires_at"] == "2026-01-05T12:30:00Z"
    assert (await holding(tokens["access_token"]).get("/v1/me")).status_code == 200
    again = await refreshed(anyone, tokens["refresh_token"])
    assert again.status_code == 200


async def test_a_refresh_token_that_is_shown_twice_ends_the_login_with_all_its_tokens(
    anyone: httpx.AsyncClient, holding: Holding, runtime: Runtime, found: Desk
) -> None:
    login = await came_in(anyone, runtime, found)
    other = await came_in(anyone, runtime, found)
    thief = (await refreshed(anyone, login["refresh_token"])).json()
    clients = [holding(token) for token in (login["access_token"], thief["access_token"])]
    assert [(await client.get("/v1/me")).status_code for client in clients] == [200, 200]
    assert refusal(await refreshed(anyone, login["refresh_token"])) == (401, "refresh_reused")
    for client in clients:
        assert refusal(await client.get("/v1/me")) == (401, "credentials_ended")
    assert refusal(await refreshed(anyone, thief["refresh_token"])) == (401, "refresh_refused")
    assert (await holding(other["access_token"]).get("/v1/me")).status_code == 200
    async with runtime.read(found.principal) as work:
        actions = (await work.db.execute(text("select action from audit"))).scalars().all()
    assert actions.count("end_copied_login") == 1


async def test_of_two_who_refresh_at_once_one_gets_tokens_and_the_login_ends(
    anyone: httpx.AsyncClient, runtime: Runtime, found: Desk
) -> None:
    login = await came_in(anyone, runtime, found)
    answers = await asyncio.gather(*(refreshed(anyone, login["refresh_token"]) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]
    won = next(answer for answer in answers if answer.is_success)
    assert refusal(await refreshed(anyone, won.json()["refresh_token"])) == (401, "refresh_refused")


@pytest.mark.parametrize("shown", ["access_token", "nothing"])
async def test_what_is_no_refresh_token_fetches_nothing(
    anyone: httpx.AsyncClient, runtime: Runtime, found: Desk, shown: str
) -> None:
    login = await came_in(anyone, runtime, found) | {"nothing": "x"}
    assert refusal(await refreshed(anyone, login[shown])) == (401, "refresh_refused")


async def test_a_refresh_token_opens_no_door_itself(
    anyone: httpx.AsyncClient, holding: Holding, runtime: Runtime, found: Desk
) -> None:
    login = await came_in(anyone, runtime, found)
    assert refusal(await holding(login["refresh_token"]).get("/v1/me")) == (401, "unknown_credentials")


async def test_a_login_is_kept_alive_for_thirty_days_and_not_longer(
    anyone: httpx.AsyncClient, runtime: Runtime, found: Desk, clock: FrozenClock
) -> None:
    login = await came_in(anyone, runtime, found)
    clock.advance(timedelta(days=30) - timedelta(minutes=5))
    last = (await refreshed(anyone, login["refresh_token"])).json()
    assert last["expires_at"] == "2026-02-04T12:00:00Z"
    clock.advance(timedelta(minutes=5))
    assert refusal(await refreshed(anyone, last["refresh_token"])) == (401, "refresh_refused")


async def test_signing_out_ends_every_token_of_the_login(
    anyone: httpx.AsyncClient, holding: Holding, runtime: Runtime, found: Desk
) -> None:
    login = await came_in(anyone, runtime, found)
    next_one = (await refreshed(anyone, login["refresh_token"])).json()
    both = [holding(token) for token in (login["access_token"], next_one["access_token"])]
    assert [(await each.get("/v1/me")).status_code for each in both] == [200, 200]
    assert (await both[0].delete("/v1/logins/current")).status_code == 204
    assert [refusal(await each.get("/v1/me")) for each in both] == [(401, "credentials_ended")] * 2
    assert refusal(await refreshed(anyone, next_one["refresh_token"])) == (401, "refresh_refused")


async def test_one_sees_ones_logins_and_ends_those_one_does_not_know(
    anyone: httpx.AsyncClient, holding: Holding, owner: httpx.AsyncClient, runtime: Runtime, found: Desk,
    second: Desk, clock: FrozenClock,
) -> None:  # fmt: skip
    stolen = await came_in(anyone, runtime, found, "Somebody else's browser")
    clock.advance(timedelta(seconds=1))  # ids of one millisecond have no order among them
    mine = holding((await came_in(anyone, runtime, found, "x" * 500))["access_token"])
    theirs = holding((await came_in(anyone, runtime, second))["access_token"])
    newest, oldest = (await mine.get("/v1/logins")).json()["items"]
    assert (newest["program"], newest["is_current"], newest["way_in"]) == ("x" * 200, True, "link")
    assert (oldest["program"], oldest["is_current"]) == ("Somebody else's browser", False)
    assert refusal(await theirs.delete(f"/v1/logins/{oldest['id']}")) == (404, "login_not_found")
    assert (await holding(stolen["access_token"]).get("/v1/me")).status_code == 200
    assert (await mine.delete(f"/v1/logins/{oldest['id']}")).status_code == 204
    assert refusal(await holding(stolen["access_token"]).get("/v1/me")) == (401, "credentials_ended")
    assert refusal(await mine.delete(f"/v1/logins/{oldest['id']}")) == (404, "login_not_found")
    assert [row["id"] for row in (await owner.get("/v1/logins")).json()["items"]] == [newest["id"]]
    weak = (await owner.post("/v1/keys", json={"name": "Reader", "scopes": ["read"]})).json()
    reader = holding(f"{weak['key_id']}.{weak['secret']}")
    assert refusal(await reader.delete(f"/v1/logins/{newest['id']}")) == (403, "missing_scope")


async def test_a_cookie_outlives_the_short_tokens(
    anyone: httpx.AsyncClient, runtime: Runtime, found: Desk, clock: FrozenClock
) -> None:
    link = {"link_token": await issue_sign_in_link(runtime, found.principal)}
    await anyone.post("/v1/logins", json=link)
    clock.advance(timedelta(hours=11))
    assert (await anyone.get("/v1/me")).status_code == 200
    clock.advance(timedelta(hours=1))
    assert refusal(await anyone.get("/v1/me")) == (401, "credentials_ended")
