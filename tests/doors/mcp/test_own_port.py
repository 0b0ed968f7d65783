"""Models on a port of their own: the tools and nothing else, beside the port for all."""

import httpx
import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.desk import refused as refused_by_rest
from tests.mcp_door import answered
from tests.served import desk_at, free_port, new_home


async def test_models_are_served_on_a_port_of_their_own_where_one_is_set() -> None:
    own = free_port()
    with new_home() as home, desk_at(home, free_port(), mcp_port=str(own)) as kept:
        headers = {"Authorization": f"Bearer {kept['key_id']}.{kept['secret']}"}
        for url in (f"{kept['url']}/mcp", f"http://127.0.0.1:{own}/mcp"):
            async with (
                httpx2.AsyncClient(headers=headers, timeout=60) as shown,
                Client(streamable_http_client(url, http_client=shown)) as client,
            ):
                assert answered(await client.call_tool("server_info", {}))["account_id"] == kept["account_id"]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{own}", timeout=60) as http:
            refused_by_rest(await http.get("/v1/accounts", headers=headers), 404, "not_found")
            refused_by_rest(await http.post("/mcp", json={}), 401, "credentials_missing")
