"""Whoever goes for good proves who they are, leaves no name behind, and leaves no tenant without an owner."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from paperdesk.features.identity.found_desk import Desk, FoundDesk, found_desk
from paperdesk.infra.crypto import hash_password
from paperdesk.infra.runtime import Runtime
from tests.features.identity.conftest import Holding

PASSWORD = "correct horse battery staple"


@pytest.fixture
async def ada(runtime: Runtime) -> Desk:
    """A desk whose owner has a password."""
    return await found_desk(runtime, FoundDesk("Engines", "ada@desk.test", "Ada", hash_password(PASSWORD)))


async def came_in(anyone: httpx.AsyncClient, **how: str) -> Any:  # noqa: ANN401 - any JSON
    """Sign in and return what was answered."""
    answer = await anyone.post("/v1/logins", json=how)
    anyone.cookies.clear()
    return answer.json()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_who_deletes_themselves_is_out_at_once_and_leaves_no_name(
    anyone: httpx.AsyncClient, holding: Holding, runtime: Runtime, ada: Desk
) -> None:
    mine = holding((await came_in(anyone, email="ada@desk.test", password=PASSWORD))["access_token"])
    key = (await mine.post("/v1/keys", json={"name": "Bot", "scopes": ["read"]})).json()
    bob = {"email": "bob@desk.test", "name": "Bob", "role": "owner"}
    eve = (await mine.post("/v1/users", json={"email": "eve@desk.test", "name": "Eve", "role": "viewer"})).json()
    assert refusal(await mine.post("/v1/me/deletion", json={"password": PASSWORD})) == (409, "last_owner")
    assert (await mine.delete(f"/v1/users/{eve['id']}")).status_code == 204
    assert (await mine.post("/v1/users", json=bob)).status_code == 201
    for wrong in ({}, {"password": "wrong"}):
        assert refusal(await mine.post("/v1/me/deletion", json=wrong)) == (403, "old_password_wrong")
    assert (await mine.post("/v1/me/deletion", json={"password": PASSWORD})).status_code == 204
    assert (await mine.get("/v1/me")).status_code == 401
    assert (await holding(f"{key['key_id']}.{key['secret']}").get("/v1/me")).status_code == 401
    assert (await came_in(anyone, email="ada@desk.test", password=PASSWORD))["code"] == "sign_in_refused"
    async with runtime.as_system() as db:
        left = (await db.execute(text("select email, name from users order by email"))).all()
        told = (await db.execute(text("select subject from audit where action = 'delete_self'"))).scalars().all()
    assert [tuple(row) for row in left] == sorted(
        [("bob@desk.test", "Bob"), (f"deleted:{ada.user_id}", ""), (f"deleted:{eve['id']}", "")]
    )
    assert told == [f"user:{ada.user_id}"]


async def test_who_has_just_come_in_by_a_link_needs_no_password(
    anyone: httpx.AsyncClient, owner: httpx.AsyncClient, holding: Holding
) -> None:
    added = (await owner.post("/v1/users", json={"email": "eve@desk.test", "name": "Eve", "role": "viewer"})).json()
    login = await came_in(anyone, link_token=added["invitation"]["link_token"])
    assert (await holding(login["access_token"]).post("/v1/me/deletion", json={})).status_code == 204
    assert (await owner.get(f"/v1/users/{added['id']}")).status_code == 404


async def test_a_key_deletes_nobody(owner: httpx.AsyncClient) -> None:
    assert refusal(await owner.post("/v1/me/deletion", json={})) == (403, "login_needed")
