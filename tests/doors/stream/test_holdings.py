"""Positions and results of an account stream: the state first, then what has changed, as REST tells it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.stream import topics
from paperdesk.features.identity.issue_key import IssueKey, issue_key
from tests.desk import RunningDesk, wish
from tests.doors.stream.conftest import Exchange, Line
from tests.doors.stream.test_two_processes import other

__all__ = ["other"]

HOLDINGS = ("positions", "results")


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "LOOK_AGAIN_S", 0.02)


async def follow(line: Line, account_id: str, topic: str) -> dict[str, Any]:
    """Subscribe, and return the state that is told first."""
    await line.say(do="subscribe", topic=topic, id=account_id)
    said = await line.system("subscribed")
    assert (said["to"], said["id"]) == (topic, account_id)
    state = await line.hear()
    assert (state["topic"], state["id"], state["seq"], state["after"]) == (topic, account_id, 1, None)
    return state


class Folded:
    """Positions as a client keeps them, from the state and what has changed since."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.seq: int | None = None

    def take(self, message: dict[str, Any]) -> None:
        assert message["after"] == self.seq
        self.seq = message["seq"]
        self.held |= {each["instrument_id"]: each for each in message["positions"]}
        for instrument_id in message["gone"]:
            del self.held[instrument_id]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return sorted(self.held.values(), key=lambda each: str(each["symbol"]))


async def shown(desk: RunningDesk, account_id: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the positions of an account, and the account, as REST tells them."""
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    return rows, await desk.mine.get(f"/v1/accounts/{account_id}")


async def test_positions_begin_with_what_is_held_and_tell_what_changes(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market(fill_model="ideal")
    line, folded = await exchange.mine(), Folded()
    state = await follow(line, account_id, "positions")
    assert (state["positions"], state["gone"], state["at"]) == ([], [], "2024-06-03T20:00:00Z")
    folded.take(state)
    message = state
    for side, expected in (("buy", ["10"]), ("buy", ["20"]), ("sell", ["10"]), ("sell", [])):
        await desk.mine.order(account_id, side, "10")
        await desk.mine.step(tape_id)
        rows, account = await shown(desk, account_id)
        while folded.rows != rows:
            folded.take(message := await line.hear())
        assert [each["quantity"] for each in folded.rows] == expected
        assert message["account_seq"] == account["last_seq"]
    assert len(message["gone"]) == 1


async def test_only_what_is_different_is_told(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market("mixed")
    for symbol in ("ACME", "BOLT"):
        await desk.mine.post("/v1/orders", wish(account_id, "buy", "1") | {"symbol": symbol})
    await desk.mine.step(tape_id)
    line, folded = await exchange.mine(), Folded()
    state = await follow(line, account_id, "positions")
    folded.take(state)
    assert [each["symbol"] for each in folded.rows] == ["ACME", "BOLT"]
    await desk.mine.step(tape_id)  # the third day has prices of ACME alone, and begins a new day for both
    rows, _ = await shown(desk, account_id)
    while folded.rows != rows:
        folded.take(message := await line.hear())
    await desk.mine.post("/v1/orders", wish(account_id, "sell", "1", limit_price="900.00", time_in_force="gtc"))
    message = await line.hear()
    assert [(each["symbol"], each["reserved"]) for each in message["positions"]] == [("ACME", "1")]


async def test_results_move_with_the_quote_and_agree_with_the_account(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market("quotes")
    await desk.mine.order(account_id, "buy", "3")
    await desk.mine.step(tape_id, "quote")
    line = await exchange.mine()
    told = [await follow(line, account_id, "results")]
    for _ in range(2):
        await desk.mine.step(tape_id, "quote")
        told.append(await line.hear())
    _, account = await shown(desk, account_id)
    assert {name: account[name] for name in told[-1]["results"]} == told[-1]["results"]
    assert [each["seq"] for each in told] == [1, 2, 3]
    assert [each["after"] for each in told] == [None, 1, 2]
    assert len({each["results"]["day_pl"] for each in told}) == 3
    assert len({each["results"]["equity"] for each in told}) == 3


async def test_a_deposit_changes_what_an_account_is_worth_at_once(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    line = await exchange.mine()
    await follow(line, account_id, "results")
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "250"})
    message = await line.hear()
    assert (message["results"]["equity"], message["results"]["gain"]) == ("10250", "0")


async def test_of_many_moves_the_latest_counts_and_nothing_is_told_twice(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    line = await exchange.mine()
    await follow(line, account_id, "results")
    for _ in range(500):
        desk.runtime.bus.publish(f"account:{account_id}", {"topic": "account", "id": account_id, "seq": 1})
        desk.runtime.bus.publish_latest(f"tape:{tape_id}", {"topic": "tape", "id": tape_id})
    await asyncio.sleep(0.2)
    assert await line.until_pong() == []
    await desk.mine.step(tape_id, "fact", 40)
    _, account = await shown(desk, account_id)
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["results"]["equity"] != account["equity"]:
        heard.append(await line.hear())
    assert len(heard) < 40


async def test_after_unsubscribing_nothing_more_is_told_of_one_and_everything_of_the_other(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    line = await exchange.mine()
    for topic in HOLDINGS:
        await follow(line, account_id, topic)
    await line.say(do="status")
    assert (await line.system("status"))["views"] == 2
    await line.say(do="unsubscribe", topic="positions", id=account_id)
    assert await line.until_pong() == []
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    assert (await line.hear())["topic"] == "results"
    await line.say(do="unsubscribe", topic="results", id=account_id)
    await line.until_pong()
    assert not desk.runtime.bus.has_subscribers(f"account:{account_id}")
    assert not desk.runtime.bus.has_subscribers(f"tape:{tape_id}")


async def test_events_positions_and_results_of_one_account_can_be_followed_together(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    line = await exchange.mine()
    for topic in HOLDINGS:
        await follow(line, account_id, topic)
    await line.say(do="subscribe", topic="account", id=account_id)
    await line.system("subscribed")
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    kinds: set[str] = set()
    while kinds != {"account", "positions", "results"}:
        kinds.add((await line.hear())["topic"])
    await line.socket.close()
    async with asyncio.timeout(30):
        while desk.runtime.bus.has_subscribers(f"account:{account_id}"):
            await asyncio.sleep(0.01)


async def test_who_may_not_read_it_follows_nothing(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    async with desk.runtime.work(desk.first.principal) as work:
        blind = await issue_key(work, IssueKey("Trades blindly", frozenset({Scope.TRADE})), desk.runtime.hasher)
    monkeypatch.setattr(topics, "VIEWS_MAX", 0)
    for token, account, code in (
        (desk.second.key.token, account_id, "too_many_views"),
        (desk.first.key.token, str(uuid4()), "unknown_account"),
        (desk.second.key.token, account_id, "unknown_account"),
        (blind.token, account_id, "missing_scope"),
    ):
        line = await exchange.call(Authorization=f"Bearer {token}")
        for topic in HOLDINGS:
            await line.say(do="subscribe", topic=topic, id=account)
            assert (await line.system("problem"))["code"] == code
        monkeypatch.setattr(topics, "VIEWS_MAX", 2)


async def test_they_are_told_where_neither_order_nor_tape_was_moved(desk: RunningDesk, other: Exchange) -> None:
    tape_id, account_id = await desk.market()
    line = await other.mine()
    folded = Folded()
    folded.take(await follow(line, account_id, "positions"))
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    rows, _ = await shown(desk, account_id)
    while folded.rows != rows:
        folded.take(await line.hear())
    assert [each["quantity"] for each in folded.rows] == ["1"]
