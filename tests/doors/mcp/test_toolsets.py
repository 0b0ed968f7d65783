"""Every tool of every set, called by a member, by a stranger and by nobody: the list is the registry itself."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
from mcp.client import Client
from mcp_types import CallToolResult

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.toolsets import SETS, tools_in
from tests.belongings import verification_that_waits, with_study
from tests.desk import filled
from tests.desk import refused as refused_by_rest
from tests.features.backtests.at_once import ran_backtest
from tests.features.strategies.kept import saved_strategy
from tests.mcp_door import Models, answered, refused
from tests.small_capsule import small_capsule

OPTION, HIGHER, PUT = "ACME240607C00100000", "ACME240607C00105000", "ACME240607P00100000"
TOOLS = tools_in(tuple(SETS))
FOREIGN = frozenset((
    "unknown_backtest", "unknown_verification", "unknown_sweep", "unknown_study", "unknown_saved_strategy",
    "unknown_account", "unknown_order", "unknown_fill", "unknown_tape",
))  # fmt: skip
OURS = re.compile(r"\{\w+_id\}")
# Where nobody has a source there is a refusal that says so.
UNTOLD = {"stock_ratings": "no_source", "stock_level2_data": "no_source"}

ACCOUNT, ORDER, TAPE = {"account_id": "{account_id}"}, {"order_id": "{order_id}"}, {"tape_id": "{tape_id}"}
SWEEP = {
    **TAPE, "name": "Averages", "strategy": "sma_cross", "symbols": ["ACME"], "starts_at": "2024-06-01T00:00:00Z",
    "ranges": {"fast": [2, 3]},
}  # fmt: skip
SYMBOL, CHAIN, CONTRACT = {**TAPE, "symbol": "ACME"}, {**TAPE, "underlying": "ACME"}, {**TAPE, "symbol": OPTION}
KEPT = {"saved_strategy_id": "{saved_strategy_id}"}
SHARES = {**ACCOUNT, "symbol": "ACME", "quantity": "1"}
OPTIONS = {**ACCOUNT, "symbol": OPTION, "quantity": "1", "limit_price": "0.05"}
SPREAD = {**ACCOUNT, "short_symbol": HIGHER, "long_symbol": OPTION, "quantity": "1"}
CHEAP, DEAR = {"limit_price": "1.00"}, {"stop_price": "1000.00"}
LEGS = [{"symbol": OPTION, "intent": "buy_to_open"}, {"symbol": HIGHER, "intent": "sell_to_open"}]

# How a member uses each tool; names in braces are ids of things that belong to the first tenant.
CALLS: Mapping[str, Mapping[str, Any]] = {
    "list_tools": {},
    "get_accounts": {},
    "get_tapes": {},
    "get_watchlists": {},
    "get_price_alerts": {},
    "get_all_accounts": {},
    "health_check": {},
    "debug_context_info": {},
    "save_watchlist": {"name": "Mine", "symbols": ["ACME"]},
    "get_payoff": {"legs": [{"symbol": OPTION, "quantity": "1", "price": "3"}]},
    "explain_fill": {"fill_id": "{fill_id}"},
    "get_order": ORDER,
    "get_order_history": ORDER,
    "wait_for_order": {**ORDER, "timeout_s": 0},
    "replace_order": {"order_id": "{first_id}", "quantity": "2"},
    "cancel_order": {"order_id": "{second_id}"},
    "cancel_stock_order_by_id": {"order_id": "{third_id}"},
    "cancel_option_order_by_id": {"order_id": "{option_id}"},
    "preview_order": {**SHARES, "side": "buy", "type": "market"},
    "place_order": {**SHARES, "side": "buy", "type": "market"},
    "create_stock_order": {**SHARES, "side": "buy", "type": "market"},
    "place_combo": {**ACCOUNT, "legs": LEGS, "quantity": "1", "type": "limit", "limit_price": "0.05"},
    "option_credit_spread": {**SPREAD, "short_symbol": OPTION, "long_symbol": HIGHER, "credit": "4.95"},
    "option_debit_spread": {**SPREAD, "debit": "0.05"},
    "buy_stock": SHARES,
    "sell_stock": {**SHARES, "order_type": "limit", "price": "1000.00"},
    "buy_stock_limit": SHARES | CHEAP,
    "sell_stock_limit": {**SHARES, "limit_price": "1000.00"},
    "buy_stock_stop": SHARES | DEAR,
    "sell_stock_stop": {**SHARES, "stop_price": "1.00"},
    "buy_stock_stop_loss": SHARES | DEAR,
    "sell_stock_stop_loss": {**SHARES, "stop_price": "1.00"},
    "buy_stock_stop_limit": {**SHARES, **DEAR, "limit_price": "1001.00"},
    "sell_stock_stop_limit": {**SHARES, "stop_price": "1.00", "limit_price": "0.90"},
    "buy_stock_trailing_stop": {**SHARES, "trail_amount": "50.00"},
    "sell_stock_trailing_stop": {**SHARES, "trail_rate": "0.5"},
    "buy_option_limit": OPTIONS,
    "sell_option_limit": {**OPTIONS, "symbol": PUT, "limit_price": "90.00"},
    "close_position": {**SHARES},
    "exercise_option": {**ACCOUNT, "symbol": PUT, "quantity": "1"},
    "instruct_expiry": {**ACCOUNT, "symbol": PUT, "at_expiry": "lapse"},
    "get_expiries": {**ACCOUNT, "on": "2024-06-07"},
    "build_spread": {**CHAIN, "template": "bull_call", "expires_on": "2024-06-07", "strikes": ["100", "105"]},
    "control_tape": {**TAPE, "action": "pause"},
    "set_price_alert": {**SYMBOL, "condition": "above", "level": "900"},
    "set_limit": {**ACCOUNT, "kind": "leverage", "value": "2"},
    **dict.fromkeys(("get_limits", "evaluate_limits", "get_limit_alerts", "get_risk_measures"), ACCOUNT),
    "get_quotes": {**TAPE, "symbols": ["ACME"]},
    "option_historicals": {**CONTRACT, "interval": "day"},
    "find_options": {**CHAIN, "expires_on": "2024-06-07", "right": "call"},
    **dict.fromkeys(
        ("search_instruments", "search_stocks_tool", "get_clock", "market_hours", "get_movers", "get_sectors"), TAPE
    ),
    "get_halts": {**TAPE, "symbols": ["ACME"]},
    "get_technical_indicators": {**TAPE, "symbol": "ACME"},
    "size_position": {**ACCOUNT, "symbol": "ACME", "method": "fixed_share"},
    "scan_market": {**TAPE, "measure": "return_1"},
    "get_corporate_actions": {**TAPE, "symbols": ["ACME"]},
    **dict.fromkeys(
        (
            "get_bars", "get_instrument", "get_depth", "get_prints", "stock_price", "get_stock_quote", "stock_info",
            "price_history", "stock_ratings", "stock_events", "stock_level2_data",
        ),
        SYMBOL,
    ),
    **dict.fromkeys(
        (
            "get_option_chain", "get_option_contracts", "get_option_expirations", "get_option_strikes", "option_chain",
            "options_chains", "option_expirations", "option_strikes",
        ),
        CHAIN,
    ),
    **dict.fromkeys(("get_option_greeks", "option_quote", "option_market_data", "option_greeks"), CONTRACT),
    **dict.fromkeys(
        (
            "server_info", "get_account", "get_positions", "get_orders", "get_fills", "get_activities",
            "get_option_positions", "get_option_strategies", "get_account_greeks", "get_account_details", "get_ledger",
            "get_equity", "get_gains", "get_lots", "get_reconciliation", "get_account_balance", "get_account_info",
            "account_info", "get_portfolio", "portfolio", "get_trading_portfolio", "get_portfolio_summary",
            "account_details", "positions", "stock_orders", "options_orders", "open_stock_orders", "open_option_orders",
            "aggregate_option_positions", "all_option_positions", "open_option_positions",
        ),
        ACCOUNT,
    ),
    "start_sweep": SWEEP,
    **{name: {"sweep_id": "{sweep_id}"} for name in ("get_sweep", "get_trials")},
    "start_cross_validation": {**SWEEP, "tape_id": "{long_tape_id}", "groups": 3, "embargo": 0},
    "start_leak_check": {**{name: SWEEP[name] for name in SWEEP if name != "ranges"}, "cuts": 2},
    "start_jitter": {**{name: SWEEP[name] for name in SWEEP if name != "ranges"}, "runs": 2},
    "compare_with_paper": {**ACCOUNT, "backtest_id": "{backtest_id}"},
    "get_saved_strategies": {},
    "save_strategy": {"name": "Hold", "strategy": "buy_and_hold", "symbols": ["ACME"]},
    **dict.fromkeys(("get_saved_strategy", "get_strategy_versions", "get_strategy_performance"), KEPT),
    "change_strategy": {**KEPT, "parameters": {"fast": 2}},
    "backtest_strategy": {**KEPT, "name": "Again", "tape_id": "{long_tape_id}"},
    "switch_strategy": {**KEPT, "action": "deactivate"},
    "get_study": {"study_id": "{study_id}"},
    **{name: {"backtest_id": "{backtest_id}"} for name in ("get_capsule", "verify_backtest")},
    **{name: {"backtest_id": "{backtest_id}"} for name in ("get_backtest", "get_backtest_results")},
    "start_backtest": {name: each for name, each in SWEEP.items() if name != "ranges"},
    "get_backtests": {},
    "compare_backtests": {"backtest_ids": ["{backtest_id}", "{other_backtest_id}"]},
    "verify_capsule": {**TAPE, "capsule": small_capsule()},
    "get_verification": {"verification_id": "{verification_id}"},
    # What ends orders comes last.
    "cancel_orders": {**ACCOUNT, "symbol": "ACME"},
    "cancel_all_stock_orders_tool": ACCOUNT,
    "cancel_all_option_orders_tool": ACCOUNT,
}  # fmt: skip


@pytest.fixture
async def ids(models: Models) -> dict[str, str]:
    """Real ids of the first tenant."""
    await models.open("chain", cash="200000", margin={"kind": "reg_t"}, option_level=4)
    mine = models.desk.mine
    await mine.order(models.account_id, "buy", "20")
    await mine.order(models.account_id, "buy", "3", symbol=PUT)
    await mine.step(models.tape_id)
    fill, *_ = await mine.rows(f"/v1/accounts/{models.account_id}/fills")
    low = {"limit_price": "1.00", "time_in_force": "gtc"}
    orders = [await mine.order(models.account_id, "buy", "1", **low) for _ in range(4)]
    option = await mine.order(models.account_id, "buy", "1", symbol=OPTION, limit_price="0.05")
    named = dict(zip(("order_id", "first_id", "second_id", "third_id"), (each["id"] for each in orders), strict=True))
    backtest_id = await ran_backtest(models.desk, models.tape_id, "buy_and_hold", starts_at="2024-06-01T00:00:00Z")
    return {
        **named,
        "backtest_id": backtest_id,
        "other_backtest_id": await ran_backtest(
            models.desk, models.tape_id, "buy_and_hold", starts_at="2024-06-01T00:00:00Z"
        ),
        "verification_id": await verification_that_waits(models.desk, models.tape_id),
        "option_id": option["id"],
        "account_id": models.account_id,
        "tape_id": models.tape_id,
        "fill_id": fill["id"],
        "sweep_id": (await mine.post("/v1/sweeps", {**SWEEP, "tape_id": models.tape_id}))["id"],
        **await with_study(models.desk),
        "saved_strategy_id": (await saved_strategy(models.desk))["id"],
    }


def test_every_tool_has_a_call() -> None:
    assert set(CALLS) == set(TOOLS)


async def visited(client: Client, toolset: str, ids: Mapping[str, str]) -> dict[str, CallToolResult]:
    """Call every tool of a set, in the order of the calls."""
    names = [name for name in CALLS if name in {tool.name for tool in SETS[toolset]}]
    return {name: await client.call_tool(name, filled(dict(CALLS[name]), ids)) for name in names}  # type: ignore[arg-type]


@pytest.mark.parametrize("toolset", SETS)
async def test_a_member_uses_every_tool(models: Models, ids: dict[str, str], toolset: str) -> None:
    async with models.client(toolsets=toolset) as client:
        found = await visited(client, toolset, ids)
    for name, result in found.items():
        if name in UNTOLD:
            refused(result, UNTOLD[name])
        else:
            assert not result.is_error, (name, result.structured_content)


@pytest.mark.parametrize("toolset", SETS)
async def test_a_stranger_finds_nothing_of_ours(models: Models, ids: dict[str, str], toolset: str) -> None:
    before = await models.desk.footprint(models.account_id)
    async with models.client(token=models.desk.second.key.token, toolsets=toolset) as client:
        found = await visited(client, toolset, ids)
    for name, result in found.items():
        names_ours = any(OURS.search(str(value)) for value in CALLS[name].values())
        assert result.is_error == names_ours, (name, result.structured_content)
        if names_ours:
            assert result.structured_content["code"] in FOREIGN, (name, result.structured_content)
    assert await models.desk.footprint(models.account_id) == before


@pytest.mark.parametrize("toolset", SETS)
async def test_nobody_gets_in(models: Models, toolset: str) -> None:
    nothing = dict.fromkeys(("account_id", "order_id", "tape_id", "fill_id"), str(uuid4()))
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    async with httpx.AsyncClient(headers=headers, verify=False) as http:
        for tool in SETS[toolset]:
            arguments = filled(dict(CALLS[tool.name]), {**nothing, **dict.fromkeys(ANYTHING, str(uuid4()))})
            call = {"name": tool.name, "arguments": arguments}
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            refused_by_rest(await http.post(f"{models.url}?toolsets={toolset}", json=body), 401, "credentials_missing")


ANYTHING = (
    "saved_strategy_id", "first_id", "second_id", "third_id", "option_id", "sweep_id", "backtest_id",
    "other_backtest_id", "verification_id", "study_id", "long_tape_id",
)  # fmt: skip


@pytest.mark.parametrize("toolset", SETS)
async def test_a_key_that_may_only_read_changes_nothing(models: Models, ids: dict[str, str], toolset: str) -> None:
    issued = await models.desk.mine.post("/v1/keys", {"name": "Reader", "scopes": ["read"]})
    before = await models.desk.footprint(models.account_id)
    async with models.client(token=f"{issued['key_id']}.{issued['secret']}", toolsets=toolset) as client:
        found = await visited(client, toolset, ids)
    for name, result in found.items():
        if TOOLS[name].scope is Scope.TRADE:
            refused(result, "missing_scope")
    assert await models.desk.footprint(models.account_id) == before


async def test_the_list_of_tools_is_the_registry_itself(models: Models) -> None:
    await models.open()
    listed = (await models.call("list_tools"))["items"]
    assert {each["name"] for each in listed} == set(TOOLS)
    async with models.client(toolsets="all") as client:
        assert {each.name for each in (await client.list_tools()).tools} == set(TOOLS)
    async with models.client(toolsets="trading,options") as client:
        names = {each.name for each in (await client.list_tools()).tools}
        assert names == {tool.name for each in ("desk", "trading", "options") for tool in SETS[each]}
        elsewhere = refused(await client.call_tool("get_ledger", {}), "unknown_tool")
        assert elsewhere["toolsets"] == ["books"]


async def test_an_alias_answers_what_the_tool_answers(models: Models) -> None:
    await models.open()
    pairs = {"get_account_info": "get_account", "account_info": "get_account", "get_all_accounts": "get_accounts"}
    for alias, name in pairs.items():
        assert await models.call(alias) == await models.call(name)
    assert await models.call("portfolio") == await models.call("get_portfolio")


async def test_earlier_names_read_what_rest_reads(models: Models, ids: dict[str, str]) -> None:
    get, account = models.desk.mine.get, f"/v1/accounts/{models.account_id}"
    whole, tape = await get(account), {"tape_id": models.tape_id}
    assert (await models.call("get_account_balance"))["cash"] == whole["cash"]
    assert await models.call("account_details") == whole
    assert (await models.call("get_portfolio_summary"))["equity"] == whole["equity"]
    held = (await get(f"{account}/positions"))["items"]
    portfolio = await models.call("get_portfolio")
    assert [each["market_value"] for each in portfolio["items"]] == [each["market_value"] for each in held]
    assert [each["symbol"] for each in (await models.call("positions"))["items"]] == ["ACME"]
    for name in ("all_option_positions", "open_option_positions"):
        assert await models.call(name) == await get(f"{account}/option-positions")
    assert await models.call("aggregate_option_positions") == await get(f"{account}/strategies")
    (quote,) = (await get("/v1/quotes", **tape, symbols="ACME"))["items"]
    price = await models.call("stock_price", symbol="ACME")
    assert (price["bid"], price["ask"], price["source"]) == (quote["bid"], quote["ask"], "recorded")
    assert await models.call("stock_info", symbol="ACME") == await get("/v1/facts", **tape, symbol="ACME")
    assert (await models.call("market_hours"))["next_open_at"] == (await get(f"/v1/tapes/{models.tape_id}"))[
        "next_open_at"
    ]
    found = await models.call("search_stocks_tool", query="ACME")
    assert [each["symbol"] for each in found["items"]] == [
        each["symbol"] for each in (await get("/v1/instruments", **tape, q="ACME"))["items"]
    ]
    chain = {**tape, "underlying": "ACME"}
    assert (await models.call("option_expirations", underlying="ACME")) == await get("/v1/options/expirations", **chain)
    assert (await models.call("option_strikes", underlying="ACME")) == await get("/v1/options/strikes", **chain)
    assert (await models.call("find_options", underlying="ACME")) == await get("/v1/options/contracts", **chain)
    lines = {each["symbol"]: each for each in (await get("/v1/options/chain", **chain))["items"]}
    assert await models.call("option_quote", symbol=OPTION) == lines[OPTION]
    bars = (await get("/v1/bars", **tape, symbol=OPTION))["items"]
    assert (await models.call("option_historicals", symbol=OPTION, interval="day"))["items"] == bars
    terms = {"expires_on": "2024-06-07", "strike": "100", "right": "call", "interval": "day"}
    assert (await models.call("option_historicals", symbol="ACME", **terms))["items"] == bars
    orders = (await get("/v1/orders", account_id=models.account_id, kind="option"))["items"]
    assert [each["id"] for each in (await models.call("options_orders"))["items"]] == [each["id"] for each in orders]
    assert (await models.call("debug_context_info")) == await get("/v1/me")
    assert (await models.call("health_check"))["status"] == "ready"


async def test_earlier_names_place_the_order_they_say(models: Models, ids: dict[str, str]) -> None:
    types = {"limit": "limit", "stop": "stop", "stop_loss": "stop", "stop_limit": "stop_limit"}
    types |= {"trailing_stop": "trailing_stop"}
    for side in ("buy", "sell"):
        for ending, kind in types.items():
            name = f"{side}_stock_{ending}"
            order = await models.call(name, **filled(dict(CALLS[name]), ids))  # type: ignore[arg-type]
            assert (order["side"], order["type"], order["symbol"]) == (side, kind, "ACME"), name
            assert order["limit_price"] == plain(CALLS[name].get("limit_price")), name
            assert order["stop_price"] == plain(CALLS[name].get("stop_price")) or ending == "trailing_stop", name
        order = await models.call(f"{side}_option_limit", symbol=PUT, quantity="1", limit_price="5.00")
        assert (order["side"], order["type"], order["symbol"]) == (side, "limit", PUT)
    market = await models.call("buy_stock", symbol="ACME", quantity="2")
    assert (market["type"], market["quantity"]) == ("market", "2")
    at_price = await models.call("sell_stock", symbol="ACME", quantity="1", order_type="stop", price="2.00")
    assert (at_price["type"], at_price["stop_price"]) == ("stop", "2")
    legs = {"short_symbol": OPTION, "long_symbol": HIGHER, "quantity": "1"}
    assert (await models.call("option_credit_spread", **legs, credit="4.95"))["limit_price"] == "-4.95"
    other_way = {"short_symbol": HIGHER, "long_symbol": OPTION, "quantity": "1"}
    assert (await models.call("option_debit_spread", **other_way, debit="0.05"))["limit_price"] == "0.05"


def plain(number: str | None) -> str | None:
    return None if number is None else format(Decimal(number).normalize(), "f")


async def test_what_nobody_tells_is_refused_as_that(models: Models) -> None:
    await models.open()
    async with models.client(toolsets="compat") as client:
        for name in UNTOLD:
            told = refused(await client.call_tool(name, {"symbol": "ACME"}), "no_source")
            assert told["symbol"] == "ACME"


async def test_depth_is_told_where_the_tape_has_it(models: Models) -> None:
    await models.open("quotes")
    found = await models.call("stock_level2_data", symbol="ACME")
    assert found == await models.desk.mine.get("/v1/depth", tape_id=models.tape_id, symbol="ACME")
    assert found["levels"] == 1


async def test_greeks_are_told_at_the_present_price_and_at_another(models: Models, ids: dict[str, str]) -> None:
    del ids
    now = await models.call("option_greeks", symbol=OPTION)
    (line,) = [
        each for each in (await models.call("get_option_chain", underlying="ACME"))["items"] if each["symbol"] == OPTION
    ]
    assert {name: now[name] for name in line} == line
    higher = await models.call("option_greeks", symbol=OPTION, spot="150")
    assert float(higher["delta"]) > float(now["delta"])
    assert higher["implied_vol"] == now["implied_vol"]
    async with models.client(toolsets="options") as client:
        refused(await client.call_tool("get_option_greeks", {"symbol": "ACME"}), "not_an_option")


async def test_a_period_of_a_week_and_no_more_is_read_by_default(models: Models) -> None:
    await models.open()
    await models.desk.mine.step(models.tape_id, count=7)
    week = (await models.call("price_history", symbol="ACME"))["items"]
    month = (await models.call("price_history", symbol="ACME", period="month"))["items"]
    assert len(week) < len(month)
    assert week == month[-len(week) :]


async def test_orders_of_one_kind_are_listed_and_cancelled_apart(models: Models, ids: dict[str, str]) -> None:
    shares = (await models.call("open_stock_orders"))["items"]
    options = (await models.call("open_option_orders"))["items"]
    assert {each["symbol"] for each in shares} == {"ACME"}
    assert [each["id"] for each in options] == [ids["option_id"]]
    async with models.client(toolsets="compat") as client:
        told = refused(
            await client.call_tool("cancel_stock_order_by_id", {"order_id": ids["option_id"]}), "order_of_another_kind"
        )
        assert told["kind"] == "option"
        gone = answered(await client.call_tool("cancel_all_stock_orders_tool", {}))["items"]
    assert {each["id"] for each in gone} == {each["id"] for each in shares}
    assert (await models.call("open_option_orders"))["items"] == options
