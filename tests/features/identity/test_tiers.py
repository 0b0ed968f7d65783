"""A tier says how many accounts, tapes and keys somebody may have; verification says whether they may act at all."""

import asyncio
from typing import Any

import pytest

from tests.desk import RunningDesk, Visitor, refused, wish

ADA = {"email": "ada@desk.test", "name": "Ada", "role": "owner"}


async def came_in(desk: RunningDesk, **terms: str) -> tuple[Visitor, str]:
    """Add somebody, sign them in, and return them with their id."""
    user = await desk.mine.post("/v1/users", ADA | terms)
    login = await desk.visitor().post("/v1/logins", {"link_token": user["invitation"]["link_token"]})
    return desk.visitor(login["access_token"]), user["id"]


async def test_the_tier_says_how_many_accounts_and_keys_there_may_be(desk: RunningDesk) -> None:
    ada, user_id = await came_in(desk)
    tape_id, _ = await desk.market()
    account: dict[str, Any] = {"name": "Practice", "tape_id": tape_id}
    opened = [await ada.open_account(tape_id) for _ in range(5)]
    problem = refused(await ada.ask("POST", "/v1/accounts", json=account), 409, "tier_limit_reached")
    assert (problem["tier"], problem["kind"], problem["limit"]) == ("basic", "accounts", 5)
    refused(await ada.ask("POST", f"/v1/accounts/{opened[0]}/forks", json={}), 409, "tier_limit_reached")
    assert (await ada.ask("DELETE", f"/v1/accounts/{opened[0]}")).is_success
    answers = await asyncio.gather(*(ada.ask("POST", "/v1/accounts", json=account) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    for _ in range(3):
        await ada.post("/v1/keys", {"name": "Bot", "scopes": ["read"]})
    key = {"name": "Bot", "scopes": ["read"]}
    assert refused(await ada.ask("POST", "/v1/keys", json=key), 409, "tier_limit_reached")["kind"] == "keys"
    set_to = await desk.mine.ask("PUT", f"/v1/users/{user_id}/tier", json={"tier": "premium"})
    assert set_to.json()["tier"] == "premium"
    await ada.open_account(tape_id)
    await ada.post("/v1/keys", key)


async def test_the_tier_says_how_many_tapes_there_may_be(desk: RunningDesk) -> None:
    ada, _ = await came_in(desk)
    dataset_id = desk.markets["daily"].id
    tape_id, *_ = [await ada.open_tape(dataset_id) for _ in range(20)]
    body = {"dataset_id": str(dataset_id), "name": "One more", "start_at": "2024-06-03T20:00:00Z"}
    assert refused(await ada.ask("POST", "/v1/tapes", json=body), 409, "tier_limit_reached")["kind"] == "tapes"
    back = await ada.ask("POST", f"/v1/tapes/{tape_id}/rewind", json={"to": "2024-06-03T20:00:00Z"})
    refused(back, 409, "tier_limit_reached")


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("admin", True), ("risk", True), ("trader", False)])
async def test_who_may_change_limits_sets_tiers(desk: RunningDesk, role: str, may: bool) -> None:  # noqa: FBT001
    somebody, _ = await came_in(desk, role=role)
    path = f"/v1/users/{desk.first.user_id}/tier"
    answer = await somebody.ask("PUT", path, json={"tier": "basic"})
    if not may:
        assert refused(answer, 403, "missing_scope")["scope"] == "limits"
        return
    assert answer.json()["tier"] == "basic"
    assert (await desk.mine.get("/v1/me"))["tier"] == "basic"


async def test_who_is_not_verified_reads_and_does_not_trade(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    ada, user_id = await came_in(desk, verification="pending")
    assert (await ada.get("/v1/me"))["scopes"] == ["read"]
    assert await ada.get(f"/v1/accounts/{account_id}")
    order = wish(account_id, "buy", "1")
    refused(await ada.ask("POST", "/v1/orders", json=order), 403, "missing_scope")
    refused(await ada.ask("POST", "/v1/accounts", json={"name": "A", "tape_id": tape_id}), 403, "missing_scope")
    path = f"/v1/users/{user_id}"
    assert (await desk.mine.ask("PATCH", path, json={"verification": "verified"})).is_success
    await ada.post("/v1/orders", order)
    assert (await desk.mine.ask("PATCH", path, json={"verification": "rejected"})).is_success
    refused(await ada.ask("GET", f"/v1/accounts/{account_id}"), 403, "missing_scope")
