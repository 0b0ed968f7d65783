"""Every kind of order through REST, on real bars: what it waits for, what it fills at, and what its group does.

The bars are those of `tests/desk.py`: opens 101.00, 103.50, 104.00, 99.00 on the days after the account
was opened; the second goes up to 106.00, the third down to 97.00.
"""

from typing import Any

import pytest

from tests.desk import RunningDesk, refused, wish


async def fills(desk: RunningDesk, account_id: str) -> list[tuple[str, str, str]]:
    """Return side, quantity and price of every fill, oldest first, once the books have been reconciled."""
    books = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])
    assert all(close["balanced"] for close in books["closes"])
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    return [(row["side"], row["quantity"], row["price"]) for row in reversed(rows)]


async def orders(desk: RunningDesk, account_id: str) -> dict[str, dict[str, Any]]:
    """Return an account's orders by their role, or by their type when they have none."""
    rows = await desk.mine.rows("/v1/orders", account_id=account_id)
    return {row["role"] or row["type"]: row for row in rows}


async def held(desk: RunningDesk, quantity: str = "10") -> tuple[str, str]:
    """Open an account that holds ACME, bought at the open of the first day."""
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", quantity)
    await desk.mine.step(tape_id)
    return tape_id, account_id


BRACKET = {"order_class": "bracket", "time_in_force": "gtc", "take_profit": {"limit_price": "105.50"}}


async def test_a_bracket_takes_its_profit_and_calls_off_its_stop(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.post("/v1/orders", wish(account_id, "buy", "10", **BRACKET, stop_loss={"stop_price": "98.00"}))
    await desk.mine.step(tape_id, count=2)
    assert await fills(desk, account_id) == [("buy", "10", "101.02"), ("sell", "10", "105.5")]
    legs = await orders(desk, account_id)
    assert (legs["stop_loss"]["status"], legs["stop_loss"]["closed_reason"]) == ("cancelled", "partner_filled")
    assert legs["take_profit"]["parent_id"] == legs["entry"]["id"] == legs["entry"]["group_id"]


async def test_a_bracket_stops_its_loss_at_the_stop_and_half_a_spread(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    terms = {**BRACKET, "take_profit": {"limit_price": "110.00"}, "stop_loss": {"stop_price": "99.00"}}
    await desk.mine.post("/v1/orders", wish(account_id, "buy", "10", **terms))
    await desk.mine.step(tape_id, count=3)
    assert await fills(desk, account_id) == [("buy", "10", "101.02"), ("sell", "10", "98.99")]
    assert (await orders(desk, account_id))["take_profit"]["status"] == "cancelled"


async def test_two_exits_promise_the_same_units_once(desk: RunningDesk) -> None:
    _, account_id = await held(desk)
    oco = {"type": "limit", "limit_price": "110.00", "order_class": "oco", "time_in_force": "gtc"}
    order = await desk.mine.post("/v1/orders", wish(account_id, "sell", "10", **oco, stop_loss={"stop_price": "95.00"}))
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert (position["quantity"], position["reserved"]) == ("10", "10")
    await desk.mine.ask("DELETE", f"/v1/orders/{order['id']}")
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert position["reserved"] == "0"
    assert (await orders(desk, account_id))["stop_loss"]["closed_reason"] == "partner_cancelled"
    await fills(desk, account_id)


async def test_a_trailing_stop_follows_the_best_price_and_never_backs_off(desk: RunningDesk) -> None:
    tape_id, account_id = await held(desk)
    trail = {"type": "trailing_stop", "trail_amount": "3.00", "time_in_force": "gtc"}
    await desk.mine.post("/v1/orders", wish(account_id, "sell", "10", **trail))
    await desk.mine.step(tape_id)
    order = (await orders(desk, account_id))["trailing_stop"]
    assert (order["status"], order["watermark"], order["stop_price"]) == ("accepted", "106", "103")
    await desk.mine.step(tape_id)
    assert (await fills(desk, account_id))[-1] == ("sell", "10", "102.98")


async def test_a_stop_that_the_open_has_passed_fills_at_the_open(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    stop = {"type": "stop", "stop_price": "100.50", "time_in_force": "gtc"}
    await desk.mine.post("/v1/orders", wish(account_id, "buy", "10", **stop))
    await desk.mine.step(tape_id)
    assert await fills(desk, account_id) == [("buy", "10", "101.02")]


async def test_a_replaced_order_hands_its_reservation_on(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    first = await desk.mine.order(account_id, "buy", "5", type="limit", limit_price="90.00", time_in_force="gtc")
    answer = await desk.mine.ask("PATCH", f"/v1/orders/{first['id']}", json={"limit_price": "98.00", "quantity": "6"})
    second = answer.json()
    assert (second["replaces"], second["quantity"], second["limit_price"]) == (first["id"], "6", "98")
    assert (await desk.mine.get(f"/v1/orders/{first['id']}"))["replaced_by"] == second["id"]
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["held_cash"] == "588"
    await desk.mine.step(tape_id, count=3)
    assert await fills(desk, account_id) == [("buy", "6", "98")]
    refused(
        await desk.mine.ask("PATCH", f"/v1/orders/{first['id']}", json={"quantity": "7"}), 409, "order_already_closed"
    )


async def test_all_orders_are_called_off_at_once(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    for price in ("90.00", "91.00", "92.00"):
        await desk.mine.order(account_id, "buy", "1", type="limit", limit_price=price, time_in_force="gtc")
    answer = (await desk.mine.ask("DELETE", "/v1/orders", params={"account_id": account_id})).json()
    assert [each["status"] for each in answer["items"]] == ["cancelled"] * 3
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["held_cash"] == "0"
    again = (await desk.mine.ask("DELETE", "/v1/orders", params={"account_id": account_id})).json()
    assert again["items"] == []
    await fills(desk, account_id)


async def test_all_orders_of_a_kind_are_called_off_and_the_others_keep_working(desk: RunningDesk) -> None:
    rules = {"margin": {"kind": "reg_t"}, "option_level": 3, "fill_model": "ideal", "cash": "20000"}
    _, account_id = await desk.market("pit", **rules)
    low, high = "ACME240621C00100000", "ACME240621C00105000"
    for symbol in ("ACME", low):
        await desk.mine.order(account_id, "buy", "1", symbol=symbol, limit_price="1.00", time_in_force="gtc")
    legs = [{"symbol": low, "side": "buy"}, {"symbol": high, "side": "sell"}]
    combo = {"account_id": account_id, "legs": legs, "quantity": "1", "type": "limit", "limit_price": "1.00"}
    await desk.mine.post("/v1/orders", combo)
    gone = []
    for kind in ("crypto", "option", "combo", "equity"):
        answer = await desk.mine.ask("DELETE", "/v1/orders", params={"account_id": account_id, "kind": kind})
        gone.append([(each["symbol"], each["status"]) for each in answer.json()["items"] if each["role"] is None])
    assert gone == [[], [(low, "cancelled")], [("ACME", "cancelled")], [("ACME", "cancelled")]]
    bonds = {"account_id": account_id, "kind": "bond"}
    assert (await desk.mine.ask("DELETE", "/v1/orders", params=bonds)).status_code == 422
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["held_cash"] == "0"


async def test_half_a_position_is_closed_and_then_the_rest(desk: RunningDesk) -> None:
    tape_id, account_id = await held(desk)
    close = f"/v1/accounts/{account_id}/positions/ACME/close"
    assert (await desk.mine.post(close, {"percent": "50"}))["quantity"] == "5"
    refused(await desk.mine.ask("POST", close, json={}), 409, "insufficient_shares")
    assert (await desk.mine.post(close, {"cancel_orders": True}))["quantity"] == "10"
    await desk.mine.step(tape_id)
    assert (await fills(desk, account_id))[-1] == ("sell", "10", "103.48")
    refused(await desk.mine.ask("POST", close, json={}), 404, "no_position")


async def test_auction_orders_fill_in_their_auction_or_not_at_all(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1", time_in_force="opg")
    await desk.mine.order(account_id, "buy", "2", time_in_force="cls")
    missed = await desk.mine.order(account_id, "buy", "3", type="limit", limit_price="95.00", time_in_force="opg")
    await desk.mine.step(tape_id)
    assert await fills(desk, account_id) == [("buy", "1", "101"), ("buy", "2", "103")]
    order = await desk.mine.get(f"/v1/orders/{missed['id']}")
    assert (order["status"], order["closed_reason"]) == ("cancelled", "not_filled_in_auction")


async def test_an_order_by_money_buys_whole_lots_for_it(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = wish(account_id, "buy", "0") | {"notional": "1000.00"}
    del order["quantity"]
    await desk.mine.post("/v1/orders", order)
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["held_cash"] == "1000"
    await desk.mine.step(tape_id)
    assert await fills(desk, account_id) == [("buy", "9", "101.02")]


async def test_a_dated_order_works_to_the_close_of_its_day(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    terms = {"type": "limit", "limit_price": "90.00", "time_in_force": "gtd", "expires_on": "2024-06-05"}
    order = await desk.mine.order(account_id, "buy", "1", **terms)
    assert order["expires_at"] == "2024-06-05T20:00:00Z"
    await desk.mine.step(tape_id, count=2)
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "expired"


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"type": "stop"}, "stop_price_missing"),
        ({"type": "trailing_stop"}, "trail_missing"),
        ({"type": "stop", "stop_price": "110.00", "time_in_force": "ioc"}, "time_in_force_not_allowed"),
        ({**BRACKET, "stop_loss": {"stop_price": "106.00"}}, "bracket_prices_inverted"),
        ({"post_only": True}, "post_only_not_allowed"),
    ],
)
async def test_terms_that_do_not_fit_are_refused_by_name(desk: RunningDesk, terms: dict[str, Any], code: str) -> None:
    _, account_id = await desk.market()
    before = await desk.footprint(account_id)
    refused(await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1", **terms)), 422, code)
    assert await desk.footprint(account_id) == before


@pytest.mark.parametrize(
    ("side", "terms"),
    [
        ("buy", {"type": "market"}),
        ("buy", {"type": "limit", "limit_price": "90.00"}),
        ("sell", {"type": "stop", "stop_price": "90.00"}),
        ("sell", {"type": "stop_limit", "stop_price": "90.00", "limit_price": "89.00"}),
        ("sell", {"type": "trailing_stop", "trail_amount": "5.00"}),
        ("sell", {"type": "trailing_stop", "trail_rate": "0.05"}),
        ("sell", {"type": "market_if_touched", "stop_price": "150.00"}),
        ("buy", {"type": "market", "time_in_force": "opg"}),
        ("buy", {"type": "market", "time_in_force": "cls"}),
        ("buy", {"type": "limit", "limit_price": "90.00", "post_only": True}),
        ("sell", {"type": "market", "reduce_only": True}),
        ("buy", {"type": "market", **BRACKET, "stop_loss": {"stop_price": "90.00"}}),
        ("buy", {"type": "market", "order_class": "oto", "take_profit": {"limit_price": "150.00"}}),
        (
            "sell",
            {"type": "limit", "order_class": "oco", "limit_price": "150.00", "stop_loss": {"stop_price": "90.00"}},
        ),
    ],
)
async def test_orders_in_shares_of_every_usual_type_are_placed_and_called_off_one_by_one(
    desk: RunningDesk, side: str, terms: dict[str, Any]
) -> None:
    _, account_id = await held(desk)
    placed = await desk.mine.post("/v1/orders", wish(account_id, side, "1", **terms))
    assert (placed["status"], placed["type"]) == ("accepted", terms["type"])
    gone = await desk.mine.ask("DELETE", f"/v1/orders/{placed['id']}")
    assert (gone.status_code, gone.json()["status"]) == (200, "cancelled")
    assert await desk.mine.rows("/v1/orders", account_id=account_id, status="open") == []
    await fills(desk, account_id)


async def test_a_position_is_read_with_its_mark_and_results_and_closed(desk: RunningDesk) -> None:
    tape_id, account_id = await held(desk)
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert (position["quantity"], position["average_price"], position["mark"]) == ("10", "101.02", "103")
    assert (position["mark_source"], position["market_value"]) == ("official_close", "1030")
    assert (position["unrealised_pl"], position["day_pl"]) == ("19.8", "19.8")
    await desk.mine.post(f"/v1/accounts/{account_id}/positions/ACME/close", {})
    await desk.mine.step(tape_id)
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/positions") == []
    (gain,) = (await desk.mine.get(f"/v1/accounts/{account_id}/gains"))["items"]
    assert (gain["proceeds"], gain["cost"], gain["gain"]) == ("1034.8", "1010.2", "24.6")


async def test_orders_in_options_open_and_close_on_both_sides_and_spreads_beside_them(desk: RunningDesk) -> None:
    rules = {"margin": {"kind": "reg_t"}, "option_level": 4, "fill_model": "ideal", "fill_on_arrival": True}
    _, account_id = await desk.market("pit", cash="50000", **rules)
    low, high = "ACME240621C00100000", "ACME240621C00105000"
    for symbol, opens, closes in ((low, "buy_to_open", "sell_to_close"), (high, "sell_to_open", "buy_to_close")):
        for intent in (opens, closes):
            terms = {"symbol": symbol, "intent": intent}
            placed = await desk.mine.order(account_id, intent.partition("_")[0], "1", **terms)
            assert placed["status"] == "filled"
    legs = [{"symbol": low, "side": "buy"}, {"symbol": high, "side": "sell"}]
    combo = {"account_id": account_id, "legs": legs, "quantity": "1", "type": "market"}
    spread = await desk.mine.post("/v1/orders", combo)
    assert (spread["status"], spread["structure"]) == ("filled", "vertical")
    limit = await desk.mine.order(account_id, "buy", "1", symbol=low, limit_price="1.00")
    assert limit["status"] == "accepted"
    assert len(await fills(desk, account_id)) == 6
