"""One order walks all the way: it waits, fills at the next open, and everything tells the same story."""

from typing import Any

from paperdesk.core.kernel.values import replace
from tests.desk import FIRST_CLOSE, RunningDesk, at_work


async def test_an_order_after_the_close_waits_and_fills_at_the_next_open(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10")
    assert (order["status"], order["waits_for"]) == ("accepted", "next_open")
    assert (order["accepted_at"], order["expires_at"]) == (FIRST_CLOSE, "2024-06-04T20:00:00Z")
    tape = await desk.mine.step(tape_id)
    assert (tape["at"], tape["reached"], tape["state"]) == ("2024-06-04T20:00:00Z", True, "paused")
    filled = await desk.mine.get(f"/v1/orders/{order['id']}")
    assert (filled["status"], filled["filled_quantity"], filled["average_fill_price"]) == ("filled", "10", "101.02")
    assert (filled["closed_reason"], filled["waits_for"], filled["fees"]) == ("filled", None, "0")


async def test_what_is_held_while_it_waits_is_not_buying_power(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10", limit_price="90.00")
    waiting = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (waiting["cash"], waiting["held_cash"], waiting["buying_power"]) == ("10000", "900", "9100")
    await desk.mine.step(tape_id)  # the day ends, and with it the order
    after = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (after["cash"], after["held_cash"], after["buying_power"]) == ("10000", "0", "10000")


async def test_fill_position_ledger_and_equity_agree(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert (fill["order_id"], fill["price"], fill["reference"], fill["at"]) == (
        order["id"], "101.02", "101", "2024-06-04T13:30:00Z",
    )  # fmt: skip
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert {name: position[name] for name in ("quantity", "cost_basis", "average_price", "mark", "unrealised_pl")} == {
        "quantity": "10", "cost_basis": "1010.2", "average_price": "101.02", "mark": "103", "unrealised_pl": "19.8",
    }  # fmt: skip
    bought, deposit = await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
    assert (deposit["kind"], deposit["cash_change"], deposit["cash_after"]) == ("transfer", "10000", "10000")
    assert (bought["kind"], bought["cash_change"], bought["cash_after"]) == ("fill", "-1010.2", "8989.8")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (account["cash"], account["market_value"], account["equity"]) == ("8989.8", "1030", "10019.8")
    assert account["last_seq"] == bought["seq"] == 3


async def test_every_entry_of_the_ledger_balances(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await _bought_twice_and_sold(desk, tape_id, account_id)
    for entry in await desk.mine.rows(f"/v1/accounts/{account_id}/ledger"):
        assert sum(float(posting["amount"]) for posting in entry["postings"]) == 0
        cash = [posting["amount"] for posting in entry["postings"] if posting["book"] == "cash"]
        assert cash == [entry["cash_change"]]


async def test_the_first_lot_in_is_the_first_out_and_the_gain_is_realised(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    await _bought_twice_and_sold(desk, tape_id, account_id)
    sold = (await desk.mine.rows(f"/v1/accounts/{account_id}/ledger"))[0]
    amounts = {posting["book"]: posting["amount"] for posting in sold["postings"]}
    # 15 units go at 104.00: ten that cost 101.00 and five that cost 103.50.
    assert amounts["cash"] == "1560"
    assert amounts["securities"] == "-1527.5"
    assert amounts["realised"] == "-32.5"  # credits are negative
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert (position["quantity"], position["cost_basis"], position["average_price"]) == ("5", "517.5", "103.5")


async def test_cash_runs_through_the_ledger_without_a_gap(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await _bought_twice_and_sold(desk, tape_id, account_id)
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "-250.50"})
    entries = (await desk.mine.rows(f"/v1/accounts/{account_id}/ledger"))[::-1]
    assert [entry["number"] for entry in entries] == [1, 2, 3, 4, 5]
    cash = 0.0
    for entry in entries:
        cash = round(cash + float(entry["cash_change"]), 2)
        assert float(entry["cash_after"]) == cash
    assert float((await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"]) == cash


async def test_a_ledger_comes_in_pages_that_join(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await _bought_twice_and_sold(desk, tape_id, account_id)
    for listing in ("ledger", "fills"):
        path = f"/v1/accounts/{account_id}/{listing}"
        whole = await desk.mine.rows(path)
        assert await _joined(desk, path) == whole
    path, whole = "/v1/orders", await desk.mine.rows("/v1/orders", account_id=account_id)
    assert await _joined(desk, path, account_id=account_id) == whole
    assert [order["seq"] for order in whole] == sorted((order["seq"] for order in whole), reverse=True)


async def test_equity_begins_with_the_account_and_has_a_point_for_each_close_and_for_now(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id, count=3)
    await desk.mine.control(tape_id, "jump", to="next_open")
    points = await desk.mine.rows(f"/v1/accounts/{account_id}/equity")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert [(point["at"], point["equity"]) for point in points] == [
        (FIRST_CLOSE, "10000"),
        ("2024-06-04T20:00:00Z", "10019.8"),
        ("2024-06-05T20:00:00Z", "10039.8"),
        ("2024-06-06T20:00:00Z", "9969.8"),
        ("2024-06-07T13:30:00Z", account["equity"]),
    ]
    assert account["equity"] == "9979.8"


async def test_a_first_day_can_be_valued_before_its_close(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.control(tape_id, "jump", to="next_open")
    _, now = await desk.mine.rows(f"/v1/accounts/{account_id}/equity")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (now["at"], now["equity"]) == ("2024-06-04T13:30:00Z", account["equity"])
    assert account["equity"] == "9999.8"


async def test_after_a_restart_everything_is_still_there(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await _bought_twice_and_sold(desk, tape_id, account_id)
    waiting = await desk.mine.order(account_id, "buy", "1", time_in_force="gtc", limit_price="50.00")
    before = await _everything(desk, account_id)
    async with at_work(desk.runtime) as (rooms, relay, pump):
        again = replace(desk, rooms=rooms, relay=relay, pump=pump, clients=[])
        assert await _everything(again, account_id) == before
        assert (await again.mine.ask("DELETE", f"/v1/orders/{waiting['id']}")).json()["status"] == "cancelled"
        assert (await again.mine.step(tape_id))["at"] == "2024-06-07T20:00:00Z"


async def _bought_twice_and_sold(desk: RunningDesk, tape_id: str, account_id: str) -> None:
    """Buy 10 on the second day and 10 on the third, and sell 15 on the fourth."""
    for side, quantity in (("buy", "10"), ("buy", "10"), ("sell", "15")):
        await desk.mine.order(account_id, side, quantity)
        await desk.mine.step(tape_id)


async def _everything(desk: RunningDesk, account_id: str) -> list[Any]:
    parts = ("", "/positions", "/ledger", "/fills", "/equity")
    shown = [await desk.mine.get(f"/v1/accounts/{account_id}{part}") for part in parts]
    return [*shown, await desk.mine.get("/v1/orders", account_id=account_id), await desk.mine.get("/v1/tapes")]


async def _joined(desk: RunningDesk, path: str, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await desk.mine.get(path, limit=1, **params, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) == 1
        found += page["items"]
        cursor = page["next_cursor"]
    return found
