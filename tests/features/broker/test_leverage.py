"""Crypto pairs bought with leverage through REST, reconciled, with what each position needs and where it is sold.

The pair stands at 50,000 for two days, closes at 45,249 on the third, and opens at 45,300 on the fourth.
"""

from typing import Any

from tests.desk import RunningDesk, refused, wish

PAIR = "BTC/USD"
REG_T = {"kind": "reg_t", "borrow": {"easy_rate": "0"}, "interest": {"debit_rate": "0"}}


async def opened(desk: RunningDesk, cash: str = "5000", margin: dict[str, Any] | None = None) -> tuple[str, str]:
    return await desk.market("coins", cash=cash, margin=margin or REG_T, fill_model="ideal")


async def choose(desk: RunningDesk, account_id: str, leverage: int, mode: str | None = None) -> dict[str, Any]:
    body = {"symbol": PAIR, "leverage": leverage, **({"margin_mode": mode} if mode else {})}
    answer = await desk.mine.ask("PUT", f"/v1/accounts/{account_id}/leverage", json=body)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def position(desk: RunningDesk, account_id: str, **asked: str) -> dict[str, Any]:
    books = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])
    (found,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions", **asked)
    told = ("quantity", "leverage", "initial_margin", "maintenance_margin", "liquidation_price", "margin_reason")
    return {name: found[name] for name in told}


async def test_a_pair_is_bought_at_ten_times_and_sold_below_the_price_that_was_told(desk: RunningDesk) -> None:
    tape_id, account_id = await opened(desk)
    chosen = await choose(desk, account_id, 10)
    assert chosen["chosen"] == [{"symbol": PAIR, "leverage": 10, "margin_mode": "cross"}]
    assert await desk.mine.get(f"/v1/accounts/{account_id}/leverage") == chosen
    previewed = await desk.mine.post("/v1/orders/preview", wish(account_id, "buy", "1", symbol=PAIR))
    assert (previewed["would_be_accepted"], previewed["accepted"]["held_cash"]) == (True, "5000")
    assert "were opened on keeps 4750 more" in previewed["filled"]["margin_reason"]
    await desk.mine.order(account_id, "buy", "1", symbol=PAIR)
    await desk.mine.step(tape_id)
    assert await position(desk, account_id) == {
        "quantity": "1",
        "leverage": 10,
        "initial_margin": "5000",
        "maintenance_margin": "250",
        "liquidation_price": "45250",
        "margin_reason": None,
    }
    margin = (await desk.mine.get(f"/v1/accounts/{account_id}"))["margin"]
    told = ("initial_requirement", "maintenance_requirement", "maintenance_excess", "set_aside", "buying_power")
    assert [margin[name] for name in told] == ["5000", "250", "4750", "4750", "0"]
    before = (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"]
    await desk.mine.step(tape_id)
    (call,) = (await desk.mine.get(f"/v1/accounts/{account_id}"))["margin"]["calls"]
    assert (call["kind"], call["amount"]) == ("maintenance", "1")
    await desk.mine.step(tape_id)
    sold = (await desk.mine.rows(f"/v1/accounts/{account_id}/fills"))[0]
    assert (sold["side"], sold["quantity"], sold["price"]) == ("sell", "0.004", "45300")
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["margin"]["calls"] == []
    assert (await position(desk, account_id, as_of=before))["liquidation_price"] == "45250"


async def test_leverage_is_chosen_by_those_who_may_owe_for_pairs_and_never_below_what_is_needed(
    desk: RunningDesk,
) -> None:
    tape_id, account_id = await opened(desk)
    path = f"/v1/accounts/{account_id}/leverage"
    tiers = (await desk.mine.get(path))["tiers"]
    assert tiers[0] == {"above": "0", "maintenance_rate": "0.005", "amount": "0", "leverage_max": 125}
    for leverage in (0, 126):
        refused(
            await desk.mine.ask("PUT", path, json={"symbol": PAIR, "leverage": leverage}), 422, "leverage_out_of_range"
        )
    refused(await desk.mine.ask("PUT", path, json={"symbol": "NOPE", "leverage": 2}), 404, "unknown_symbol")
    await choose(desk, account_id, 10)
    await desk.mine.order(account_id, "buy", "1", symbol=PAIR)
    await desk.mine.step(tape_id)
    facts = refused(await desk.mine.ask("PUT", path, json={"symbol": PAIR, "leverage": 9}), 409, "leverage_too_low")
    assert (facts["symbol"], facts["leverage"], facts["missing"]) == (PAIR, 9, "555.56")
    await choose(desk, account_id, 125)
    facts = refused(
        await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "0.1", symbol=PAIR)),
        409,
        "leverage_too_high",
    )
    assert (facts["cost"], facts["most"]) == ("55000", 50)
    for kind in ("cash", "portfolio"):
        other = await desk.mine.open_account(tape_id, cash="200000", margin={"kind": kind})
        body = {"symbol": PAIR, "leverage": 2}
        refused(await desk.mine.ask("PUT", f"/v1/accounts/{other}/leverage", json=body), 409, "leverage_not_allowed")


async def test_a_share_has_no_leverage_and_its_position_says_so(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(margin=REG_T)
    body = {"symbol": "ACME", "leverage": 2}
    refused(await desk.mine.ask("PUT", f"/v1/accounts/{account_id}/leverage", json=body), 409, "leverage_not_offered")
    await desk.mine.order(account_id, "buy", "100")
    await desk.mine.step(tape_id)
    assert await position(desk, account_id) == {
        "quantity": "100",
        "leverage": 1,
        "initial_margin": "5150",
        "maintenance_margin": "2575",
        "liquidation_price": None,
        "margin_reason": "it was not bought with leverage",
    }


async def test_a_life_with_leverage_is_lived_again_to_the_cent(desk: RunningDesk) -> None:
    tape_id, account_id = await opened(desk)
    await choose(desk, account_id, 10)
    await desk.mine.order(account_id, "buy", "1", symbol=PAIR)
    await desk.mine.step(tape_id, count=3)
    again = (await desk.mine.post(f"/v1/accounts/{account_id}/rescore", {"fill_model": "ideal"}))["rescore"]
    assert (again["orders"], again["impossible"]) == ([], [])
    fork = await desk.mine.post(f"/v1/accounts/{account_id}/forks", {"name": "What if"})
    taken_along = (await desk.mine.get(f"/v1/accounts/{fork['id']}/leverage"))["chosen"]
    assert taken_along == [{"symbol": PAIR, "leverage": 10, "margin_mode": "cross"}]
    books = await desk.mine.get(f"/v1/accounts/{fork['id']}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "5000"})
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/leverage"))["chosen"] == []


async def test_an_isolated_pair_is_liquidated_at_its_own_price_and_costs_its_margin_alone(desk: RunningDesk) -> None:
    tape_id, account_id = await opened(desk, cash="20000")
    chosen = await choose(desk, account_id, 10, "isolated")
    assert chosen["chosen"] == [{"symbol": PAIR, "leverage": 10, "margin_mode": "isolated"}]
    await desk.mine.order(account_id, "buy", "1", symbol=PAIR)
    await desk.mine.step(tape_id)
    stop = await desk.mine.order(account_id, "sell", "1", symbol=PAIR, type="stop", stop_price="45500")
    assert (await desk.mine.rows(f"/v1/accounts/{account_id}/positions"))[0]["margin_mode"] == "isolated"
    assert await position(desk, account_id) == {
        "quantity": "1",
        "leverage": 10,
        "initial_margin": "5000",
        "maintenance_margin": "250",
        "liquidation_price": "45250",
        "margin_reason": None,
    }
    body = {"symbol": PAIR, "leverage": 10, "margin_mode": "cross"}
    facts = refused(
        await desk.mine.ask("PUT", f"/v1/accounts/{account_id}/leverage", json=body), 409, "margin_mode_in_use"
    )
    assert facts["margin_mode"] == "isolated"
    await desk.mine.step(tape_id)
    sold = (await desk.mine.rows(f"/v1/accounts/{account_id}/fills"))[0]
    assert (sold["side"], sold["quantity"], sold["price"], sold["fee"]) == ("sell", "1", "45250", "250")
    explained = await desk.mine.get(f"/v1/fills/{sold['id']}/explanation")
    assert "Its isolated margin was used up, so the whole of it is lost" in str(explained)
    stopped = await desk.mine.get(f"/v1/orders/{stop['id']}")
    assert (stopped["status"], stopped["closed_reason"]) == ("cancelled", "liquidated")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (account["cash"], account["margin"]["calls"]) == ("15000", [])
    books = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])
    again = (await desk.mine.post(f"/v1/accounts/{account_id}/rescore", {"fill_model": "ideal"}))["rescore"]
    assert (again["orders"], again["impossible"]) == ([], [])


async def test_an_isolated_pair_is_sold_short_and_shows_where_it_ends(desk: RunningDesk) -> None:
    tape_id, account_id = await opened(desk, cash="20000")
    await choose(desk, account_id, 10, "isolated")
    await desk.mine.order(account_id, "sell", "1", symbol=PAIR)
    await desk.mine.step(tape_id)
    held = await position(desk, account_id)
    assert (held["quantity"], held["initial_margin"], held["liquidation_price"]) == ("-1", "5000", "54750")
    await desk.mine.step(tape_id)
    margin = (await desk.mine.get(f"/v1/accounts/{account_id}"))["margin"]
    assert (margin["maintenance_excess"], margin["maintenance_requirement"]) == ("15000", "9751")
    assert (margin["isolated"], margin["buying_power"]) == ("9751", "60000")
    facts = refused(
        await desk.mine.ask("PUT", f"/v1/accounts/{account_id}/leverage", json={"symbol": PAIR, "leverage": 2}),
        409,
        "leverage_too_low",
    )
    assert facts["missing"] == "5000"
