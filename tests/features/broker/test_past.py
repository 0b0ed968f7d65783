"""An account as of any moment, folded from its events; and what became of its orders."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from paperdesk.infra.clock import FrozenClock
from tests.desk import FIRST_CLOSE, RunningDesk, refused


async def _seen(desk: RunningDesk, account_id: str, **moment: str) -> list[Any]:
    """Everything that can be read of an account as of a moment."""
    path = f"/v1/accounts/{account_id}"
    lists = [
        await desk.mine.rows(f"{path}/positions", **moment),
        await desk.mine.rows(f"{path}/ledger", **moment),
        await desk.mine.rows("/v1/orders", account_id=account_id, **moment),
    ]
    return [await desk.mine.get(path, **moment), *lists]


@pytest.mark.parametrize("rules", [{}, {"margin": {"kind": "reg_t"}}], ids=["cash", "margin"])
async def test_every_moment_reads_as_it_was_seen_then(desk: RunningDesk, rules: dict[str, Any]) -> None:
    tape_id, account_id = await desk.market(**rules)
    seen: dict[str, list[Any]] = {}
    for side, price in (("buy", "104.00"), ("buy", "103.00"), ("sell", "109.00"), ("buy", "99.00")):
        await desk.mine.order(account_id, side, "5", limit_price=price, time_in_force="gtc")
        await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "100"})
        tape = await desk.mine.get(f"/v1/tapes/{tape_id}")
        seen[tape["at"]] = await _seen(desk, account_id)
        await desk.mine.step(tape_id)
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "777"})
    now = await _seen(desk, account_id)
    assert len(seen) == 4
    for at, was in seen.items():
        assert await _seen(desk, account_id, as_of=at) == was
    assert now[0] not in [was[0] for was in seen.values()]
    assert (await _seen(desk, account_id, as_of=now[0]["at"]))[0] == now[0]


async def test_what_was_recorded_later_was_not_known_before(desk: RunningDesk, clock: FrozenClock) -> None:
    _, account_id = await desk.market()
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "100"})
    entry, _ = await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
    clock.advance(timedelta(seconds=1))
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "11"})
    path = f"/v1/accounts/{account_id}"
    known = {"known_at": entry["recorded_at"]}
    assert (await desk.mine.get(path, **known))["cash"] == "10100"
    assert [each["number"] for each in await desk.mine.rows(f"{path}/ledger", **known)] == [2, 1]
    # By the clock of the tape all of it happened at the same instant.
    assert (await desk.mine.get(path, as_of=FIRST_CLOSE))["cash"] == "10111"
    assert (await desk.mine.get(path, as_of=FIRST_CLOSE, **known))["cash"] == "10100"


async def test_a_moment_that_never_was_is_refused(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    path = f"/v1/accounts/{account_id}"
    for read in ("", "/positions"):
        ahead = await desk.mine.ask("GET", path + read, params={"as_of": "2024-06-05T20:00:00Z"})
        refused(ahead, 422, "beyond_tape_time")
        before = await desk.mine.ask("GET", path + read, params={"as_of": "2024-06-01T20:00:00Z"})
        refused(before, 422, "before_opening")
        unknown = await desk.mine.ask("GET", path + read, params={"known_at": "2001-01-01T00:00:00Z"})
        refused(unknown, 422, "before_opening")
    foreign = await desk.theirs.ask("GET", path, params={"as_of": FIRST_CLOSE})
    refused(foreign, 404, "unknown_account")


async def test_orders_of_a_moment_are_filtered_and_paged(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    for _ in range(3):
        await desk.mine.order(account_id, "buy", "1", limit_price="50.00", time_in_force="gtc")
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    await desk.mine.ask("DELETE", f"/v1/orders?account_id={account_id}")
    asked: dict[str, str | int] = {"account_id": account_id, "as_of": FIRST_CLOSE, "limit": 3}
    first = await desk.mine.get("/v1/orders", **asked, status="open")
    rest = await desk.mine.get("/v1/orders", **asked, status="open", cursor=first["next_cursor"])
    assert ([len(first["items"]), len(rest["items"])], rest["next_cursor"]) == ([3, 1], None)
    assert await desk.mine.rows("/v1/orders", **asked, status="closed") == []
    assert await desk.mine.rows("/v1/orders", **asked, symbol="BOLT") == []


async def test_an_order_tells_every_state_it_was_in(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    bracket = await desk.mine.post(
        "/v1/orders",
        {
            "account_id": account_id, "symbol": "ACME", "side": "buy", "type": "market", "quantity": "10",
            "time_in_force": "gtc", "order_class": "bracket", "take_profit": {"limit_price": "105.50"},
            "stop_loss": {"stop_price": "90.00"},
        },
    )  # fmt: skip
    await desk.mine.step(tape_id, count=2)
    told = await desk.mine.rows(f"/v1/orders/{bracket['id']}/history")
    assert [(each["event"], each["status"]) for each in told] == [
        ("order_accepted", "accepted"), ("order_filled", "filled"),
    ]  # fmt: skip
    assert [each["subject"].split(":")[0] for each in told] == ["key", "tape"]
    target, stop = sorted(
        (each for each in await desk.mine.rows("/v1/orders", account_id=account_id) if each["parent_id"]),
        key=lambda each: str(each["role"]),
        reverse=True,
    )
    events = {
        each["role"]: [state["event"] for state in await desk.mine.rows(f"/v1/orders/{each['id']}/history")]
        for each in (target, stop)
    }
    assert events == {
        "take_profit": ["order_accepted", "order_resized", "order_filled"],
        "stop_loss": ["order_accepted", "order_resized", "order_cancelled"],
    }
    last = (await desk.mine.rows(f"/v1/orders/{stop['id']}/history"))[-1]
    assert (last["status"], last["closed_reason"]) == ("cancelled", "partner_filled")


async def test_a_replaced_order_tells_what_took_its_place(desk: RunningDesk) -> None:
    _, account_id = await desk.market(margin={"kind": "reg_t"})
    order = await desk.mine.order(account_id, "buy", "1", limit_price="90.00")
    new = (await desk.mine.ask("PATCH", f"/v1/orders/{order['id']}", json={"quantity": "2"})).json()
    old = await desk.mine.rows(f"/v1/orders/{order['id']}/history")
    assert [(each["event"], each["status"]) for each in old] == [
        ("order_accepted", "accepted"), ("order_replaced", "replaced"),
    ]  # fmt: skip
    (began,) = await desk.mine.rows(f"/v1/orders/{new['id']}/history")
    assert (began["event"], began["quantity"]) == ("order_replaced", "2")


async def test_orders_are_counted_by_state_with_rate_volume_and_time(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    path = f"/v1/accounts/{account_id}/order-statistics"
    nothing = await desk.mine.get(path)
    assert (nothing["orders"], nothing["fill_rate"], nothing["median_seconds_to_fill"]) == (0, None, None)
    await desk.mine.order(account_id, "buy", "2")
    await desk.mine.order(account_id, "buy", "1", limit_price="50.00")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "buy", "1", limit_price="50.00")
    found = await desk.mine.get(path)
    assert {name: number for name, number in found["by_status"].items() if number} == {
        "accepted": 1, "filled": 1, "expired": 1,
    }  # fmt: skip
    assert (found["orders"], found["filled_orders"], found["fills"], found["fill_rate"]) == (3, 1, 1, 0.5)
    assert found["volume"] == "202"
    # From Monday's close to Tuesday's open.
    assert (found["median_seconds_to_fill"], found["mean_seconds_to_fill"]) == (63000.0, 63000.0)
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {})
    assert (await desk.mine.get(path))["orders"] == 0
    assert (await desk.mine.get(path, epoch=1))["by_status"]["cancelled"] == 1
    refused(await desk.theirs.ask("GET", path), 404, "unknown_account")


async def test_books_that_were_touched_do_not_change_the_past(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "2")
    await desk.mine.step(tape_id)
    was = await desk.mine.get(f"/v1/accounts/{account_id}")
    await desk.owner.execute("update accounts set cash = 1 where id = $1", UUID(account_id))
    assert (await desk.mine.get(f"/v1/accounts/{account_id}", as_of=was["at"]))["cash"] == was["cash"]
