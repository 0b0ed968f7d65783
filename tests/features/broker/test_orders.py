"""How long an order works, what ends it, and what it meets: on bars, on closes and on real quotes."""

import pytest

from tests.desk import RunningDesk, refused, wish


async def status(desk: RunningDesk, order_id: str) -> tuple[str, str | None]:
    order = await desk.mine.get(f"/v1/orders/{order_id}")
    return order["status"], order["closed_reason"]


async def test_a_limit_order_fills_when_the_market_trades_through_it(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10", limit_price="102.50", time_in_force="gtc")
    await desk.mine.step(tape_id, count=2)
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    # The second day opens at 101.00, below the limit: the open is the better price.
    assert (fill["order_id"], fill["price"]) == (order["id"], "101.02")


async def test_a_resting_limit_fills_at_its_limit(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10", limit_price="98.00", time_in_force="gtc")
    await desk.mine.step(tape_id, count=2)
    assert await status(desk, order["id"]) == ("accepted", None)
    await desk.mine.step(tape_id)  # the fourth day goes down to 97.00
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert (fill["order_id"], fill["price"]) == (order["id"], "98")


async def test_a_day_order_expires_with_its_session(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10", limit_price="90.00")
    await desk.mine.control(tape_id, "jump", to="next_open")
    assert await status(desk, order["id"]) == ("accepted", None)
    await desk.mine.control(tape_id, "jump", to="next_close")
    assert await status(desk, order["id"]) == ("expired", "time_in_force")


async def test_a_gtc_order_outlives_its_session(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10", limit_price="90.00", time_in_force="gtc")
    await desk.mine.step(tape_id, count=5)
    assert await status(desk, order["id"]) == ("accepted", None)


async def test_a_cancelled_order_never_fills(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10")
    cancelled = (await desk.mine.ask("DELETE", f"/v1/orders/{order['id']}")).json()
    assert (cancelled["status"], cancelled["closed_reason"]) == ("cancelled", "by_request")
    await desk.mine.step(tape_id)
    assert await status(desk, order["id"]) == ("cancelled", "by_request")
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/fills") == []
    problem = refused(await desk.mine.ask("DELETE", f"/v1/orders/{order['id']}"), 409, "order_already_closed")
    assert problem["status"] == 409


async def test_lists_of_orders_can_be_narrowed(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    filled = await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id, count=2)
    bolt = await desk.mine.order(account_id, "buy", "1", symbol="BOLT", limit_price="1.00", time_in_force="gtc")

    async def found(**chosen: str) -> list[str]:
        return [row["id"] for row in await desk.mine.rows("/v1/orders", account_id=account_id, **chosen)]

    assert await found() == await found(status="all") == [bolt["id"], filled["id"]]
    assert await found(status="open") == await found(symbol="BOLT") == [bolt["id"]]
    assert await found(status="closed") == await found(symbol="ACME") == [filled["id"]]
    assert await found(symbol="NOPE") == []


async def test_units_that_are_promised_cannot_be_sold_twice(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "6", limit_price="500.00", time_in_force="gtc")
    problem = refused(
        await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "5")), 409, "insufficient_shares"
    )
    assert (problem["needed"], problem["available"]) == ("5", "4")
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert position["reserved"] == "6"


async def test_with_one_price_a_day_a_limit_is_warned_and_fills_at_a_close(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("closes")
    order = await desk.mine.order(account_id, "buy", "10", limit_price="99.00", time_in_force="gtc")
    assert order["warnings"] == ["This tape has one price a day: a limit can only fill at a close."]
    await desk.mine.step(tape_id, count=3)
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert (fill["order_id"], fill["at"]) == (order["id"], "2024-06-06T20:00:00Z")
    bars = await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME")
    assert [(bar["open"], bar["close"], bar["volume"]) for bar in bars["items"][:1]] == [(None, "100", None)]


async def test_by_hand_an_order_fills_as_it_arrives_against_the_standing_quote(desk: RunningDesk) -> None:
    _, account_id = await desk.market("quotes", fill_on_arrival=True)
    order = await desk.mine.order(account_id, "buy", "10")
    assert (order["status"], order["average_fill_price"]) == ("filled", "100.02")
    sold = await desk.mine.order(account_id, "sell", "4")
    assert (sold["status"], sold["average_fill_price"]) == ("filled", "99.98")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert account["cash"] == "9399.72"


async def test_otherwise_an_order_meets_only_later_quotes(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("quotes")
    order = await desk.mine.order(account_id, "buy", "10")
    assert order["status"] == "accepted"
    await desk.mine.step(tape_id, "fact")
    partly = await desk.mine.get(f"/v1/orders/{order['id']}")
    assert (partly["status"], partly["filled_quantity"], partly["average_fill_price"]) == (
        "partially_filled", "5", "100.04",
    )  # fmt: skip
    await desk.mine.step(tape_id, "fact")
    whole = await desk.mine.get(f"/v1/orders/{order['id']}")
    assert (whole["status"], whole["average_fill_price"]) == ("filled", "100.09")


@pytest.mark.parametrize(("term", "filled", "ended"), [("ioc", "5", "cancelled"), ("fok", "0", "cancelled")])
async def test_an_immediate_order_ends_with_the_first_quote_it_meets(
    desk: RunningDesk, term: str, filled: str, ended: str
) -> None:
    tape_id, account_id = await desk.market("quotes")
    order = await desk.mine.order(account_id, "buy", "10", time_in_force=term)
    await desk.mine.step(tape_id, "fact")
    found = await desk.mine.get(f"/v1/orders/{order['id']}")
    assert (found["status"], found["closed_reason"], found["filled_quantity"]) == (ended, "not_filled_at_once", filled)


@pytest.mark.parametrize("term", ["ioc", "fok"])
async def test_an_immediate_order_by_hand_is_done_with_its_answer(desk: RunningDesk, term: str) -> None:
    _, account_id = await desk.market("quotes", fill_on_arrival=True)
    whole = await desk.mine.order(account_id, "buy", "99", time_in_force=term)
    assert (whole["status"], whole["filled_quantity"]) == ("filled", "99")


async def test_equity_on_a_tape_of_quotes_is_valued_by_them(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("quotes", fill_on_arrival=True)
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    points = await desk.mine.rows(f"/v1/accounts/{account_id}/equity")
    assert account["equity"] == "10001"
    assert [point["equity"] for point in points] == ["9999.8", "10001"]
