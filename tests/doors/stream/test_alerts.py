"""What fires of one's alerts on a tape is told on the stream, once each and in order, whoever was away."""

from uuid import uuid4

from tests.doors.stream.conftest import Exchange


async def test_alerts_that_fire_are_told_as_they_do_and_again_to_who_was_away(exchange: Exchange) -> None:
    mine = exchange.desk.mine
    tape_id = await mine.open_tape(exchange.desk.markets["daily"].id)
    line = await exchange.mine()
    await line.say(do="subscribe", topic="alerts", id=tape_id)
    assert (await line.system("subscribed"))["seq"] == 0
    for level in ("0.0001", "-0.0001"):
        body = {"tape_id": tape_id, "symbol": "ACME", "condition": "move", "level": level, "rearms": True}
        await mine.post("/v1/price-alerts", body)
    await mine.step(tape_id)
    first = await line.hear()
    assert (first["topic"], first["id"], first["seq"], first["symbol"]) == ("alerts", tape_id, 1, "ACME")
    (kept, *_) = await mine.rows("/v1/price-alert-firings", tape_id=tape_id)
    assert {name: first[name] for name in kept} == kept
    back = await exchange.mine()
    await back.say(do="subscribe", topic="alerts", id=tape_id, after=0)
    await back.system("subscribed")
    assert await back.hear() == first
    stranger = await exchange.call(Authorization=f"Bearer {exchange.desk.second.key.token}")
    for unknown in (tape_id, str(uuid4())):
        await stranger.say(do="subscribe", topic="alerts", id=unknown)
        assert (await stranger.system("problem"))["code"] == "unknown_tape"
    await line.say(do="unsubscribe", topic="alerts", id=tape_id)
    await mine.step(tape_id, count=3)
    assert [each for each in await line.until_pong() if each["topic"] == "alerts" and each["seq"] > 4] == []
