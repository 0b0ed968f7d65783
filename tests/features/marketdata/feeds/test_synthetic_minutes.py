"""The market by the minute behind the port: facts in order without a gap, and nothing from ahead."""

from functools import cache
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.facts import (
    CloseFact,
    CorporateActionFact,
    FundingSettled,
    MarketFact,
    OpenFact,
    Phase,
    QuoteFact,
    RangeFact,
    SessionClosed,
    SessionOpened,
)
from paperdesk.core.market.merge import phase_of
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from paperdesk.features.marketdata.feeds.manifest import Detail, MalformedDataset, Recipe
from paperdesk.features.marketdata.feeds.recorded import UnknownInstrument
from paperdesk.features.marketdata.feeds.synthetic import market_manifest, open_synthetic
from paperdesk.features.marketdata.feeds.synthetic_minutes import MinuteMarket
from paperdesk.features.marketdata.feeds.synthetic_numbers import SessionNumbers

SHOWN = ("AAPL", "BTC/USD", "VIX", "FCNTX", "DGS10", "SPYREST", "TRLY")


@cache
def opened() -> MinuteMarket:
    market = open_synthetic(market_manifest(Recipe("fair_market", 7, Detail.MINUTE)))
    assert isinstance(market, MinuteMarket)
    return market


@cache
def start() -> int:
    return opened().cursor_at(opened().starts_from)


@cache
def two_sessions() -> list[MarketFact]:
    """Every fact of the two sessions after the first day tapes may begin, but for those of option contracts."""
    end = opened().next_step(start(), "session", 2)
    assert end is not None
    return list(opened().facts_between(start(), end, frozenset(opened().instruments)))


def id_of(symbol: str) -> InstrumentId:
    instrument = opened().by_symbol(symbol)
    assert instrument is not None
    return instrument.id


@given(st.integers(1, 5), st.integers(0, 3), st.integers(1, 4), st.integers(0, 7))
def test_numbers_are_worked_out_as_they_would_be_counted(members: int, once: int, minutes: int, contracts: int) -> None:
    numbers = SessionNumbers(members, once, minutes, contracts)
    facts: list[tuple[int, int] | None] = [None] * (members + 2)
    ends = []
    for minute in range(1, minutes + 1):
        facts += [None] * (3 * members + 2 + (once if minute == minutes else 0))
        facts += [(minute, contract) for contract in range(contracts)]
        ends.append(len(facts) + (1 if minute == minutes else 0))
        facts += [None] * (1 if minute == minutes else members + 1)
    assert (numbers.total, numbers.own) == (len(facts), facts.count(None))
    own = 0
    for number, fact in enumerate(facts, start=1):
        if fact is None:
            own += 1
            assert numbers.from_own(own) == number
        else:
            assert numbers.first_contract(fact[0]) + fact[1] + 1 == number
        assert numbers.to_own(number) == own
        assert numbers.minutes_passed(number) == sum(end <= number for end in ends)
    assert [numbers.end_of(minute) for minute in range(1, minutes + 1)] == ends


def test_facts_come_in_order_and_contracts_after_what_they_are_on() -> None:
    facts = two_sessions()
    assert all(before.seq < after.seq for before, after in pairwise(facts))
    keys = [(fact.at, phase_of(fact)) for fact in facts]
    assert all(before <= after for before, after in pairwise(keys))
    bells = [type(fact) for fact in facts if isinstance(fact, SessionOpened | SessionClosed)]
    assert bells == [SessionOpened, SessionClosed] * 2
    assert opened().at_of(start()) == opened().starts_from


def test_the_wanted_instruments_alone_are_delivered_with_the_same_numbers() -> None:
    wanted = frozenset({id_of("AAPL"), id_of("FCNTX")})
    expected = [
        fact
        for fact in two_sessions()
        if isinstance(fact, SessionOpened | SessionClosed | CorporateActionFact | FundingSettled)
        or fact.instrument_id in wanted
    ]
    end = two_sessions()[-1].seq
    assert list(opened().facts_between(start(), end, wanted)) == expected
    half = expected[len(expected) // 2].seq
    parts = [*opened().facts_between(start(), half, wanted), *opened().facts_between(half, end, wanted)]
    assert parts == expected


def test_minutes_are_bars_of_the_day_and_one_quote_each() -> None:
    of_apple = [fact for fact in two_sessions() if getattr(fact, "instrument_id", None) == id_of("AAPL")]
    kinds = [OpenFact, RangeFact, CloseFact, QuoteFact]
    assert {kind: sum(isinstance(fact, kind) for fact in of_apple) for kind in kinds} == dict.fromkeys(kinds, 780)
    (day, *_) = opened().bars(id_of("AAPL"), two_sessions()[-1].seq, limit=2)
    first = [fact for fact in of_apple if fact.at <= day.at]
    assert max(fact.high for fact in first if isinstance(fact, RangeFact)) == day.high
    assert min(fact.low for fact in first if isinstance(fact, RangeFact)) == day.low
    assert sum(fact.volume or 0 for fact in first if isinstance(fact, CloseFact)) == day.volume


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300_000), st.integers(0, 3))
def test_what_is_known_is_what_was_delivered(ahead: int, more: int) -> None:
    """Every answer at a cursor follows from the facts up to it: it cannot know more."""
    market, cursor = opened(), two_sessions()[ahead].seq + more
    delivered = [fact for fact in two_sessions() if fact.seq <= cursor]
    prices = [fact for fact in delivered if not isinstance(fact, CorporateActionFact)]
    for symbol in SHOWN:
        one = id_of(symbol)
        mine = [fact for fact in prices if getattr(fact, "instrument_id", None) == one]
        quotes = [fact for fact in mine if isinstance(fact, QuoteFact)]
        prints = [fact for fact in mine if isinstance(fact, OpenFact | CloseFact)]
        closes = [fact for fact in mine if isinstance(fact, CloseFact)]
        if mine:
            assert market.last_price_fact(one, cursor) == mine[-1]
        if quotes:
            quote = market.last_quote(one, cursor)
            assert quote is not None
            assert (quote.at, quote.bid, quote.ask) == (quotes[-1].at, quotes[-1].bid, quotes[-1].ask)
            assert standing_quote(market, one, cursor) == quote
        if prints:
            assert market.last_print(one, cursor) == prints[-1]
        if closes:
            bar = market.last_close(one, cursor)
            assert bar is not None
            assert (bar.at, bar.close) == (closes[-1].at, closes[-1].price)
        assert all(bar.at <= delivered[-1].at for bar in market.bars(one, cursor, limit=3))
    now = delivered[-1].at
    assert market.at_of(delivered[-1].seq) == now
    assert market.cursor_at(now) >= cursor
    assert market.sessions_closed(cursor) - market.sessions_closed(start()) == sum(
        isinstance(fact, SessionClosed) for fact in delivered
    )


@cache
def landmarks() -> tuple[list[int], list[int], list[int]]:
    """Where minutes end, where sessions end, and where the first prices of a session are known."""
    facts = two_sessions()
    last = [
        one for one, after in pairwise(facts) if phase_of(one) is Phase.QUOTE and phase_of(after) is not Phase.QUOTE
    ]
    closes = [fact.seq for fact in facts if isinstance(fact, SessionClosed)]
    # After the last member's quote come those of contracts; the next fact of its own is what a minute ends before.
    following = {one.seq: after for one, after in pairwise(facts)}
    minutes = [
        following[one.seq].seq if isinstance(following[one.seq], SessionClosed) else following[one.seq].seq - 1
        for one in last
    ]
    bells = [fact.at for fact in facts if isinstance(fact, SessionOpened)]
    return minutes, closes, [max(fact.seq for fact in facts if fact.at == bell) for bell in bells]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 300_000), st.sampled_from([1, 2, 389, 390, 391]))
def test_steps_end_where_a_minute_or_a_session_does(ahead: int, count: int) -> None:
    market, cursor = opened(), two_sessions()[ahead].seq
    minutes, closes, opens = ([seq for seq in each if seq > cursor] for each in landmarks())
    if count <= len(minutes):
        assert market.next_step(cursor, "bar", count) == minutes[count - 1]
        assert market.next_step(cursor, "quote", count) == minutes[count - 1]
    assert market.next_step(cursor, "session") == market.next_of(cursor, "next_close") == closes[0]
    assert market.next_step(cursor, "fact", 5) == cursor + 5
    piece = market.ahead(cursor, 1_000)
    assert cursor < piece <= closes[0]
    if opens:
        assert market.next_of(cursor, "next_open") == opens[0]
    bells = [fact.seq for fact in two_sessions() if isinstance(fact, SessionOpened | SessionClosed)]
    assert market.has_bells(cursor, cursor + 9) == any(cursor < bell <= cursor + 9 for bell in bells)


def test_the_base_of_a_days_change_is_the_close_before_it() -> None:
    market = opened()
    noon = two_sessions()[90_000].seq
    before = market.previous_close(id_of("AAPL"), noon)
    assert before is not None
    assert before.at == market.starts_from
    assert market.session_at(noon) is not None
    assert market.session_at(start()) is None


def test_the_end_is_the_end() -> None:
    market = opened()
    assert market.next_step(market.facts_total, "bar") is None
    assert market.next_of(market.facts_total, "next_open") is None
    assert market.next_step(market.facts_total - 1, "bar", 9) == market.facts_total
    assert market.session_at(market.facts_total) is None
    assert not market.has_bells(market.facts_total, market.facts_total)
    assert market.cursor_at(market.at_of(0)) > 0
    with pytest.raises(UnknownInstrument):
        market.last_quote(InstrumentId(UUID(int=1)), start())


def test_a_market_of_another_generator_is_refused() -> None:
    with pytest.raises(MalformedDataset):
        open_synthetic(market_manifest(Recipe("fair_market", 7, generator=99)))
