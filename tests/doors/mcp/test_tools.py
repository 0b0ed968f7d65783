"""What a model sees and does through the tools, with the protocol's own client over real HTTP."""

import json
from typing import get_args

import httpx
import pytest

from paperdesk.doors.mcp.toolsets import DEFAULT, TOOLSETS, tools_in
from tests.desk import refused as refused_by_rest
from tests.mcp_door import Mode, Models, answered, refused

BOTH = pytest.mark.parametrize("mode", get_args(Mode))
TOOLS_MAX = 25
TOKENS_MAX = 8000
# About what tokenizers make of JSON in English; it errs on the high side.
BYTES_A_TOKEN = 4


def buying(quantity: str = "3", **terms: object) -> dict[str, object]:
    return {"symbol": "ACME", "side": "buy", "type": "market", "quantity": quantity} | terms


@BOTH
async def test_the_default_tools_are_few_and_described_in_few_words(models: Models, mode: Mode) -> None:
    async with models.client(mode) as client:
        tools = (await client.list_tools()).tools
    assert len(tools) <= TOOLS_MAX
    told = json.dumps(
        [each.model_dump(by_alias=True, exclude_none=True, mode="json") for each in tools], separators=(",", ":")
    )
    assert len(told.encode()) / BYTES_A_TOKEN < TOKENS_MAX


def test_every_tool_says_what_it_is_for_what_it_does_and_what_it_answers() -> None:
    for tool in tools_in(tuple(TOOLSETS)).values():
        wire = tool.on_wire
        assert wire.description, tool.name
        assert wire.annotations, tool.name
        assert wire.annotations.read_only_hint is not None
        assert wire.annotations.read_only_hint == (tool.scope == "read"), tool.name
        for schema in (wire.input_schema, wire.output_schema):
            assert schema, tool.name
            assert schema["type"] == "object", tool.name
        assert wire.output_schema
        assert wire.output_schema["properties"], tool.name


@BOTH
async def test_an_order_is_previewed_placed_filled_and_explained(models: Models, mode: Mode) -> None:
    await models.open()
    async with models.client(mode) as client:
        preview = answered(await client.call_tool("preview_order", buying()))
        assert preview["would_be_accepted"]
        order = answered(await client.call_tool("place_order", buying(client_order_id="mine")))
        assert order["status"] == "accepted"
        again = answered(await client.call_tool("place_order", buying(client_order_id="mine")))
        assert again["id"] == order["id"]
        await models.desk.mine.step(models.tape_id)
        (fill,) = answered(await client.call_tool("get_fills", {}))["items"]
        assert fill["order_id"] == order["id"]
        assert preview["expected_fill"]["quantity"] == fill["quantity"]
        told = answered(await client.call_tool("explain_fill", {"fill_id": fill["id"]}))
        assert told["sentence"].startswith("Bought 3 ACME")
        filled = answered(await client.call_tool("get_order", {"order_id": order["id"]}))
        assert filled["status"] == "filled"
        (held,) = answered(await client.call_tool("get_positions", {}))["items"]
        assert (held["symbol"], held["quantity"]) == ("ACME", "3")


async def test_tools_answer_what_rest_answers(models: Models) -> None:
    await models.open()
    await models.desk.mine.order(models.account_id, "buy", "2")
    await models.desk.mine.step(models.tape_id)
    await models.desk.mine.order(models.account_id, "buy", "1", limit_price="1.00", time_in_force="gtc")
    get, account = models.desk.mine.get, f"/v1/accounts/{models.account_id}"
    pairs = [
        (await models.call("get_account"), await get(account)),
        *zip((await models.call("get_positions"))["items"], (await get(f"{account}/positions"))["items"], strict=True),
        *zip(
            (await models.call("get_orders"))["items"],
            (await get("/v1/orders", account_id=models.account_id))["items"],
            strict=True,
        ),
        *zip((await models.call("get_fills"))["items"], (await get(f"{account}/fills"))["items"], strict=True),
        *zip(
            (await models.call("get_activities"))["items"], (await get(f"{account}/activities"))["items"], strict=True
        ),
        *zip(
            (await models.call("get_bars", symbol="ACME"))["items"],
            (await get("/v1/bars", tape_id=models.tape_id, symbol="ACME"))["items"],
            strict=True,
        ),
        *zip(
            (await models.call("get_quotes", symbols=["ACME", "NONE"]))["items"],
            (await get("/v1/quotes", tape_id=models.tape_id, symbols="ACME,NONE"))["items"],
            strict=True,
        ),
        (await models.call("get_clock"), await get(f"/v1/tapes/{models.tape_id}")),
    ]
    for told, whole in pairs:
        assert told == {name: whole[name] for name in told}


async def test_a_refusal_is_a_tool_error_with_the_code_of_rest_and_a_hint(models: Models) -> None:
    await models.open(cash="10")
    body = buying("1000", account_id=models.account_id)
    async with models.client() as client:
        told = refused(await client.call_tool("place_order", body), "insufficient_buying_power")
    answer = await models.desk.mine.ask("POST", "/v1/orders", json=body)
    same = refused_by_rest(answer, told["status"], told["code"])
    assert {name: told[name] for name in same if name != "request_id"} == {
        name: same[name] for name in same if name != "request_id"
    }
    assert "get_account" in told["hint"]


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("get_orders", {"limit": 0}, "malformed_request"),
        ("get_orders", {"limit": "many"}, "malformed_request"),
        ("get_orders", {"unheard_of": 1}, "malformed_request"),
        ("get_orders", {"cursor": "not-ours"}, "malformed_cursor"),
        ("get_order", {}, "malformed_request"),
        ("get_order", {"order_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}, "unknown_order"),
        ("get_account", {"account_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}, "unknown_account"),
        ("place_order", {"symbol": "ACME"}, "malformed_request"),
        ("preview_order", {"symbol": "ACME"}, "malformed_order"),
        ("place_order", {**buying(), "quantity": 1}, "malformed_request"),
        ("place_order", buying("x"), "malformed_request"),
        ("get_bars", {"symbol": "NONE"}, "unknown_symbol"),
        ("no_such_tool", {}, "unknown_tool"),
    ],
)
async def test_a_mistake_is_a_tool_error(models: Models, name: str, arguments: dict[str, object], code: str) -> None:
    await models.open()
    async with models.client() as client:
        refused(await client.call_tool(name, arguments), code)


async def test_lists_are_bounded_and_go_on_with_a_cursor(models: Models) -> None:
    await models.open()
    for number in range(3):
        await models.desk.mine.order(models.account_id, "buy", str(number + 1))
    first = await models.call("get_orders", limit=2)
    rest = await models.call("get_orders", limit=2, cursor=first["next_cursor"])
    assert [len(page["items"]) for page in (first, rest)] == [2, 1]
    assert rest["next_cursor"] is None


async def test_a_key_without_the_permission_to_trade_only_reads(models: Models) -> None:
    await models.open()
    issued = await models.desk.mine.post("/v1/keys", {"name": "Reader", "scopes": ["read"]})
    async with models.client(token=f"{issued['key_id']}.{issued['secret']}") as client:
        assert not (await client.call_tool("get_accounts", {})).is_error
        refused(await client.call_tool("place_order", buying()), "missing_scope")
        refused(await client.call_tool("cancel_orders", {}), "missing_scope")


async def test_a_model_signs_in_with_a_key_of_its_own_and_sees_its_own_accounts(models: Models) -> None:
    await models.open()
    tape_id = await models.desk.theirs.open_tape(models.desk.markets["daily"].id)
    theirs = await models.desk.theirs.open_account(tape_id)
    async with models.client(token=models.desk.second.key.token) as client:
        (seen,) = answered(await client.call_tool("get_accounts", {}))["items"]
        assert seen["id"] == theirs
        refused(await client.call_tool("get_account", {"account_id": models.account_id}), "unknown_account")
        refused(await client.call_tool("place_order", buying(account_id=models.account_id)), "unknown_account")
    assert (await models.call("get_account"))["id"] == models.account_id


async def test_orders_are_replaced_cancelled_and_positions_closed(models: Models) -> None:
    await models.open()
    order = await models.call("place_order", **buying(type="limit", limit_price="1.00", time_in_force="gtc"))
    newer = await models.call("replace_order", order_id=order["id"], limit_price="1.50")
    assert (newer["limit_price"], newer["status"]) == ("1.5", "accepted")
    assert (await models.call("cancel_order", order_id=newer["id"]))["status"] == "cancelled"
    await models.call("place_order", **buying())
    await models.desk.mine.step(models.tape_id)
    await models.call("place_order", **buying(type="limit", limit_price="1.00", time_in_force="gtc"))
    (gone,) = (await models.call("cancel_orders", symbol="ACME"))["items"]
    assert gone["status"] == "cancelled"
    closing = await models.call("close_position", symbol="ACME")
    assert (closing["side"], closing["quantity"]) == ("sell", "3")


async def test_the_server_says_that_it_is_paper(models: Models) -> None:
    await models.open()
    told = await models.call("server_info")
    assert (told["mode"], told["simulated"]) == ("paper", True)
    account = await models.desk.mine.get(f"/v1/accounts/{models.account_id}")
    tape = await models.desk.mine.get(f"/v1/tapes/{models.tape_id}")
    assert told["account_id"] == models.account_id
    assert (told["fill_model"], told["account_seed"]) == (account["fill_model"], account["seed"])
    assert (told["clock_at"], told["source"], told["market_seed"]) == (tape["at"], tape["source"], tape["seed"])


async def test_whoever_shows_nothing_or_something_strange_is_refused(models: Models) -> None:
    async with httpx.AsyncClient(verify=False) as http:
        answer = await http.post(models.url, json={})
        refused_by_rest(answer, 401, "credentials_missing")
        assert answer.headers["www-authenticate"] == "Bearer"
        answer = await http.post(models.url, json={}, headers={"Authorization": "Bearer PKSTRANGE.secret"})
        refused_by_rest(answer, 401, "unknown_credentials")


async def test_a_page_of_another_origin_is_refused(models: Models) -> None:
    key = {"Authorization": f"Bearer {models.desk.first.key.token}", "Origin": "https://elsewhere.test"}
    async with httpx.AsyncClient(verify=False) as http:
        refused_by_rest(await http.post(models.url, json={}, headers=key), 403, "origin_refused")


async def test_a_session_belongs_to_the_key_that_opened_it(models: Models) -> None:
    opening = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "somebody", "version": "1"},
        },
    }
    headers = {"Accept": "application/json, text/event-stream"}
    mine = headers | {"Authorization": f"Bearer {models.desk.first.key.token}"}
    theirs = headers | {"Authorization": f"Bearer {models.desk.second.key.token}"}
    async with httpx.AsyncClient(verify=False) as http:
        opened = await http.post(models.url, json=opening, headers=mine)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        assert (await http.post(models.url, json=listing, headers=mine | session)).status_code == 200
        assert (await http.post(models.url, json=listing, headers=theirs | session)).status_code == 404


async def test_a_connection_chooses_its_toolsets(models: Models) -> None:
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bearer {models.desk.first.key.token}"}, verify=False
    ) as http:
        problem = refused_by_rest(await http.post(f"{models.url}?toolsets=nonsense", json={}), 422, "unknown_toolset")
    assert DEFAULT in problem["toolsets"]


async def test_a_model_reads_indicators_and_scans_the_market(models: Models) -> None:
    await models.open("waves")
    await models.desk.mine.step(models.tape_id, count=25)
    of_acme = {"tape_id": models.tape_id, "symbol": "ACME"}
    told = await models.call("get_technical_indicators", symbol="ACME")
    shown = await models.desk.mine.get("/v1/indicators", **of_acme)
    assert (told["close"], told["values"]["rsi_14"]) == (shown["close"], shown["values"]["rsi_14"])
    assert shown["values"]["sma_20"] is not None
    picked = await models.call("scan_market", measure="rsi_14", above=shown["values"]["rsi_14"])
    assert "ACME" not in [each["symbol"] for each in picked["items"]]
    assert (await models.call("scan_market", measure="rsi_14", below="100"))["matching"] == 2
