"""What is told of a tape: where it stands and what is asked of it, and who keeps step with it."""

from tests.doors.stream.conftest import Exchange


async def test_a_tape_shows_itself_at_once_and_when_it_moves(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    line = await exchange.mine()
    now = await line.follow_tape(tape_id)
    assert (now["topic"], now["id"], now["tape"]["at"]) == ("tape", tape_id, "2024-06-03T20:00:00Z")
    assert now["tape"] == await desk.mine.get(f"/v1/tapes/{tape_id}")
    await desk.mine.step(tape_id)
    while (await line.hear())["tape"]["at"] != "2024-06-04T20:00:00Z":
        pass


async def test_what_somebody_else_asks_of_a_tape_is_told_before_it_moves(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    line = await exchange.mine()
    await line.follow_tape(tape_id)
    for control, shown in (
        ({"action": "speed", "speed": "7"}, ("paused", "7")),
        ({"action": "play"}, ("playing", "7")),
        ({"action": "pause"}, ("paused", "7")),
    ):
        await desk.mine.post(f"/v1/tapes/{tape_id}/control", control)
        while ((now := (await line.hear())["tape"])["state"], now["speed"]) != shown:
            pass
        assert now["at"] == "2024-06-03T20:00:00Z"


async def test_of_many_moves_only_the_latest_counts(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    line = await exchange.mine()
    await line.follow_tape(tape_id)
    for _ in range(2000):
        desk.runtime.bus.publish_latest(f"tape:{tape_id}", {"topic": "tape", "id": tape_id})
    assert len(await line.until_pong()) <= 2


async def test_a_strategy_acknowledges_what_its_tape_told(exchange: Exchange) -> None:
    tape_id, _ = await exchange.desk.market()
    await exchange.desk.mine.post(f"/v1/tapes/{tape_id}/strategies", {"name": "alpha"})
    tape = await exchange.desk.mine.step(tape_id, "bar")
    line = await exchange.mine()
    await line.say(do="acknowledge", id=tape_id, strategy="alpha", cursor=tape["cursor"])
    assert (await line.system("acknowledged"))["cursor"] == tape["cursor"]
    for wrong, code in (({"strategy": "beta"}, "unknown_strategy"), ({"cursor": 10**6}, "not_told_yet")):
        await line.say(**{"do": "acknowledge", "id": tape_id, "strategy": "alpha", "cursor": 0} | wrong)
        assert (await line.system("problem"))["code"] == code
    await line.say(do="acknowledge", id=tape_id)
    assert (await line.system("problem"))["code"] == "unknown_topic"
