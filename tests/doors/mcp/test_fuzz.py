"""Whatever a client sends, it is refused in the protocol's or the desk's own words, and tells nothing of the inside."""

import json
import random
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from paperdesk.doors.mcp.toolsets import SETS, tools_in
from tests.mcp_door import Models

MODERN, LEGACY = "2026-07-28", "2025-06-18"
PREFIX = "io.modelcontextprotocol/"
BOTH_KINDS = "application/json, text/event-stream"
META = {f"{PREFIX}protocolVersion": MODERN, f"{PREFIX}clientCapabilities": {}}
INTERNAL = -32603


def call(**params: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()


FRAMES: Mapping[str, bytes] = {
    "nothing": b"",
    "half a frame": b'{"jsonrpc": "2.0", "id": 1, "meth',
    "no object": b"[]",
    "null": b"null",
    "a number": b"1",
    "text": b'"tools/call"',
    "no text at all": b"\xff\xfe\x00\x01",
    "depth": b"[" * 100_000,
    "a batch": b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]',
    "another version": b'{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}',
    "an id that is none": b'{"jsonrpc": "2.0", "id": {"a": 1}, "method": "tools/list"}',
    "a method that is none": b'{"jsonrpc": "2.0", "id": 1, "method": 7}',
    "a method nobody knows": b'{"jsonrpc": "2.0", "id": 1, "method": "tools/destroy"}',
    "a list of params": b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}',
    "an answer nobody asked for": b'{"jsonrpc": "2.0", "id": 1, "result": {}}',
    "a notice nobody knows": b'{"jsonrpc": "2.0", "method": "notifications/strange"}',
    "a big number": b'{"jsonrpc": "2.0", "id": ' + b"9" * 5000 + b', "method": "tools/list"}',
    "a call of nothing": call(_meta=META),
    "a name that is none": call(name=7, arguments={}, _meta=META),
    "arguments that are none": call(name="get_orders", arguments=[1], _meta=META),
    "a meta that is none": call(name="get_orders", arguments={}, _meta=7),
    "a long name": call(name="x" * 100_000, arguments={}, _meta=META),
    "deep arguments": call(name="get_orders", arguments=json.loads('{"a":' * 400 + "1" + "}" * 400), _meta=META),
    "a state that is none": call(name="place_order", arguments={}, requestState={}, inputResponses=[], _meta=META),
    "a token of progress that is none": call(name="get_orders", _meta={**META, "progressToken": {"a": []}}),
    "a resource that is none": b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":7}}',
    "a prompt that is none": b'{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"x","arguments":7}}',
    "a subscription of nothing": b'{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"x://y"}}',
}
STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 2**70, "", " ", "\x00", "\ud83d", "x" * 5000, "é😀", [],
    [[]], {}, {"a": {"b": 1}}, "9" * 400,
    "NaN", "-Infinity", "1e400", "0.000000000000000000001", "2024-13-45", "2024-06-03", "../../etc/passwd",
    "'; drop table orders; --", "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11", ["ACME"] * 300,
)  # fmt: skip


def harmless(answer: httpx.Response, what: object) -> None:
    """Fail for an answer that tells of a bug, or of the inside."""
    assert answer.status_code < 500, (what, answer.status_code, answer.text[:300])
    assert "Traceback" not in answer.text, (what, answer.text[:300])
    for line in answer.text.splitlines():
        told = line.removeprefix("data: ")
        if told.startswith("{"):
            found = json.loads(told)
            error = found.get("error") or {}
            assert error.get("code") not in {INTERNAL, 0}, (what, found)
            members = (found.get("result") or {}).get("structuredContent") or error.get("data") or {}
            assert not isinstance(members, dict) or members.get("code") != "internal", (what, found)


@pytest.mark.parametrize("version", [MODERN, LEGACY, "nonsense", None])
async def test_frames_that_are_none_are_refused(models: Models, version: str | None) -> None:
    await models.open()
    headers = {"Authorization": f"Bearer {models.desk.first.key.token}", "Accept": BOTH_KINDS}
    headers |= {"Content-Type": "application/json"} | ({"MCP-Protocol-Version": version} if version else {})
    async with httpx.AsyncClient(headers=headers, verify=False) as http:
        for what, frame in FRAMES.items():
            for more in ({}, {"Mcp-Method": "tools/call", "Mcp-Name": "get_orders"}, {"Mcp-Session-Id": "nonsense"}):
                harmless(await http.post(models.url, content=frame, headers=more), (what, more))
    assert (await models.call("get_account"))["id"] == models.account_id


async def test_a_session_survives_frames_that_are_none(models: Models) -> None:
    await models.open()
    headers = {"Authorization": f"Bearer {models.desk.first.key.token}", "Accept": BOTH_KINDS}
    headers |= {"Content-Type": "application/json"}
    opening = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "fuzz", "version": "1"}}
    body = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": opening}
    async with httpx.AsyncClient(headers=headers, verify=False) as http:
        opened = await http.post(models.url, json=body)
        http.headers["Mcp-Session-Id"] = opened.headers["mcp-session-id"]
        await http.post(models.url, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
        for what, frame in FRAMES.items():
            harmless(await http.post(models.url, content=frame), what)
        listed = await http.post(models.url, json={"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
        assert "get_account" in listed.text


async def test_a_giant_message_is_refused_before_it_is_read(models: Models) -> None:
    await models.open()
    headers = {"Authorization": f"Bearer {models.desk.first.key.token}", "Accept": BOTH_KINDS}
    headers |= {"Content-Type": "application/json", "MCP-Protocol-Version": MODERN}
    giant = call(name="get_orders", arguments={"symbol": "x" * 2_000_000}, _meta=META)
    async with httpx.AsyncClient(headers=headers, verify=False) as http:
        assert (await http.post(models.url, content=giant)).status_code == 413

        async def pieces() -> Any:  # noqa: ANN401 - an asynchronous generator of bytes
            for _ in range(300):
                yield b"x" * 10_000

        assert (await http.post(models.url, content=pieces())).status_code == 413


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_refused(models: Models, method: str) -> None:
    headers = {"Authorization": f"Bearer {models.desk.first.key.token}"}
    async with httpx.AsyncClient(headers=headers, verify=False) as http:
        for more in ({}, {"Mcp-Session-Id": "nonsense"}, {"Accept": "text/event-stream"}):
            answer = await http.request(method, models.url, headers=more)
            assert 400 <= answer.status_code < 500, (method, more, answer.status_code)


@pytest.mark.parametrize("toolset", SETS)
async def test_arguments_of_the_wrong_kind_are_refused(models: Models, toolset: str) -> None:
    await models.open("chain")
    dice = random.Random(20261129)
    headers = {"Authorization": f"Bearer {models.desk.first.key.token}", "Accept": BOTH_KINDS}
    headers |= {"Content-Type": "application/json", "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call"}
    async with httpx.AsyncClient(headers=headers, timeout=60, verify=False) as http:
        for name, tool in tools_in((toolset,)).items():
            fields = list(tool.input_schema.get("properties", {})) or ["anything"]
            for _ in range(4):
                arguments = {field: dice.choice(STRANGE) for field in fields if dice.random() < 0.7}
                arguments = {"timeout_s": 0, **arguments} if name == "wait_for_order" else arguments
                frame = call(name=name, arguments=arguments, _meta=META)
                harmless(
                    await http.post(f"{models.url}?toolsets=all", content=frame, headers={"Mcp-Name": name}),
                    (name, arguments),
                )
