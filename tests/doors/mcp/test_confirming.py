"""Orders above a value are placed only when somebody said yes: asked where a client can ask, else by a token."""

from decimal import Decimal
from typing import Any, Literal, get_args

import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from paperdesk.doors.mcp.confirming import STANDS_FOR
from paperdesk.infra.clock import FrozenClock
from tests.mcp_door import Mode, Models, answered, refused

BOTH = pytest.mark.parametrize("mode", get_args(Mode))
DEAR = {"symbol": "ACME", "side": "buy", "type": "market", "quantity": "5", "client_order_id": "dear"}
CHEAP = {"symbol": "ACME", "side": "buy", "type": "market", "quantity": "1", "client_order_id": "cheap"}


@pytest.fixture
async def careful(models: Models) -> Models:
    """A desk where a model has to have orders above 200 confirmed."""
    runtime = models.desk.runtime
    runtime.settings = runtime.settings.model_copy(update={"mcp_confirm_above": Decimal(200)})
    await models.open()
    return models


async def orders_of(models: Models) -> list[str]:
    return [each["client_order_id"] for each in await models.desk.mine.rows("/v1/orders", account_id=models.account_id)]


@BOTH
@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
async def test_a_client_that_can_ask_is_asked(
    careful: Models, mode: Mode, action: Literal["accept", "decline", "cancel"]
) -> None:
    asked: list[str] = []

    async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action=action, content={"confirmed": True} if action == "accept" else None)

    async with careful.client(mode, elicitation_callback=ask) as client:
        assert answered(await client.call_tool("place_order", CHEAP))["status"] == "accepted"
        assert asked == []
        result = await client.call_tool("place_order", DEAR)
    assert len(asked) == 1
    assert "buy 5 ACME" in asked[0]
    if action == "accept":
        assert answered(result)["status"] == "accepted"
    else:
        refused(result, "not_confirmed")
    assert ("dear" in await orders_of(careful)) == (action == "accept")


@BOTH
async def test_a_yes_that_says_no_is_none(careful: Models, mode: Mode) -> None:
    async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        return ElicitResult(action="accept", content={"confirmed": False})

    async with careful.client(mode, elicitation_callback=ask) as client:
        refused(await client.call_tool("place_order", DEAR), "not_confirmed")
    assert await orders_of(careful) == []


@BOTH
async def test_a_client_that_cannot_ask_gets_a_token_that_places_the_order(careful: Models, mode: Mode) -> None:
    async with careful.client(mode) as client:
        told = refused(await client.call_tool("place_order", DEAR), "needs_confirmation")
        assert await orders_of(careful) == []
        assert told["threshold"] == "200"
        confirmed = {**DEAR, "confirmation": told["confirmation"]}
        assert answered(await client.call_tool("place_order", confirmed))["status"] == "accepted"
    assert await orders_of(careful) == ["dear"]


async def test_a_token_is_good_for_one_order_of_one_caller_for_a_while(careful: Models, clock: FrozenClock) -> None:
    issued = await careful.desk.mine.post("/v1/keys", {"name": "Other", "scopes": ["read", "trade"]})
    async with careful.client() as client:
        token = refused(await client.call_tool("place_order", DEAR), "needs_confirmation")["confirmation"]
        for changed in ({"quantity": "50"}, {"side": "sell"}, {"symbol": "BOLT"}, {"confirmation": "made/up"}):
            wish = {**DEAR, "confirmation": token} | changed
            result = await client.call_tool("place_order", wish)
            assert result.is_error, changed
            if changed.keys() != {"side"} and changed.keys() != {"symbol"}:
                refused(result, "confirmation_unfit")
        async with careful.client(token=f"{issued['key_id']}.{issued['secret']}") as other:
            wish = {**DEAR, "account_id": careful.account_id, "confirmation": token}
            refused(await other.call_tool("place_order", wish), "confirmation_unfit")
        clock.advance(STANDS_FOR)
        refused(await client.call_tool("place_order", {**DEAR, "confirmation": token}), "confirmation_unfit")
    assert await orders_of(careful) == []


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("buy_stock", {"symbol": "ACME", "quantity": "5"}),
        ("buy_stock_limit", {"symbol": "ACME", "quantity": "5", "limit_price": "90.00"}),
        ("buy_stock_stop", {"symbol": "ACME", "quantity": "5", "stop_price": "150.00"}),
        ("place_order", {"symbol": "ACME", "side": "buy", "type": "market", "notional": "500"}),
    ],
)
async def test_no_other_name_of_a_tool_is_a_way_around(careful: Models, name: str, wish: dict[str, Any]) -> None:
    async with careful.client(toolsets="default,compat") as client:
        refused(await client.call_tool(name, wish), "needs_confirmation")
    assert await orders_of(careful) == []


async def test_a_small_order_is_not_grown_unasked(careful: Models) -> None:
    small = {**CHEAP, "type": "limit", "limit_price": "1.00", "time_in_force": "gtc"}
    async with careful.client() as client:
        order = answered(await client.call_tool("place_order", small))
        grown = {"order_id": order["id"], "quantity": "500"}
        told = refused(await client.call_tool("replace_order", grown), "needs_confirmation")
        confirmed = {**grown, "confirmation": told["confirmation"]}
        assert answered(await client.call_tool("replace_order", confirmed))["quantity"] == "500"
        less = {"order_id": order["id"], "limit_price": "0.90"}
        assert (await client.call_tool("replace_order", less)).is_error  # it was replaced already


async def test_a_position_is_not_closed_unasked(careful: Models) -> None:
    await careful.desk.mine.order(careful.account_id, "buy", "5")
    await careful.desk.mine.step(careful.tape_id)
    async with careful.client() as client:
        told = refused(await client.call_tool("close_position", {"symbol": "ACME"}), "needs_confirmation")
        assert "close 100 percent of ACME" in told["detail"]
        refused(
            await client.call_tool("close_position", {"symbol": "ACME", "percent": "60", **_with(told)}),
            "confirmation_unfit",
        )
        closed = answered(await client.call_tool("close_position", {"symbol": "ACME", **_with(told)}))
        assert (closed["side"], closed["quantity"]) == ("sell", "5")
        await careful.desk.mine.ask("DELETE", f"/v1/orders/{closed['id']}")
        part = {"symbol": "ACME", "quantity": "1"}  # which is not worth asking
        assert answered(await client.call_tool("close_position", part))["quantity"] == "1"


async def test_options_are_not_exercised_unasked(careful: Models) -> None:
    await careful.open("chain", cash="50000")
    option = {"symbol": "ACME240607C00100000"}
    await careful.desk.mine.order(careful.account_id, "buy", "1", **option)
    await careful.desk.mine.step(careful.tape_id)
    async with careful.client(toolsets="default,options") as client:
        told = refused(await client.call_tool("exercise_option", option), "needs_confirmation")
        assert told["value"] == "10000"
        answered(await client.call_tool("exercise_option", option | _with(told)))


def _with(told: dict[str, Any]) -> dict[str, str]:
    return {"confirmation": told["confirmation"]}


async def test_without_a_threshold_nobody_is_asked(models: Models) -> None:
    await models.open()
    assert (await models.call("place_order", **DEAR))["status"] == "accepted"


async def test_a_key_that_has_to_ask_is_told_which_approval_its_order_waits_for(models: Models) -> None:
    await models.open()
    limits = {"approval_above": "300", "accounts": [models.account_id]}
    key = await models.desk.mine.post("/v1/keys", {"name": "Model", "scopes": ["read", "trade"], "limits": limits})
    async with models.client(token=f"{key['key_id']}.{key['secret']}") as client:
        assert answered(await client.call_tool("place_order", CHEAP))["status"] == "accepted"
        told = refused(await client.call_tool("place_order", DEAR), "approval_pending")
        assert "name the approval_id" in told["hint"]
        assert (
            refused(await client.call_tool("place_order", DEAR), "approval_pending")["approval_id"]
            == (told["approval_id"])
        )
        assert await orders_of(models) == ["cheap"]
        await models.desk.mine.post(f"/v1/approvals/{told['approval_id']}/approve", None)
        assert answered(await client.call_tool("place_order", DEAR))["client_order_id"] == "dear"
    assert await orders_of(models) == ["dear", "cheap"]
