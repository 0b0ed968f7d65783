"""Resources and prompts: read at addresses, followed as they change, and words for whole tasks."""

import asyncio
import json
import re
import warnings
from typing import get_args

import pytest
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from mcp_types import ResourceUpdatedNotification, TextContent, TextResourceContents

from paperdesk.doors.mcp.following import FOLLOWED_MAX
from paperdesk.doors.mcp.prompts import TASKS
from paperdesk.doors.mcp.toolsets import SETS, tools_in
from tests.mcp_door import Mode, Models, answered

# Names of tests are the same in every process that collects them.
NOBODYS = "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"
BOTH = pytest.mark.parametrize("mode", get_args(Mode))


async def read(models: Models, uri: str, mode: Mode = "auto", token: str | None = None) -> dict[str, object]:
    async with models.client(mode, token=token) as client:
        (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    found: dict[str, object] = json.loads(content.text)
    return found


@BOTH
async def test_resources_answer_what_the_tools_answer(models: Models, mode: Mode) -> None:
    await models.open()
    order = await models.desk.mine.order(models.account_id, "buy", "2")
    await models.desk.mine.step(models.tape_id)
    (fill,) = await models.desk.mine.rows(f"/v1/accounts/{models.account_id}/fills")
    await models.desk.mine.order(models.account_id, "buy", "1", limit_price="1.00", time_in_force="gtc")
    account = f"paperdesk://accounts/{models.account_id}"
    pairs = {
        "paperdesk://account": await models.call("get_account"),
        "paperdesk://positions": await models.call("get_positions"),
        "paperdesk://orders": await models.call("get_orders", status="open"),
        "paperdesk://clock": await models.call("get_clock"),
        account: await models.call("get_account"),
        f"{account}/positions": await models.call("get_positions"),
        f"{account}/orders": await models.call("get_orders", status="open"),
        f"paperdesk://orders/{order['id']}": await models.call("get_order", order_id=order["id"]),
        f"paperdesk://fills/{fill['id']}/explanation": await models.call("explain_fill", fill_id=fill["id"]),
        f"paperdesk://tapes/{models.tape_id}/clock": await models.call("get_clock"),
    }
    for uri, told in pairs.items():
        assert await read(models, uri, mode) == told, uri
    model = await read(models, "paperdesk://fill-model", mode)
    assert model == await read(models, f"paperdesk://fill-models/{model['name']}", mode)


@BOTH
async def test_what_there_is_to_read_is_listed(models: Models, mode: Mode) -> None:
    await models.open()
    async with models.client(mode) as client:
        uris = [each.uri for each in (await client.list_resources()).resources]
        templates = (await client.list_resource_templates()).resource_templates
    for uri in uris:
        await read(models, uri, mode)
    assert {"paperdesk://account", "paperdesk://clock"} <= set(uris)
    assert "paperdesk://fills/{fill_id}/explanation" in {each.uri_template for each in templates}


@BOTH
@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("paperdesk://nowhere", "unknown_resource"),
        ("file:///etc/passwd", "unknown_resource"),
        ("paperdesk://accounts/nonsense", "malformed_id"),
        (f"paperdesk://accounts/{NOBODYS}", "unknown_account"),
        (f"paperdesk://fills/{NOBODYS}/explanation", "unknown_fill"),
        ("paperdesk://fill-models/nonsense", "unknown_fill_model"),
    ],
)
async def test_what_is_not_there_is_refused_with_its_code(models: Models, mode: Mode, uri: str, code: str) -> None:
    await models.open()
    with pytest.raises(MCPError) as refusal:
        await read(models, uri, mode)
    assert refusal.value.data["code"] == code
    assert refusal.value.data["hint"]


async def test_a_stranger_reads_and_follows_nothing_of_ours(models: Models) -> None:
    await models.open()
    await models.desk.theirs.open_account(await models.desk.theirs.open_tape(models.desk.markets["daily"].id))
    uri, token = f"paperdesk://accounts/{models.account_id}", models.desk.second.key.token
    with pytest.raises(MCPError):
        await read(models, uri, token=token)
    async with models.client(token=token) as client:
        with pytest.raises(MCPError) as refusal:
            async with client.listen(resource_subscriptions=[uri]):
                pass
    assert refusal.value.data["code"] == "unknown_account"


async def test_an_account_is_followed_on_one_stream_of_the_newer_protocol(models: Models) -> None:
    await models.open()
    uris = ["paperdesk://account", f"paperdesk://accounts/{models.account_id}/orders"]
    async with models.client() as client, client.listen(resource_subscriptions=uris) as news:
        await models.desk.mine.order(models.account_id, "buy", "1")
        async with asyncio.timeout(30):
            told = {(await anext(news)).uri for _ in uris}  # type: ignore[union-attr]  # nothing else was asked for
    assert told == set(uris)


async def test_an_account_is_followed_in_a_session_of_the_older_protocol(models: Models) -> None:
    await models.open()
    told: asyncio.Queue[str] = asyncio.Queue()

    async def hear(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            await told.put(message.params.uri)

    async with models.client("legacy", message_handler=hear) as client:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MCPDeprecationWarning)
            await client.subscribe_resource("paperdesk://orders")
            await client.subscribe_resource("paperdesk://clock")
            await client.unsubscribe_resource("paperdesk://clock")
        await models.desk.mine.order(models.account_id, "buy", "1")
        async with asyncio.timeout(30):
            assert await told.get() == "paperdesk://orders"


async def test_following_ends_with_the_key(models: Models) -> None:
    await models.open()
    issued = await models.desk.mine.post("/v1/keys", {"name": "Short", "scopes": ["read"]})
    token, uris = f"{issued['key_id']}.{issued['secret']}", [f"paperdesk://accounts/{models.account_id}"]
    async with models.client(token=token) as client, client.listen(resource_subscriptions=uris) as news:
        (await models.desk.mine.ask("DELETE", f"/v1/keys/{issued['id']}")).raise_for_status()
        async with asyncio.timeout(30):
            assert [each async for each in news] == []


async def test_no_connection_follows_more_than_so_many(models: Models) -> None:
    await models.open()
    uris = [f"paperdesk://fill-models/blend:0.{number:02}" for number in range(FOLLOWED_MAX + 1)]
    async with models.client() as client:
        with pytest.raises(MCPError) as refusal:
            async with client.listen(resource_subscriptions=uris):
                pass
    assert refusal.value.data["code"] == "too_many_followed"


@BOTH
async def test_prompts_are_whole_tasks_with_tools_that_there_are(models: Models, mode: Mode) -> None:
    known = set(tools_in(tuple(SETS)))
    async with models.client(mode) as client:
        prompts = (await client.list_prompts()).prompts
        assert [each.name for each in prompts] == [each.name for each in TASKS]
        for prompt in prompts:
            given = {each.name: f"my-{each.name}" for each in prompt.arguments or ()}
            (message,) = (await client.get_prompt(prompt.name, given)).messages
            assert isinstance(message.content, TextContent)
            words = message.content.text
            assert all(value in words for value in given.values())
            named = set(re.findall(r"\b(?:get|preview|place|wait|build|explain|server)_\w+\b", words))
            assert len(named) > 2
            assert named <= known | {"place_nothing"}


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("no_such_task", {}, "unknown_prompt"),
        ("option_idea_check", {"underlying": "ACME"}, "malformed_prompt"),
        ("daily_review", {"strange": "x"}, "malformed_prompt"),
        ("daily_review", {"account_id": "x" * 1000}, "malformed_prompt"),
    ],
)
async def test_a_prompt_is_asked_for_as_it_says(models: Models, name: str, given: dict[str, str], code: str) -> None:
    async with models.client() as client:
        with pytest.raises(MCPError) as refusal:
            await client.get_prompt(name, given)
    assert refusal.value.data["code"] == code


async def test_a_task_can_be_done_by_the_tools_it_names(models: Models) -> None:
    await models.open()
    async with models.client() as client:
        terms = {"symbol": "ACME", "side": "buy", "type": "market", "quantity": "1", "client_order_id": "a-task"}
        assert answered(await client.call_tool("preview_order", terms))["would_be_accepted"]
        order = answered(await client.call_tool("place_order", terms))
        assert answered(await client.call_tool("control_tape", {"action": "step"}))["reached"]
        waited = answered(await client.call_tool("wait_for_order", {"order_id": order["id"]}))
        assert waited["order"]["status"] == "filled"
