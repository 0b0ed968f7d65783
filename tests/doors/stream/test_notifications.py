"""What one is told of orders comes on the stream as it happens, and again to who was away."""

from tests.doors.stream.conftest import Exchange


async def test_notifications_are_told_in_order_and_again_to_who_was_away(exchange: Exchange) -> None:
    mine = exchange.desk.mine
    tape_id, account_id = await exchange.desk.market("daily")
    line = await exchange.mine()
    await line.say(do="subscribe", topic="notifications", id=account_id)
    assert (await line.system("subscribed"))["seq"] == 0
    rule = {"account_id": account_id, "name": "All", "channels": ["stream"]}
    await mine.post("/v1/notification-rules", rule)
    order = await mine.order(account_id, "buy", "1")
    await mine.step(tape_id)
    heard = [await line.hear(), await line.hear()]
    assert [(each["topic"], each["seq"], each["notification"]["event"]) for each in heard] == [
        ("notifications", 1, "order_accepted"),
        ("notifications", 2, "order_filled"),
    ]
    assert {each["notification"]["order_id"] for each in heard} == {order["id"]}
    back = await exchange.mine()
    await back.say(do="subscribe", topic="notifications", id=account_id, after=1)
    await back.system("subscribed")
    assert await back.hear() == heard[1]
