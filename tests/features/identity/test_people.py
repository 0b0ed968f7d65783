"""People of a tenant are added, found, changed, locked out and let go by those who may, and by nobody else."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from paperdesk.features.identity.found_desk import Desk
from paperdesk.features.identity.member_store import erase_member, find_member
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork
from tests.desk import RunningDesk
from tests.features.identity.conftest import Holding

ADA = {"email": "Ada@desk.test", "name": "Ada", "role": "trader"}


async def added(owner: httpx.AsyncClient, **other: str) -> dict[str, Any]:
    """Add somebody, Ada unless told otherwise."""
    answer = await owner.post("/v1/users", json=ADA | other)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def came_in(owner: httpx.AsyncClient, holding: Holding, user: dict[str, Any]) -> httpx.AsyncClient:
    """Sign somebody in by the link they were given."""
    link = {"link_token": user["invitation"]["link_token"]}
    answer = await owner.post("/v1/logins", json=link)
    owner.cookies.clear()
    return holding(answer.json()["access_token"])


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


async def test_who_is_added_comes_in_by_their_link_and_may_do_what_their_role_may(
    owner: httpx.AsyncClient, holding: Holding
) -> None:
    user = await added(owner)
    assert (user["email"], user["role"], user["verification"], user["is_active"]) == (
        "ada@desk.test", "trader", "verified", True,
    )  # fmt: skip
    ada = await came_in(owner, holding, user)
    me = (await ada.get("/v1/me")).json()
    assert (me["user"]["id"], me["role"], me["scopes"]) == (user["id"], "trader", ["read", "trade"])
    assert refusal(await ada.post("/v1/users", json=ADA | {"email": "x@desk.test"})) == (403, "missing_scope")
    again = await owner.post("/v1/logins", json={"link_token": user["invitation"]["link_token"]})
    assert refusal(again) == (401, "link_spent")
    del user["invitation"]
    assert (await ada.get(f"/v1/users/{user['id']}")).json() == user


async def test_an_address_is_used_once_whoever_asks_and_however_it_is_written(owner: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(
            owner.post("/v1/users", json=ADA | {"email": each})
            for each in ("ada@desk.test", "ADA@desk.test", "Ada@Desk.Test")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"email_taken"}


@pytest.mark.parametrize(
    "change",
    [
        {"email": "nobody"}, {"email": "a@b c"}, {"email": "deleted:x@y"}, {"email": f"{'x' * 260}@y"}, {"name": ""},
        {"role": "king"}, {"verification": "maybe"}, {"tenant_id": str(uuid4())},
    ],
)  # fmt: skip
async def test_somebody_who_cannot_be_is_not_added(owner: httpx.AsyncClient, change: dict[str, str]) -> None:
    assert refusal(await owner.post("/v1/users", json=ADA | change)) == (422, "malformed_request")


async def test_people_are_listed_by_verification_activity_and_role(owner: httpx.AsyncClient, found: Desk) -> None:
    ada = await added(owner)
    bob = await added(owner, email="bob@desk.test", role="viewer", verification="pending")
    eve = await added(owner, email="eve@desk.test", role="viewer")
    assert (await owner.patch(f"/v1/users/{eve['id']}", json={"is_active": False})).status_code == 200
    owner_id = str(found.user_id)
    for params, wanted in (
        ({}, {owner_id, ada["id"], bob["id"], eve["id"]}),
        ({"verified": "true"}, {owner_id, ada["id"], eve["id"]}),
        ({"verified": "false"}, {bob["id"]}),
        ({"active": "true"}, {owner_id, ada["id"], bob["id"]}),
        ({"active": "false"}, {eve["id"]}),
        ({"role": "viewer"}, {bob["id"], eve["id"]}),
        ({"role": "viewer", "active": "true", "verified": "true"}, set[str]()),
    ):
        answer = (await owner.get("/v1/users", params=params)).json()
        assert {user["id"] for user in answer["items"]} == wanted
    assert refusal(await owner.get("/v1/users", params={"role": "king"})) == (422, "malformed_request")


async def test_a_change_of_role_counts_with_the_next_request(owner: httpx.AsyncClient, holding: Holding) -> None:
    user = await added(owner)
    ada = await came_in(owner, holding, user)
    assert (await ada.get("/v1/me")).json()["scopes"] == ["read", "trade"]
    changed = await owner.patch(f"/v1/users/{user['id']}", json={"role": "risk", "name": "Countess"})
    assert (changed.json()["role"], changed.json()["name"]) == ("risk", "Countess")
    me = (await ada.get("/v1/me")).json()
    assert (me["role"], me["scopes"], me["user"]["name"]) == ("risk", ["read", "limits"], "Countess")
    assert refusal(await owner.patch(f"/v1/users/{user['id']}", json={})) == (422, "malformed_request")


async def test_a_key_loses_what_its_owner_loses(owner: httpx.AsyncClient, holding: Holding, found: Desk) -> None:
    deputy = await came_in(owner, holding, await added(owner, role="owner"))
    key = (await deputy.post("/v1/keys", json={"name": "Bot", "scopes": ["read", "trade", "admin"]})).json()
    bot = holding(f"{key['key_id']}.{key['secret']}")
    assert (await bot.get("/v1/me")).json()["scopes"] == ["read", "trade", "admin"]
    user_id = (await deputy.get("/v1/me")).json()["user"]["id"]
    await owner.patch(f"/v1/users/{user_id}", json={"role": "viewer"})
    assert (await bot.get("/v1/me")).json()["scopes"] == ["read"]


async def test_who_is_locked_out_is_out_at_once_and_comes_back_when_let_in(
    owner: httpx.AsyncClient, holding: Holding, runtime: Runtime
) -> None:
    user = await added(owner, role="admin")
    ada = await came_in(owner, holding, user)
    key = (await ada.post("/v1/keys", json={"name": "Bot", "scopes": ["read"]})).json()
    bot = holding(f"{key['key_id']}.{key['secret']}")
    spare = (await owner.post(f"/v1/users/{user['id']}/sign-in-links")).json()
    assert (await bot.get("/v1/me")).status_code == 200
    locked = (await owner.patch(f"/v1/users/{user['id']}", json={"is_active": False})).json()
    assert (locked["is_active"], locked["deactivated_at"]) == (False, "2026-01-05T12:00:00Z")
    for client in (ada, bot):
        assert refusal(await client.get("/v1/me")) == (401, "credentials_ended")
    closed = await owner.post("/v1/logins", json={"link_token": spare["link_token"]})
    assert refusal(closed) == (401, "link_spent")
    assert refusal(await owner.post(f"/v1/users/{user['id']}/sign-in-links")) == (409, "user_inactive")
    await owner.patch(f"/v1/users/{user['id']}", json={"is_active": True})
    assert refusal(await ada.get("/v1/me")) == (401, "credentials_ended")  # a login does not come back
    assert (await bot.get("/v1/me")).status_code == 200


async def test_who_is_let_go_leaves_no_name_and_no_way_in(
    owner: httpx.AsyncClient, holding: Holding, runtime: Runtime, found: Desk
) -> None:
    user = await added(owner)
    ada = await came_in(owner, holding, user)
    assert (await owner.delete(f"/v1/users/{user['id']}")).status_code == 204
    assert (await ada.get("/v1/me")).status_code == 401
    for method in ("GET", "PATCH", "DELETE"):
        body = {"name": "Again"} if method == "PATCH" else None
        assert refusal(await owner.request(method, f"/v1/users/{user['id']}", json=body)) == (404, "user_not_found")
    async with runtime.as_system() as db:
        kept = (await db.execute(text("select email, name from users where id = :id"), {"id": user["id"]})).one()
        assert kept == (f"deleted:{user['id']}", "")
        traces = (
            await db.execute(text("select action from audit where object_id = :id"), {"id": user["id"]})
        ).scalars()
        assert "delete_user" in set(traces)
    assert (await added(owner))["id"] != user["id"]  # the address is free again


async def test_who_is_elsewhere_too_keeps_their_name_there(runtime: Runtime, found: Desk, second: Desk) -> None:
    place = "insert into memberships (tenant_id, user_id, role, verification, tier, joined_at)"
    place += " values (:tenant, :user, 'viewer', 'verified', 'basic', now())"
    async with runtime.as_system() as db:
        await db.execute(text(place), {"tenant": second.tenant_id, "user": found.user_id})
    async with runtime.as_system() as db:
        await erase_member(UnitOfWork(second.principal, runtime.clock.now(), db), found.user_id)
    async with runtime.read(found.principal) as reading:
        member = await find_member(reading, found.user_id)
    assert member is not None
    assert member.email == "demo@paperdesk.local"


@pytest.mark.parametrize(
    ("method", "body"), [("PATCH", {"role": "admin"}), ("PATCH", {"is_active": False}), ("DELETE", None)]
)
async def test_the_last_owner_stays(
    owner: httpx.AsyncClient, found: Desk, method: str, body: dict[str, Any] | None
) -> None:
    resting = await added(owner, role="owner")
    await owner.patch(f"/v1/users/{resting['id']}", json={"is_active": False})
    path = f"/v1/users/{found.user_id}"
    assert refusal(await owner.request(method, path, json=body)) == (409, "last_owner")
    assert (await owner.get("/v1/me")).json()["role"] == "owner"
    await owner.patch(f"/v1/users/{resting['id']}", json={"is_active": True})
    assert (await owner.request(method, path, json=body)).is_success


async def test_two_owners_who_remove_each_other_at_once_leave_one(
    owner: httpx.AsyncClient, holding: Holding, found: Desk
) -> None:
    for _ in range(5):
        other = await added(owner, role="owner", email=f"{uuid4()}@desk.test")
        both = (owner, await came_in(owner, holding, other))
        ids = (other["id"], str(found.user_id))
        answers = await asyncio.gather(
            *(
                client.patch(f"/v1/users/{user_id}", json={"role": "admin"})
                for client, user_id in zip(both, ids, strict=True)
            )
        )
        codes = sorted(answer.json().get("code", "changed") for answer in answers)
        assert codes in (["changed", "last_owner"], ["changed", "role_out_of_reach"]), codes
        loser = next(each for each, answer in zip(ids, answers, strict=True) if answer.is_success)
        winner = both[0] if loser == ids[0] else both[1]
        assert (await winner.patch(f"/v1/users/{loser}", json={"role": "owner"})).is_success
        assert (await owner.delete(f"/v1/users/{other['id']}")).is_success


async def test_an_administrator_reaches_everybody_but_owners(
    owner: httpx.AsyncClient, holding: Holding, found: Desk
) -> None:
    admin = await came_in(owner, holding, await added(owner, role="admin"))
    mine = (await admin.get("/v1/me")).json()["user"]["id"]
    bob = (await admin.post("/v1/users", json=ADA | {"email": "bob@desk.test"})).json()
    assert (await admin.patch(f"/v1/users/{bob['id']}", json={"role": "admin"})).is_success
    out_of_reach = (403, "role_out_of_reach")
    above = f"/v1/users/{found.user_id}"
    assert refusal(await admin.patch(above, json={"name": "Nobody"})) == out_of_reach
    assert refusal(await admin.delete(above)) == out_of_reach
    assert refusal(await admin.post(f"{above}/sign-in-links")) == out_of_reach
    assert refusal(await admin.patch(f"/v1/users/{mine}", json={"role": "owner"})) == out_of_reach
    assert refusal(await admin.post("/v1/users", json=ADA | {"email": "c@desk.test", "role": "owner"})) == out_of_reach
    assert (await admin.delete(f"/v1/users/{bob['id']}")).status_code == 204


async def test_the_database_shows_a_request_its_own_people_without_their_passwords(
    runtime: Runtime, found: Desk, second: Desk
) -> None:
    async with runtime.work(found.principal) as work:
        emails = (await work.db.execute(text("select email from users"))).scalars().all()
        assert emails == ["demo@paperdesk.local"]
        taken = await work.db.execute(text("update users set name = 'Taken' where id = :id"), {"id": second.user_id})
        assert taken.rowcount == 0
    for statement in ("select password_hash from users", "update users set email = 'x'", "delete from users"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with runtime.work(found.principal) as work:
                await work.db.execute(text(statement))


async def test_every_step_leaves_an_audit_line(owner: httpx.AsyncClient, runtime: Runtime, found: Desk) -> None:
    user = await added(owner)
    await owner.patch(f"/v1/users/{user['id']}", json={"role": "viewer"})
    await owner.delete(f"/v1/users/{user['id']}")
    query = text("select action, subject from audit where object_id = :id order by action")
    async with runtime.read(found.principal) as work:
        lines = [tuple(row) for row in await work.db.execute(query, {"id": user["id"]})]
    who = f"key:{found.key.id}"
    assert lines == [(action, who) for action in ("add_user", "change_user", "delete_user", "invite_user")]


async def test_users_are_added_read_changed_listed_and_deleted_and_so_are_their_accounts_found(
    desk: RunningDesk,
) -> None:
    tape_id, mine = await desk.market()
    user = await desk.mine.post("/v1/users", ADA)
    login = await desk.visitor().post("/v1/logins", {"link_token": user["invitation"]["link_token"]})
    ada, path = desk.visitor(login["access_token"]), f"/v1/users/{user['id']}"
    theirs = await ada.open_account(tape_id)
    assert [row["id"] for row in await desk.mine.rows(f"{path}/accounts")] == [theirs]
    assert [row["id"] for row in await ada.rows(f"/v1/users/{desk.first.user_id}/accounts")] == [mine]
    changed = await desk.mine.ask("PATCH", path, json={"name": "Ada L.", "verification": "rejected"})
    assert await desk.mine.get(path) == changed.json()
    assert [row["name"] for row in await desk.mine.rows("/v1/users", verified="false")] == ["Ada L."]
    assert (await desk.mine.ask("DELETE", path)).status_code == 204
    assert [row["role"] for row in await desk.mine.rows("/v1/users")] == ["owner"]
    assert theirs in [row["id"] for row in await desk.mine.rows("/v1/accounts")]
