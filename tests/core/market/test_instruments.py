"""Instruments: pairs, ids, and what can be traded."""

from decimal import Decimal

import pytest

from paperdesk.core.market.instruments import CryptoPair, Instrument, Kind, MalformedPair, instrument_id, parse_pair


def test_a_pair_is_read() -> None:
    assert parse_pair("BTC/USD") == CryptoPair("BTC", "USD")


@pytest.mark.parametrize("symbol", ["", "BTC", "BTC/", "/USD", "btc/usd", "BTC/USD/EUR", "BTC/USD\n"])
def test_what_is_not_a_pair_is_refused(symbol: str) -> None:
    with pytest.raises(MalformedPair):
        parse_pair(symbol)


def test_an_id_depends_on_kind_symbol_and_calendar_only() -> None:
    one = instrument_id(Kind.EQUITY, "SPY", "XNYS")
    assert one == instrument_id(Kind.EQUITY, "SPY", "XNYS")
    others = {instrument_id(Kind.ETF, "SPY", "XNYS"), instrument_id(Kind.EQUITY, "QQQ", "XNYS")}
    assert one not in others
    assert len(others) == 2


def test_an_index_can_only_be_watched() -> None:
    index = Instrument(
        instrument_id(Kind.INDEX, "SP500", "XNYS"), "SP500", "S&P 500", Kind.INDEX, "USD", Decimal("0.01"), Decimal(1)
    )
    assert not index.is_tradable
