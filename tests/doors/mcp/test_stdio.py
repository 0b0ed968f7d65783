"""The door over standard input and output, as clients start it; and what it prints for their configuration."""

import json
import sys
from pathlib import Path
from typing import get_args

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from paperdesk.doors.cli.client import Desk
from paperdesk.doors.cli.models import address_of, command_of, configurations
from tests.mcp_door import Mode, Models, answered, refused

BOTH = pytest.mark.parametrize("mode", get_args(Mode))


@BOTH
async def test_a_client_that_starts_a_program_reaches_the_running_desk(models: Models, mode: Mode) -> None:
    await models.open()
    url = models.url.removesuffix("/mcp")
    words = ["-m", "paperdesk.main", "--url", url, "--key", models.desk.first.key.token, "mcp"]
    program = StdioServerParameters(command=sys.executable, args=[*words, "--toolsets", "default,options"])
    async with Client(program, mode=mode) as client:
        names = {each.name for each in (await client.list_tools()).tools}
        assert {"server_info", "place_order", "get_option_greeks"} <= names
        assert answered(await client.call_tool("server_info", {}))["account_id"] == models.account_id
        wish = {"symbol": "ACME", "side": "buy", "type": "market", "quantity": "1"}
        order = answered(await client.call_tool("place_order", wish))
        refused(await client.call_tool("get_order", {"order_id": models.account_id}), "unknown_order")
    assert (await models.desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "accepted"


def test_what_clients_are_configured_with_starts_this_program_and_holds_no_key() -> None:
    desk = Desk(Path("/somewhere/else"), "http://127.0.0.1:2080", "PKPUBLIC.secret")
    started = command_of(desk, "default,options")
    found = configurations(started, address_of(desk, None))
    assert started[-3:] == ["mcp", "--toolsets", "default,options"]
    assert "/somewhere/else" in started
    assert "secret" not in json.dumps(found)
    assert found["Visual Studio Code (.vscode/mcp.json)"]["servers"]["paperdesk"]["args"] == started[1:]
