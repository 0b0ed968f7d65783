"""When shares are under the price test of short sales: from a fall by a tenth to the end of the next session."""

from collections.abc import Iterator

from paperdesk.features.marketdata.feeds.dataset import open_dataset
from paperdesk.features.marketdata.marks import TapeMarks
from tests.desk import Market


def told(market: Market) -> Iterator[tuple[str, bool]]:
    """Say at each fact whether ACME is under the test."""
    dataset = open_dataset(market.folder)
    acme = dataset.by_symbol("ACME")
    assert acme is not None
    for fact in dataset.facts_between(0, dataset.facts_total):
        mark = TapeMarks(dataset, fact.seq).get(acme.id)
        yield f"{fact.at:%d} {type(fact).__name__}", mark is not None and mark.is_under_price_test()


def test_the_test_begins_when_the_price_is_there_and_ends_with_the_next_session(markets: dict[str, Market]) -> None:
    tested = [when for when, is_tested in told(markets["falls"]) if is_tested]
    assert (tested[0], tested[-1]) == ("04 RangeFact", "05 CloseFact")


def test_small_falls_and_quotes_alone_begin_none(markets: dict[str, Market]) -> None:
    assert not [when for name in ("daily", "quotes", "closes", "minutes") for when, it in told(markets[name]) if it]
