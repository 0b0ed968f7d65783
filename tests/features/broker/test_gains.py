"""Gains by lot through REST: which lots leave is chosen, and wash sales are marked.

The second day opens at 101.00, the third at 103.50, the fourth at 104.00, the fifth at 99.00, the sixth at 101.50.
"""

import csv
import io
from typing import Any

import pytest

from tests.desk import RunningDesk, refused, wish

FREE = {"borrow": {"easy_rate": "0"}, "interest": {"debit_rate": "0"}}


async def account_with_lots(desk: RunningDesk, **rules: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """Open an account and buy ten units each on the second, the third and the fourth day."""
    tape_id, account_id = await desk.market(fill_model="ideal", **rules)
    for _ in range(3):
        await desk.mine.order(account_id, "buy", "10")
        await desk.mine.step(tape_id)
    return tape_id, account_id


async def gains(desk: RunningDesk, account_id: str) -> dict[str, Any]:
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
    found: dict[str, Any] = await desk.mine.get(f"/v1/accounts/{account_id}/gains")
    return found


@pytest.mark.parametrize(
    ("method", "costs", "gain"),
    [
        ("fifo", ["1010", "517.5"], "-42.5"),
        ("lifo", ["1040", "517.5"], "-72.5"),
        ("highest_cost", ["1040", "517.5"], "-72.5"),
        ("lowest_cost", ["1010", "517.5"], "-42.5"),
    ],
)
@pytest.mark.parametrize("margin", [{"kind": "cash"}, {"kind": "reg_t", **FREE}])
async def test_a_sale_uses_up_the_lots_of_its_accounts_method(
    desk: RunningDesk, method: str, costs: list[str], gain: str, margin: dict[str, Any]
) -> None:
    tape_id, account_id = await account_with_lots(desk, lot_method=method, margin=margin)
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["lot_method"] == method
    await desk.mine.order(account_id, "sell", "15")
    await desk.mine.step(tape_id)
    found = await gains(desk, account_id)
    assert [row["cost"] for row in found["items"]] == costs
    assert found["totals"]["gain"] == gain
    assert {row["term"] for row in found["items"]} == {"short"}


async def test_an_order_names_the_lots_it_uses_up(desk: RunningDesk) -> None:
    tape_id, account_id = await account_with_lots(desk)
    lots = await desk.mine.rows(f"/v1/accounts/{account_id}/lots", symbol="ACME")
    assert [(lot["quantity"], lot["cost"]) for lot in lots] == [("10", "1010"), ("10", "1035"), ("10", "1040")]
    named = [lots[1]["id"], lots[2]["id"]]
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "21", lots=named))
    assert refused(answer, 409, "lots_too_small")["available"] == "20"
    body = wish(account_id, "sell", "12", lots=named, client_order_id="by-lot")
    order = await desk.mine.post("/v1/orders", body)
    assert (order["lot_method"], order["lots"]) == ("fifo", named)
    assert (await desk.mine.post("/v1/orders", body))["id"] == order["id"]
    other = await desk.mine.ask("POST", "/v1/orders", json={**body, "lots": named[:1], "quantity": "12"})
    refused(other, 409, "client_order_id_taken")
    await desk.mine.step(tape_id)
    found = await gains(desk, account_id)
    assert [(row["lot_id"], row["quantity"]) for row in found["items"]] == [(named[0], "10"), (named[1], "2")]
    left = await desk.mine.rows(f"/v1/accounts/{account_id}/lots")
    assert [lot["quantity"] for lot in left] == ["10", "8"]


async def test_an_order_has_a_method_of_its_own(desk: RunningDesk) -> None:
    tape_id, account_id = await account_with_lots(desk)
    order = await desk.mine.order(account_id, "sell", "10", lot_method="highest_cost")
    assert (order["lot_method"], order["lots"]) == ("highest_cost", [])
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "1", lot_method="average"))
    refused(answer, 409, "average_cost_not_allowed")
    await desk.mine.step(tape_id)
    assert [row["cost"] for row in (await gains(desk, account_id))["items"]] == ["1040"]


async def test_a_wash_sale_is_marked_and_changes_no_result(desk: RunningDesk) -> None:
    tape_id, account_id = await account_with_lots(desk)
    before = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert before[0]["average_price"] == "102.833333"
    await desk.mine.order(account_id, "sell", "20")
    await desk.mine.step(tape_id)
    first, second = (await gains(desk, account_id))["items"]
    # Ten units that were bought in the same month are still there; they take over the older loss.
    assert (first["gain"], first["wash_sale"], first["disallowed_loss"], first["taxable_gain"]) == (
        "-20",
        True,
        "20",
        "0",
    )
    assert (second["gain"], second["wash_sale"], second["taxable_gain"]) == ("-45", False, "-45")
    (left,) = await desk.mine.rows(f"/v1/accounts/{account_id}/lots")
    assert (left["cost"], left["added_basis"]) == ("1040", "20")
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert (position["average_price"], position["cost_basis"]) == ("104", "1040")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    again = await gains(desk, account_id)
    assert again["items"][1]["disallowed_loss"] == "45"
    totals = again["totals"]
    assert (totals["gain"], totals["disallowed_loss"], totals["taxable_gain"]) == ("-65", "65", "0")
    realised = [
        line["amount"]
        for entry in await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
        for line in entry["postings"]
        if line["book"] == "realised"
    ]
    assert realised == ["65"]


async def test_gains_are_paged_narrowed_and_written_as_a_file(desk: RunningDesk) -> None:
    tape_id, account_id = await account_with_lots(desk)
    await desk.mine.order(account_id, "sell", "30")
    await desk.mine.step(tape_id)
    path = f"/v1/accounts/{account_id}/gains"
    page = await desk.mine.get(path, limit=2)
    rest = await desk.mine.get(path, limit=2, cursor=page["next_cursor"])
    assert [row["cost"] for row in (*page["items"], *rest["items"])] == ["1010", "1035", "1040"]
    assert rest["next_cursor"] is None
    assert page["totals"] == rest["totals"]
    sold_at = page["items"][0]["closed_at"]
    for narrowed in ({"symbol": "BOLT"}, {"after": sold_at}, {"until": sold_at}):
        assert (await desk.mine.get(path, **narrowed))["totals"]["lots"] == 0
    answer = await desk.mine.ask("GET", f"{path}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["symbol"], row["quantity"], row["gain"]) for row in rows] == [
        ("ACME", "10", "-20"),
        ("ACME", "10", "-45"),
        ("ACME", "10", "-50"),
    ]


async def test_a_new_epoch_begins_without_lots_and_without_gains(desk: RunningDesk) -> None:
    tape_id, account_id = await account_with_lots(desk)
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "5000"})
    assert (await gains(desk, account_id))["items"] == []
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/lots") == []
