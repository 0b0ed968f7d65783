"""The recorded store: the order of its facts, what is known at a cursor, stepping."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import CloseFact, MarketFact, OpenFact, QuoteFact, RangeFact, SessionClosed
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.merge import TimedBar, merge
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.beside import NOTHING, Beside
from paperdesk.features.marketdata.feeds.columns import BarColumns, Columns, PrintColumns, exact, exact_or_none
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from paperdesk.features.marketdata.feeds.given_quotes import QuoteRow, write_quotes
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, UnknownInstrument, open_recorded
from paperdesk.features.marketdata.feeds.writer import (
    DatasetExists,
    DisorderedRows,
    EmptyDataset,
    Series,
    is_unchanged,
    write_dataset,
)
from tests.features.marketdata.feeds.markets import (
    SESSIONS,
    TERMS,
    Market,
    Written,
    daily,
    markets,
    opened,
)

ONE = Written(1_000, 1_200, 900, 1_100)
TWO = Written(1_150, 1_300, 1_050, 1_250)


@pytest.fixture(scope="module")
def two_days() -> RecordedDataset:
    return opened({"AA": daily(ONE, TWO)})


def aa(dataset: RecordedDataset) -> InstrumentId:
    instrument = dataset.by_symbol("AA")
    assert instrument is not None
    return instrument.id


def in_words(dataset: RecordedDataset, market: Market, beside: Beside = NOTHING) -> list[MarketFact]:
    """Return the facts of a market as core/market/merge.py orders them."""
    bars: list[TimedBar] = []
    quotes: list[Quote] = []
    for symbol, columns in market.items():
        instrument = dataset.by_symbol(symbol)
        assert instrument is not None
        for row in range(len(columns.at)):
            if isinstance(columns, BarColumns):
                bars.append(timed_bar(instrument.id, columns, row))
            elif isinstance(columns, PrintColumns):
                at, price = instant_of(columns.at.item(row)), exact(columns.price.item(row), 2)
                bar = Bar(instrument.id, at, price, volume=exact_or_none(columns.size.item(row), 0))
                bars.append(TimedBar(at - timedelta(microseconds=1), bar))
            else:
                prices = (exact(columns.bid.item(row), 2), exact(columns.ask.item(row), 2))
                bid_size, ask_size = (exact_or_none(one.item(row), 0) for one in (columns.bid_size, columns.ask_size))
                quotes.append(Quote(instrument.id, instant_of(columns.at.item(row)), *prices, bid_size, ask_size))
    begins = [one.bar.at if one.bar.open is None else one.opened_at for one in bars]
    first = min(begins + [one.at for one in quotes])
    last = max([one.bar.at for one in bars] + [one.at for one in quotes])
    sessions = [one for one in SESSIONS if one.closes_at >= first and one.opens_at <= last]
    bells = {at for one in sessions for at in (one.opens_at, one.closes_at)}
    auctions = [fact for fact in beside.auctions if fact.at in bells]
    return merge(bars, quotes, sessions, auctions, beside.halts)


def timed_bar(instrument_id: InstrumentId, columns: BarColumns, row: int) -> TimedBar:
    at = instant_of(columns.at.item(row))
    first, high, low = (exact_or_none(one.item(row), 2) for one in (columns.open, columns.high, columns.low))
    volume = exact_or_none(columns.volume.item(row), 0)
    bar = Bar(instrument_id, at, exact(columns.close.item(row), 2), first, high, low, volume)
    return TimedBar(instant_of(columns.open_at.item(row)), bar)


@settings(max_examples=60, deadline=None)
@given(markets())
def test_the_order_of_facts_is_the_one_written_in_words(market: Market) -> None:
    dataset = opened(market)
    facts = list(dataset.facts_between(0, dataset.facts_total))
    assert facts == in_words(dataset, market)
    assert [dataset.at_of(fact.seq) for fact in facts] == [fact.at for fact in facts]


def test_facts_can_be_cut_anywhere_and_filtered(two_days: RecordedDataset) -> None:
    every = list(two_days.facts_between(0, 10))
    assert [fact.seq for fact in every] == list(range(1, 11))
    for cut in range(11):
        assert [*two_days.facts_between(0, cut), *two_days.facts_between(cut, 99)] == every
    nobody = frozenset({InstrumentId(UUID(int=1))})
    assert [fact.seq for fact in two_days.facts_between(0, 10, nobody)] == [1, 5, 6, 10]


def test_a_day_in_facts(two_days: RecordedDataset) -> None:
    _, first, between, last, end = two_days.facts_between(0, 5)
    assert first == OpenFact(2, SESSIONS[0].opens_at, aa(two_days), Decimal(10))
    assert between == RangeFact(3, SESSIONS[0].closes_at, aa(two_days), Decimal(9), Decimal(12), Decimal(1000))
    assert last == CloseFact(4, SESSIONS[0].closes_at, aa(two_days), Decimal(11), Decimal(1000))
    assert end == SessionClosed(5, SESSIONS[0].closes_at, SESSIONS[0].on)


def test_steps(two_days: RecordedDataset) -> None:
    assert two_days.next_step(0, "fact") == 1
    assert two_days.next_step(3, "fact", 100) == 10
    assert [two_days.next_step(cursor, "bar") for cursor in (0, 4, 5, 9)] == [5, 5, 10, 10]
    assert [two_days.next_step(cursor, "session") for cursor in (0, 5)] == [5, 10]
    assert two_days.next_step(0, "session", 2) == 10
    assert two_days.next_step(10, "bar") is None
    assert [two_days.next_of(cursor, "next_open") for cursor in (0, 2, 5, 7)] == [2, 7, 7, None]
    assert [two_days.next_of(cursor, "next_close") for cursor in (0, 5, 10)] == [5, 10, None]


def test_a_bar_step_stops_before_the_next_bar_opens() -> None:
    at = [microseconds(SESSIONS[0].opens_at + timedelta(minutes=n)) for n in range(4)]
    ten = np.full(3, 1_000, np.int64)
    dataset = opened({"AA": BarColumns(np.array(at[:3]), np.array(at[1:]), ten, ten, ten, ten, ten)})
    cursor = dataset.next_step(0, "bar")
    assert cursor == 4
    following = next(iter(dataset.facts_between(cursor, cursor + 1)))
    assert isinstance(following, OpenFact)
    assert following.at == dataset.at_of(cursor)


def test_cursor_and_instant_belong_together(two_days: RecordedDataset) -> None:
    session = SESSIONS[0]
    assert two_days.cursor_at(session.opens_at - timedelta(microseconds=1)) == 0
    assert two_days.cursor_at(session.opens_at) == 2
    assert two_days.cursor_at(session.closes_at) == 5
    assert two_days.cursor_at(datetime(2099, 1, 1, tzinfo=UTC)) == 10
    assert two_days.at_of(0) == two_days.at_of(1) == session.opens_at


def test_a_bar_is_known_once_its_close_is(two_days: RecordedDataset) -> None:
    one = aa(two_days)
    assert two_days.bars(one, 3) == []
    assert two_days.last_close(one, 3) is None
    [first] = two_days.bars(one, 4)
    assert first == Bar(one, SESSIONS[0].closes_at, Decimal(11), Decimal(10), Decimal(12), Decimal(9), Decimal(1000))
    assert [bar.close for bar in two_days.bars(one, 10)] == [Decimal(11), Decimal("12.5")]
    assert [bar.close for bar in two_days.bars(one, 10, limit=1)] == [Decimal("12.5")]
    assert two_days.bars(one, 10, start=SESSIONS[1].closes_at)[0].close == Decimal("12.5")
    assert two_days.bars(one, 10, end=SESSIONS[1].closes_at) == [first]


def test_the_previous_close_is_that_of_the_session_before(two_days: RecordedDataset) -> None:
    one = aa(two_days)
    assert [two_days.previous_close(one, cursor) for cursor in (0, 1, 5)] == [None] * 3
    assert [two_days.previous_close(one, cursor) for cursor in (6, 10)] == [two_days.last_close(one, 5)] * 2


def test_a_quote_made_of_a_bar_says_so(two_days: RecordedDataset) -> None:
    one = aa(two_days)
    assert standing_quote(two_days, one, 1) is None
    for cursor, price in ((2, "10"), (3, "10"), (4, "11"), (7, "11.5")):
        quote = standing_quote(two_days, one, cursor)
        assert quote is not None
        assert (quote.bid, quote.ask, quote.bid_size, quote.derived_from) == (Decimal(price),) * 2 + (None, "bar")


def test_the_last_print_is_an_open_or_a_close_and_the_close_of_a_session_is_known(two_days: RecordedDataset) -> None:
    one = aa(two_days)
    assert two_days.last_print(one, 1) is None
    assert two_days.last_quote(one, 10) is None
    found = [two_days.last_print(one, cursor) for cursor in (2, 3, 4)]
    assert [(print_.price, two_days.closes_session(print_.at)) for print_ in found if print_] == [
        (Decimal(10), False),
        (Decimal(10), False),
        (Decimal(11), True),
    ]


def test_a_bell_rings_where_a_session_opens_or_closes(two_days: RecordedDataset) -> None:
    assert [two_days.has_bells(cursor, cursor + 1) for cursor in range(10)] == [
        each in {0, 4, 5, 9} for each in range(10)
    ]
    assert not two_days.has_bells(1, 4)
    assert two_days.has_bells(1, 10)


def test_an_instrument_is_listed_with_its_first_price(two_days: RecordedDataset) -> None:
    assert [two_days.listed(aa(two_days), cursor) for cursor in (0, 1, 2)] == [False, False, True]
    assert two_days.by_symbol("ZZ") is None
    with pytest.raises(UnknownInstrument):
        two_days.listed(InstrumentId(UUID(int=1)), 2)


def test_the_session_of_a_cursor(two_days: RecordedDataset) -> None:
    open_at = [two_days.session_at(cursor) for cursor in (0, 1, 4, 5, 6, 10)]
    assert open_at == [None, SESSIONS[0], SESSIONS[0], None, SESSIONS[1], None]


def test_real_quotes_stand_until_the_next(tmp_path: Path) -> None:
    at = SESSIONS[0].opens_at
    rows = [
        QuoteRow("BTC/USD", at, Decimal("100.5"), Decimal("100.75"), Decimal("0.125"), Decimal(2)),
        QuoteRow("BTC/USD", at, Decimal("100.25"), Decimal(101)),
    ]
    write_quotes(TERMS, rows, tmp_path / "quotes")
    dataset = open_recorded(tmp_path / "quotes")
    [instrument] = dataset.instruments.values()
    assert (instrument.kind, instrument.currency) == (Kind.CRYPTO, "USD")
    first = dataset.last_price_fact(instrument.id, 1)
    assert isinstance(first, QuoteFact)
    assert (first.bid, first.bid_size, first.ask_size) == (Decimal("100.5"), Decimal("0.125"), Decimal(2))
    quote = standing_quote(dataset, instrument.id, 3)
    assert quote == Quote(instrument.id, at, Decimal("100.25"), Decimal(101))


def test_a_dataset_is_written_once_and_notices_changes(tmp_path: Path) -> None:
    def written(name: str, last: Written) -> DatasetManifest:
        instrument = next(iter(opened({"AA": daily(ONE)}).instruments.values()))
        return write_dataset(TERMS, [Series(instrument, 2, 0, daily(ONE, last))], tmp_path / name)

    manifest, again, other = written("one", TWO), written("two", TWO), written("three", ONE)
    assert manifest == again
    assert manifest.content_hash != other.content_hash
    with pytest.raises(DatasetExists):
        written("one", TWO)
    assert is_unchanged(tmp_path / "one")
    for listing in manifest.listings:
        (tmp_path / "one" / listing.file_names[0]).write_bytes(
            (tmp_path / "three" / listing.file_names[0]).read_bytes()
        )
    assert not is_unchanged(tmp_path / "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "three", "two"]


def test_an_import_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    good = daily(ONE, TWO)
    backwards: Columns = BarColumns(*(getattr(good, name)[::-1] for name in BarColumns.__slots__))
    instrument = next(iter(opened({"AA": good}).instruments.values()))
    with pytest.raises(DisorderedRows):
        write_dataset(TERMS, [Series(instrument, 2, 0, backwards)], tmp_path / "bad")
    with pytest.raises(EmptyDataset):
        write_dataset(TERMS, [], tmp_path / "bad")
    assert list(tmp_path.iterdir()) == []


def test_around_the_clock_a_day_ends_before_the_next_begins(tmp_path: Path) -> None:
    days = calendar("24/7").sessions(SESSIONS[0].on, SESSIONS[0].on + timedelta(days=1))
    rows = [QuoteRow("BTC/USD", day.opens_at, Decimal(1), Decimal(2)) for day in days]
    write_quotes(replace(TERMS, calendar="24/7"), rows, tmp_path / "quotes")
    dataset = open_recorded(tmp_path / "quotes")
    names = [type(fact).__name__ for fact in dataset.facts_between(0, dataset.facts_total)]
    assert names == ["QuoteFact", "SessionOpened", "QuoteFact", "SessionClosed", "SessionOpened", "SessionClosed"]
    assert dataset.next_step(0, "session") == 4
