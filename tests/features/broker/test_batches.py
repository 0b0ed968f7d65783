"""Many orders in one request: each has its own answer, and none is half done."""

import asyncio
from typing import Any

import pytest

from paperdesk.features.broker.order_writer import OrderWriter, WriterBusy
from paperdesk.infra.settings import Settings
from tests.desk import RunningDesk, Visitor, refused, wish
from tests.features.broker.test_order_writer import batches, buying

BATCH = "/v1/orders/batch"
CANCEL = "/v1/orders/batch/cancel"


async def placed(visitor: Visitor, *orders: Any, **headers: str) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    outcomes: list[dict[str, Any]] = (await visitor.post(BATCH, {"orders": orders}, **headers))["outcomes"]
    return outcomes


def codes(outcomes: list[dict[str, Any]]) -> list[str | None]:
    """Return the code of each refusal, None where an order was accepted."""
    assert all((each["order"] is None) is (each["problem"] is not None) for each in outcomes)
    return [each["problem"] and each["problem"]["code"] for each in outcomes]


async def test_a_hundred_orders_get_a_hundred_answers_in_one_commit(desk: RunningDesk) -> None:
    _, account_id = await desk.market("closes", cash="1000")
    before = batches(desk)
    orders = [wish(account_id, "buy", "1", client_order_id=f"order-{number}") for number in range(100)]
    outcomes = await placed(desk.mine, *orders)
    assert batches(desk) == (before[0] + 1, before[1] + 100)
    accepted = [each["order"]["client_order_id"] for each in outcomes if each["order"]]
    assert codes(outcomes) == [None] * len(accepted) + ["insufficient_buying_power"] * (100 - len(accepted))
    assert accepted == [f"order-{number}" for number in range(len(accepted))]
    assert 0 < len(accepted) < 100
    listed = await desk.mine.rows("/v1/orders", account_id=account_id)
    assert [each["order"] for each in outcomes if each["order"]] == listed[::-1]


async def test_each_order_of_a_batch_is_refused_by_the_rule_that_refuses_it_alone(desk: RunningDesk) -> None:
    _, account_id = await desk.market("mixed", option_level=3)
    _, foreign = await desk.market("mixed")
    them = await desk.theirs.open_account(await desk.theirs.open_tape(desk.markets["mixed"].id))
    asked: list[Any] = [
        wish(account_id, "buy", "1"),
        wish(account_id, "buy", "0"),
        wish(account_id, "buy", "1", symbol="NOPE"),
        wish(account_id, "buy", "1", limit_price="1.001"),
        wish(account_id, "sell", "1"),
        wish(account_id, "buy", "100000"),
        wish(account_id, "buy", "1", colour="red"),
        wish(account_id, "buy", "1") | {"quantity": 1},
        "not an order",
        {"account_id": account_id, "legs": [], "quantity": "1", "type": "market"},
        wish(them, "buy", "1"),
        wish(foreign, "buy", "1"),
    ]
    outcomes = await placed(desk.mine, *asked)
    alone = [await desk.mine.ask("POST", "/v1/orders", json=each) for each in asked]
    assert codes(outcomes) == [None if answer.is_success else answer.json()["code"] for answer in alone]
    assert [each["problem"]["facts"] for each in outcomes[:4] if each["problem"]] == [
        {name: answer.json()[name] for name in each["problem"]["facts"]}
        for each, answer in zip(outcomes[:4], alone, strict=False)
        if each["problem"]
    ]
    assert await desk.theirs.rows("/v1/orders", account_id=them) == []


async def test_a_batch_that_is_sent_again_is_the_same_batch(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    named = wish(account_id, "buy", "1", client_order_id="first")
    first = await placed(desk.mine, named, wish(account_id, "buy", "2"), **{"Idempotency-Key": "morning"})
    again = await placed(desk.mine, named, wish(account_id, "buy", "2"), **{"Idempotency-Key": "morning"})
    assert [each["repeated"] for each in first + again] == [False, False, True, True]
    assert [each["order"]["client_order_id"] for each in first] == ["first", "morning/2"]
    assert [each["order"] for each in first] == [each["order"] for each in again]
    other = await placed(desk.mine, named | {"quantity": "5"}, wish(account_id, "buy", "3"), named)
    assert codes(other) == ["client_order_id_taken", None, None]
    assert [each["repeated"] for each in other] == [False, False, True]


async def test_the_same_name_twice_in_a_batch_is_one_order(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    named = wish(account_id, "buy", "1", client_order_id="only-once")
    one, same, other = await placed(desk.mine, named, named, named | {"quantity": "2"})
    assert one["order"] == same["order"]
    assert [one["repeated"], same["repeated"]] == [False, True]
    assert other["problem"]["code"] == "client_order_id_taken"
    assert other["problem"]["facts"]["order_id"] == one["order"]["id"]


@pytest.mark.parametrize("body", [{"orders": []}, {"orders": [{}] * 101}, {}, {"orders": 1}, {"orders": [], "x": 1}])
async def test_a_batch_of_another_shape_is_refused_as_a_whole(desk: RunningDesk, body: dict[str, Any]) -> None:
    refused(await desk.mine.ask("POST", BATCH, json=body), 422, "malformed_order")
    refused(await desk.mine.ask("POST", BATCH, content=b"{"), 400, "malformed_json")


async def test_a_full_queue_refuses_the_whole_batch_and_does_nothing(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    before = await desk.footprint(account_id)
    desk.runtime.settings = Settings(home=desk.runtime.settings.home, writer_queue_max=2)
    answer = await desk.mine.ask("POST", BATCH, json={"orders": [wish(account_id, "buy", "1")] * 3})
    refused(answer, 503, "writer_busy")
    assert answer.headers["retry-after"] == "1"
    assert await desk.footprint(account_id) == before
    assert codes(await placed(desk.mine, *[wish(account_id, "buy", "1")] * 2)) == [None, None]


async def test_a_database_that_fails_refuses_the_whole_batch(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    before = await desk.footprint(account_id)
    await desk.owner.execute("alter table orders add constraint none_for_now check (quantity < 3) not valid")
    try:
        orders = [wish(account_id, "buy", quantity) for quantity in ("1", "3", "2")]
        answer = await desk.mine.ask("POST", BATCH, json={"orders": orders})
    finally:
        await desk.owner.execute("alter table orders drop constraint none_for_now")
    assert answer.status_code >= 500, answer.text
    assert await desk.footprint(account_id) == before


async def test_many_orders_are_cancelled_by_their_ids(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    them = await desk.theirs.open_account(await desk.theirs.open_tape(desk.markets["daily"].id))
    theirs = (await desk.theirs.order(them, "buy", "1"))["id"]
    outcomes = await placed(desk.mine, *[wish(account_id, "buy", "1", limit_price="90.00")] * 3)
    first, second, kept = (each["order"]["id"] for each in outcomes)
    asked = [first, theirs, first, second]
    gone = (await desk.mine.post(CANCEL, {"order_ids": asked}))["outcomes"]
    assert codes(gone) == [None, "unknown_order", "order_already_closed", None]
    assert [each["order"]["status"] for each in (gone[0], gone[3])] == ["cancelled", "cancelled"]
    assert [row["id"] for row in await desk.mine.rows("/v1/orders", account_id=account_id, status="open")] == [kept]
    assert (await desk.theirs.get(f"/v1/orders/{theirs}"))["status"] == "accepted"
    for named in ([], [first] * 101, ["x"]):
        refused(await desk.mine.ask("POST", CANCEL, json={"order_ids": named}), 422, "malformed_request")


async def test_who_may_only_read_places_no_batch(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    key = await desk.mine.post("/v1/keys", {"name": "Reader", "scopes": ["read"]})
    reader = desk.visitor(f"{key['key_id']}.{key['secret']}")
    order = await desk.mine.order(account_id, "buy", "1", limit_price="90.00")
    body = {"orders": [wish(account_id, "buy", "1")]}
    refused(await reader.ask("POST", BATCH, json=body), 403, "missing_scope")
    refused(await reader.ask("POST", CANCEL, json={"order_ids": [order["id"]]}), 403, "missing_scope")
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "accepted"


async def test_a_writer_that_is_drained_answers_what_it_took_and_takes_no_more(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    writer = OrderWriter(desk.runtime, desk.rooms.shelf, desk.relay)
    me, commands = desk.first.principal, [buying(desk, account_id) for _ in range(5)]
    asking = asyncio.create_task(writer.submit_all(me, commands))
    await asyncio.sleep(0)  # it waits in the queue, which nobody serves yet
    draining = asyncio.create_task(writer.drain())
    await asyncio.sleep(0)
    with pytest.raises(WriterBusy):
        await writer.submit(me, buying(desk, account_id))
    serving = asyncio.create_task(writer.run())
    await draining
    assert len(await asking) == 5
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await writer.close()
    assert len(await desk.mine.rows("/v1/orders", account_id=account_id)) == 5


async def test_positions_are_closed_together_options_before_shares_and_each_has_its_outcome(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", cash="100000", fill_model="ideal")
    option = "ACME240607C00105000"
    await desk.mine.order(account_id, "buy", "100")
    await desk.mine.order(account_id, "buy", "1", symbol=option)
    await desk.mine.step(tape_id)
    held = {each["symbol"] for each in await desk.mine.rows(f"/v1/accounts/{account_id}/positions")}
    assert held == {"ACME", option}
    path, key = f"/v1/accounts/{account_id}/positions/close", {"Idempotency-Key": "out"}
    some = await desk.mine.post(path, {"symbols": ["ACME", "NOSUCH"], "percent": "10"})
    assert [each["symbol"] for each in some["outcomes"]] == ["ACME", "NOSUCH"]
    assert some["outcomes"][1]["problem"]["code"] == "unknown_symbol"
    first = await desk.mine.post(path, {"cancel_orders": True}, **key)
    assert [each["symbol"] for each in first["outcomes"]] == [option, "ACME"]
    assert await desk.mine.post(path, {"cancel_orders": True}, **key) == first
    await desk.mine.step(tape_id)
    assert [each["problem"] for each in first["outcomes"]] == [None, None]
    assert "ACME" not in {each["symbol"] for each in await desk.mine.rows(f"/v1/accounts/{account_id}/positions")}
    refused(await desk.theirs.ask("POST", path, json={}), 404, "unknown_account")
