"""Option chains behind the port: what is listed when, quotes by the minute, and nothing from ahead."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import instant_from_text
from paperdesk.core.market.facts import QuoteFact
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.options import Style
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from tests.features.marketdata.feeds.test_synthetic_minutes import id_of, opened, start, two_sessions

# The contracts of the demonstration portfolios.
DEMO = [
    "SPY250919C00460000", "QQQ250815C00420000", "VIX250716C00025000", "NVDA251017C00800000", "AAPL250815P00200000",
    "MSFT250919P00380000", "TSLA250815C00300000", "META250919P00450000",
]  # fmt: skip


def contract(symbol: str) -> Instrument:
    found = opened().by_symbol(symbol)
    assert found is not None, symbol
    return found


@pytest.mark.parametrize("symbol", DEMO)
def test_the_contracts_of_the_demonstration_are_listed(symbol: str) -> None:
    market, found = opened(), contract(symbol)
    cursor = two_sessions()[-1].seq
    quote = standing_quote(market, found.id, cursor)
    assert market.listed(found.id, cursor)
    assert quote is not None
    assert quote.bid < quote.ask
    assert market.instruments[found.id] == found
    assert found in market.chain(found.contract.root if found.contract else "", cursor)
    assert market.last_print(found.id, cursor) is None
    assert market.previous_close(found.id, cursor) is None
    assert market.closed_bars(found.id, cursor) is None
    assert market.last_close(found.id, cursor) is None
    assert len(market.known_rows(found.id, cursor).at) == 0


def test_index_options_are_european() -> None:
    styles = {symbol: contract(symbol).contract for symbol in DEMO[:3]}
    assert [one.style for one in styles.values() if one] == [Style.AMERICAN, Style.AMERICAN, Style.EUROPEAN]


def test_nothing_is_listed_before_it_is_quoted() -> None:
    market, later = opened(), contract("AAPL250725C00200000")
    assert market.first_on(later.id).isoformat() == "2025-06-13"
    eve = market.cursor_at(instant_from_text("2025-06-13T13:30:59Z"))
    assert not market.listed(later.id, eve)
    assert later not in market.chain("AAPL", eve)
    assert later.symbol not in [one.instrument.symbol for one in market.search("AAPL250725C", eve)]
    quoted = market.cursor_at(instant_from_text("2025-06-13T13:31:00Z"))
    assert market.listed(later.id, quoted)
    assert later in market.chain("AAPL", quoted)
    assert contract(DEMO[4]) in market.chain("AAPL", start())


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DEMO), st.integers(1, 14_000_000))
def test_what_is_known_of_a_contract_is_what_was_delivered(symbol: str, ahead: int) -> None:
    market, one = opened(), contract(symbol)
    cursor = min(start() + ahead, two_sessions()[-1].seq)
    facts = market.facts_between(start(), cursor, frozenset({one.id}))
    quotes = [fact for fact in facts if isinstance(fact, QuoteFact)]
    standing = market.last_price_fact(one.id, cursor)
    assert standing == (quotes[-1] if quotes else market.last_price_fact(one.id, start()))
    if quotes:
        before = market.last_price_fact(one.id, quotes[-1].seq - 1)
        assert before is None or before.seq < quotes[-1].seq
        assert market.at_of(quotes[-1].seq) == quotes[-1].at


def test_a_contract_is_quoted_once_a_minute_after_what_it_is_on() -> None:
    market, one = opened(), contract(DEMO[4])
    end = market.next_step(start(), "session")
    assert end is not None
    facts = list(market.facts_between(start(), end, frozenset({one.id, id_of("AAPL")})))
    assert all(before.seq < after.seq for before, after in pairwise(facts))
    quotes = [fact for fact in facts if isinstance(fact, QuoteFact)]
    of_contract = [fact for fact in quotes if fact.instrument_id == one.id]
    of_apple = {fact.at: fact.seq for fact in quotes if fact.instrument_id == id_of("AAPL")}
    assert len(of_contract) == 390
    assert all(of_apple[fact.at] < fact.seq for fact in of_contract)


def test_expired_contracts_leave_the_chain_and_keep_their_last_quote() -> None:
    market = opened()
    friday = market.next_step(start(), "session", 4)
    monday = market.next_step(start(), "session", 5)
    assert friday is not None
    assert monday is not None
    expiring = [one for one in market.chain("XOM", friday) if one.contract and one.contract.expires_on.day == 6]
    assert expiring
    left = {one.id for one in market.chain("XOM", monday)}
    assert not left & {one.id for one in expiring}
    assert market.last_price_fact(expiring[0].id, monday) == market.last_price_fact(expiring[0].id, friday)


def test_what_is_never_listed_is_unknown() -> None:
    market = opened()
    for symbol in ("AAPL250815P00200500", "AAPL250816P00200000", "ZZZZ250815P00200000", "AAPL250815P99000000"):
        assert market.by_symbol(symbol) is None
        assert instrument_id(Kind.OPTION, symbol, "XNYS") not in market.instruments
    assert market.by_symbol("nothing") is None
    assert InstrumentId(id_of("AAPL")) in market.instruments
    assert len(market.instruments) == 126


def test_contracts_are_found_by_the_beginning_of_their_symbol() -> None:
    market, cursor = opened(), two_sessions()[-1].seq
    found = [one.instrument.symbol for one in market.search("AAPL250815P", cursor)]
    assert "AAPL250815P00200000" in found
    assert all(symbol.startswith("AAPL250815P") for symbol in found)
    assert [one.instrument.symbol for one in market.search("AAPL", cursor)] == ["AAPL"]
    prices = [one.instrument.contract.strike for one in market.search("AAPL250815P", cursor) if one.instrument.contract]
    assert prices == sorted(prices)
    assert Decimal(200) in prices
