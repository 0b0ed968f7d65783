"""Options bought, exercised and ended through REST; every story ends with books that agree."""

from tests.desk import RunningDesk, refused, wish

CALL = "ACME240607C00100000"
HIGH_CALL = "ACME240607C00105000"
PUT = "ACME240607P00100000"


async def holder(desk: RunningDesk, *symbols: str) -> tuple[str, str]:
    """Return a tape and an account that has bought one of each on 4 June."""
    tape_id, account_id = await desk.market("chain", cash="20000", fill_model="ideal")
    for symbol in symbols:
        await desk.mine.order(account_id, "buy", "1", symbol=symbol)
    await desk.mine.step(tape_id)
    return tape_id, account_id


async def positions(desk: RunningDesk, account_id: str) -> dict[str, tuple[str, str]]:
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    return {row["symbol"]: (row["quantity"], row["cost_basis"]) for row in rows}


async def agrees(desk: RunningDesk, account_id: str) -> None:
    books = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])
    assert all(close["balanced"] for close in books["closes"])


async def to_expiry(desk: RunningDesk, tape_id: str) -> None:
    await desk.mine.step(tape_id, count=3)


async def test_a_contract_costs_a_hundred_times_its_premium(desk: RunningDesk) -> None:
    _, account_id = await holder(desk, CALL)
    assert await positions(desk, account_id) == {CALL: ("1", "350")}
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "19650"
    await agrees(desk, account_id)


async def test_on_its_last_day_a_call_in_the_money_becomes_shares_and_the_others_expire(desk: RunningDesk) -> None:
    tape_id, account_id = await holder(desk, CALL, HIGH_CALL, PUT)
    await to_expiry(desk, tape_id)
    assert await positions(desk, account_id) == {"ACME": ("100", "10350")}
    kinds = [row["kind"] for row in await desk.mine.rows(f"/v1/accounts/{account_id}/ledger", limit=3)]
    assert sorted(kinds) == ["exercise", "expiry", "expiry"]
    await agrees(desk, account_id)
    await desk.mine.step(tape_id)
    assert await positions(desk, account_id) == {"ACME": ("100", "10350")}


async def test_what_would_happen_is_said_beforehand_and_books_nothing(desk: RunningDesk) -> None:
    _, account_id = await holder(desk, CALL, PUT)
    before = await desk.footprint(account_id)
    said = await desk.mine.get(f"/v1/accounts/{account_id}/expiries", on="2024-06-07")
    assert [(each["symbol"], each["fate"], each["price"]) for each in said["items"]] == [
        (CALL, "exercised", "103"),
        (PUT, "expires", "103"),
    ]
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/expiries", on="2024-06-06"))["items"] == []
    assert await desk.footprint(account_id) == before


async def test_the_holder_lets_it_lapse(desk: RunningDesk) -> None:
    tape_id, account_id = await holder(desk, CALL)
    path = f"/v1/accounts/{account_id}/positions/{CALL}/at-expiry"
    told = await desk.mine.ask("PUT", path, json={"at_expiry": "lapse"})
    assert told.json()["at_expiry"] == "lapse"
    await to_expiry(desk, tape_id)
    assert await positions(desk, account_id) == {}
    await agrees(desk, account_id)


async def test_the_holder_exercises_early(desk: RunningDesk) -> None:
    _, account_id = await holder(desk, CALL)
    done = await desk.mine.post(f"/v1/accounts/{account_id}/positions/{CALL}/exercise", {"quantity": "1"})
    assert [(each["description"], each["cash_change"]) for each in done["entries"]] == [
        (f"Exercised 1 {CALL}", "-10000")
    ]
    assert await positions(desk, account_id) == {"ACME": ("100", "10350")}
    await agrees(desk, account_id)


async def test_orders_in_an_option_end_with_it(desk: RunningDesk) -> None:
    tape_id, account_id = await holder(desk, CALL)
    order = await desk.mine.order(account_id, "sell", "1", symbol=CALL, limit_price="50", time_in_force="gtc")
    assert order["expires_at"] == "2024-06-07T20:00:00Z"
    await to_expiry(desk, tape_id)
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "expired"
    await agrees(desk, account_id)


async def test_what_cannot_be_done_with_an_option_is_refused_by_name(desk: RunningDesk) -> None:
    tape_id, account_id = await holder(desk, CALL)
    base = f"/v1/accounts/{account_id}/positions"
    refused(await desk.mine.ask("POST", f"{base}/ACME/exercise", json={}), 422, "not_an_option")
    refused(await desk.mine.ask("POST", f"{base}/{PUT}/exercise", json={}), 409, "option_not_held")
    off_tick = wish(account_id, "buy", "1", symbol=CALL, limit_price="4.01")
    refused(await desk.mine.ask("POST", "/v1/orders", json=off_tick), 422, "price_off_tick")
    short = wish(account_id, "sell", "1", symbol=PUT)
    refused(await desk.mine.ask("POST", "/v1/orders", json=short), 409, "insufficient_shares")
    await to_expiry(desk, tape_id)
    late = wish(account_id, "buy", "1", symbol=CALL)
    refused(await desk.mine.ask("POST", "/v1/orders", json=late), 409, "option_has_expired")


async def test_an_account_without_approval_buys_no_options(desk: RunningDesk) -> None:
    _, account_id = await desk.market("chain", cash="20000", option_level=1)
    body = wish(account_id, "buy", "1", symbol=CALL)
    refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "option_level_too_low")


MARGINED = {"margin": {"kind": "reg_t"}, "option_level": 4, "fill_model": "ideal", "cash": "20000"}


async def test_a_covered_call_is_assigned_and_delivers_its_shares(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **{**MARGINED, "option_level": 1})
    await desk.mine.order(account_id, "buy", "100")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "1", symbol=CALL, limit_price="0.90", time_in_force="gtc")
    await to_expiry(desk, tape_id)
    assert await positions(desk, account_id) == {}
    # Bought at 101.00, sold at the strike and the premium of 1.00.
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "20000"
    await agrees(desk, account_id)


async def test_a_written_put_expires_and_its_margin_is_free_again(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **MARGINED)
    await desk.mine.order(account_id, "sell", "1", symbol=PUT)
    await desk.mine.step(tape_id)
    assert await positions(desk, account_id) == {PUT: ("-1", "-120")}
    await to_expiry(desk, tape_id)
    assert await positions(desk, account_id) == {}
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "20120"
    await agrees(desk, account_id)


async def test_nobody_writes_uncovered_options_without_approval(desk: RunningDesk) -> None:
    _, account_id = await desk.market("chain", **{**MARGINED, "option_level": 3})
    before = await desk.footprint(account_id)
    body = wish(account_id, "sell", "1", symbol=CALL)
    refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "option_level_too_low")
    assert await desk.footprint(account_id) == before


async def test_an_order_does_what_its_intent_says_or_nothing(desk: RunningDesk) -> None:
    _, account_id = await holder(desk, CALL)
    opens = wish(account_id, "sell", "1", symbol=CALL, intent="sell_to_open")
    refused(await desk.mine.ask("POST", "/v1/orders", json=opens), 409, "intent_not_fitting")
    closes = wish(account_id, "buy", "1", symbol=CALL, intent="buy_to_close")
    refused(await desk.mine.ask("POST", "/v1/orders", json=closes), 409, "intent_not_fitting")
    await desk.mine.post("/v1/orders", wish(account_id, "sell", "1", symbol=CALL, intent="sell_to_close"))
    await agrees(desk, account_id)
