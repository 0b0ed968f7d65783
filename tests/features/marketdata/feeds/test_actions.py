"""Corporate actions in a dataset: what was written is read, told in order, and prices stand without what went ex."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    ActionTerms,
    CashDividend,
    CorporateAction,
    Delisting,
    Merger,
    Moment,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
    action_id,
)
from paperdesk.core.market.facts import CorporateActionFact
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.merge import facts_of_action, merge
from paperdesk.features.marketdata.feeds.actions import FILE_NAME
from paperdesk.features.marketdata.feeds.beside import Beside
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, open_recorded
from paperdesk.features.marketdata.feeds.series import Named, guessed, series_of
from paperdesk.features.marketdata.feeds.writer import is_unchanged, write_dataset
from tests.features.marketdata.feeds.markets import FIRST_ON, SCALES, SESSIONS, TERMS, Written, daily
from tests.features.marketdata.feeds.test_recorded import timed_bar
from tests.strategies import decimals

CALL = "AA240719C00010000"
ROWS = (Written(1_000, 1_200, 900, 1_100), Written(1_000, 1_200, 900, 1_050), Written(500, 600, 450, 550))
ONE, TWO = Decimal(1), Decimal(2)


def listed(symbol: str) -> Instrument:
    named = guessed(symbol)
    return series_of(named, TERMS, daily(*ROWS), SCALES).instrument


AA, BB = listed("AA"), listed("BB")
days = st.integers(-2, 9).map(lambda days: FIRST_ON + timedelta(days=days))
numbers = decimals(1, 5_000, 3)
terms = st.one_of(
    st.builds(CashDividend, numbers, st.booleans()),
    st.builds(ShareDividend, numbers),
    st.builds(Split, st.sampled_from([TWO, Decimal(3)]), st.sampled_from([ONE, Decimal(7)])),
    st.builds(SpinOff, st.just(BB), numbers, st.none() | decimals(0, 100, 2)),
    st.builds(Merger, numbers),
    st.builds(Merger, decimals(0, 5_000, 2), st.just(BB), numbers),
    st.just(SymbolChange(BB)),
    st.builds(Delisting, st.none() | decimals(0, 5_000, 2)),
)


def action(what: ActionTerms, ex_on: date, pay_on: date | None = None, of: Instrument = AA) -> CorporateAction:
    made = CorporateAction(action_id(of.id, "x", ex_on), of, what, ex_on, pay_on=pay_on)
    return replace(made, id=action_id(of.id, made.kind, ex_on))


def with_actions(*actions: CorporateAction, terms: DatasetTerms = TERMS, symbols: str = "AA BB") -> RecordedDataset:
    with TemporaryDirectory() as place:
        into = Path(place) / "dataset"
        series = [series_of(guessed(symbol), terms, daily(*ROWS), SCALES) for symbol in symbols.split()]
        ordered = sorted(actions, key=lambda each: (each.ex_on, each.instrument.id.int))
        write_dataset(terms, series, into, Beside(ordered))
        assert is_unchanged(into)
        return open_recorded(into)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(terms, days, st.none() | days), max_size=6, unique_by=lambda each: (type(each[0]), each[1])))
def test_actions_are_read_as_they_were_written_and_told_in_the_order_in_words(
    drawn: list[tuple[ActionTerms, date, date | None]],
) -> None:
    written = sorted((action(*one) for one in drawn), key=lambda each: each.ex_on)
    dataset = with_actions(*written)
    assert list(dataset.actions) == written
    bars = [
        timed_bar(each.instrument.id, daily(*ROWS), row)
        for each in dataset.manifest.listings
        for row in range(len(ROWS))
    ]
    sessions = [one for one in SESSIONS if one.closes_at <= bars[-1].bar.at]
    told = [fact for each in written for fact in facts_of_action(each, dataset.calendar)]
    within = [fact for fact in told if sessions[0].opens_at <= fact.at < sessions[-1].closes_at]
    assert list(dataset.facts_between(0, dataset.facts_total)) == merge(bars, [], sessions, within)


def test_actions_are_told_to_whoever_asks_for_any_instrument_and_ring_the_bell() -> None:
    second = SESSIONS[1].on
    dataset = with_actions(action(CashDividend(ONE), second, second))
    facts = list(dataset.facts_between(0, dataset.facts_total, frozenset({BB.id})))
    told = [fact for fact in facts if isinstance(fact, CorporateActionFact)]
    assert [fact.moment for fact in told] == [Moment.EX, Moment.PAY]
    assert dataset.has_bells(told[0].seq - 1, told[0].seq)
    assert not dataset.has_bells(told[0].seq - 2, told[0].seq - 2)


def test_prices_of_before_stand_without_what_went_ex() -> None:
    second, third = SESSIONS[1].on, SESSIONS[2].on
    dataset = with_actions(action(CashDividend(ONE), second), action(Split(TWO, ONE), third))
    ex_dates = [fact for fact in dataset.facts_between(0, dataset.facts_total) if isinstance(fact, CorporateActionFact)]
    dividend, split = ex_dates[0].seq, ex_dates[2].seq

    def prices(cursor: int) -> tuple[Decimal, ...]:
        fact, quote = dataset.last_print(AA.id, cursor), standing_quote(dataset, AA.id, cursor)
        assert fact is not None
        assert quote is not None
        assert quote.bid == quote.ask
        return fact.price, quote.bid

    assert prices(dividend - 1) == (Decimal("11.00"),) * 2
    assert prices(dividend) == (Decimal("10.00"),) * 2
    assert prices(split - 1) == (Decimal("10.50"),) * 2
    assert prices(split) == (Decimal("5.25"),) * 2
    previous = dataset.previous_close(AA.id, dataset.facts_total)
    assert previous is not None
    assert previous.close == Decimal("5.25")
    untouched = dataset.last_print(BB.id, split)
    assert untouched is not None
    assert untouched.price == Decimal("10.50")


def test_an_adjusted_series_is_known_though_it_has_no_prices() -> None:
    dataset = with_actions(action(Split(ONE, TWO), SESSIONS[1].on), symbols=f"AA {CALL}")
    (series,) = dataset.actions[0].series
    assert (series.before.symbol, series.after.symbol) == (CALL, "AA1240719C00010000")
    after = series.after.id
    assert dataset.instruments[after] == series.after
    assert not dataset.listed(after, dataset.facts_total)
    assert standing_quote(dataset, after, dataset.facts_total) is None
    assert dataset.bars(after, dataset.facts_total) == []
    assert dataset.by_symbol(series.after.symbol) is None


def test_an_adjusted_series_with_prices_of_its_own_delivers_what_the_action_says() -> None:
    dataset = with_actions(action(Split(ONE, TWO), SESSIONS[1].on), symbols=f"AA {CALL} AA1240719C00010000")
    priced = dataset.instruments[instrument_id(Kind.OPTION, "AA1240719C00010000", "XNYS")]
    assert priced.contract is not None
    assert priced.contract.units == 50
    assert dataset.listed(priced.id, dataset.facts_total)


@pytest.mark.parametrize("basis", [PriceBasis.SPLIT, PriceBasis.TOTAL_RETURN])
def test_where_prices_are_adjusted_companies_do_nothing(basis: PriceBasis) -> None:
    adjusted = replace(TERMS, price_basis=basis)
    dataset = with_actions(action(Split(TWO, ONE), SESSIONS[1].on), terms=adjusted)
    assert list(dataset.actions) == []
    facts = dataset.facts_between(0, dataset.facts_total)
    assert not any(isinstance(fact, CorporateActionFact) for fact in facts)


def test_actions_that_were_changed_after_writing_are_noticed(tmp_path: Path) -> None:
    for name, what in (("one", Split(TWO, ONE)), ("two", Split(Decimal(3), ONE))):
        series = [series_of(Named("AA", "AA", Kind.EQUITY), TERMS, daily(*ROWS), SCALES)]
        write_dataset(TERMS, series, tmp_path / name, Beside([action(what, SESSIONS[1].on)]))
    (tmp_path / "two" / FILE_NAME).replace(tmp_path / "one" / FILE_NAME)
    assert not is_unchanged(tmp_path / "one")
