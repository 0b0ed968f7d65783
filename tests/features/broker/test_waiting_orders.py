"""Orders that wait for a price, through REST: triggered by the market, kept over a restart, refused by name.

The days after the account was opened (open, high, low, close): 101, 104, 100.5, 103; 103.5, 106, 102, 105;
104, 105, 97, 98; 99, 102, 98.5, 101.
"""

from typing import Any

from paperdesk.core.kernel.values import replace
from tests.desk import RunningDesk, at_work, refused, wish


async def order_of(desk: RunningDesk, account_id: str, side: str, **terms: Any) -> str:  # noqa: ANN401 - any JSON
    """Place an order for 10 ACME that works until cancelled, and return its id."""
    body = wish(account_id, side, "10", time_in_force="gtc") | terms
    return str((await desk.mine.post("/v1/orders", body))["id"])


async def fill_prices(desk: RunningDesk, account_id: str) -> list[tuple[str, str]]:
    """Return side and price of every fill, oldest first."""
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    return [(row["side"], row["price"]) for row in reversed(rows)]


async def test_a_stop_limit_becomes_a_limit_order_when_its_stop_is_reached(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    terms = {"type": "stop_limit", "stop_price": "105.50", "limit_price": "104.50"}
    order_id = await order_of(desk, account_id, "buy", **terms)
    await desk.mine.step(tape_id, count=2)
    order = await desk.mine.get(f"/v1/orders/{order_id}")
    assert (order["status"], order["type"], order["triggered_at"]) == ("accepted", "stop_limit", "2024-06-05T20:00:00Z")
    await desk.mine.step(tape_id)
    # Its limit is better than the close that follows the trigger; the next open is within it.
    assert await fill_prices(desk, account_id) == [("buy", "104.02")]


async def test_what_triggers_an_order_is_an_event_of_its_own(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order_id = await order_of(desk, account_id, "buy", type="stop", stop_price="105.50")
    await desk.mine.step(tape_id, count=2)
    kinds = await desk.owner.fetch("select kind from events where account_id = $1 order by seq", account_id)
    assert [row["kind"] for row in kinds][-3:] == ["order_accepted", "order_triggered", "order_filled"]
    assert (await desk.mine.get(f"/v1/orders/{order_id}"))["average_fill_price"] == "105.52"


async def test_an_order_if_touched_buys_the_fall_that_a_stop_would_sell(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await order_of(desk, account_id, "buy", type="market_if_touched", stop_price="98.00")
    await desk.mine.step(tape_id, count=2)
    assert await fill_prices(desk, account_id) == []
    await desk.mine.step(tape_id)
    assert await fill_prices(desk, account_id) == [("buy", "98.01")]


async def test_orders_go_on_waiting_after_a_restart(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await order_of(desk, account_id, "buy", type="market")
    await desk.mine.step(tape_id)
    trail = await order_of(desk, account_id, "sell", type="trailing_stop", trail_rate="0.03")
    await desk.mine.step(tape_id)
    async with at_work(desk.runtime) as (rooms, relay, pump):
        again = replace(desk, rooms=rooms, relay=relay, pump=pump, clients=[])
        order = await again.mine.get(f"/v1/orders/{trail}")
        assert (order["watermark"], order["stop_price"]) == ("106", "102.82")
        await again.mine.step(tape_id)
        assert await fill_prices(again, account_id) == [("buy", "101.02"), ("sell", "102.8")]


async def test_a_stop_and_a_target_in_one_range_give_the_worse_and_say_so(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    exits = {"take_profit": {"limit_price": "104.50"}, "stop_loss": {"stop_price": "102.50"}}
    terms = {"type": "limit", "limit_price": "103.80", "order_class": "bracket", **exits}
    await desk.mine.step(tape_id)
    await order_of(desk, account_id, "buy", **terms)
    await desk.mine.step(tape_id)
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert [(row["side"], row["ambiguous"]) for row in reversed(rows)] == [("buy", False), ("sell", True)]


async def test_only_what_is_held_is_reduced(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    body = wish(account_id, "sell", "10", reduce_only=True)
    refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "nothing_to_reduce")
    await desk.mine.order(account_id, "buy", "4")
    await desk.mine.step(tape_id)
    assert (await desk.mine.post("/v1/orders", body))["quantity"] == "4"


async def test_a_trail_is_an_amount_or_a_rate(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    body = wish(account_id, "sell", "1", type="trailing_stop", trail_amount="1.00", trail_rate="0.05")
    refused(await desk.mine.ask("POST", "/v1/orders", json=body), 422, "trail_ambiguous")


async def test_orders_of_one_symbol_are_called_off_and_the_rest_works_on(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.step(tape_id, count=2)
    acme = await order_of(desk, account_id, "buy", type="limit", limit_price="50.00")
    bolt = await order_of(desk, account_id, "buy", symbol="BOLT", type="limit", limit_price="1.00")
    params = {"account_id": account_id, "symbol": "ACME"}
    answer = (await desk.mine.ask("DELETE", "/v1/orders", params=params)).json()
    assert [each["id"] for each in answer["items"]] == [acme]
    assert (await desk.mine.get(f"/v1/orders/{bolt}"))["status"] == "accepted"
