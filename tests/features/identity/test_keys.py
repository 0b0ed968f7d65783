"""Keys over HTTP: the secret is shown once, a revoked key is dead with the answer, lists come in pages."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra.clock import FrozenClock

MINE = {"name": "  Rebalancing script ", "scopes": ["trade", "read"], "expires_at": "2026-02-01T01:00:00+01:00"}


def shown(key: dict[str, Any]) -> dict[str, str]:
    """The header that shows an issued key."""
    return {"Authorization": f"Bearer {key['key_id']}.{key['secret']}"}


async def test_a_new_key_works_with_its_own_permissions(owner: httpx.AsyncClient) -> None:
    answer = await owner.post("/v1/keys", json=MINE)
    key = answer.json()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert (key["name"], key["scopes"]) == ("Rebalancing script", ["read", "trade"])
    assert (key["created_at"], key["expires_at"]) == ("2026-01-05T12:00:00Z", "2026-02-01T00:00:00Z")
    assert key["key_id"].startswith("PK")
    me = (await owner.get("/v1/me", headers=shown(key))).json()
    assert (me["key_id"], me["scopes"]) == (key["key_id"], ["read", "trade"])
    refused = await owner.post("/v1/keys", json=MINE, headers=shown(key))
    assert (refused.status_code, refused.json()["code"], refused.json()["scope"]) == (403, "missing_scope", "admin")


async def test_the_secret_is_shown_once(owner: httpx.AsyncClient, clock: FrozenClock) -> None:
    clock.advance(timedelta(seconds=1))  # ids of one millisecond have no order among them
    key = (await owner.post("/v1/keys", json=MINE)).json()
    listed = await owner.get("/v1/keys")
    assert key["secret"] not in listed.text
    assert [row["name"] for row in listed.json()["items"]] == ["Rebalancing script", "First key"]
    del key["secret"]
    assert listed.json()["items"][0] == key


async def test_a_revoked_key_is_dead_with_the_answer(owner: httpx.AsyncClient) -> None:
    key = (await owner.post("/v1/keys", json=MINE)).json()
    assert (await owner.get("/v1/me", headers=shown(key))).status_code == 200
    assert (await owner.delete(f"/v1/keys/{key['id']}")).status_code == 204
    after = await owner.get("/v1/me", headers=shown(key))
    assert (after.status_code, after.json()["code"]) == (401, "credentials_ended")
    again = await owner.delete(f"/v1/keys/{key['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "key_not_found")
    assert [row["name"] for row in (await owner.get("/v1/keys")).json()["items"]] == ["First key"]


async def test_another_desks_keys_are_not_there(owner: httpx.AsyncClient, second: Desk) -> None:
    assert (await owner.delete(f"/v1/keys/{second.key.id}")).status_code == 404
    assert len((await owner.get("/v1/keys")).json()["items"]) == 1


async def test_keys_come_in_pages_without_gaps_or_repeats(owner: httpx.AsyncClient) -> None:
    for number in range(4):
        await owner.post("/v1/keys", json=MINE | {"name": f"Key {number}"})
    seen: list[str] = []
    page: dict[str, str] = {"limit": "2"}
    while True:
        answer = (await owner.get("/v1/keys", params=page)).json()
        seen += [row["id"] for row in answer["items"]]
        if answer["next_cursor"] is None:
            break
        page["cursor"] = answer["next_cursor"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"limit": "0"}, "malformed_request"),
        ({"limit": "501"}, "malformed_request"),
        ({"cursor": "x"}, "malformed_cursor"),
        ({"cursor": "WyJub3QgYW4gaWQiXQ"}, "malformed_cursor"),
        ({"cursor": ""}, "malformed_cursor"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(owner: httpx.AsyncClient, params: dict[str, str], code: str) -> None:
    answer = await owner.get("/v1/keys", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({"expires_at": 1_900_000_000}, "expires_at"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_malformed_key_is_named_by_its_field(
    owner: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    answer = await owner.post("/v1/keys", json=MINE | change)
    assert answer.status_code == 422, answer.text
    assert [row["field"] for row in answer.json()["fields"]] == [field]


async def test_nobody_gets_in_without_credentials(anyone: httpx.AsyncClient) -> None:
    for method, path in (
        ("GET", "/v1/me"),
        ("GET", "/v1/keys"),
        ("POST", "/v1/keys"),
        ("DELETE", "/v1/logins/current"),
    ):
        answer = await anyone.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials_missing")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_description_tells_both_ways_in(anyone: httpx.AsyncClient) -> None:
    api = (await anyone.get("/openapi.json")).json()
    assert api["paths"]["/v1/me"]["get"]["security"] == [{"key": []}, {"login": []}]
    assert "security" not in api["paths"]["/v1/logins"]["post"]
