"""Combos through REST: several legs as one order, from the preview to the books."""

from decimal import Decimal
from typing import Any

import pytest

from tests.desk import RunningDesk, refused

LOW, HIGH, PUT = "ACME240621C00100000", "ACME240621C00105000", "ACME240621P00100000"
MARGINED = {"margin": {"kind": "reg_t"}, "option_level": 3, "fill_model": "ideal", "cash": "20000"}
DEBIT = ({"symbol": LOW, "intent": "buy_to_open"}, {"symbol": HIGH, "intent": "sell_to_open"})
CREDIT = ({"symbol": LOW, "side": "sell"}, {"symbol": HIGH, "side": "buy"})


def combo(account_id: str, *legs: dict[str, str], **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the body of a combo; it is a limit order when it has a limit price."""
    kind = "limit" if "limit_price" in terms else "market"
    return {"account_id": account_id, "legs": list(legs), "quantity": "1", "type": kind, **terms}


async def minutes(desk: RunningDesk, tape_id: str, count: int = 1) -> None:
    """Let every instrument be quoted again, so many times."""
    await desk.mine.step(tape_id, "fact", 4 * count)


async def agrees(desk: RunningDesk, account_id: str) -> bool:
    """Say whether the books of an account agree."""
    return bool((await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"])


async def test_a_debit_spread_of_550_against_275_takes_exactly_275_dollars(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **MARGINED)
    placed = await desk.mine.post("/v1/orders", combo(account_id, *DEBIT, limit_price="2.75", structure="vertical"))
    assert (placed["status"], placed["symbol"], placed["order_class"]) == ("accepted", "ACME", "combo")
    assert [(leg["symbol"], leg["side"], leg["ratio"]) for leg in placed["legs"]] == [
        (LOW, "buy", 1),
        (HIGH, "sell", 1),
    ]
    await minutes(desk, tape_id)
    filled = await desk.mine.get(f"/v1/orders/{placed['id']}")
    assert (filled["status"], filled["average_fill_price"], filled["structure"]) == ("filled", "2.75", "vertical")
    assert {leg["status"] for leg in filled["legs"]} == {"filled"}
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (account["cash"], account["held_cash"]) == ("19725", "0")
    fills = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert {(each["symbol"], each["price"]) for each in fills} == {(LOW, "5.5"), (HIGH, "2.75")}
    for each in fills:
        told = await desk.mine.get(f"/v1/fills/{each['id']}/explanation")
        assert sum(Decimal(part) for part in told["parts"].values()) == Decimal(each["price"])
    assert await agrees(desk, account_id)


async def test_a_credit_spread_is_one_order_and_holds_its_worst_loss_less_the_credit(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **MARGINED)
    placed = await desk.mine.post("/v1/orders", combo(account_id, *CREDIT, limit_price="-2.50", quantity="2"))
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["held_cash"] == "500"
    await minutes(desk, tape_id)
    assert (await desk.mine.get(f"/v1/orders/{placed['id']}"))["average_fill_price"] == "-2.55"
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "20510"


async def test_it_fills_in_whole_combos_as_the_smallest_leg_is_quoted(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **MARGINED)
    placed = await desk.mine.post("/v1/orders", combo(account_id, *DEBIT, quantity="5"))
    await minutes(desk, tape_id)
    part = await desk.mine.get(f"/v1/orders/{placed['id']}")
    assert (part["status"], part["filled_quantity"]) == ("partially_filled", "3")
    assert await agrees(desk, account_id)
    await minutes(desk, tape_id, 2)
    assert (await desk.mine.get(f"/v1/orders/{placed['id']}"))["status"] == "filled"
    assert await agrees(desk, account_id)


async def test_closing_legs_leave_by_their_oldest_lots(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **MARGINED)
    await desk.mine.post("/v1/orders", combo(account_id, *DEBIT, quantity="2"))
    await minutes(desk, tape_id)
    close = ({"symbol": LOW, "intent": "sell_to_close"}, {"symbol": HIGH, "intent": "buy_to_close"})
    placed = await desk.mine.post("/v1/orders", combo(account_id, *close, limit_price="-2.55"))
    positions = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert {each["symbol"]: each["reserved"] for each in positions} == {LOW: "1", HIGH: "1"}
    await minutes(desk, tape_id)
    assert (await desk.mine.get(f"/v1/orders/{placed['id']}"))["status"] == "filled"
    positions = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert {each["symbol"]: each["quantity"] for each in positions} == {LOW: "1", HIGH: "-1"}
    assert await agrees(desk, account_id)


@pytest.mark.parametrize(
    ("legs", "terms", "status", "code"),
    [
        (DEBIT[:1], {}, 422, "leg_count_out_of_range"),
        ((DEBIT[0], DEBIT[0]), {}, 422, "leg_repeated"),
        (({"symbol": LOW}, DEBIT[1]), {}, 422, "malformed_order"),
        (({"symbol": LOW, "side": "buy", "ratio": "2"}, {"symbol": HIGH, "side": "sell", "ratio": "2"}), {}, 422,
         "ratios_not_reduced"),
        (DEBIT, {"structure": "straddle"}, 422, "structure_not_fitting"),
        (DEBIT, {"type": "limit"}, 422, "limit_price_missing"),
        (({"symbol": LOW, "intent": "sell_to_close"}, DEBIT[1]), {}, 409, "intent_not_fitting"),
        (({"symbol": LOW, "side": "buy"}, {"symbol": HIGH, "side": "sell", "ratio": "2"}), {}, 409,
         "option_level_too_low"),
        (CREDIT, {"quantity": "200"}, 409, "insufficient_buying_power"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_by_name_and_leaves_nothing(
    desk: RunningDesk, legs: tuple[dict[str, str], ...], terms: dict[str, str], status: int, code: str
) -> None:
    _, account_id = await desk.market("pit", **MARGINED)
    before = await desk.footprint(account_id)
    refused(await desk.mine.ask("POST", "/v1/orders", json=combo(account_id, *legs, **terms)), status, code)
    assert await desk.footprint(account_id) == before


async def test_the_same_client_order_id_is_the_same_combo(desk: RunningDesk) -> None:
    _, account_id = await desk.market("pit", **MARGINED)
    body = combo(account_id, *DEBIT, limit_price="2.00", client_order_id="mine")
    first, again = await desk.mine.post("/v1/orders", body), await desk.mine.ask("POST", "/v1/orders", json=body)
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert [leg["id"] for leg in again.json()["legs"]] == [leg["id"] for leg in first["legs"]]
    other = combo(account_id, *CREDIT, limit_price="2.00", client_order_id="mine")
    refused(await desk.mine.ask("POST", "/v1/orders", json=other), 409, "client_order_id_taken")


async def test_it_is_replaced_and_cancelled_as_one(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **MARGINED)
    first = await desk.mine.post("/v1/orders", combo(account_id, *DEBIT, limit_price="2.00"))
    answer = await desk.mine.ask("PATCH", f"/v1/orders/{first['id']}", json={"limit_price": "2.10", "quantity": "2"})
    second = answer.json()
    assert (second["replaces"], second["quantity"], len(second["legs"])) == (first["id"], "2", 2)
    assert {leg["status"] for leg in (await desk.mine.get(f"/v1/orders/{first['id']}"))["legs"]} == {"replaced"}
    refused(
        await desk.mine.ask("PATCH", f"/v1/orders/{second['legs'][0]['id']}", json={"quantity": "9"}),
        409,
        "not_replaceable",
    )
    gone = (await desk.mine.ask("DELETE", f"/v1/orders/{second['id']}")).json()
    assert {gone["status"], *(leg["status"] for leg in gone["legs"])} == {"cancelled"}
    third = await desk.mine.post("/v1/orders", combo(account_id, *DEBIT, limit_price="2.00"))
    answer = await desk.mine.ask("DELETE", "/v1/orders", params={"account_id": account_id, "symbol": HIGH})
    assert {each["id"] for each in answer.json()["items"]} == {third["id"], *(leg["id"] for leg in third["legs"])}
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["held_cash"] == "0"
    await minutes(desk, tape_id)
    assert await agrees(desk, account_id)


@pytest.mark.parametrize("legs", [DEBIT, CREDIT])
async def test_what_was_previewed_is_what_happens_when_the_quotes_stand(
    desk: RunningDesk, legs: tuple[dict[str, str], ...]
) -> None:
    terms = {**MARGINED, "fill_on_arrival": True, "fees": "per_share"}
    _, account_id = await desk.market("pit", **terms)
    body = combo(account_id, *legs, quantity="3")
    before = await desk.footprint(account_id)
    found = await desk.mine.post("/v1/orders/preview", body)
    assert await desk.footprint(account_id) == before
    expected = found["expected_fill"]
    assert sum(Decimal(part) for part in expected["parts"].values()) == Decimal(expected["price"])
    assert found["order"]["structure"] == "vertical"
    placed = await desk.mine.post("/v1/orders", body)
    assert (placed["status"], placed["average_fill_price"]) == ("filled", expected["price"])
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert Decimal(account["cash"]) == 20_000 - Decimal(expected["cost"]) == Decimal(found["filled"]["cash"])
    assert found["filled"]["margin"] == account["margin"]
    assert len(expected["legs"]) == 2
    assert await agrees(desk, account_id)


async def test_a_preview_says_why_nothing_would_fill(desk: RunningDesk) -> None:
    _, account_id = await desk.market("pit", **MARGINED)
    found = await desk.mine.post("/v1/orders/preview", combo(account_id, *DEBIT, limit_price="1.00"))
    assert (found["expected_fill"], found["unfilled_reason"]) == (None, "out_of_reach")
    found = await desk.mine.post("/v1/orders/preview", combo(account_id, *DEBIT[:1]))
    assert found["refusal"]["code"] == "leg_count_out_of_range"
    _, bars = await desk.market("chain", **MARGINED)
    pair = tuple({**leg, "symbol": leg["symbol"].replace("0621", "0607")} for leg in DEBIT)
    found = await desk.mine.post("/v1/orders/preview", combo(bars, *pair))
    assert found["unfilled_reason"] == "legs_not_quoted"


async def test_without_quotes_of_its_legs_a_combo_waits_and_expires(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **MARGINED)
    pair = tuple({**leg, "symbol": leg["symbol"].replace("0621", "0607")} for leg in DEBIT)
    placed = await desk.mine.post("/v1/orders", combo(account_id, *pair))
    await desk.mine.step(tape_id)
    ended = await desk.mine.get(f"/v1/orders/{placed['id']}")
    assert {ended["status"], *(leg["status"] for leg in ended["legs"])} == {"expired"}
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/fills") == []


async def test_shares_and_options_trade_in_one_ticket(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **{**MARGINED, "option_level": 1})
    legs = ({"symbol": "ACME", "side": "buy", "ratio": "100"}, {"symbol": LOW, "side": "sell"})
    placed = await desk.mine.post("/v1/orders", combo(account_id, *legs, limit_price="94.62", structure="covered_call"))
    await minutes(desk, tape_id)
    assert (await desk.mine.get(f"/v1/orders/{placed['id']}"))["average_fill_price"] == "94.62"
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "10538"
    shown = await desk.mine.get(f"/v1/accounts/{account_id}/strategies")
    assert [each["strategy"] for each in shown["items"]] == ["covered_call"]
    assert await agrees(desk, account_id)


async def test_a_cash_account_buys_combos_and_writes_nothing(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", fill_model="ideal")
    refused(await desk.mine.ask("POST", "/v1/orders", json=combo(account_id, *DEBIT)), 409, "insufficient_shares")
    legs = ({"symbol": LOW, "side": "buy"}, {"symbol": PUT, "side": "buy"})
    await desk.mine.post("/v1/orders", combo(account_id, *legs, limit_price="9.60"))
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["held_cash"] == "960"
    await minutes(desk, tape_id)
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "9040"
    assert await agrees(desk, account_id)


async def test_a_neighbouring_order_keeps_what_it_holds(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **{**MARGINED, "option_level": 4})
    await desk.mine.order(account_id, "buy", "2", symbol=HIGH)
    await minutes(desk, tape_id)
    await desk.mine.order(account_id, "sell", "2", symbol=HIGH, limit_price="9.00")
    await desk.mine.post(
        "/v1/orders", combo(account_id, *DEBIT[:1], {"symbol": HIGH, "side": "sell"}, limit_price="1.00")
    )
    await desk.mine.order(account_id, "buy", "1", symbol=LOW, limit_price="1.00")
    assert await agrees(desk, account_id)
    positions = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert [each["reserved"] for each in positions] == ["2"]


async def test_a_combo_counts_as_one_order_and_tells_every_state_it_was_in(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **MARGINED)
    placed = await desk.mine.post("/v1/orders", combo(account_id, *DEBIT, quantity="5"))
    await minutes(desk, tape_id, 3)
    told = await desk.mine.get(f"/v1/accounts/{account_id}/order-statistics")
    assert (told["orders"], told["by_status"]["filled"], told["fills"]) == (1, 1, 4)
    assert Decimal(told["volume"]) == 5 * (550 + 275)
    states = await desk.mine.rows(f"/v1/orders/{placed['id']}/history")
    assert [each["event"] for each in states] == ["order_accepted", "combo_filled", "combo_filled"]


async def test_a_combo_is_filled_again_under_another_fill_model(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("pit", **MARGINED)
    await desk.mine.post("/v1/orders", combo(account_id, *DEBIT, limit_price="2.75"))
    await minutes(desk, tape_id)
    path = f"/v1/accounts/{account_id}/rescore"
    same = (await desk.mine.post(path, {"fill_model": "ideal"}))["rescore"]
    assert (same["orders"], same["fills_before"], same["fills_after"], same["difference"]) == ([], 1, 1, "0")
    harsh = (await desk.mine.post(path, {"fill_model": "harsh"}))["rescore"]
    assert {each["after"]["status"] for each in harsh["orders"]} == {"accepted"}  # a wider spread is beyond its limit
