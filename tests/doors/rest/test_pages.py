"""Every list comes in pages: fifty rows unless told otherwise, five hundred at most, and pages join without a gap.

The lists are found in the API description, so that one which is added later is held to the same.
"""

import asyncio
import csv
import io
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.broker import test_corporate_actions, test_halts
from tests.features.marketdata import test_fund_holdings
from tests.features.research.studied import study_that_waits
from tests.features.research.swept import ran_sweep, ran_walk
from tests.features.strategies.kept import ran_saved, saved_strategy

OPTIONS = ("ACME240607C00100000", "ACME240607P00100000", "ACME240607C00105000")
# What is no more than the parts of one answer: what a request named, a series by its span, one document.
PARTS = {
    "/v1/bars", "/v1/quotes", "/v1/quotes/history", "/v1/prints", "/v1/statistics", "/v1/sectors",
    "/v1/options/expirations", "/v1/options/strikes", "/v1/datasets/{dataset_id}/quality", "/v1/tape-presets/truth",
    "/v1/sources",
    "/v1/accounts/{account_id}/expiries", "/v1/accounts/{account_id}/strategies",
}  # fmt: skip


def shape_of(api: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Return what a good answer looks like."""
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return api["components"]["schemas"].get(name, {})  # type: ignore[no-any-return]


def lists_of(api: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the parameters of every route that answers pages, by its path."""
    found = {path: operations["get"] for path, operations in api["paths"].items() if "get" in operations}
    return {
        path: {each["name"]: each for each in operation.get("parameters", ())}
        for path, operation in found.items()
        if "next_cursor" in shape_of(api, operation).get("properties", {})
    }


async def test_every_list_has_pages_of_fifty_and_at_most_five_hundred(desk: RunningDesk) -> None:
    api = await desk.mine.get("/openapi.json")
    lists = lists_of(api)
    assert len(lists) >= 24
    for path, parameters in lists.items():
        limit = parameters["limit"]["schema"]
        assert (limit["default"], limit["minimum"], limit["maximum"]) == (50, 1, 500), path
        assert "cursor" in parameters, path
    with_rows = {
        path
        for path, operations in api["paths"].items()
        if "get" in operations and "items" in shape_of(api, operations["get"]).get("properties", {})
    }
    for path in ("/v1/bars", "/v1/quotes/history", "/v1/prints", "/v1/movers"):
        limit = {each["name"]: each for each in api["paths"][path]["get"]["parameters"]}["limit"]["schema"]
        assert limit["default"] <= limit["maximum"] <= 5000, path
    # Live reads pass a vendor's answer on, which names its symbols.
    unpaged = {path for path in with_rows - lists.keys() if not path.startswith("/v1/live/")}
    assert unpaged <= PARTS


async def test_every_list_joins_page_by_page_and_refuses_a_cursor_of_another(desk: RunningDesk) -> None:
    scene = await populated(desk)
    lengths: Counter[str] = Counter()
    for path, parameters in lists_of(await desk.mine.get("/openapi.json")).items():
        known = scene | {name: scene[it] for name, it in SCENES.get(path, {}).items()}
        address = path.format(**known)
        query = {name: known[name] for name, each in parameters.items() if each["in"] == "query" and each["required"]}
        whole = await desk.mine.rows(address, limit=500, **query)
        assert await joined(desk, address, query) == whole, path
        lengths[path] = len(whole)
        await sorts_hold(desk, address, query, parameters)
        assert await lines_of(desk, address, query) == whole, path
        for cursor in ("x", "WzFd" * 3, "bnVsbA", ""):
            refused(await desk.mine.ask("GET", address, params=query | {"cursor": cursor}), 422, "malformed_cursor")
        for limit in ("0", "501", "-1", "all"):
            answer = await desk.mine.ask("GET", address, params=query | {"limit": limit})
            refused(answer, 422, "malformed_request")
    few = {path for path, length in lengths.items() if length < 2}
    assert few <= FEW, f"too little is listed to prove that pages join: {sorted(few)}"


# These are not sorted otherwise, because they stand in the one order in which they are read.
OWN_ORDER = {
    "what happened, in the order in which it did": {
        "/v1/accounts/{account_id}/activities", "/v1/accounts/{account_id}/equity",
        "/v1/accounts/{account_id}/epochs", "/v1/accounts/{account_id}/greeks/history",
        "/v1/accounts/{account_id}/notifications", "/v1/accounts/{account_id}/limit-alerts",
        "/v1/orders/{order_id}/history", "/v1/price-alert-firings",
        "/v1/backtests/{backtest_id}/equity", "/v1/backtests/{backtest_id}/replay", "/v1/logins",
        "/v1/tapes/{tape_id}/branches", "/v1/approvals", "/v1/sweeps",
        "/v1/walk-forwards", "/v1/walk-forwards/{walk_id}/equity", "/v1/studies",
        "/v1/saved-strategies/{saved_strategy_id}/versions",
    },
    "trials, by the measure that is named": {"/v1/sweeps/{sweep_id}/trials"},
    "a chain, by expiry, strike and right": {"/v1/options/contracts", "/v1/options/chain"},
    "a handful, by name": {
        "/v1/strategies", "/v1/strategies/templates", "/v1/tapes/{tape_id}/strategies", "/v1/tape-presets",
        "/v1/tools",
    },
}  # fmt: skip


async def test_every_list_is_sorted_as_asked_or_says_why_not(desk: RunningDesk) -> None:
    lists = lists_of(await desk.mine.get("/openapi.json"))
    unsorted = {
        path for path, parameters in lists.items() if "enum" not in parameters.get("sort", {}).get("schema", {})
    }
    assert unsorted == {path for paths in OWN_ORDER.values() for path in paths}
    refusal = refused(await desk.mine.ask("GET", "/v1/watchlists", params={"sort": "colour"}), 422, "unknown_sort")
    assert refusal["sorts"] == ["name", "-name", "created_at", "-created_at", "changed_at", "-changed_at"]


def in_order(value: object, is_descending: bool) -> tuple[bool, Any]:  # noqa: FBT001 - of the key
    """Return what a member is sorted by: numbers that are text by their value, what is missing at the end."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        value = Decimal(value)
    return (value is None) != is_descending, value


async def sorts_hold(
    desk: RunningDesk, address: str, query: dict[str, str], parameters: dict[str, dict[str, Any]]
) -> None:
    """Read a list by each of its sorts: it holds, its pages join, and its cursor is none of another sort."""
    offered = parameters.get("sort", {}).get("schema", {}).get("enum", ()) if address != "/v1/orders" else ()
    for sort in offered:
        name, is_descending = sort.removeprefix("-"), sort.startswith("-")
        whole = await desk.mine.rows(address, limit=500, sort=sort, **query)
        members = [row[name] for row in whole]
        known = [value for value in members if value is not None]
        assert known == sorted(known, key=lambda each: in_order(each, is_descending), reverse=is_descending), sort
        assert members[len(known) :] == [None] * (len(members) - len(known)), sort
        if len(whole) < 2:
            continue
        half = (len(whole) + 1) // 2
        first = await desk.mine.get(address, limit=half, sort=sort, **query)
        rest = await desk.mine.get(address, limit=half, sort=sort, cursor=first["next_cursor"], **query)
        assert first["items"] + rest["items"] == whole, (address, sort)
        other = next(each for each in offered if each != sort)
        asked = {**query, "sort": other, "cursor": first["next_cursor"]}
        refused(await desk.mine.ask("GET", address, params=asked), 422, "malformed_cursor")


# Of these the scene below has one row or none; their pages are cut as the others' are.
FEW = {
    "/v1/tapes/{tape_id}/halts",
    "/v1/scan",
    "/v1/accounts/{account_id}/gains",
    "/v1/price-alert-firings",
    "/v1/accounts/{account_id}/notifications",
}
SCENES: dict[str, dict[str, str]] = {
    "/v1/tapes/{tape_id}/corporate-actions": {"tape_id": "acting_tape_id"},
    "/v1/tapes/{tape_id}/halts": {"tape_id": "halted_tape_id"},
    "/v1/fund-holdings": {"tape_id": "fund_tape_id", "symbol": "fund"},
    "/v1/accounts/{account_id}/epochs": {"account_id": "reset_account_id"},
}


async def joined(desk: RunningDesk, address: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """Read a list by pages of one row."""
    found: list[dict[str, Any]] = []
    page = await desk.mine.get(address, limit=1, **query)
    found += page["items"]
    while page["next_cursor"] is not None:
        page = await desk.mine.get(address, limit=1, cursor=page["next_cursor"], **query)
        assert len(page["items"]) == 1
        found += page["items"]
    return found


async def lines_of(desk: RunningDesk, address: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """Read a list as CSV, by pages of two rows, as the rows that it stands for."""
    page: httpx.Response | None = None
    found: list[dict[str, Any]] = []
    following, asked = address, query | {"limit": "2"}
    while following:
        page = await desk.mine.ask("GET", following, params=asked or None, headers={"Accept": "text/csv"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/csv; charset=utf-8"), page.text
        assert page.headers["vary"] == "Accept"
        read = csv.DictReader(io.StringIO(page.text))
        assert read.fieldnames, "names stand above no rows too"
        found += read
        following, asked = page.links.get("next", {}).get("url", ""), {}
    same = await desk.mine.rows(address, limit=500, **query)
    assert [written(each) for each in same] == found
    return same


def written(row: dict[str, Any]) -> dict[str, str]:
    """Return a row as the cells of a file: text as it is, nothing where something is missing, the rest as JSON."""
    cells = {name: "" if value is None else value for name, value in row.items()}
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode() for name, value in cells.items()
    }


async def populated(desk: RunningDesk) -> dict[str, str]:
    """Fill a desk with some of everything that is listed, and return the ids of it."""
    mine = desk.mine
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    acting = await mine.open_tape(await test_corporate_actions.market_of(desk))
    halted = await mine.open_tape(await test_halts.market_of(desk))
    fund = await mine.open_tape(await test_fund_holdings.market_of(desk), "2024-06-04T20:00:00Z")
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    for tape_id in (acting, halted):
        await mine.step(tape_id, count=3)
    tape_id, account_id = await desk.market("chain", cash="100000", fill_model="ideal")
    order = await mine.order(account_id, "buy", "10")
    for symbol in OPTIONS:
        await mine.order(account_id, "buy", "1", symbol=symbol)
    await mine.step(tape_id)
    await mine.order(account_id, "buy", "5")
    for symbol in OPTIONS[:2]:
        await mine.order(account_id, "sell", "1", symbol=symbol)
    await mine.step(tape_id)
    resting = await mine.open_account(tape_id)
    for cash in ("5000", "6000"):
        await mine.post(f"/v1/accounts/{resting}/reset", {"cash": cash})
    for name in ("alpha", "beta"):
        await mine.post(f"/v1/tapes/{tape_id}/strategies", {"name": name})
        await mine.post(f"/v1/tapes/{tape_id}/rewind", {"to": "2024-06-03T20:00:00Z", "name": name})
        await mine.post("/v1/keys", {"name": name, "scopes": ["read"]})
        link = await issue_sign_in_link(desk.runtime, desk.first.principal)
        await desk.visitor().post("/v1/logins", {"link_token": link})
        await mine.post("/v1/users", {"email": f"{name}@desk.test", "name": name, "role": "viewer"})
        await mine.post("/v1/watchlists", {"name": name, "symbols": ["ACME"]})
        wish = {"tape_id": tape_id, "symbol": "ACME", "condition": "above", "level": "0.01", "rearms": True}
        await mine.post("/v1/price-alerts", wish)
        rule = {"account_id": account_id, "name": name, "channels": ["stream"]}
        await mine.post("/v1/notification-rules", rule)
        await mine.post(f"/v1/accounts/{account_id}/limits", {"kind": "exposure", "value": "0.000001"})
        asking = {"name": f"{name} asks", "scopes": ["read", "trade"], "limits": {"approval_above": "0"}}
        key = await mine.post("/v1/keys", asking)
        bot = desk.visitor(f"{key['key_id']}.{key['secret']}")
        large = {"account_id": account_id, "symbol": "ACME", "side": "buy", "type": "market", "quantity": "1"}
        await bot.post("/v1/orders", large)
    return {
        "user_id": str(desk.first.user_id), "round_trip": "1",
        "backtest_id": await backtest_of_many(desk),
        "walk_id": (await desk.mine.rows("/v1/walk-forwards"))[0]["id"],
        "saved_strategy_id": await strategy_of_many(desk),
        "sweep_id": (await desk.mine.rows("/v1/sweeps"))[0]["id"],
        "tape_id": tape_id, "account_id": account_id, "order_id": order["id"], "acting_tape_id": acting,
        "halted_tape_id": halted, "reset_account_id": resting, "underlying": "ACME", "symbol": "ACME",
        "measure": "return_1",
        "fund_tape_id": fund, "fund": "ACMX",
    }  # fmt: skip


async def backtest_of_many(desk: RunningDesk) -> str:
    """Run a strategy that trades often twice, and return the id of the last run."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    await ran_backtest(desk, tape_id, "buy_and_hold")
    for _ in range(2):
        await ran_sweep(desk, tape_id, mode="compiled")
        await ran_walk(desk, tape_id, mode="compiled")
        await study_that_waits(desk, tape_id)
    return await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 1, "slow": 4})


async def strategy_of_many(desk: RunningDesk) -> str:
    """Save a strategy in two versions, run each, and return its id."""
    tape_id = (await desk.mine.rows("/v1/backtests"))[0]["tape_id"]
    await saved_strategy(desk, name="Another")
    kept = await saved_strategy(desk)
    await ran_saved(desk, kept["id"], tape_id)
    await desk.mine.ask("PATCH", f"/v1/saved-strategies/{kept['id']}", json={"parameters": {"fast": 2}})
    await ran_saved(desk, kept["id"], tape_id)
    return str(kept["id"])


@pytest.mark.parametrize("path", ["/v1/tapes", "/v1/accounts"])
async def test_a_list_without_a_limit_gives_fifty_and_says_that_there_is_more(desk: RunningDesk, path: str) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id)
    for _ in range(51):
        await (
            desk.mine.open_tape(desk.markets["daily"].id) if path == "/v1/tapes" else desk.mine.open_account(tape_id)
        )
    page = await desk.mine.get(path)
    assert len(page["items"]) == 50
    rest = await desk.mine.get(path, cursor=page["next_cursor"])
    assert (len(rest["items"]), rest["next_cursor"]) == (2 if path == "/v1/tapes" else 1, None)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8, */*", "text/csv"),
        ("text/csv, application/json", "text/csv"),
        ("application/json, text/csv", "application/json"),
        ("application/json;q=0.5, text/csv;q=0.9", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv;q=0", "application/json"),
        ("text/csv;q=x", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "application/json"),
        ("", "application/json"),
    ],
)
async def test_a_list_comes_as_what_is_asked_for_most(desk: RunningDesk, accept: str, media: str) -> None:
    await desk.market()
    answer = await desk.mine.ask("GET", "/v1/accounts", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media


async def test_a_refusal_is_a_problem_to_who_wants_csv_too(desk: RunningDesk) -> None:
    asked = {"account_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}
    refused(
        await desk.mine.ask("GET", "/v1/orders", params=asked, headers={"Accept": "text/csv"}), 404, "unknown_account"
    )
