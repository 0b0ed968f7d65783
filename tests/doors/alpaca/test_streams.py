"""The dialect's streams as other clients use them: JSON, credentials in headers, and what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from paperdesk.doors.alpaca import data_stream, trade_updates
from tests.dialect import Dialect

ORDER = {"symbol": "ACME", "qty": "1", "side": "buy", "type": "market", "time_in_force": "gtc"}
CONNECTED = {"T": "success", "msg": "connected"}
AUTHENTICATED = {"T": "success", "msg": "authenticated"}


@asynccontextmanager
async def line(dialect: Dialect, path: str, **headers: str) -> AsyncIterator[ClientConnection]:
    async with connect(dialect.socket + path, additional_headers=headers, proxy=None) as socket:
        yield socket


async def hear(socket: ClientConnection) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(await asyncio.wait_for(socket.recv(), 30))


async def hear_code(socket: ClientConnection) -> int:
    (message,) = await hear(socket)
    assert message["T"] == "error", message
    assert message["msg"]
    code: int = message["code"]
    return code


def shown(dialect: Dialect) -> dict[str, str]:
    key, secret = dialect.credentials
    return {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}


async def signed_in(dialect: Dialect, socket: ClientConnection) -> None:
    key, secret = dialect.credentials
    assert await hear(socket) == [CONNECTED]
    await socket.send(json.dumps({"action": "auth", "key": key, "secret": secret}))
    assert await hear(socket) == [AUTHENTICATED]


async def revoke_the_key(dialect: Dialect) -> None:
    answer = await dialect.desk.mine.ask("DELETE", f"/v1/keys/{dialect.desk.first.key.id}")
    assert answer.status_code == 204, answer.text


async def until_closed(socket: ClientConnection) -> int | None:
    await asyncio.wait_for(socket.wait_closed(), 30)
    return socket.close_code


# --- market data ------------------------------------------------------------------------------------


async def test_prices_are_told_in_json_to_who_does_not_ask_for_more(dialect: Dialect) -> None:
    await dialect.open("quotes")
    async with line(dialect, "/v2/iex") as socket:
        await signed_in(dialect, socket)
        await socket.send(json.dumps({"action": "subscribe", "quotes": ["ACME"], "trades": ["ACME"]}))
        (subscribed,) = await hear(socket)
        assert (subscribed["quotes"], subscribed["corrections"], subscribed["bars"]) == (["ACME"], ["ACME"], [])
        await dialect.step(1, "fact")
        (quote,) = await hear(socket)
        assert (quote["T"], quote["S"], quote["bp"], quote["t"]) == ("q", "ACME", 100.0, "2024-06-03T14:01:00Z")
        await socket.send(json.dumps({"action": "unsubscribe", "quotes": ["ACME"]}))
        assert (await hear(socket))[0]["quotes"] == []


async def test_headers_say_who_it_is_as_well(dialect: Dialect) -> None:
    await dialect.open()
    async with line(dialect, "/v2/sip", **shown(dialect)) as socket:
        assert [await hear(socket), await hear(socket)] == [[CONNECTED], [AUTHENTICATED]]


async def test_a_revoked_key_ends_its_open_streams(dialect: Dialect) -> None:
    await dialect.open()
    key, secret = dialect.credentials
    async with line(dialect, "/v2/iex") as prices, line(dialect, "/stream") as updates:
        await signed_in(dialect, prices)
        await updates.send(json.dumps({"action": "authenticate", "data": {"key_id": key, "secret_key": secret}}))
        assert (await hear(updates))["data"]["status"] == "authorized"
        await revoke_the_key(dialect)
        assert await hear_code(prices) == 402
        assert [await until_closed(socket) for socket in (prices, updates)] == [1008, 1008]


async def test_message_pack_is_spoken_to_who_announces_it(dialect: Dialect) -> None:
    await dialect.open("quotes")
    async with line(dialect, "/v2/iex", **shown(dialect), **{"Content-Type": "application/msgpack"}) as socket:
        frames = [await socket.recv() for _ in range(2)]
        await socket.send(msgspec.msgpack.encode({"action": "subscribe", "quotes": ["*"]}))
        frames.append(await socket.recv())
        await dialect.step(1, "fact")
        frames.append(await asyncio.wait_for(socket.recv(), 30))
    *_, (quote,) = (msgspec.msgpack.decode(frame) for frame in frames if isinstance(frame, bytes))
    assert quote["t"].isoformat() == "2024-06-03T14:01:00+00:00"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('{"action": "auth", "key": "PKNOBODY", "secret": "x"}', 402),
        ('{"action": "auth"}', 402),
        ('{"action": "subscribe", "trades": ["ACME"]}', 401),
        ("{", 400),
        ("[]", 400),
        (b"\xff\x00", 400),
    ],
)
async def test_a_stranger_is_told_what_is_wrong(dialect: Dialect, said: str | bytes, code: int) -> None:
    await dialect.open()
    async with line(dialect, "/v2/iex") as socket:
        await hear(socket)
        await socket.send(said)
        assert await hear_code(socket) == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"action": "auth", "key": "x", "secret": "y"}, 403),
        ({"action": "dance"}, 400),
        ({"action": "subscribe", "weather": ["ACME"]}, 410),
        ({"action": "subscribe", "trades": "ACME"}, 400),
        ({"action": "subscribe", "trades": [7]}, 400),
        ({"action": "subscribe", "trades": [str(number) for number in range(10_001)]}, 405),
    ],
)
async def test_a_member_is_told_what_is_wrong_and_the_stream_goes_on(
    dialect: Dialect, said: dict[str, Any], code: int
) -> None:
    await dialect.open()
    async with line(dialect, "/v2/iex") as socket:
        await signed_in(dialect, socket)
        await socket.send(json.dumps(said))
        assert await hear_code(socket) == code
        await socket.send(json.dumps({"action": "subscribe", "trades": ["ACME"]}))
        assert (await hear(socket))[0]["trades"] == ["ACME"]


async def test_who_says_nothing_is_hung_up_on(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_stream, "SIGN_IN_S", 0.05)
    monkeypatch.setattr(trade_updates, "SIGN_IN_S", 0.05)
    async with line(dialect, "/v2/iex") as prices, line(dialect, "/stream") as updates:
        await hear(prices)
        assert await hear_code(prices) == 404
        await asyncio.wait_for(updates.wait_closed(), 30)
        assert updates.close_code == 1008


async def test_one_person_has_a_bounded_number_of_streams(dialect: Dialect) -> None:
    await dialect.open()
    runtime = dialect.desk.runtime
    runtime.settings = runtime.settings.model_copy(update={"streams_per_person": 1})
    async with line(dialect, "/v2/iex") as first:
        await signed_in(dialect, first)
        async with line(dialect, "/v2/iex", **shown(dialect)) as second:
            await hear(second)
            assert await hear_code(second) == 406


@pytest.mark.parametrize("path", ["/v2/nowhere", "/v1beta3/crypto/eu", "/streams"])
async def test_an_unknown_stream_is_not_opened(dialect: Dialect, path: str) -> None:
    with pytest.raises(InvalidStatus):
        async with line(dialect, path):
            pass


# --- order events -----------------------------------------------------------------------------------


async def listening(socket: ClientConnection, key: str, secret: str) -> None:
    for said in (
        {"action": "authenticate", "key": key, "secret": secret},
        {"action": "listen", "data": {"streams": ["trade_updates"]}},
    ):
        await socket.send(json.dumps(said))
        await hear(socket)


@pytest.mark.parametrize("form", ["data", "top", "token"])
async def test_order_events_are_told_to_who_listens(dialect: Dialect, form: str) -> None:
    await dialect.open()
    key, secret = dialect.credentials
    forms: dict[str, dict[str, Any]] = {
        "data": {"data": {"key_id": key, "secret_key": secret}},
        "top": {"key": key, "secret": secret},
        "token": {"data": {"oauth_token": f"{key}.{secret}"}},
    }
    async with line(dialect, "/stream") as socket:
        await socket.send(json.dumps({"action": "authenticate", **forms[form]}))
        assert (await hear(socket))["data"]["status"] == "authorized"
        await dialect.ask("POST", "/v2/orders", json=ORDER)  # nobody listens yet
        await dialect.desk.all_told()
        await asyncio.sleep(0.3)
        await socket.send(json.dumps({"action": "listen", "data": {"streams": ["trade_updates", "weather"]}}))
        assert await hear(socket) == {"stream": "listening", "data": {"streams": ["trade_updates"]}}
        placed = (await dialect.ask("POST", "/v2/orders", json=ORDER)).json()
        update = await hear(socket)
        assert (update["stream"], update["data"]["order"]["id"]) == ("trade_updates", placed["id"])
        assert isinstance(update["data"]["order"]["qty"], str)
        await socket.send(json.dumps({"action": "listen", "data": {"streams": []}}))
        assert (await hear(socket))["data"]["streams"] == []


@pytest.mark.parametrize("said", ["{", '{"action": "authenticate", "data": {"key_id": "x"}}', b"\xff"])
async def test_nobody_hears_of_orders(dialect: Dialect, said: str | bytes) -> None:
    async with line(dialect, "/stream") as socket:
        await socket.send(said)
        if "authenticate" in str(said):
            assert (await hear(socket))["data"]["status"] == "unauthorized"
        await asyncio.wait_for(socket.wait_closed(), 30)
        assert socket.close_code == 1008


async def test_a_stranger_hears_nothing_of_ours(dialect: Dialect) -> None:
    await dialect.open()
    theirs, key = dialect.desk.theirs, dialect.desk.second.key
    await theirs.open_account(await theirs.open_tape(dialect.desk.markets["daily"].id))
    async with line(dialect, "/stream") as socket:
        await listening(socket, key.prefix, key.secret)
        await dialect.ask("POST", "/v2/orders", json=ORDER)
        await dialect.step()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.5)


async def test_every_order_of_a_bracket_is_told_as_it_stands(dialect: Dialect) -> None:
    await dialect.open()
    bracket = {"order_class": "bracket", "take_profit": {"limit_price": 120}, "stop_loss": {"stop_price": 90}}
    async with line(dialect, "/stream") as socket:
        await listening(socket, *dialect.credentials)
        await dialect.ask("POST", "/v2/orders", json=ORDER | bracket)
        updates = [(await hear(socket))["data"] for _ in range(3)]
    assert [update["event"] for update in updates] == ["accepted", "held", "held"]
    assert [update["order"]["status"] for update in updates] == ["accepted", "held", "held"]


# --- what no SDK would send -------------------------------------------------------------------------

DEEP = "[" * 100_000


@pytest.mark.parametrize("packed", [False, True], ids=["json", "msgpack"])
async def test_any_number_of_frames_that_are_none_are_refused_one_by_one(dialect: Dialect, packed: bool) -> None:  # noqa: FBT001 - of the parameters
    await dialect.open()
    form = {"Content-Type": "application/msgpack"} if packed else {}
    nested = b"\x81\xa1x" + b"\x91" * 100_000 if packed else f'{{"action": "subscribe", "trades": {DEEP}'
    async with line(dialect, "/v2/iex", **shown(dialect), **form) as socket:
        for _ in range(2):
            await socket.recv()
        for frame in [nested, *[b"\xc1" if packed else "{"] * 1200]:
            await socket.send(frame)
        for _ in range(1201):
            (refusal,) = read(await asyncio.wait_for(socket.recv(), 30))
            assert (refusal["T"], refusal["code"]) == ("error", 400)
        wish = {"action": "subscribe", "trades": ["ACME"]}
        await socket.send(msgspec.msgpack.encode(wish) if packed else json.dumps(wish))
        assert read(await asyncio.wait_for(socket.recv(), 30))[0]["trades"] == ["ACME"]


def read(frame: str | bytes) -> Any:  # noqa: ANN401 - any JSON
    return msgspec.msgpack.decode(frame) if isinstance(frame, bytes) else json.loads(frame)


@pytest.mark.parametrize("said", [f'{{"action": "listen", "data": {DEEP}', DEEP, "7", b"\xff", '{"action": 7}', ""])
async def test_order_events_go_on_after_frames_that_are_none(dialect: Dialect, said: str | bytes) -> None:
    await dialect.open()
    key, secret = dialect.credentials
    async with line(dialect, "/stream") as socket:
        await socket.send(json.dumps({"action": "authenticate", "data": {"key_id": key, "secret_key": secret}}))
        assert (await hear(socket))["data"]["status"] == "authorized"
        await socket.send(said)
        await socket.send(json.dumps({"action": "listen", "data": {"streams": ["trade_updates"]}}))
        assert (await hear(socket))["data"] == {"streams": ["trade_updates"]}
