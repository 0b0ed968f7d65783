"""The history of orders is searched by everything that tells orders apart, now and in the past, and exported."""

import csv
import io
from typing import Any

import pytest

from tests.desk import RunningDesk, refused, wish


async def some_history(desk: RunningDesk) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return an account with orders of several kinds, and each by a name."""
    tape_id, account_id = await desk.market("daily", cash="100000", fill_model="ideal")
    mine, gtc = desk.mine, {"time_in_force": "gtc"}
    found = {"bought": await mine.order(account_id, "buy", "10", client_order_id="the-first")}
    await mine.step(tape_id, count=2)
    exits = {"take_profit": {"limit_price": "150.00"}, "stop_loss": {"stop_price": "50.00"}}
    found["bolt"] = await mine.order(account_id, "buy", "1", symbol="BOLT", limit_price="1.00", **gtc)
    bracket = wish(account_id, "buy", "1", limit_price="60.00") | gtc | {"order_class": "bracket"} | exits
    found["entry"] = await mine.post("/v1/orders", bracket)
    found["stop"] = await mine.order(account_id, "sell", "1", type="stop", stop_price="40.00", **gtc)
    gone = await mine.order(account_id, "buy", "1", limit_price="2.00", **gtc)
    found["gone"] = (await mine.ask("DELETE", f"/v1/orders/{gone['id']}")).json()
    await mine.step(tape_id)
    listed = await mine.rows("/v1/orders", account_id=account_id)
    found |= {each["role"]: each for each in listed if each["role"] in {"take_profit", "stop_loss"}}
    return account_id, {name: next(one for one in listed if one["id"] == each["id"]) for name, each in found.items()}


SEARCHES: list[tuple[dict[str, str], list[str]]] = [
    ({"symbol": "BOLT"}, ["bolt"]),
    ({"side": "sell"}, ["stop", "stop_loss", "take_profit"]),
    ({"type": "market"}, ["bought"]),
    ({"type": "stop"}, ["stop", "stop_loss"]),
    ({"order_class": "bracket"}, ["stop_loss", "take_profit", "entry"]),
    ({"order_class": "bracket", "type": "limit", "side": "buy"}, ["entry"]),
    ({"status": "filled"}, ["bought"]),
    ({"status": "cancelled"}, ["gone"]),
    ({"status": "closed"}, ["gone", "bought"]),
    ({"status": "open", "symbol": "ACME", "side": "buy"}, ["entry"]),
    ({"client_order_id": "the-first"}, ["bought"]),
    ({"client_order_id": "the first"}, []),
    ({"since": "2024-06-04T00:00:00Z", "symbol": "BOLT"}, ["bolt"]),
    ({"until": "2024-06-04T20:00:00Z"}, ["bought"]),
    ({"since": "2024-06-03T20:00:00Z", "until": "2024-06-03T20:00:00Z"}, []),
    ({"status": "expired"}, []),
]


@pytest.mark.parametrize("limit", ["1", "500"])
async def test_orders_are_found_by_what_tells_them_apart_now_and_in_the_past(desk: RunningDesk, limit: str) -> None:
    account_id, orders = await some_history(desk)
    at = (await desk.mine.get(f"/v1/accounts/{account_id}"))["at"]
    names = {each["id"]: name for name, each in orders.items()}
    group = {"group_id": orders["entry"]["group_id"]}

    async def found(**chosen: str) -> list[str]:
        rows: list[str] = []
        asked = {"account_id": account_id, "limit": limit, **chosen}
        page = await desk.mine.get("/v1/orders", **asked)
        while True:
            rows += [names[each["id"]] for each in page["items"]]
            if page["next_cursor"] is None:
                return rows
            page = await desk.mine.get("/v1/orders", **asked, cursor=page["next_cursor"])

    for chosen, expected in [*SEARCHES, (group, ["stop_loss", "take_profit", "entry"])]:
        assert await found(**chosen) == await found(**chosen, as_of=at) == expected, chosen
    newest = await found()
    for past in ({}, {"as_of": at}):
        assert await found(sort="oldest", **past) == newest[::-1]
        assert await found(sort="symbol", **past) == [*(each for each in newest[::-1] if each != "bolt"), "bolt"]


async def test_the_cursor_of_one_sort_is_refused_by_another(desk: RunningDesk) -> None:
    account_id, _ = await some_history(desk)
    sorts = ("newest", "oldest", "symbol")
    for sort in sorts:
        page = await desk.mine.get("/v1/orders", account_id=account_id, sort=sort, limit=1)
        for other in {*sorts} - {sort}:
            asked = {"account_id": account_id, "sort": other, "cursor": page["next_cursor"]}
            refused(await desk.mine.ask("GET", "/v1/orders", params=asked), 422, "malformed_cursor")
    for bad in (
        {"side": "hold"},
        {"sort": "price"},
        {"status": "lost"},
        {"since": "today"},
        {"client_order_id": "a\x00"},
    ):
        refused(
            await desk.mine.ask("GET", "/v1/orders", params={"account_id": account_id} | bad), 422, "malformed_request"
        )


async def test_the_orders_that_were_searched_for_are_exported_with_their_names(desk: RunningDesk) -> None:
    account_id, orders = await some_history(desk)
    chosen = {"account_id": account_id, "symbol": "ACME", "status": "open", "sort": "oldest"}
    answer = await desk.mine.ask("GET", "/v1/orders", params=chosen, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    listed = await desk.mine.rows("/v1/orders", **chosen)
    assert [row["id"] for row in rows] == [each["id"] for each in listed]
    assert list(rows[0]) == list(listed[0])
    entry = next(row for row in rows if row["id"] == orders["entry"]["id"])
    assert (entry["limit_price"], entry["stop_price"], entry["warnings"], entry["post_only"]) == (
        "60",
        "",
        "[]",
        "false",
    )


async def test_a_name_that_a_spreadsheet_would_run_is_exported_as_text(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1", client_order_id="=HYPERLINK(1)")
    asked = {"params": {"account_id": account_id}, "headers": {"Accept": "text/csv"}}
    (row,) = csv.DictReader(io.StringIO((await desk.mine.ask("GET", "/v1/orders", **asked)).text))
    assert row["client_order_id"] == "'=HYPERLINK(1)"


async def test_nobody_exports_what_belongs_to_somebody_else(desk: RunningDesk) -> None:
    account_id, _ = await some_history(desk)
    asked = {"params": {"account_id": account_id}, "headers": {"Accept": "text/csv"}}
    refused(await desk.theirs.ask("GET", "/v1/orders", **asked), 404, "unknown_account")
