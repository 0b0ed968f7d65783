"""What stands at many cursors at once is what stands at each of them."""

from decimal import Decimal

from hypothesis import given

from paperdesk.core.kernel.time import microseconds
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.ranges import Stop, last_prints, stops
from tests.features.marketdata.feeds.markets import Market, Written, daily, markets, opened


def one_by_one(dataset: Dataset, after: int, upto: int) -> list[Stop]:
    found: list[Stop] = []
    cursor = dataset.next_step(after, "bar")
    while cursor is not None and cursor <= upto:
        found.append((cursor, microseconds(dataset.at_of(cursor)), dataset.sessions_closed(cursor)))
        cursor = dataset.next_step(cursor, "bar")
    return found


@given(markets())
def test_stops_are_the_steps_of_a_bar(market: Market) -> None:
    dataset = opened(market)
    for after in range(dataset.facts_total + 1):
        for upto in range(after, dataset.facts_total + 1):
            assert list(stops(dataset, after, upto)) == one_by_one(dataset, after, upto)


@given(markets())
def test_last_prints_are_the_last_print_of_each_cursor(market: Market) -> None:
    dataset = opened(market)
    for each in dataset.instruments:
        cursors = range(dataset.facts_total + 1)
        told = [dataset.last_print(each, cursor) for cursor in cursors]
        prices = [None if print_ is None else print_.price for print_ in told]
        assert last_prints(dataset, each, cursors) in (None, prices)


def test_prices_of_bars_are_found_at_once_and_those_before_the_first_are_not() -> None:
    dataset = opened({"AA": daily(Written(1_000, 1_200, 900, 1_100), Written(1_150, 1_300, 1_050, 1_250))})
    (instrument_id,) = dataset.instruments
    opens = [at for at in range(1, dataset.facts_total + 1) if dataset.last_print(instrument_id, at) is not None]
    found = last_prints(dataset, instrument_id, [opens[0], dataset.facts_total])
    assert found == [Decimal("10.00"), Decimal("12.50")]
    assert last_prints(dataset, instrument_id, [0, dataset.facts_total]) == [None, Decimal("12.50")]
