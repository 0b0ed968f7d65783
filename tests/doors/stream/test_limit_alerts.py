"""What is told of an account's limits comes on the stream as it happens, and again to who was away."""

from tests.doors.stream.conftest import Exchange


async def test_alerts_of_limits_are_told_as_they_come_and_again_to_who_was_away(exchange: Exchange) -> None:
    mine = exchange.desk.mine
    tape_id, account_id = await exchange.desk.market("daily")
    line = await exchange.mine()
    await line.say(do="subscribe", topic="limit_alerts", id=account_id)
    assert (await line.system("subscribed"))["seq"] == 0
    for kind in ("position_size", "exposure"):
        await mine.post(f"/v1/accounts/{account_id}/limits", {"kind": kind, "value": "0.001"})
    await mine.order(account_id, "buy", "1")
    await mine.step(tape_id)
    heard = [await line.hear(), await line.hear()]
    assert [(each["topic"], each["seq"], each["alert"]["state"]) for each in heard] == [
        ("limit_alerts", 1, "breached"),
        ("limit_alerts", 2, "breached"),
    ]
    assert [each["alert"] for each in heard] == await mine.rows(f"/v1/accounts/{account_id}/limit-alerts")
    back = await exchange.mine()
    await back.say(do="subscribe", topic="limit_alerts", id=account_id, after=1)
    await back.system("subscribed")
    assert await back.hear() == heard[1]
    stranger = await exchange.call(Authorization=f"Bearer {exchange.desk.second.key.token}")
    await stranger.say(do="subscribe", topic="limit_alerts", id=account_id)
    assert (await stranger.system("problem"))["code"] == "unknown_account"
