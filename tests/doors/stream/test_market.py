"""Market data over the stream: the state first, then what the tape brings, and nothing from after its now."""

import asyncio
import json
import socket
from typing import Any
from uuid import uuid4

import pytest

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.stream import app as stream_app
from paperdesk.features.identity.issue_key import IssueKey, issue_key
from paperdesk.features.marketdata import channels
from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.features.marketdata.publication import CHANNELS_MAX
from paperdesk.infra.job_worker import Worker
from tests.doors.stream.conftest import Exchange, Line
from tests.features.broker.test_halts import market_of


async def follow(line: Line, tape_id: str, topic: str, *symbols: str, **more: str) -> dict[str, Any]:
    """Subscribe to symbols of a tape, and return what is said to it."""
    await line.say(do="subscribe", topic=topic, id=tape_id, symbols=symbols or ("ACME",), **more)
    return await line.system("subscribed")


# --- quotes, prints, bars, status -------------------------------------------------------------------


async def test_quotes_begin_with_the_standing_one_and_follow_the_tape(exchange: Exchange) -> None:
    tape_id, _ = await exchange.desk.market("quotes")
    line = await exchange.mine()
    said = await follow(line, tape_id, "quotes")
    assert (said["to"], said["symbols"], said["interval"]) == ("quotes", ["ACME"], None)
    state = await line.hear()
    assert state == {
        "topic": "quotes", "id": tape_id, "symbol": "ACME", "seq": said["seq"], "after": None,
        "at": "2024-06-03T14:00:00Z",
        "quote": {
            "at": "2024-06-03T14:00:00Z", "bid": "99.98", "ask": "100.02", "bid_size": "300", "ask_size": "200",
            "derived_from": None,
        },
    }  # fmt: skip
    tape = await exchange.desk.mine.step(tape_id, "quote")
    moved = await line.hear()
    assert (moved["after"], moved["seq"], moved["at"]) == (state["seq"], tape["cursor"], "2024-06-03T14:01:00Z")
    assert (moved["quote"]["bid"], moved["quote"]["ask_size"]) == ("100", "5")


async def test_depth_is_the_best_level_or_the_reason_why_there_is_none(exchange: Exchange) -> None:
    tape_id, _ = await exchange.desk.market("quotes")
    line = await exchange.mine()
    await follow(line, tape_id, "depth")
    state = await line.hear()
    assert state["depth"] == {
        "at": "2024-06-03T14:00:00Z",
        "bids": [{"price": "99.98", "size": "300"}],
        "asks": [{"price": "100.02", "size": "200"}],
    }
    tape = await exchange.desk.mine.step(tape_id, "quote")
    moved = await line.hear()
    assert (moved["after"], moved["seq"]) == (state["seq"], tape["cursor"])
    assert moved["depth"]["asks"] == [{"price": "100.04", "size": "5"}]
    bars, _ = await exchange.desk.market()
    await follow(line, bars, "depth")
    lacks = await line.hear()
    assert (lacks["depth"], lacks["reason"]) == (None, "this tape has no quotes with sizes")


async def test_every_print_of_a_bar_is_told_in_order(exchange: Exchange) -> None:
    tape_id, _ = await exchange.desk.market()
    line = await exchange.mine()
    await follow(line, tape_id, "prints")
    state = await line.hear()
    assert [each["price"] for each in state["prints"]] == ["100"]
    await exchange.desk.mine.step(tape_id)
    news = await line.hear()
    assert [(each["at"], each["price"], each["size"]) for each in news["prints"]] == [
        ("2024-06-04T13:30:00Z", "101", None),
        ("2024-06-04T20:00:00Z", "103", None),
    ]
    assert news["after"] == state["seq"] < news["prints"][0]["fact"] < news["prints"][1]["fact"] <= news["seq"]


async def test_a_bar_is_told_once_it_is_over_and_as_rest_tells_it(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market("minutes")
    line = await exchange.mine()
    await follow(line, tape_id, "bars", interval="3m")
    assert (await line.hear())["bars"] == []
    await desk.mine.step(tape_id, "bar")  # 13:32, which does not end three minutes
    assert await line.until_pong() == []
    await desk.mine.step(tape_id, "bar")
    news = await line.hear()
    assert news["interval"] == "3m"
    expected = await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME", interval="3m")
    assert news["bars"] == expected["items"] != []


async def test_bars_of_every_interval_that_fits_can_be_followed(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    line = await exchange.mine()
    for interval in ("1d", "3d", "1w", "1M"):
        await follow(line, tape_id, "bars", interval=interval)
        assert (await line.hear())["interval"] == interval
    await desk.mine.step(tape_id, count=6)
    heard = {each["interval"]: each for each in await line.until_pong()}
    for interval, news in heard.items():
        bars = await desk.mine.rows("/v1/bars", tape_id=tape_id, symbol="ACME", interval=interval)
        assert news["bars"] == bars[-len(news["bars"]) :]
    assert {"1d", "3d", "1w"} == set(heard)
    assert len(heard["1d"]["bars"]) == 6


async def test_the_status_says_when_trading_opens_and_closes(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    line = await exchange.mine()
    await follow(line, tape_id, "status")
    assert (await line.hear())["status"] == {"trading": "closed", "session_on": None, "closes_at": None}
    await desk.mine.control(tape_id, "jump", to="next_open")
    opened = await line.hear()
    assert opened["status"] == {"trading": "open", "session_on": "2024-06-04", "closes_at": "2024-06-04T20:00:00Z"}
    await desk.mine.control(tape_id, "jump", to="next_close")
    assert (await line.hear())["status"]["trading"] == "closed"


async def test_the_status_says_since_when_and_why_trading_is_halted(exchange: Exchange) -> None:
    desk = exchange.desk
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    tape_id = await desk.mine.open_tape(await market_of(desk))
    line = await exchange.mine()
    await follow(line, tape_id, "status")
    assert (await line.hear())["status"]["trading"] == "closed"
    await desk.mine.control(tape_id, "jump", to="next_open")
    told = (await line.hear())["status"]
    assert (told["trading"], told["since"], told["reason"]) == ("halted", "2024-06-04T12:00:00Z", "news")
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_nothing_is_dated_after_the_tapes_now(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    line = await exchange.mine()
    for topic in channels.TOPICS:
        await follow(line, tape_id, topic)
        await line.hear()
    for _ in range(12):
        tape = await desk.mine.step(tape_id, "fact")
        for message in await line.until_pong():
            assert message["seq"] <= tape["cursor"]
            dates = [message["at"], *(each["at"] for each in [*message.get("prints", ()), *message.get("bars", ())])]
            assert max(dates) <= tape["at"]


# --- what is conflated and what never is ------------------------------------------------------------


async def test_of_quotes_the_latest_wins_and_of_prints_and_events_none_is_lost(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market(cash="1000000")
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id)
    await line.system("subscribed")
    for topic in ("quotes", "prints"):
        await follow(line, tape_id, topic)
        await line.hear()
    for _ in range(3):
        await desk.mine.order(account_id, "buy", "1")
        await desk.mine.step(tape_id, "fact", 7)
    heard = await line.until_pong()
    standing = (await desk.mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME"))["items"][0]
    last = [each["quote"] for each in heard if each["topic"] == "quotes"][-1]
    assert {name: standing[name] for name in last} == last
    told = [each["fact"] for message in heard if message["topic"] == "prints" for each in message["prints"]]
    assert told == sorted(set(told))
    assert len(told) >= 4
    last_seq = (await desk.mine.get(f"/v1/accounts/{account_id}"))["last_seq"]
    events = [message["seq"] for message in heard if message["topic"] == "account"]
    events += [seq for seq, _ in await line.events(last_seq - 1 - len(events))]
    assert events == list(range(2, last_seq + 1))


async def test_who_comes_later_hears_the_state_and_the_same_news(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    first = await exchange.mine()
    await follow(first, tape_id, "quotes")
    await first.hear()
    await desk.mine.step(tape_id, "bar")
    before = await first.hear()
    second = await exchange.mine()
    await follow(second, tape_id, "quotes")
    state = await second.hear()
    assert (state["quote"], state["seq"], state["after"]) == (before["quote"], before["seq"], None)
    await desk.mine.step(tape_id, "bar")
    assert await first.hear() == await second.hear()


async def test_after_unsubscribing_from_a_symbol_the_others_go_on(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market("mixed")
    line = await exchange.mine()
    await follow(line, tape_id, "quotes", "ACME", "BOLT")
    await line.until_pong()
    await line.say(do="unsubscribe", topic="quotes", id=tape_id, symbols=["ACME"])
    await line.until_pong()
    await desk.mine.step(tape_id)
    assert {each["symbol"] for each in await line.until_pong()} == {"BOLT"}
    await line.say(do="unsubscribe", topic="quotes", id=tape_id)
    await desk.mine.step(tape_id)
    assert await line.until_pong() == []


async def test_nobody_is_told_once_the_last_has_hung_up(exchange: Exchange) -> None:
    tape_id, _ = await exchange.desk.market()
    line = await exchange.mine()
    await follow(line, tape_id, "quotes")
    await line.hear()
    await line.socket.close()
    for _ in range(3000):
        if not exchange.desk.rooms.publication.is_followed:
            return
        await asyncio.sleep(0.01)
    pytest.fail("a channel is left without anybody")


# --- who may, and what cannot be followed -----------------------------------------------------------


async def test_somebody_elses_tape_is_unknown(exchange: Exchange) -> None:
    tape_id, _ = await exchange.desk.market()
    line = await exchange.call(Authorization=f"Bearer {exchange.desk.second.key.token}")
    for topic in channels.TOPICS:
        await line.say(do="subscribe", topic=topic, id=tape_id, symbols=["ACME"])
        assert (await line.system("problem"))["code"] == "unknown_tape"
    await exchange.desk.mine.step(tape_id)
    assert await line.until_pong() == []


async def test_market_data_needs_the_permission_to_read(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    async with desk.runtime.work(desk.first.principal) as work:
        key = await issue_key(work, IssueKey("Trades blindly", frozenset({Scope.TRADE})), desk.runtime.hasher)
    line = await exchange.call(Authorization=f"Bearer {key.token}")
    await line.say(do="subscribe", topic="quotes", id=tape_id, symbols=["ACME"])
    assert (await line.system("problem"))["code"] == "missing_scope"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"symbols": ["NOPE"]}, "unknown_symbol"),
        ({"symbols": ["ACME", "BOLT"]}, "unknown_symbol"),  # not listed yet
        ({"symbols": []}, "symbols_missing"),
        ({}, "symbols_missing"),
        ({"symbols": [f"S{number}" for number in range(201)]}, "too_many_symbols"),
        ({"symbols": ["ACME"], "topic": "bars", "interval": "7m"}, "unknown_interval"),
        ({"symbols": ["ACME"], "topic": "bars", "interval": "5m"}, "bars_do_not_fit"),
        ({"symbols": ["ACME"], "interval": "5m"}, "unknown_interval"),
        ({"symbols": ["ACME"], "topic": "candles"}, "unknown_topic"),
        ({"symbols": ["ACME"], "id": str(uuid4())}, "unknown_tape"),
    ],
)
async def test_what_cannot_be_followed_is_a_problem_and_nothing_is(
    exchange: Exchange, asked: dict[str, Any], code: str
) -> None:
    tape_id, _ = await exchange.desk.market()
    line = await exchange.mine()
    await line.say(**{"do": "subscribe", "topic": "quotes", "id": tape_id} | asked)
    assert (await line.system("problem"))["code"] == code
    await exchange.desk.mine.step(tape_id)
    assert await line.until_pong() == []


async def test_one_stream_follows_a_bounded_number_of_channels(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperdesk.doors.stream.topics.CHANNELS_MAX", 1)
    assert CHANNELS_MAX > 1
    tape_id, _ = await exchange.desk.market("mixed")
    line = await exchange.mine()
    await line.say(do="subscribe", topic="quotes", id=tape_id, symbols=["ACME", "BOLT"])
    assert (await line.system("problem"))["code"] == "too_many_channels"
    await follow(line, tape_id, "quotes")
    await line.hear()
    await line.say(do="subscribe", topic="status", id=tape_id, symbols=["ACME"])
    assert (await line.system("problem"))["code"] == "too_many_channels"


@pytest.mark.parametrize(
    "text",
    [
        '{"do":"subscribe","topic":"quotes","symbols":"ACME"}',
        '{"do":"subscribe","topic":"quotes","symbols":[1]}',
        '{"do":"subscribe","topic":"bars","symbols":["ACME"],"interval":5}',
        '{"do":"subscribe","topic":"quotes","symbols":[' + '"A",' * 1000,
        "[" * 100_000,
    ],
)
async def test_what_is_not_a_subscription_ends_the_stream(exchange: Exchange, text: str) -> None:
    line = await exchange.mine()
    await line.socket.send(text)
    assert (await line.end())[0] == 4004


async def test_a_giant_message_ends_the_stream_and_not_the_desk(exchange: Exchange) -> None:
    line, other = await exchange.mine(), await exchange.mine()
    await line.socket.send("x" * (stream_app.MESSAGE_BYTES_MAX + 1))
    assert (await line.end())[0] == 1009
    assert await other.until_pong() == []


# --- who is slow ------------------------------------------------------------------------------------


async def test_who_takes_nothing_is_dropped_and_the_others_hear_everything(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_app, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(stream_app, "HANG_UP_S", 0.1)
    desk = exchange.desk
    _, account_id = await desk.market()
    stuck = await _stuck(exchange, account_id)
    other = await exchange.mine()
    big = {"topic": "account", "id": account_id, "event": "noise", "payload": "x" * 100_000}
    for seq in range(2, 150):
        desk.runtime.bus.publish(f"account:{account_id}", {**big, "seq": seq})
        await asyncio.sleep(0)
    for _ in range(1500):
        if desk.runtime.metrics.streams._value.get() == 1:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("who takes nothing is still served")
    stuck.close()
    assert await other.until_pong() == []


async def _stuck(exchange: Exchange, account_id: str) -> socket.socket:
    """Open a stream that follows an account and never reads."""
    from websockets.client import ClientProtocol  # noqa: PLC0415
    from websockets.uri import parse_uri  # noqa: PLC0415

    protocol = ClientProtocol(parse_uri(f"ws://{exchange.host}/v1/stream"))
    request = protocol.connect()
    request.headers["Authorization"] = f"Bearer {exchange.desk.first.key.token}"
    protocol.send_request(request)
    loop, line = asyncio.get_running_loop(), socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)  # noqa: FBT003
    await loop.sock_connect(line, ("127.0.0.1", exchange.port))
    await loop.sock_sendall(line, b"".join(protocol.data_to_send()))
    protocol.receive_data(await loop.sock_recv(line, 4096))
    assert protocol.handshake_exc is None
    protocol.send_text(json.dumps({"do": "subscribe", "topic": "account", "id": account_id}).encode())
    await loop.sock_sendall(line, b"".join(protocol.data_to_send()))
    while not exchange.desk.runtime.bus.has_subscribers(f"account:{account_id}"):
        await asyncio.sleep(0.01)
    return line
