"""How long an order works, what ends it, and what it meets: on bars, on closes and on real quotes."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

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


async def test_orders_are_listed_by_kind_state_and_symbol_counted_read_and_cancelled(desk: RunningDesk) -> None:
    _, account_id = await desk.market("mixed", cash="1000000", margin={"kind": "reg_t"}, option_level=3)
    kinds = {"equity": "BOLT", "crypto": "BTC/USD", "option": "ACME240607C00100000"}
    placed = {
        kind: await desk.mine.order(account_id, "buy", "1", symbol=symbol, limit_price="1.00", time_in_force="gtc")
        for kind, symbol in kinds.items()
    }
    await desk.mine.ask("DELETE", f"/v1/orders/{placed['crypto']['id']}")

    async def found(**chosen: str) -> list[str]:
        return [row["id"] for row in await desk.mine.rows("/v1/orders", account_id=account_id, **chosen)]

    for kind, order in placed.items():
        assert await found(kind=kind) == [order["id"]]
        assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["symbol"] == kinds[kind]
    assert await found(kind="equity", status="open") == [placed["equity"]["id"]]
    assert await found(kind="option", status="open", symbol=kinds["option"]) == [placed["option"]["id"]]
    assert await found(kind="crypto", status="open") == await found(kind="combo") == []
    assert await found(kind="equity", as_of="2024-06-03T20:00:00Z") == [placed["equity"]["id"]]
    refused(
        await desk.mine.ask("GET", "/v1/orders", params={"account_id": account_id, "kind": "bond"}),
        422,
        "malformed_request",
    )
    counted = await desk.mine.get(f"/v1/accounts/{account_id}/order-statistics")
    assert counted["orders"] == 3


@pytest.mark.parametrize(
    ("term", "ended"), [("day", "expired"), ("gtc", "accepted"), ("ioc", "cancelled"), ("fok", "cancelled")]
)
async def test_each_time_in_force_lasts_as_long_as_it_says(desk: RunningDesk, term: str, ended: str) -> None:
    tape_id, account_id = await desk.market("quotes")
    order = await desk.mine.order(account_id, "buy", "1", limit_price="90.00", time_in_force=term)
    await desk.mine.step(tape_id, "fact")
    standing = (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"]
    assert standing == ("accepted" if term in {"day", "gtc"} else ended)
    await desk.mine.step(tape_id)
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == ended


async def test_a_market_order_fills_at_once_and_a_limit_order_when_the_price_allows(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("quotes", fill_on_arrival=True)
    market = await desk.mine.order(account_id, "buy", "1")
    too_low = await desk.mine.order(account_id, "sell", "1", limit_price="101.50", time_in_force="gtc")
    assert (market["status"], market["average_fill_price"]) == ("filled", "100.02")
    assert too_low["status"] == "accepted"
    await desk.mine.step(tape_id)
    await desk.mine.step(tape_id)
    limit = await desk.mine.get(f"/v1/orders/{too_low['id']}")
    assert (limit["status"], limit["average_fill_price"]) == ("filled", "101.98")


async def test_fills_are_told_with_fee_and_realised_result_by_symbol_and_time(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fees="commission_free")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "4")
    await desk.mine.step(tape_id, count=2)
    await desk.mine.order(account_id, "buy", "1", symbol="BOLT")
    await desk.mine.step(tape_id)
    path = f"/v1/accounts/{account_id}/fills"
    bolt, sold, bought = await desk.mine.rows(path)
    gain = 4 * (Decimal(sold["price"]) - Decimal(bought["price"]))
    assert [Decimal(fill["realised"]) for fill in (bolt, sold, bought)] == [0, gain, 0]
    assert {fill["fee"] for fill in (bolt, sold, bought)} == {"0"}
    assert await desk.mine.rows(path, symbol="BOLT") == [bolt]
    assert await desk.mine.rows(path, symbol="ACME") == [sold, bought]
    assert await desk.mine.rows(path, since=sold["at"]) == [bolt, sold]
    assert await desk.mine.rows(path, until=sold["at"]) == [bought]
    assert await desk.mine.rows(path, symbol="ACME", since=sold["at"], until=bolt["at"]) == [sold]
    refused(await desk.mine.ask("GET", path, params={"since": "2024-06-03"}), 422, "malformed_request")


async def test_every_trading_entry_points_at_its_order_and_none_can_be_changed(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    orders = [await desk.mine.order(account_id, side, "2") for side in ("buy",)]
    await desk.mine.step(tape_id)
    orders.append(await desk.mine.order(account_id, "sell", "2"))
    await desk.mine.step(tape_id)
    told = await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
    trading = [entry for entry in told if entry["kind"] == "fill"]
    assert [entry["order_id"] for entry in trading] == [order["id"] for order in reversed(orders)]
    assert {entry["order_id"] for entry in told if entry["kind"] != "fill"} == {None}
    async with desk.runtime.work(desk.first.principal) as work:
        for change in ("update entries set cash_after = 0", "delete from entries"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with work.db.begin_nested():
                    await work.db.execute(text(change))
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/ledger") == told


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


async def test_quotes_give_the_touch_limits_wait_to_be_crossed_and_stops_for_a_print(desk: RunningDesk) -> None:
    _, by_hand = await desk.market("quotes", fill_on_arrival=True)
    orders = [
        await desk.mine.order(by_hand, "buy", "10"),
        await desk.mine.order(by_hand, "sell", "4"),
        await desk.mine.order(by_hand, "buy", "1", limit_price="100.01"),
        await desk.mine.order(by_hand, "buy", "1", limit_price="100.05"),
    ]
    assert [order["average_fill_price"] for order in orders] == ["100.02", "99.98", None, "100.02"]
    tape_id, account_id = await desk.market("minutes")
    stop = await desk.mine.order(account_id, "buy", "1", type="stop", stop_price="100.35")
    await desk.mine.step(tape_id, "bar")  # to 100.30 and no higher
    assert (await desk.mine.get(f"/v1/orders/{stop['id']}"))["status"] == "accepted"
    await desk.mine.step(tape_id, "bar")  # to 100.40
    crossed = await desk.mine.get(f"/v1/orders/{stop['id']}")
    assert (crossed["status"], crossed["triggered_at"]) == ("filled", "2024-06-03T13:33:00Z")
    assert crossed["average_fill_price"] == "100.39"  # the stop and half a spread


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
