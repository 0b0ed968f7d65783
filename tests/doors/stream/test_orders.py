"""Orders are placed, replaced and cancelled on the line that tells of them, by the rules of every other door."""

from typing import Any

import pytest

from tests.desk import wish
from tests.doors.stream.conftest import Exchange, Line


async def done(line: Line, **message: object) -> dict[str, Any]:
    """Ask for something and return what came of it."""
    await line.say(**message)
    return await line.system("done")


async def refused(line: Line, **message: object) -> dict[str, Any]:
    """Ask for something that is refused."""
    await line.say(**message)
    return await line.system("problem")


async def test_an_order_is_placed_replaced_and_cancelled_on_one_line(exchange: Exchange) -> None:
    _, account_id = await exchange.desk.market()
    line = await exchange.mine()
    order = wish(account_id, "buy", "3", limit_price="90", time_in_force="gtc", client_order_id="mine")
    placed = await done(line, do="place", order=order, ref="a")
    assert (placed["did"], placed["ref"], placed["is_new"]) == ("place", "a", True)
    shown = await exchange.desk.mine.get(f"/v1/orders/{placed['order']['id']}")
    assert placed["order"] == shown
    again = await done(line, do="place", order=order)
    assert (again["order"]["id"], again["is_new"], again["ref"]) == (shown["id"], False, None)
    replaced = await done(line, do="replace", id=shown["id"], order={"quantity": "2"}, ref="b")
    assert (replaced["order"]["replaces"], replaced["order"]["quantity"]) == (shown["id"], "2")
    cancelled = await done(line, do="cancel", id=replaced["order"]["id"], ref="c")
    assert (cancelled["did"], cancelled["order"]["status"]) == ("cancel", "cancelled")


async def test_what_came_of_orders_is_told_beside_their_events(exchange: Exchange) -> None:
    _, account_id = await exchange.desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id)
    seq = (await line.system("subscribed"))["seq"]
    await line.say(do="place", order=wish(account_id, "buy", "1"))
    heard = [await line.hear(), await line.hear()]
    by_topic = {message["topic"]: message for message in heard}
    assert by_topic["account"]["seq"] == seq + 1 == by_topic["system"]["order"]["seq"]


async def test_a_refusal_says_its_code_and_facts_and_the_line_goes_on(exchange: Exchange) -> None:
    _, account_id = await exchange.desk.market()
    line = await exchange.mine()
    problem = await refused(line, do="place", order=wish(account_id, "buy", "1000"), ref="too much")
    assert (problem["code"], problem["ref"]) == ("insufficient_buying_power", "too much")
    assert problem["facts"]["available"] == "10000"
    placed = (await done(line, do="place", order=wish(account_id, "buy", "1")))["order"]
    refusals: dict[str, dict[str, object]] = {
        "malformed_order": {"do": "place"},
        "unknown_account": {"do": "place", "order": wish(placed["id"], "buy", "1")},
        "order_not_named": {"do": "cancel"},
        "unknown_order": {"do": "cancel", "id": account_id},
        "malformed_request": {"do": "replace", "id": placed["id"], "order": {"quantity": 2}},
        "nothing_to_change": {"do": "replace", "id": placed["id"]},
    }
    for code, message in refusals.items():
        assert (await refused(line, **message))["code"] == code
    assert await line.until_pong() == []


@pytest.mark.parametrize(
    ("scopes", "limits", "code"),
    [(["read"], {}, "missing_scope"), (["read", "trade"], {"verbs": ["cancel"]}, "verb_not_allowed")],
)
async def test_a_key_places_no_more_by_the_stream_than_elsewhere(
    exchange: Exchange, scopes: list[str], limits: object, code: str
) -> None:
    _, account_id = await exchange.desk.market()
    key = await exchange.desk.mine.post("/v1/keys", {"name": "Less", "scopes": scopes, "limits": limits})
    line = await exchange.call(Authorization=f"Bearer {key['key_id']}.{key['secret']}")
    assert (await refused(line, do="place", order=wish(account_id, "buy", "1")))["code"] == code
    stranger = await exchange.call(Authorization=f"Bearer {exchange.desk.second.key.token}")
    assert (await refused(stranger, do="place", order=wish(account_id, "buy", "1")))["code"] == "unknown_account"


async def test_orders_by_the_stream_count_as_requests(exchange: Exchange) -> None:
    _, account_id = await exchange.desk.market()
    limits = {"requests_per_minute": 2}
    key = await exchange.desk.mine.post("/v1/keys", {"name": "Slow", "scopes": ["read", "trade"], "limits": limits})
    line = await exchange.call(Authorization=f"Bearer {key['key_id']}.{key['secret']}")
    for _ in range(2):
        await done(line, do="place", order=wish(account_id, "buy", "1"))
    problem = await refused(line, do="place", order=wish(account_id, "buy", "1"))
    assert problem["code"] == "too_many_requests"
    assert problem["facts"]["retry_after_s"] > 0
