"""What no client of ours would send: each is a problem, or ends its own line with a stated code, and nobody else's."""

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from paperdesk.doors.stream.app import MESSAGE_BYTES_MAX
from tests.doors.stream.conftest import LONG_S, Exchange, Line

DEEP = "[" * 100_000
STATED = {4004, 1009}
MEMBERS = ("do", "topic", "id", "after", "symbols", "interval", "strategy", "cursor", "order", "ref", "token", "other")
DOS = ("subscribe", "unsubscribe", "place", "replace", "cancel", "acknowledge", "ping", "status", "dance", "")
TOPICS = ("account", "positions", "results", "tape", "bots", "jobs", "alerts", "notifications", "quotes", "bars", "x")
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 1.5, "", "x", "\x00", "\ud83d\ude00", [], [7], ["ACME"], ["\x00"], {}, {"a": [{}]}, "1d",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        f'{{"do": "ping", "other": {DEEP}',
        f'{{"do": "place", "order": {DEEP}',
        DEEP,
        '{"do": "ping"}' * 2,
        '{"do": "ping", "ref": "' + "x" * 200 + '"}',
        "\ud800".encode("utf-8", "surrogatepass"),
        b"\xff" * 100,
        "x" * (MESSAGE_BYTES_MAX + 1),
    ],
    ids=["deep", "deep order", "deep list", "two at once", "a long name", "half a sign", "bytes", "giant"],
)
async def test_what_is_no_message_ends_its_own_line_with_a_stated_code(exchange: Exchange, text: str | bytes) -> None:
    line, other = await exchange.mine(), await exchange.mine()
    await line.socket.send(text)
    assert (await line.end())[0] in {*STATED, 1007}
    assert await other.until_pong() == []


async def test_whatever_is_asked_for_is_answered_or_ends_the_line_as_stated(exchange: Exchange) -> None:
    seed = random.randrange(10**6)
    chance, other = random.Random(seed), await exchange.mine()
    tape_id, account_id = await exchange.desk.market()
    line: Line | None = None
    for _ in range(150):
        line = line or await exchange.mine()
        asked = {name: chance.choice(ODD) for name in MEMBERS if chance.random() < 0.2}
        asked |= {"do": chance.choice(DOS)} if chance.random() < 0.9 else {}
        asked |= {"topic": chance.choice(TOPICS)} if chance.random() < 0.8 else {}
        asked |= {"id": chance.choice((tape_id, account_id))} if chance.random() < 0.7 else {}
        line = line if await goes_on(line, (seed, asked)) else None
    assert await other.until_pong() == []


async def goes_on(line: Line, asked: tuple[int, object]) -> bool:
    """Ask, and say whether the line goes on; one that ends, maybe before the ping, does so with a stated code."""
    with suppress(ConnectionClosed):
        await line.socket.send(json.dumps(asked[1]))
        await line.socket.send('{"do": "ping"}')
        async with asyncio.timeout(LONG_S):
            async for text in line.socket:
                if json.loads(text).get("event") == "pong":
                    return True
    assert line.socket.close_code in STATED, (asked, line.socket.close_code, line.socket.close_reason)
    return False


async def test_who_asks_and_never_listens_is_dropped_alone(exchange: Exchange) -> None:
    line, other = await exchange.mine(), await exchange.mine()
    line.socket.recv_messages.pause()
    for _ in range(3000):
        await line.socket.send('{"do": "status"}')
    assert await other.until_pong() == []
