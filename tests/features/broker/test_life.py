"""Accounts have a number, a name and a life: they are reset, rest and are closed, and keep their history."""

from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.kernel.codes import ALPHABET, is_right, with_check
from tests.desk import FIRST_CLOSE, LAST_CLOSE, RunningDesk, refused


async def _used(desk: RunningDesk, **rules: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    tape_id, account_id = await desk.market(**rules)
    await desk.mine.order(account_id, "buy", "10", client_order_id="first")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "4", limit_price="900.00", time_in_force="gtc", client_order_id="far")
    return tape_id, account_id


@pytest.mark.parametrize("rules", [{}, {"margin": {"kind": "reg_t"}}], ids=["cash", "margin"])
async def test_a_reset_begins_a_new_epoch_and_keeps_what_was(desk: RunningDesk, rules: dict[str, Any]) -> None:
    _tape_id, account_id = await _used(desk, **rules)
    before = await desk.mine.get(f"/v1/accounts/{account_id}")
    after = await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "5000"})
    assert (after["epoch"], after["cash"], after["equity"], after["held_cash"]) == (2, "5000", "5000", "0")
    assert (after["starting_cash"], after["contributed"], after["gain"], after["invested"]) == (
        "5000",
        "5000",
        "0",
        "0",
    )
    assert after["last_seq"] > before["last_seq"]
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/positions") == []
    orders = await desk.mine.rows("/v1/orders", account_id=account_id)
    assert [(order["status"], order["closed_reason"]) for order in orders] == [
        ("cancelled", "account_reset"), ("filled", "filled"),
    ]  # fmt: skip
    entry, *old = await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
    assert (entry["kind"], entry["number"], entry["cash_after"]) == ("reset", len(old) + 1, "5000")
    first, second = await desk.mine.rows(f"/v1/accounts/{account_id}/epochs")
    assert (first["starting_cash"], first["ending_cash"], second["ended_at"]) == ("10000", before["cash"], None)
    (left,) = first["left_behind"]
    assert (left["symbol"], left["quantity"]) == ("ACME", "10")
    answer = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (answer["balanced"], answer["problems"]) == (True, [])
    assert all(close["balanced"] for close in answer["closes"])


async def test_a_new_epoch_trades_as_if_it_were_the_first(desk: RunningDesk) -> None:
    tape_id, account_id = await _used(desk)
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "5000"})
    bought = await desk.mine.order(account_id, "buy", "10", client_order_id="first")
    assert bought["status"] == "accepted"
    again = await desk.mine.order(account_id, "buy", "10", client_order_id="first")
    assert again["id"] == bought["id"]
    await desk.mine.step(tape_id)
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert position["quantity"] == "10"
    sold = await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)
    assert (await desk.mine.get(f"/v1/orders/{sold['id']}"))["status"] == "filled"
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/positions") == []
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
    equity = await desk.mine.rows(f"/v1/accounts/{account_id}/equity")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (equity[-1]["equity"], equity[-1]["cash"]) == (account["equity"], account["cash"])


async def test_a_reset_asked_for_again_happens_once(desk: RunningDesk) -> None:
    _, account_id = await _used(desk)
    headers = {"Idempotency-Key": "anew"}
    for _ in range(2):
        answer = await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "5000"}, **headers)
        assert answer["epoch"] == 2
    answer = await desk.mine.ask("POST", f"/v1/accounts/{account_id}/reset", json={"cash": "-1"})
    refused(answer, 422, "opening_cash_negative")


async def test_an_account_shows_its_owner_and_what_it_gained(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "-500"})
    (account,) = await desk.mine.rows("/v1/accounts")
    assert account["owner_id"] == str(desk.first.principal.user_id)
    assert (account["opened_at"], account["at"]) == (FIRST_CLOSE, "2024-06-04T20:00:00Z")
    assert (account["starting_cash"], account["contributed"]) == ("10000", "9500")
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert (account["invested"], account["market_value"]) == (position["cost_basis"], position["market_value"])
    assert Decimal(account["gain"]) == Decimal(account["equity"]) - 9500
    second = await desk.mine.post("/v1/accounts", {"name": "Usual", "tape_id": tape_id})
    assert (second["starting_cash"], second["cash"], second["gain"]) == ("100000", "100000", "0")


async def test_every_order_is_booked_on_the_account_it_names(desk: RunningDesk) -> None:
    tape_id, first = await desk.market()
    second = await desk.mine.open_account(tape_id)
    await desk.mine.order(first, "buy", "3")
    await desk.mine.order(second, "buy", "7")
    await desk.mine.step(tape_id)
    for account_id, quantity in ((first, "3"), (second, "7")):
        (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
        (order,) = await desk.mine.rows("/v1/orders", account_id=account_id)
        assert (position["quantity"], order["filled_quantity"], order["account_id"]) == (quantity, quantity, account_id)
        assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]


async def test_an_account_is_found_by_its_number_and_a_mistyped_one_is_told(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    number = (await desk.mine.get(f"/v1/accounts/{account_id}"))["number"]
    assert len(number) == 10
    assert is_right(number)
    assert (await desk.mine.get(f"/v1/accounts/by-number/{number}"))["id"] == account_id
    wrong = number[:-1] + ALPHABET[ALPHABET.index(number[-1]) - 1]
    for mistyped in (wrong, number[1::-1] + number[2:] if number[0] != number[1] else wrong, number[:5], "né"):
        answer = await desk.mine.ask("GET", f"/v1/accounts/by-number/{mistyped}")
        refused(answer, 422, "malformed_account_number")
    unknown = with_check("A" * 9)
    refused(await desk.mine.ask("GET", f"/v1/accounts/by-number/{unknown}"), 404, "unknown_account")
    refused(await desk.theirs.ask("GET", f"/v1/accounts/by-number/{number}"), 404, "unknown_account")


async def test_an_account_is_renamed_rests_and_wakes_up(desk: RunningDesk) -> None:
    _tape_id, account_id = await _used(desk)
    path = f"/v1/accounts/{account_id}"
    resting = (await desk.mine.ask("PATCH", path, json={"name": " Quiet ", "status": "inactive"})).json()
    assert (resting["name"], resting["status"]) == ("Quiet", "inactive")
    body = {"account_id": account_id, "symbol": "ACME", "side": "buy", "type": "market", "quantity": "1"}
    refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "account_inactive")
    preview = await desk.mine.post("/v1/orders/preview", body)
    assert preview["refusal"]["code"] == "account_inactive"
    await desk.mine.post(f"{path}/transfers", {"amount": "1"})
    refused(await desk.mine.ask("PATCH", path, json={"status": "closed"}), 422, "malformed_request")
    refused(await desk.mine.ask("PATCH", path, json={"name": "x" * 81}), 422, "name_missing")
    awake = (await desk.mine.ask("PATCH", path, json={"status": "open"})).json()
    assert awake["status"] == "open"
    await desk.mine.order(account_id, "buy", "1")
    assert (await desk.mine.get(f"{path}/reconciliation"))["balanced"]


async def test_an_empty_account_is_closed_and_stays_readable(desk: RunningDesk) -> None:
    tape_id, account_id = await _used(desk)
    path = f"/v1/accounts/{account_id}"
    problem = refused(await desk.mine.ask("DELETE", path), 409, "account_not_empty")
    assert (problem["positions"], problem["open_orders"]) == (1, 1)
    await desk.mine.post(f"{path}/positions/ACME/close", {"percent": "100", "cancel_orders": True})
    await desk.mine.control(tape_id, "jump", to=LAST_CLOSE)
    closed = await desk.mine.ask("DELETE", path)
    assert (closed.json()["status"], closed.json()["cash"]) == ("closed", "0")
    refused(await desk.mine.ask("DELETE", path), 409, "account_closed")
    refused(await desk.mine.ask("POST", f"{path}/transfers", json={"amount": "5"}), 409, "account_closed")
    refused(await desk.mine.ask("POST", f"{path}/reset", json={}), 409, "account_closed")
    refused(await desk.mine.ask("PATCH", path, json={"status": "open"}), 409, "account_closed")
    entry, *_ = await desk.mine.rows(f"{path}/ledger")
    assert (entry["description"], entry["cash_after"]) == ("Paid out at closing", "0")
    assert (await desk.mine.get(f"{path}/reconciliation"))["balanced"]
