"""Alpaca's own streams, unmodified: orders as they change, and prices as the tape moves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from alpaca.data.live import CryptoDataStream, OptionDataStream, StockDataStream
from alpaca.trading.enums import OrderStatus
from alpaca.trading.models import TradeUpdate
from alpaca.trading.stream import TradingStream

from paperdesk.doors.alpaca import data_stream
from tests.dialect import Dialect

ORDER = {"symbol": "ACME", "qty": "10", "side": "buy", "type": "market", "time_in_force": "gtc"}


class Heard:
    """What a stream has told."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Any] = asyncio.Queue()

    async def take(self, message: Any) -> None:  # noqa: ANN401 - whatever their client makes of it
        self._queue.put_nowait(message)

    async def next(self, count: int = 1) -> list[Any]:
        return [await asyncio.wait_for(self._queue.get(), 30) for _ in range(count)]


@asynccontextmanager
async def running(stream: Any) -> AsyncIterator[None]:  # noqa: ANN401 - one of their four
    """Let a stream run beside the test, connected."""
    task = asyncio.create_task(stream._run_forever())
    while not stream._running:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    yield
    await stream.stop_ws()
    await stream.close()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_order_is_told_from_its_acceptance_to_its_fill(dialect: Dialect) -> None:
    await dialect.open()
    heard, stream = Heard(), TradingStream(*dialect.credentials, url_override=f"{dialect.socket}/stream")
    stream.subscribe_trade_updates(heard.take)
    async with running(stream):
        await dialect.ask("POST", "/v2/orders", json=ORDER)
        (accepted,) = await heard.next()
        await dialect.step()
        (filled,) = await heard.next()
    assert isinstance(accepted, TradeUpdate)
    assert (accepted.event, accepted.order.status, accepted.order.filled_qty) == ("accepted", OrderStatus.ACCEPTED, "0")
    assert (filled.event, filled.order.status, filled.qty, filled.position_qty) == (
        "fill",
        OrderStatus.FILLED,
        10,
        10,
    )
    assert str(filled.price) == filled.order.filled_avg_price
    assert filled.order.id == accepted.order.id


async def test_cancelling_replacing_and_partial_fills_are_told(dialect: Dialect) -> None:
    await dialect.open("quotes", cash="100000")
    heard, stream = Heard(), TradingStream(*dialect.credentials, url_override=f"{dialect.socket}/stream")
    stream.subscribe_trade_updates(heard.take)
    async with running(stream):
        placed = (await dialect.ask("POST", "/v2/orders", json=ORDER | {"type": "limit", "limit_price": "90"})).json()
        replaced = (await dialect.ask("PATCH", f"/v2/orders/{placed['id']}", json={"limit_price": "100.04"})).json()
        await dialect.step(1, "fact")
        await dialect.ask("DELETE", f"/v2/orders/{replaced['id']}")
        updates = await heard.next(5)
    assert [update.event for update in updates] == ["new", "replaced", "new", "partial_fill", "canceled"]
    assert [str(update.order.id) for update in updates[1:3]] == [placed["id"], replaced["id"]]
    partly, cancelled = updates[3:]
    assert (partly.order.status, partly.order.filled_qty, partly.position_qty) == (
        OrderStatus.PARTIALLY_FILLED,
        str(int(partly.qty)),
        partly.qty,
    )
    assert cancelled.order.status == OrderStatus.CANCELED


async def test_an_order_of_several_legs_is_told_as_one(dialect: Dialect) -> None:
    await dialect.open("pit", margin={"kind": "reg_t"}, option_level=3, fill_model="ideal", cash="20000")
    heard, stream = Heard(), TradingStream(*dialect.credentials, url_override=f"{dialect.socket}/stream")
    stream.subscribe_trade_updates(heard.take)
    legs = [
        {"symbol": "ACME240621C00100000", "ratio_qty": "1", "side": "buy"},
        {"symbol": "ACME240621C00105000", "ratio_qty": "1", "side": "sell"},
    ]
    body = {"order_class": "mleg", "qty": "5", "type": "limit", "limit_price": "2.75", "time_in_force": "day"}
    async with running(stream):
        placed = (await dialect.ask("POST", "/v2/orders", json=body | {"legs": legs})).json()
        await dialect.step(4, "fact")
        replaced = (await dialect.ask("PATCH", f"/v2/orders/{placed['id']}", json={"limit_price": "1"})).json()
        await dialect.ask("DELETE", f"/v2/orders/{replaced['id']}")
        updates = await heard.next(5)
    assert [update.event for update in updates] == ["new", "partial_fill", "replaced", "new", "canceled"]
    partly = updates[1]
    assert (partly.qty, partly.price, partly.order.filled_avg_price) == (3, 2.75, "2.75")
    assert [leg.symbol for leg in partly.order.legs] == [leg["symbol"] for leg in legs]


async def tell(dialect: Dialect, kind: Callable[..., Any], path: str, *channels: str) -> tuple[Any, Heard]:
    """Return one of their streams, subscribed to channels of everything."""
    heard, stream = Heard(), kind(*dialect.credentials, url_override=dialect.socket + path)
    for channel in channels:
        getattr(stream, f"subscribe_{channel}")(heard.take, "*")
    return stream, heard


async def test_quotes_are_told_as_the_tape_moves(dialect: Dialect) -> None:
    await dialect.open("quotes")
    stream, heard = await tell(dialect, StockDataStream, "/v2/iex", "quotes", "trades")
    async with running(stream):
        await dialect.step(1, "fact")
        (quote,) = await heard.next()
    assert (quote.symbol, quote.bid_price, quote.ask_price, quote.ask_size) == ("ACME", 100.0, 100.04, 5)
    assert quote.timestamp.isoformat() == "2024-06-03T14:01:00+00:00"


async def test_bars_are_told_when_they_are_over(dialect: Dialect) -> None:
    await dialect.open("minutes")
    stream, heard = await tell(dialect, StockDataStream, "/v2/sip", "bars", "daily_bars")
    async with running(stream):
        await dialect.step()
        bars = await heard.next(4)
    assert [(bar.timestamp.hour, bar.timestamp.minute, bar.volume) for bar in bars] == [
        (13, 31, 200),
        (13, 32, 300),
        (14, 0, 400),
        (4, 0, 1000),
    ]


async def test_options_and_pairs_have_streams_of_their_own(dialect: Dialect) -> None:
    await dialect.open("mixed")
    pairs, heard_of_pairs = await tell(dialect, CryptoDataStream, "/v1beta3/crypto/us", "daily_bars", "orderbooks")
    options, heard_of_options = await tell(dialect, OptionDataStream, "/v1beta1/indicative", "trades")
    async with running(pairs), running(options):
        await dialect.step()
        (day,) = await heard_of_pairs.next()
        prints = await heard_of_options.next(4)
    assert (day.symbol, day.close) == ("BTC/USD", 61_700)
    assert {each.symbol for each in prints} == {"ACME240607C00100000", "ACME240621P00095000"}


async def test_the_test_stream_talks_without_a_market(dialect: Dialect, monkeypatch: Any) -> None:  # noqa: ANN401
    monkeypatch.setattr(data_stream, "TEST_EVERY_S", 0.02)
    heard, stream = Heard(), StockDataStream(*dialect.credentials, url_override=f"{dialect.socket}/v2/test")
    stream.subscribe_trades(heard.take, "FAKEPACA")
    async with running(stream):
        first, second = await heard.next(2)
    assert (first.symbol, second.price > first.price) == ("FAKEPACA", True)
