"""A tape says beforehand what certainly changes nothing, and what is worth how much at many cursors at once."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bench.backtests import tape_of
from paperdesk.core.broker.stillness import EVERYWHERE, Stillness
from paperdesk.features.backtests.tape_market import TapeMarket
from tests.features.marketdata.feeds.markets import Market, Written, daily, markets, opened

cents = st.integers(1, 2_500).map(lambda whole: Decimal(whole).scaleb(-2))
spans = st.tuples(cents, cents).map(lambda pair: (min(pair), max(pair)))


@given(markets(), st.data())
def test_up_to_a_quiet_cursor_every_fact_leaves_alone(market: Market, data: st.DataObject) -> None:
    dataset = opened(market)
    tape = TapeMarket(tape_of(dataset), dataset)
    waited_for = data.draw(st.sets(st.sampled_from(sorted(dataset.instruments)), min_size=1))
    bounds = {each: data.draw(spans) for each in sorted(waited_for)}
    after = data.draw(st.integers(0, dataset.facts_total))
    ends_at = dataset.at_of(data.draw(st.integers(0, dataset.facts_total)))
    still = Stillness(bounds, data.draw(st.sampled_from([ends_at, ends_at + timedelta(seconds=1)])))
    quiet = tape.quiet_until(after, still)
    assert after <= quiet <= dataset.facts_total
    assert all(still.covers(fact) for fact in dataset.facts_between(after, quiet, frozenset(waited_for)))


def test_who_waits_for_no_price_is_left_alone_to_the_end_of_a_tape_without_halts_and_actions() -> None:
    dataset = opened({"AA": daily(Written(1_000, 1_200, 900, 1_100), Written(1_150, 1_300, 1_050, 1_250))})
    assert TapeMarket(tape_of(dataset), dataset).quiet_until(0, EVERYWHERE) == dataset.facts_total


@given(markets(), st.integers(-50, 50).filter(bool))
def test_worths_at_many_cursors_are_those_of_the_marks_at_each(market: Market, units: int) -> None:
    dataset = opened(market)
    tape, cursors, quantity = TapeMarket(tape_of(dataset), dataset), range(dataset.facts_total + 1), Decimal(units)
    for each in dataset.instruments:
        marks = [tape.marks(cursor).get(each) for cursor in cursors]
        expected = [None if mark is None else mark.worth(quantity) for mark in marks]
        first = next(at for at, worth in enumerate(expected) if worth is not None)
        assert tape.worths(each, quantity, cursors) == expected
        assert tape.worths(each, quantity, cursors[first:]) == expected[first:]
