"""A fork begins as its account stood, shares its history up to there, and goes its own way."""

from typing import Any
from uuid import UUID

import pytest

from paperdesk.features.broker import queries
from paperdesk.features.broker.rescore_account import lived
from paperdesk.features.broker.rows import event_of
from tests.desk import FIRST_CLOSE, LAST_CLOSE, RunningDesk, refused

SAME = ("side", "symbol", "quantity", "price", "fee", "at", "fact_seq", "rule")


async def _traded(desk: RunningDesk, **rules: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """An account that bought, and has a bracket and far orders on both sides at work."""
    tape_id, account_id = await desk.market(**rules)
    await desk.mine.order(account_id, "buy", "10", client_order_id="first")
    await desk.mine.step(tape_id)
    exits = {"take_profit": {"limit_price": "105.50"}, "stop_loss": {"stop_price": "97.50"}}
    body = {"account_id": account_id, "symbol": "ACME", "side": "buy", "type": "market", "quantity": "4"}
    await desk.mine.post("/v1/orders", {**body, **exits, "order_class": "bracket", "time_in_force": "gtc"})
    await desk.mine.order(account_id, "buy", "3", limit_price="98.50", time_in_force="gtc", client_order_id="low")
    await desk.mine.order(account_id, "sell", "5", limit_price="106.50", time_in_force="gtc")
    return tape_id, account_id


async def _balanced(desk: RunningDesk, *account_ids: str) -> None:
    for account_id in account_ids:
        answer = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
        assert (answer["balanced"], answer["problems"]) == (True, [])
        assert all(close["balanced"] for close in answer["closes"])


async def _fills(desk: RunningDesk, account_id: str) -> list[tuple[Any, ...]]:
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    return [tuple(row[name] for name in SAME) for row in rows]


RULES: list[dict[str, Any]] = [{}, {"margin": {"kind": "reg_t"}, "fill_model": "harsh", "seed": 11}]


@pytest.mark.parametrize("rules", RULES, ids=["cash", "margin"])
@pytest.mark.parametrize("to", ["2024-06-04", "2024-06-05", "2024-06-06"])
async def test_a_fork_that_is_left_alone_lives_its_parents_life_again(
    desk: RunningDesk, rules: dict[str, Any], to: str
) -> None:
    tape_id, account_id = await _traded(desk, **rules)
    await desk.mine.control(tape_id, "jump", to=LAST_CLOSE)
    before = await desk.footprint(account_id)
    branch = await desk.mine.post(f"/v1/tapes/{tape_id}/rewind", {"to": to, "account_ids": [account_id]})
    (fork_id,) = branch["forks"]
    await desk.mine.control(branch["id"], "jump", to=LAST_CLOSE)
    parent, fork = [await desk.mine.get(f"/v1/accounts/{each}") for each in (account_id, fork_id)]
    assert (fork["parent_id"], fork["tape_id"], fork["name"]) == (account_id, branch["id"], parent["name"])
    for name in ("cash", "equity", "held_cash", "buying_power", "gain", "starting_cash", "opened_at", "margin"):
        assert fork[name] == parent[name], name
    assert await _fills(desk, fork_id) == await _fills(desk, account_id)
    assert await desk.mine.rows(f"/v1/accounts/{fork_id}/equity") == await desk.mine.rows(
        f"/v1/accounts/{account_id}/equity"
    )
    assert len(await desk.mine.rows("/v1/orders", account_id=fork_id)) == len(
        await desk.mine.rows("/v1/orders", account_id=account_id)
    )
    await _balanced(desk, account_id, fork_id)
    assert await desk.footprint(account_id) == before


async def test_a_fork_of_the_present_shares_the_past_and_goes_its_own_way(desk: RunningDesk) -> None:
    tape_id, account_id = await _traded(desk)
    was = await desk.mine.get(f"/v1/accounts/{account_id}")
    fork = await desk.mine.post(f"/v1/accounts/{account_id}/forks", {"name": "What if"})
    fork_id = fork["id"]
    assert (fork["fork_seq"], fork["last_seq"], fork["tape_id"]) == (was["last_seq"], was["last_seq"] + 1, tape_id)
    assert (fork["cash"], fork["held_cash"], fork["equity"]) == (was["cash"], was["held_cash"], was["equity"])
    for path in ("fills", "ledger", "activities", "positions", "lots", "epochs"):
        told = [await desk.mine.rows(f"/v1/accounts/{each}/{path}") for each in (account_id, fork_id)]
        if path == "lots":
            told = [[{**row, "id": None, "lot_id": None} for row in rows] for rows in told]
        assert told[0] == told[1], path
    # What has ended is free to be asked again; what is open went along with its name.
    again = await desk.mine.order(fork_id, "buy", "1", client_order_id="first")
    assert again["status"] == "accepted"
    low = await desk.mine.order(fork_id, "buy", "3", limit_price="98.50", time_in_force="gtc", client_order_id="low")
    assert low["id"] in {row["id"] for row in await desk.mine.rows("/v1/orders", account_id=fork_id, status="open")}
    await desk.mine.ask("DELETE", f"/v1/orders?account_id={fork_id}")
    await desk.mine.post(f"/v1/accounts/{fork_id}/positions/ACME/close", {"percent": "100"})
    await desk.mine.step(tape_id)
    assert await desk.mine.rows(f"/v1/accounts/{fork_id}/positions") == []
    assert len(await desk.mine.rows(f"/v1/accounts/{account_id}/positions")) == 1
    states = [each["event"] for each in await desk.mine.rows(f"/v1/orders/{low['id']}/history")]
    assert states == ["order_accepted", "order_cancelled"]
    await _balanced(desk, account_id, fork_id)


async def test_forks_of_forks_and_resets_keep_their_books(desk: RunningDesk) -> None:
    tape_id, account_id = await _traded(desk)
    first = (await desk.mine.post(f"/v1/accounts/{account_id}/forks", {}))["id"]
    await desk.mine.step(tape_id)
    await desk.mine.post(f"/v1/accounts/{first}/reset", {"cash": "4000"})
    await desk.mine.order(first, "buy", "5")
    await desk.mine.step(tape_id)
    second = (await desk.mine.post(f"/v1/accounts/{first}/forks", {}))["id"]
    await desk.mine.order(second, "sell", "2")
    await desk.mine.step(tape_id)
    await _balanced(desk, account_id, first, second)
    epochs = await desk.mine.rows(f"/v1/accounts/{second}/epochs")
    assert epochs == await desk.mine.rows(f"/v1/accounts/{first}/epochs")
    assert [each["left_behind"] != [] for each in epochs] == [True, False]
    shown = await desk.mine.get(f"/v1/accounts/{second}")
    assert (shown["parent_id"], shown["epoch"], shown["starting_cash"]) == (first, 2, "4000")
    # Before its own beginning a fork is who it was forked from.
    old = await desk.mine.post(f"/v1/accounts/{second}/forks", {"as_of": FIRST_CLOSE})
    assert (old["parent_id"], old["cash"], old["epoch"]) == (account_id, "10000", 1)
    for at in (FIRST_CLOSE, "2024-06-05T20:00:00Z"):
        then = [await desk.mine.get(f"/v1/accounts/{each}", as_of=at) for each in (first, second)]
        assert then[0]["cash"] == then[1]["cash"]


async def test_a_fork_is_lived_again_from_where_it_began(desk: RunningDesk) -> None:
    tape_id, account_id = await _traded(desk, seed=5)
    fork_id = (await desk.mine.post(f"/v1/accounts/{account_id}/forks", {}))["id"]
    await desk.mine.order(fork_id, "sell", "2")
    await desk.mine.step(tape_id, count=3)
    async with desk.runtime.read(desk.first.principal) as work:
        life = await lived(work, desk.rooms.shelf, UUID(fork_id))
        rows = await queries.events_after(work, UUID(fork_id), life.account.last_seq, limit=None)
    assert life.again(life.account).passage.events == [event_of(row["kind"], row["payload"]) for row in rows]
    found = (await desk.mine.post(f"/v1/accounts/{fork_id}/rescore", {"fill_model": "realistic"}))["rescore"]
    assert (found["difference"], found["orders"]) == ("0", [])


async def test_a_fork_begins_right_after_an_event(desk: RunningDesk) -> None:
    tape_id, account_id = await _traded(desk)
    await desk.mine.step(tape_id, count=2)
    orders = await desk.mine.rows("/v1/orders", account_id=account_id)
    low = next(each for each in orders if each["client_order_id"] == "low")
    (accepted,) = [
        each for each in await desk.mine.rows(f"/v1/orders/{low['id']}/history") if each["event"] == "order_accepted"
    ]
    fork = await desk.mine.post(f"/v1/accounts/{account_id}/forks", {"seq": accepted["seq"]})
    # The sell order came later at the same instant, and is not there.
    open_ = await desk.mine.rows("/v1/orders", account_id=fork["id"], status="open")
    assert {each["side"] for each in open_ if each["order_class"] == "simple"} == {"buy"}
    assert fork["at"] == accepted["at"]
    await _balanced(desk, fork["id"])


async def test_branches_are_compared_side_by_side(desk: RunningDesk) -> None:
    tape_id, account_id = await _traded(desk)
    await desk.mine.step(tape_id, count=2)
    branch = await desk.mine.post(f"/v1/tapes/{tape_id}/rewind", {"to": "2024-06-04", "account_ids": [account_id]})
    (fork_id,) = branch["forks"]
    await desk.mine.ask("DELETE", f"/v1/orders?account_id={fork_id}")
    await desk.mine.step(branch["id"])
    found = await desk.mine.get(f"/v1/accounts/{account_id}/comparison", **{"with": fork_id})
    parent, fork = found["accounts"]
    shown = await desk.mine.get(f"/v1/accounts/{fork_id}")
    assert found["shared_seq"] == shown["fork_seq"]
    assert (parent["account_id"], fork["account_id"], fork["equity"]) == (account_id, fork_id, shown["equity"])
    assert (len(parent["fills"]) > 1, fork["fills"]) == (True, [])
    by_instant = {each["at"]: each["equity"] for each in found["equity"]}
    assert by_instant["2024-06-04T20:00:00Z"][0] == by_instant["2024-06-04T20:00:00Z"][1]
    assert by_instant["2024-06-05T20:00:00Z"][0] != by_instant["2024-06-05T20:00:00Z"][1]
    assert by_instant["2024-06-06T20:00:00Z"][1] is None
    alone = await desk.mine.ask("GET", f"/v1/accounts/{account_id}/comparison", params={"with": account_id})
    refused(alone, 422, "too_many_to_compare")


async def test_what_cannot_be_forked_is_refused_and_leaves_nothing(desk: RunningDesk) -> None:
    tape_id, account_id = await _traded(desk)
    await desk.mine.step(tape_id)
    path, other = f"/v1/accounts/{account_id}/forks", await desk.market()
    entry = next(each for each in await desk.mine.rows(f"/v1/accounts/{account_id}/fills") if each["quantity"] == "4")
    for body, status, code in (
        ({"as_of": "2024-06-09T20:00:00Z"}, 422, "rewinds_ahead"),
        ({"as_of": "2024-06-01T20:00:00Z"}, 422, "before_opening"),
        ({"as_of": FIRST_CLOSE, "seq": 1}, 422, "two_moments"),
        ({"seq": 999}, 404, "unknown_event"),
        ({"seq": entry["seq"]}, 409, "inside_one_instant"),
    ):
        refused(await desk.mine.ask("POST", path, json=body), status, code)
    rewind = {"to": FIRST_CLOSE, "account_ids": [other[1]]}
    refused(await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/rewind", json=rewind), 409, "account_elsewhere")
    refused(await desk.theirs.ask("POST", path, json={}), 404, "unknown_account")
    assert await desk.mine.rows(f"/v1/tapes/{tape_id}/branches") == []
    assert len(await desk.mine.rows("/v1/accounts")) == 2
