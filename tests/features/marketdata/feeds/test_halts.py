"""Halts and auctions of recorded datasets: read once, told when they happen, and prices inside a halt left out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import Auction, AuctionFact, HaltReason, StatusFact, TradingHalted, TradingResumed
from paperdesk.core.market.halts import Halt, MalformedHalt, halts_told, standing_halt
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.merge import UNNUMBERED, phase_of
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.auctions import AuctionReader, auction_row
from paperdesk.features.marketdata.feeds.beside import NOTHING, Beside
from paperdesk.features.marketdata.feeds.columns import BarColumns, QuoteColumns
from paperdesk.features.marketdata.feeds.coverage import span
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from paperdesk.features.marketdata.feeds.halts import HaltReader
from paperdesk.features.marketdata.feeds.lines import Findings
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, open_recorded
from paperdesk.features.marketdata.feeds.series import Named, guessed, series_of
from paperdesk.features.marketdata.feeds.writer import is_unchanged, write_dataset
from tests.features.marketdata.feeds.markets import SCALES, SESSIONS, TERMS, Market, markets
from tests.features.marketdata.feeds.test_recorded import in_words

MINUTE = timedelta(minutes=1)
OPENS_AT, CLOSES_AT = SESSIONS[0].opens_at, SESSIONS[0].closes_at
OPTION = "AA240719C00010000"


def written(market: Market, beside: Beside = NOTHING, kind: Kind | None = Kind.EQUITY) -> RecordedDataset:
    """Write a market and what lies beside it as a dataset, and open it."""
    with TemporaryDirectory() as place:
        names = {symbol: guessed(symbol) if kind is None else Named(symbol, symbol, kind) for symbol in market}
        series = [series_of(names[symbol], TERMS, one, SCALES) for symbol, one in market.items()]
        write_dataset(TERMS, series, Path(place) / "dataset", beside)
        assert is_unchanged(Path(place) / "dataset")
        return open_recorded(Path(place) / "dataset")


def id_of(dataset: RecordedDataset, symbol: str) -> InstrumentId:
    instrument = dataset.by_symbol(symbol)
    assert instrument is not None
    return instrument.id


def minutes(count: int) -> BarColumns:
    """Return minutes of the first session; the n-th opens at 10.00 + n and closes at 10.50 + n."""
    opens = [microseconds(OPENS_AT + n * MINUTE) for n in range(count)]
    ends = [microseconds(OPENS_AT + (n + 1) * MINUTE) for n in range(count)]
    prices = [[1_000 + 100 * n + add for n in range(count)] for add in (0, 60, -60, 50)]
    return BarColumns(*(np.array(column, np.int64) for column in (opens, ends, *prices, [700] * count)))


def halt_of(dataset: RecordedDataset, first: int, last: int | None, symbol: str = "AA") -> Halt:
    ends = None if last is None else OPENS_AT + last * MINUTE
    return Halt(id_of(dataset, symbol), OPENS_AT + first * MINUTE, HaltReason.VOLATILITY, ends)


@st.composite
def besides(draw: st.DrawFn, dataset: RecordedDataset) -> Beside:
    """Draw halts, often at the very instants of prices, and auctions of the same instruments."""
    halts: list[Halt] = []
    auctions: list[AuctionFact] = []
    for listing in dataset.manifest.listings:
        one = listing.instrument.id
        cuts = sorted(draw(st.sets(st.integers(-1, 240), max_size=5)))
        instants = [OPENS_AT + cut * 30 * MINUTE for cut in cuts]
        pairs = zip(instants[::2], [*instants[1::2], None], strict=False)
        halts += [Halt(one, begins, HaltReason.NEWS, ends) for begins, ends in pairs]
        for session in draw(st.sets(st.sampled_from(range(len(SESSIONS))))):
            bells = {Auction.OPENING: SESSIONS[session].opens_at, Auction.CLOSING: SESSIONS[session].closes_at}
            which = draw(st.sampled_from(list(Auction)))
            volume = draw(st.sampled_from([None, Decimal(5_000)]))
            auctions.append(AuctionFact(UNNUMBERED, bells[which], one, which, Decimal("12.34"), volume))
    return Beside(
        halts=sorted(halts, key=lambda each: (each.halted_at, each.instrument_id.int)),
        auctions=sorted(auctions, key=lambda each: (each.at, each.auction is Auction.OPENING, each.instrument_id.int)),
    )


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_what_is_told_with_halts_and_auctions_is_the_order_written_in_words(data: st.DataObject) -> None:
    market = data.draw(markets())
    plain = written(market)
    beside = data.draw(besides(plain))
    dataset = written(market, beside)
    told = [each for halt in beside.halts if (each := _within(halt, *span(list(market.values())))) is not None]
    # An auction may be held before the first price, where a tape does not tell of halts yet that hide it all the same.
    held = [each for each in beside.auctions if not _is_hidden(each, beside.halts)]
    in_order = in_words(dataset, market, replace(beside, halts=told, auctions=held))
    assert list(dataset.facts_between(0, dataset.facts_total)) == in_order
    cursor = data.draw(st.integers(0, dataset.facts_total))
    by_then = [each for each in dataset.facts_between(0, cursor) if isinstance(each, StatusFact)]
    assert list(dataset.statuses(cursor)) == by_then


def _is_hidden(fact: AuctionFact, halts: Iterable[Halt]) -> bool:
    return any(each.instrument_id == fact.instrument_id and each.hides(fact.at, phase_of(fact)) for each in halts)


def _within(halt: Halt, first: datetime, last: datetime) -> Halt | None:
    """Return what a tape from one instant to another can tell of a halt."""
    ends = None if halt.resumed_at is None or halt.resumed_at > last else halt.resumed_at
    if halt.halted_at > last or (ends is not None and ends <= first):
        return None
    return replace(halt, halted_at=max(halt.halted_at, first), resumed_at=ends)


def test_prices_inside_a_halt_are_nobodys_and_what_comes_with_its_end_counts_again() -> None:
    market: Market = {"AA": minutes(8)}
    halt = halt_of(written(market), 2, 5)
    dataset = written(market, Beside(halts=[halt]))
    one = halt.instrument_id
    during = dataset.cursor_at(OPENS_AT + 4 * MINUTE)
    after = dataset.cursor_at(OPENS_AT + 5 * MINUTE)
    standing, quote = dataset.last_print(one, during), standing_quote(dataset, one, during)
    assert standing is not None
    assert quote is not None
    assert (standing.price, standing.at, quote.bid) == (Decimal("11.50"), OPENS_AT + 2 * MINUTE, Decimal("11.50"))
    assert len(dataset.bars(one, during)) == 2
    reopened = dataset.last_print(one, after)
    assert reopened is not None
    assert (reopened.price, reopened.at) == (Decimal("15.00"), OPENS_AT + 5 * MINUTE)
    assert [bar.at for bar in dataset.bars(one, dataset.facts_total)] == [
        OPENS_AT + n * MINUTE for n in (1, 2, 6, 7, 8)
    ]


def test_an_option_is_halted_with_what_it_is_written_on() -> None:
    at = np.array([microseconds(OPENS_AT + n * MINUTE) for n in range(8)], np.int64)
    quotes = QuoteColumns(at, at * 0 + 100, at * 0 + 120, at * 0 + 10, at * 0 + 10)
    market: Market = {"AA": minutes(8), OPTION: quotes}
    plain = written(market, kind=None)
    dataset = written(market, Beside(halts=[halt_of(plain, 2, 5)]), kind=None)
    option = dataset.instruments[id_of(dataset, OPTION)]
    during = dataset.cursor_at(OPENS_AT + 4 * MINUTE)
    quote = dataset.last_quote(option.id, during)
    assert quote is not None
    assert quote.at == OPENS_AT + MINUTE
    halted = standing_halt(dataset.statuses(during), option)
    assert halted is not None
    assert (halted.at, halted.reason) == (OPENS_AT + 2 * MINUTE, HaltReason.VOLATILITY)
    assert standing_halt(dataset.statuses(dataset.facts_total), option) is None


def test_a_halt_is_known_as_far_as_it_has_been_told() -> None:
    market: Market = {"AA": minutes(8), "BB": minutes(8)}
    plain = written(market)
    halts = [halt_of(plain, 2, 5), halt_of(plain, 3, None, "BB")]
    dataset = written(market, Beside(halts=halts))
    assert halts_told(dataset.statuses(0)) == []
    during = halts_told(dataset.statuses(dataset.cursor_at(OPENS_AT + 4 * MINUTE)))
    assert [(each.halted_at, each.resumed_at) for each in during] == [(each.halted_at, None) for each in halts]
    assert halts_told(dataset.statuses(dataset.facts_total)) == halts


def test_two_halts_in_a_row_end_and_begin_at_the_same_instant() -> None:
    market: Market = {"AA": minutes(8)}
    plain = written(market)
    dataset = written(market, Beside(halts=[halt_of(plain, 2, 4), halt_of(plain, 4, 6)]))
    told = dataset.statuses(dataset.facts_total)
    kinds = [type(each) for each in told]
    assert kinds == [TradingHalted, TradingResumed, TradingHalted, TradingResumed]
    assert told[1].at == told[2].at


def test_a_halt_ends_after_it_began() -> None:
    dataset = written({"AA": minutes(2)})
    with pytest.raises(MalformedHalt):
        halt_of(dataset, 2, 2)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"symbol": ""}, "missing_value"),
        ({"symbol": "ZZ"}, "symbol_not_in_dataset"),
        ({"reason": "lunch"}, "unknown_halt_reason"),
        ({"halted_at": "2024-07-02"}, "malformed_time"),
        ({"resumed_at": "2024-07-02T10:00:00Z"}, "malformed_halt"),
    ],
)
def test_a_row_of_halts_says_what_is_wrong_with_it(row: dict[str, str], code: str) -> None:
    dataset, findings = written({"AA": minutes(2)}), Findings()
    good = {"symbol": "AA", "halted_at": "2024-07-02T14:00:00Z", "reason": "news", "resumed_at": ""}
    reader = HaltReader({each.symbol: each for each in dataset.instruments.values()})
    assert reader.read([(2, {**good, **row})], findings) == []
    assert [each.code for each in findings.problems] == [code]


def test_nothing_is_halted_twice_at_once() -> None:
    dataset, findings = written({"AA": minutes(2)}), Findings()
    row = {"symbol": "AA", "reason": "news"}
    rows = [
        (2, {**row, "halted_at": "2024-07-02T14:00:00Z", "resumed_at": "2024-07-02T15:00:00Z"}),
        (3, {**row, "halted_at": "2024-07-02T14:30:00Z"}),
    ]
    HaltReader({each.symbol: each for each in dataset.instruments.values()}).read(rows, findings)
    assert [(each.code, each.facts["line"]) for each in findings.problems] == [("halts_overlap", 3)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"price": ""}, "missing_value"),
        ({"symbol": "ZZ"}, "symbol_not_in_dataset"),
        ({"auction": "noon"}, "unknown_auction"),
        ({"session_on": "tomorrow"}, "malformed_cell"),
        ({"session_on": "2024-07-04"}, "no_session_that_day"),
        ({"session_on": "1900-01-02"}, "no_session_that_day"),
        ({"price": "0"}, "malformed_cell"),
        ({"volume": "-1"}, "malformed_cell"),
        ({"price": "1.0000000001"}, "malformed_cell"),
    ],
)
def test_a_row_of_auctions_says_what_is_wrong_with_it(row: dict[str, str], code: str) -> None:
    dataset, findings = written({"AA": minutes(2)}), Findings()
    good = {"symbol": "AA", "session_on": "2024-07-02", "auction": "closing", "price": "10", "volume": ""}
    reader = AuctionReader({each.symbol: each for each in dataset.instruments.values()}, calendar("XNYS"))
    assert reader.read([(2, {**good, **row})], findings) == []
    assert [each.code for each in findings.problems] == [code]


def test_an_auction_is_told_once() -> None:
    dataset, findings = written({"AA": minutes(2)}), Findings()
    row = {"symbol": "AA", "session_on": "2024-07-02", "auction": "closing", "price": "10"}
    reader = AuctionReader({each.symbol: each for each in dataset.instruments.values()}, calendar("XNYS"))
    assert len(reader.read([(2, row), (3, row)], findings)) == 1
    assert [(each.code, each.facts["line"]) for each in findings.problems] == [("repeated_auction", 3)]


def test_an_auction_of_a_market_that_never_rests_keeps_its_day() -> None:
    dataset = written({"AA": minutes(2)})
    market = calendar("24/7")
    row = {"symbol": "AA", "session_on": "2024-07-02", "auction": "closing", "price": "10", "volume": None}
    reader = AuctionReader({each.symbol: each for each in dataset.instruments.values()}, market)
    (fact,) = reader.read([(2, {name: value or "" for name, value in row.items()})], Findings())
    assert auction_row(fact, "AA", market) == row
