"""A tape says beforehand what certainly changes nothing, and what is worth how much at many cursors at once."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.backtests import tape_of
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.orders import Side
from paperdesk.core.broker.stillness import EVERYWHERE, Stillness
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import ActionTerms
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from tests.core.backtest.test_skipping import Programme, Wish, wishes
from tests.features.marketdata.feeds.markets import Market, Written, daily, markets, opened
from tests.features.marketdata.feeds.test_actions import action, days, terms, with_actions
from tests.scenery import empty_account, rules

cents = st.integers(1, 2_500).map(lambda whole: Decimal(whole).scaleb(-2))
spans = st.tuples(cents, cents).map(lambda pair: (min(pair), max(pair)))


@given(markets(), st.data())
def test_up_to_a_quiet_cursor_every_fact_leaves_alone(market: Market, data: st.DataObject) -> None:
    check_quiet(opened(market), data)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(terms, days), max_size=3, unique_by=lambda each: (type(each[0]), each[1])), st.data())
def test_that_is_so_between_what_companies_do(acts: list[tuple[ActionTerms, date]], data: st.DataObject) -> None:
    check_quiet(with_actions(*(action(what, on, on + timedelta(days=2)) for what, on in acts)), data)


def check_quiet(dataset: RecordedDataset, data: st.DataObject) -> None:
    tape = TapeMarket(tape_of(dataset), dataset)
    waited_for = data.draw(st.sets(st.sampled_from(sorted(dataset.instruments)), min_size=1))
    bounds = {each: data.draw(spans) for each in sorted(waited_for)}
    after = data.draw(st.integers(0, dataset.facts_total))
    ends_at = dataset.at_of(data.draw(st.integers(0, dataset.facts_total)))
    still = Stillness(bounds, data.draw(st.sampled_from([ends_at, ends_at + timedelta(seconds=1)])))
    quiet = tape.quiet_until(after, still)
    assert after <= quiet <= dataset.facts_total
    assert all(still.covers(fact) for fact in dataset.facts_between(after, quiet, frozenset(waited_for)))


class Attentive(TapeMarket):
    """A tape that never says beforehand that nothing will happen."""

    def quiet_until(self, after: int, still: Stillness) -> int:
        return after


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(terms, days), max_size=3, unique_by=lambda each: (type(each[0]), each[1])),
    st.lists(wishes, min_size=10, max_size=10),
    st.sampled_from([None, Wish(Side.BUY, 10)]),
)
def test_runs_past_what_companies_do_come_to_the_same_with_and_without_looking_at_every_fact(
    acts: list[tuple[ActionTerms, date]], listed: list[Wish | None], first: Wish | None
) -> None:
    dataset = with_actions(*(action(what, on, on + timedelta(days=2)) for what, on in acts))
    tape, results = tape_of(dataset), []
    for kind in (TapeMarket, Attentive):
        strategy = Programme(["AA"])
        strategy.wishes = [first, *listed]
        account = replace(empty_account(rules()), cash=Decimal(1_000))
        results.append(run_backtest(kind(tape, dataset), account, strategy, Stretch(0, tape.cursor)))
    found, exact = results
    assert (found.events, found.points, found.account) == (exact.events, exact.points, exact.account)


def test_who_waits_for_no_price_is_left_alone_to_the_end_of_a_tape_without_halts_and_actions() -> None:
    dataset = opened({"AA": daily(Written(1_000, 1_200, 900, 1_100), Written(1_150, 1_300, 1_050, 1_250))})
    assert TapeMarket(tape_of(dataset), dataset).quiet_until(0, EVERYWHERE) == dataset.facts_total


@given(markets(), st.integers(-50, 50).filter(bool))
def test_worths_at_many_cursors_are_those_of_the_marks_at_each(market: Market, units: int) -> None:
    check_worths(opened(market), units)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(terms, days), max_size=3, unique_by=lambda each: (type(each[0]), each[1])), st.just(7))
def test_and_so_they_are_where_something_goes_ex(acts: list[tuple[ActionTerms, date]], units: int) -> None:
    check_worths(with_actions(*(action(what, on, on + timedelta(days=2)) for what, on in acts)), units)


def check_worths(dataset: RecordedDataset, units: int) -> None:
    tape, cursors = TapeMarket(tape_of(dataset), dataset), range(dataset.facts_total + 1)
    quantities = [Decimal(units + at % 3) for at in cursors]
    for each in dataset.instruments:
        marks = [tape.marks(cursor).get(each) for cursor in cursors]
        expected = [
            None if mark is None else mark.worth(quantity) for mark, quantity in zip(marks, quantities, strict=True)
        ]
        assert tape.worths(each, quantities, cursors) == expected
