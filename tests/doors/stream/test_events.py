"""The events of an account over plain HTTP: each once and in order, resumed by number, and ended with the key."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from paperdesk.doors.stream import app as stream_app
from tests.desk import refused
from tests.doors.stream.conftest import LONG_S, Exchange

Told = tuple[str | None, dict[str, Any]]


class Reader:
    """Reads server-sent events as a browser does."""

    def __init__(self, answer: httpx.Response) -> None:
        """Begin at the first line."""
        self._lines = answer.aiter_lines()
        self.comments = 0

    async def next(self) -> Told | None:
        """Return the id and the message of the next event; None at the end."""
        number, message = None, None
        async with asyncio.timeout(LONG_S):
            async for line in self._lines:
                if line.startswith("id: "):
                    number = line[4:]
                elif line.startswith("data: "):
                    message = json.loads(line[6:])
                elif line.startswith(":"):
                    self.comments += 1
                elif message is not None:
                    return number, message
        return None

    async def numbers(self, count: int) -> list[str | None]:
        """Return the ids of the next events."""
        found = [await self.next() for _ in range(count)]
        return [told[0] for told in found if told is not None]


@asynccontextmanager
async def following(
    exchange: Exchange, account_id: str, token: str | None = None, last: str | None = None, **asked: int
) -> AsyncIterator[Reader]:
    headers = {"Authorization": f"Bearer {token or exchange.desk.first.key.token}"}
    headers |= {} if last is None else {"Last-Event-ID": last}
    url = f"http://{exchange.host}/v1/accounts/{account_id}/events"
    async with (
        httpx.AsyncClient(headers=headers, timeout=LONG_S, trust_env=False) as client,
        client.stream("GET", url, params=asked) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Reader(answer)


async def test_events_are_told_as_the_stream_tells_them(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id)
    async with following(exchange, account_id) as reader:
        assert await reader.next() == (None, await line.system("subscribed"))
        await desk.mine.order(account_id, "buy", "10")
        await desk.mine.step(tape_id)
        for number in ("2", "3"):
            assert await reader.next() == (number, await line.hear())


async def test_who_comes_back_hears_what_they_missed_and_then_what_comes(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    for _ in range(3):
        await desk.mine.order(account_id, "buy", "1")
    async with following(exchange, account_id, last="2") as reader:
        assert await reader.numbers(3) == [None, "3", "4"]
        await desk.mine.order(account_id, "buy", "1")
        assert await reader.numbers(1) == ["5"]
    async with following(exchange, account_id, after=0, goes_on=False) as reader:
        assert await reader.numbers(6) == [None, "1", "2", "3", "4", "5"]
        assert await reader.next() is None


async def test_a_revoked_key_ends_it_and_says_why(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    key = await desk.mine.post("/v1/keys", {"name": "Short-lived", "scopes": ["read"]})
    async with following(exchange, account_id, f"{key['key_id']}.{key['secret']}") as reader:
        await reader.next()
        assert (await desk.mine.ask("DELETE", f"/v1/keys/{key['id']}")).status_code == 204
        told = await reader.next()
        assert told is not None
        assert (told[1]["event"], told[1]["code"]) == ("problem", "credentials_ended")
        assert await reader.next() is None


async def test_heartbeats_are_comments(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_app, "HEARTBEAT_S", 0.02)
    _, account_id = await exchange.desk.market()
    async with following(exchange, account_id) as reader:
        await reader.next()
        waiting = asyncio.create_task(reader.next())
        async with asyncio.timeout(LONG_S):
            while reader.comments < 2:
                await asyncio.sleep(0.01)
        await exchange.desk.mine.order(account_id, "buy", "1")
        told = await waiting
        assert told is not None
        assert told[0] == "2"


async def test_they_count_together_with_sockets(exchange: Exchange) -> None:
    runtime = exchange.desk.runtime
    _, account_id = await exchange.desk.market()
    runtime.settings = runtime.settings.model_copy(update={"streams_per_person": 2})
    assert await (await exchange.mine()).until_pong() == []
    async with following(exchange, account_id) as reader:
        await reader.next()
        assert (await (await exchange.mine()).end())[0] == 4003
        refusal = await exchange.desk.mine.ask("GET", f"/v1/accounts/{account_id}/events")
        assert refused(refusal, 429, "too_many_lines")["limit"] == 2
    async with asyncio.timeout(LONG_S):
        while runtime.metrics.streams._value.get() != 1:
            await asyncio.sleep(0.01)
    assert await (await exchange.mine()).until_pong() == []


async def test_what_cannot_be_followed_is_a_problem_and_holds_no_line(exchange: Exchange) -> None:
    _, account_id = await exchange.desk.market()
    path = f"/v1/accounts/{account_id}/events"
    refused(await exchange.desk.theirs.ask("GET", path), 404, "unknown_account")
    refused(await exchange.desk.mine.ask("GET", path, params={"after": "-1"}), 422, "malformed_request")
    refused(await exchange.desk.mine.ask("GET", path, headers={"Last-Event-ID": "x"}), 422, "malformed_request")
    assert exchange.desk.runtime.metrics.streams._value.get() == 0
