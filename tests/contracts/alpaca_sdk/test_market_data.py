"""Alpaca's own clients of market data read the tape, and never past its clock."""

from datetime import UTC, datetime
from typing import Any

import pytest
from alpaca.common.enums import Sort
from alpaca.common.exceptions import APIError
from alpaca.data.enums import MarketType, MostActivesBy
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.historical.news import NewsClient
from alpaca.data.historical.screener import ScreenerClient
from alpaca.data.requests import (
    CorporateActionsRequest,
    CryptoBarsRequest,
    CryptoLatestOrderbookRequest,
    CryptoLatestQuoteRequest,
    CryptoSnapshotRequest,
    MarketMoversRequest,
    MostActivesRequest,
    NewsRequest,
    OptionBarsRequest,
    OptionChainRequest,
    OptionLatestQuoteRequest,
    OptionSnapshotRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
from alpaca.trading.enums import ContractType
from alpaca.trading.requests import GetOptionContractsRequest

from tests.dialect import Dialect, said

CALL = "ACME240607C00100000"
PUT = "ACME240621P00095000"
FROM = datetime(2024, 6, 1, tzinfo=UTC)


def wanted(*symbols: str, timeframe: Any = TimeFrame.Day, **more: Any) -> StockBarsRequest:  # noqa: ANN401
    more = {"start": FROM, **more}
    return StockBarsRequest(symbol_or_symbols=list(symbols), timeframe=timeframe, **more)


async def test_daily_bars_begin_at_midnight_and_end_at_the_tapes_clock(dialect: Dialect) -> None:
    await dialect.open("mixed")
    await dialect.step()
    bars = await said(dialect.shares.get_stock_bars, wanted("ACME", "BOLT", "NOPE"))
    assert sorted(bars.data) == ["ACME", "BOLT"]
    assert [bar.timestamp.isoformat() for bar in bars["ACME"]] == [
        "2024-06-03T04:00:00+00:00",
        "2024-06-04T04:00:00+00:00",
    ]
    last = bars["ACME"][-1]
    assert (last.open, last.high, last.low, last.close, last.volume) == (101, 104, 100.5, 103, 2000)
    assert (last.trade_count, last.vwap) == (None, None)


async def test_bars_are_merged_into_the_timeframe_that_is_asked_for(dialect: Dialect) -> None:
    await dialect.open("minutes")
    await dialect.step(2)
    quarters = await said(dialect.shares.get_stock_bars, wanted("ACME", timeframe=TimeFrame(15, TimeFrameUnit.Minute)))
    assert [(bar.timestamp.hour, bar.timestamp.minute, bar.volume) for bar in quarters["ACME"]] == [
        (13, 30, 600),
        (14, 0, 400),
        (13, 30, 100),
    ]
    minutes = await said(dialect.shares.get_stock_bars, wanted("ACME", timeframe=TimeFrame.Minute))
    assert [bar.timestamp.minute for bar in minutes["ACME"]] == [30, 31, 32, 0, 30]
    days = await said(dialect.shares.get_stock_bars, wanted("ACME", timeframe=TimeFrame.Day))
    assert [(bar.open, bar.close, bar.volume) for bar in days["ACME"]] == [(100, 100.4, 1000), (101, 101.1, 100)]
    month = await said(dialect.shares.get_stock_bars, wanted("ACME", timeframe=TimeFrame.Month))
    assert month.data == {}  # it is not over yet


async def test_bars_finer_than_the_tapes_are_refused(dialect: Dialect) -> None:
    await dialect.open("daily")
    with pytest.raises(APIError) as refusal:
        await said(dialect.shares.get_stock_bars, wanted("ACME", timeframe=TimeFrame.Hour))
    assert (refusal.value.status_code, refusal.value.code) == (422, 42210000)


@pytest.mark.parametrize("sort", ["asc", "desc"])
async def test_pages_join_to_the_whole(dialect: Dialect, sort: str) -> None:
    await dialect.open("daily")
    await dialect.step(4)
    whole = await said(dialect.shares.get_stock_bars, wanted("ACME", "BOLT", sort=sort))
    rows: list[tuple[str, str]] = []
    token: str | None = None
    for _ in range(20):
        params = {"symbols": "BOLT,ACME", "timeframe": "1Day", "start": "2024-06-01", "limit": "3", "sort": sort}
        answer = await dialect.ask("GET", "/v2/stocks/bars", params=params | ({"page_token": token} if token else {}))
        page = answer.json()
        assert sum(map(len, page["bars"].values())) <= 3
        rows += [(symbol, bar["t"]) for symbol, bars in page["bars"].items() for bar in bars]
        token = page["next_page_token"]
        if token is None:
            break
    expected = [(symbol, bar.timestamp) for symbol in ("ACME", "BOLT") for bar in whole[symbol]]
    assert [(symbol, datetime.fromisoformat(at)) for symbol, at in rows] == expected
    assert len(expected) == 5 + 3


async def test_the_latest_of_a_tape_of_bars_says_that_it_is_derived(dialect: Dialect) -> None:
    await dialect.open("daily")
    quote = (await said(dialect.shares.get_stock_latest_quote, StockLatestQuoteRequest(symbol_or_symbols="ACME")))[
        "ACME"
    ]
    assert (quote.bid_price, quote.ask_price, quote.bid_size, quote.conditions) == (100, 100, 0, ["derived"])
    last = (await said(dialect.shares.get_stock_latest_trade, StockLatestTradeRequest(symbol_or_symbols="ACME")))[
        "ACME"
    ]
    assert (last.price, last.timestamp.isoformat()) == (100, "2024-06-03T20:00:00+00:00")
    bar = (await said(dialect.shares.get_stock_latest_bar, StockLatestBarRequest(symbol_or_symbols="ACME")))["ACME"]
    assert (bar.close, bar.timestamp.isoformat()) == (100, "2024-06-03T04:00:00+00:00")


async def test_real_quotes_are_read_with_their_sizes(dialect: Dialect) -> None:
    await dialect.open("quotes")
    await dialect.step(2, "fact")
    quotes = await said(dialect.shares.get_stock_quotes, StockQuotesRequest(symbol_or_symbols="ACME", start=FROM))
    assert [(quote.bid_price, quote.ask_price, quote.ask_size) for quote in quotes["ACME"]] == [
        (99.98, 100.02, 200),
        (100.00, 100.04, 5),
        (100.10, 100.14, 200),
    ]
    newest = StockQuotesRequest(symbol_or_symbols="ACME", start=FROM, limit=1, sort=Sort.DESC)
    assert [quote.ask_price for quote in (await said(dialect.shares.get_stock_quotes, newest))["ACME"]] == [100.14]
    none = await said(dialect.shares.get_stock_trades, StockTradesRequest(symbol_or_symbols="ACME", start=FROM))
    assert none.data == {}


async def test_a_snapshot_has_everything_there_is(dialect: Dialect) -> None:
    await dialect.open("minutes")
    await dialect.step(2)
    snapshot = (await said(dialect.shares.get_stock_snapshot, StockSnapshotRequest(symbol_or_symbols="ACME")))["ACME"]
    assert snapshot.latest_trade.price == 101.1
    assert snapshot.minute_bar.timestamp.isoformat() == "2024-06-04T13:30:00+00:00"
    assert (snapshot.daily_bar.close, snapshot.previous_daily_bar.close) == (101.1, 100.4)
    trades = await said(dialect.shares.get_stock_trades, StockTradesRequest(symbol_or_symbols="ACME", start=FROM))
    assert len(trades["ACME"]) == 10
    assert len({each.id for each in trades["ACME"]}) == 10


async def test_a_tape_of_closes_has_one_price_a_bar(dialect: Dialect) -> None:
    await dialect.open("closes")
    bar = (await said(dialect.shares.get_stock_bars, wanted("ACME")))["ACME"][0]
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (100, 100, 100, 100, 0)


async def test_pairs_are_read_as_crypto(dialect: Dialect) -> None:
    await dialect.open("mixed")
    await dialect.step()
    asked = CryptoBarsRequest(symbol_or_symbols=["BTC/USD", "ACME"], timeframe=TimeFrame.Day, start=FROM)
    bars = await said(dialect.crypto.get_crypto_bars, asked)
    assert {symbol: [bar.close for bar in rows] for symbol, rows in bars.data.items()} == {"BTC/USD": [60500, 61700]}
    quotes = await said(dialect.crypto.get_crypto_latest_quote, CryptoLatestQuoteRequest(symbol_or_symbols="BTC/USD"))
    assert quotes["BTC/USD"].bid_price == 61700
    books = await said(
        dialect.crypto.get_crypto_latest_orderbook, CryptoLatestOrderbookRequest(symbol_or_symbols="BTC/USD")
    )
    assert [level.price for level in books["BTC/USD"].asks] == [61700]
    snapshots = await said(dialect.crypto.get_crypto_snapshot, CryptoSnapshotRequest(symbol_or_symbols="BTC/USD"))
    assert snapshots["BTC/USD"].previous_daily_bar.close == 60500
    pair = await said(dialect.trading.get_asset, "BTCUSD")
    assert (pair.symbol, pair.min_trade_increment) == ("BTC/USD", 0.000000001)


async def test_a_pair_is_a_position_by_both_of_its_names(dialect: Dialect) -> None:
    await dialect.open("mixed", cash="100000")
    order = {"symbol": "BTCUSD", "qty": "0.5", "side": "buy", "type": "market", "time_in_force": "gtc"}
    assert (await dialect.ask("POST", "/v2/orders", json=order)).json()["symbol"] == "BTC/USD"
    await dialect.step()
    for name in ("BTCUSD", "BTC/USD"):
        assert (await said(dialect.trading.get_open_position, name)).qty == "0.5"


async def test_options_have_contracts_a_chain_and_prices(dialect: Dialect) -> None:
    await dialect.open("mixed")
    await dialect.step()
    contracts = await said(dialect.trading.get_option_contracts, GetOptionContractsRequest(underlying_symbols=["ACME"]))
    assert [each.symbol for each in contracts.option_contracts] == [CALL]  # the put expires after the weekend
    later = GetOptionContractsRequest(underlying_symbols=["ACME"], expiration_date_gte="2024-06-10")
    (put,) = (await said(dialect.trading.get_option_contracts, later)).option_contracts
    assert (put.symbol, put.strike_price, put.size, put.close_price) == (PUT, 95, "100", "1.1")
    assert (await said(dialect.trading.get_option_contract, CALL)).expiration_date.isoformat() == "2024-06-07"
    chain = await said(dialect.options.get_option_chain, OptionChainRequest(underlying_symbol="ACME"))
    assert {symbol: each.latest_trade.price for symbol, each in chain.items()} == {CALL: 3.6, PUT: 1.1}
    calls = await said(
        dialect.options.get_option_chain, OptionChainRequest(underlying_symbol="ACME", type=ContractType.CALL)
    )
    assert list(calls) == [CALL]
    snapshot = await said(dialect.options.get_option_snapshot, OptionSnapshotRequest(symbol_or_symbols=CALL))
    assert snapshot[CALL].latest_quote.bid_price == 3.6
    quote = await said(dialect.options.get_option_latest_quote, OptionLatestQuoteRequest(symbol_or_symbols=CALL))
    assert quote[CALL].ask_price == 3.6
    asked = OptionBarsRequest(symbol_or_symbols=CALL, timeframe=TimeFrame.Day, start=FROM)
    assert [bar.close for bar in (await said(dialect.options.get_option_bars, asked))[CALL]] == [2.1, 3.6]
    assert await said(dialect.options.get_option_exchange_codes) == {}


async def test_the_screener_ranks_the_last_day(dialect: Dialect) -> None:
    await dialect.open("mixed")
    await dialect.step()
    screener = ScreenerClient(*dialect.credentials, url_override=dialect.url)
    actives = await said(screener.get_most_actives, MostActivesRequest(top=1, by=MostActivesBy.VOLUME))
    assert [(row.symbol, row.volume) for row in actives.most_actives] == [("BOLT", 4000)]
    movers = await said(screener.get_market_movers, MarketMoversRequest(top=5, market_type=MarketType.STOCKS))
    assert [(row.symbol, row.percent_change) for row in movers.gainers] == [("ACME", 3.0)]
    assert [(row.symbol, row.change) for row in movers.losers] == [("BOLT", -1.5)]
    pairs = await said(screener.get_market_movers, MarketMoversRequest(market_type=MarketType.CRYPTO))
    assert [(row.symbol, row.price) for row in pairs.gainers] == [("BTC/USD", 61700)]


async def test_there_are_no_news_and_no_actions(dialect: Dialect) -> None:
    await dialect.open("mixed")
    news = NewsClient(*dialect.credentials, url_override=dialect.url)
    assert (await said(news.get_news, NewsRequest(symbols="ACME"))).data == {"news": []}
    actions = CorporateActionsClient(*dialect.credentials, url_override=dialect.url)
    assert (await said(actions.get_corporate_actions, CorporateActionsRequest(symbols=["ACME"]))).data == {}
