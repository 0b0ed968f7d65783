"""What instruments are worth on a tape: the last print, the official close, a quote where nothing prints."""

from decimal import Decimal

from paperdesk.core.broker.marks import LAST_PRINT, OFFICIAL_CLOSE, QUOTE_MID
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, open_recorded
from paperdesk.features.marketdata.marks import mark_at, marks_at
from tests.desk import Market


def opened(market: Market) -> tuple[RecordedDataset, InstrumentId]:
    dataset = open_recorded(market.folder)
    acme = dataset.by_symbol("ACME")
    assert acme is not None
    return dataset, acme.id


def seen(dataset: RecordedDataset, instrument_id: InstrumentId) -> list[tuple[Decimal, str] | None]:
    marks = [mark_at(dataset, instrument_id, cursor) for cursor in range(dataset.facts_total + 1)]
    found = [None if mark is None else (mark.price, mark.source) for mark in marks]
    return [each for number, each in enumerate(found) if number == 0 or each != found[number - 1]]


def test_a_print_counts_until_the_next_and_is_official_at_the_close(markets: dict[str, Market]) -> None:
    assert seen(*opened(markets["daily"]))[:4] == [
        None,
        (Decimal(100), LAST_PRINT),
        (Decimal(100), OFFICIAL_CLOSE),
        (Decimal(101), LAST_PRINT),
    ]


def test_where_nothing_prints_the_middle_of_the_quote_counts(markets: dict[str, Market]) -> None:
    assert seen(*opened(markets["quotes"]))[:3] == [None, (Decimal(100), QUOTE_MID), (Decimal("100.02"), QUOTE_MID)]


def test_what_has_no_price_yet_has_no_mark(markets: dict[str, Market]) -> None:
    dataset, acme = opened(markets["daily"])
    assert marks_at(dataset, [acme], 0) == {}
    assert set(marks_at(dataset, [acme], dataset.facts_total)) == {acme}
