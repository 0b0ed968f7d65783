"""Nothing that is asked at a cursor may depend on what comes after it: the future is poisoned to prove it."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import MarketFact, OpenFact, SessionClosed, SessionOpened
from paperdesk.features.marketdata.feeds.columns import ABSENT, BarColumns, Columns, Ints, PrintColumns, QuoteColumns
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from tests.features.marketdata.feeds.markets import Market, markets, opened

POISON = 13_377
A_MONTH = 30 * 86_400_000_000


def delivered(dataset: RecordedDataset, symbol: str, upto: int) -> list[MarketFact]:
    instrument = dataset.by_symbol(symbol)
    assert instrument is not None
    facts = dataset.facts_between(0, upto, frozenset({instrument.id}))
    return [fact for fact in facts if not isinstance(fact, SessionOpened | SessionClosed)]


def poisoned(columns: Columns, facts: list[MarketFact]) -> Columns:
    """Change every number that the facts have not told yet, and add a row a month later."""
    if isinstance(columns, QuoteColumns):
        known = len(facts)
        bad = {name: spoilt(getattr(columns, name), known) for name in ("bid", "ask", "bid_size", "ask_size")}
        return QuoteColumns(extended(columns.at), **bad)
    if isinstance(columns, PrintColumns):
        known = len(facts)
        return PrintColumns(extended(columns.at), spoilt(columns.price, known), spoilt(columns.size, known))
    opened_bars = sum(isinstance(fact, OpenFact) for fact in facts)
    closes = {microseconds(fact.at) for fact in facts if type(fact).__name__ == "CloseFact"}
    ranges = {microseconds(fact.at) for fact in facts if type(fact).__name__ == "RangeFact"}
    told = {
        "open": np.cumsum(columns.complete) <= opened_bars,
        "high": np.isin(columns.at, list(ranges)),
        "low": np.isin(columns.at, list(ranges)),
        "close": np.isin(columns.at, list(closes)),
        "volume": np.isin(columns.at, list(closes | ranges)),
    }
    bad = {}
    for name, known_rows in told.items():
        values = getattr(columns, name)
        # What a dataset has at all it declares beforehand: nothing is added that it never has.
        later = POISON if np.any(values != ABSENT) else ABSENT
        bad[name] = np.append(np.where(known_rows | (values == ABSENT), values, POISON), later)
    return BarColumns(extended(columns.open_at), extended(columns.at), **bad)


def spoilt(values: Ints, known: int) -> Ints:
    changed = np.where((np.arange(len(values)) < known) | (values == ABSENT), values, POISON)
    return np.append(changed, POISON if np.any(values != ABSENT) else ABSENT)


def extended(at: Ints) -> Ints:
    return np.append(at, at[-1] + A_MONTH)


def answers(dataset: RecordedDataset, symbol: str, cursor: int) -> list[Any]:
    instrument = dataset.by_symbol(symbol)
    assert instrument is not None
    one, now = instrument.id, dataset.at_of(cursor)
    return [
        list(dataset.facts_between(0, cursor)),
        now,
        dataset.session_at(cursor),
        dataset.listed(one, cursor),
        dataset.bars(one, cursor),
        dataset.bars(one, cursor, start=now, limit=2),
        dataset.last_close(one, cursor),
        dataset.previous_close(one, cursor),
        dataset.last_price_fact(one, cursor),
        standing_quote(dataset, one, cursor),
        dataset.last_print(one, cursor),
        dataset.last_quote(one, cursor),
        dataset.has_bells(cursor - 1, cursor),
    ]


@settings(max_examples=80, deadline=None)
@given(markets(), st.data())
def test_no_answer_depends_on_the_future(market: Market, draw: st.DataObject) -> None:
    honest = opened(market)
    cursor = draw.draw(st.integers(1, honest.facts_total))
    worse = opened({symbol: poisoned(one, delivered(honest, symbol, cursor)) for symbol, one in market.items()})
    for symbol in market:
        assert answers(worse, symbol, cursor) == answers(honest, symbol, cursor)
    assert worse.facts_total > honest.facts_total


def test_the_poison_is_strong_enough_to_be_noticed() -> None:
    one = np.array([1_000], np.int64)
    bar = BarColumns(one * 0, one, one, one, one, one, one)
    nothing_known = poisoned(bar, [])
    assert isinstance(nothing_known, BarColumns)
    assert nothing_known.open.tolist() == nothing_known.close.tolist() == [POISON, POISON]
