"""What instruments are worth on a tape: the last print, the official close, a quote where nothing prints."""

from decimal import Decimal

from paperdesk.core.broker.marks import LAST_PRINT, OFFICIAL_CLOSE, OFFICIAL_OPEN, QUOTE_MID, opening_of
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import instant_from_text
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, open_recorded
from paperdesk.features.marketdata.marks import TapeMarks, mark_at, marks_at
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


def test_an_index_has_an_opening_value_beside_its_close(markets: dict[str, Market]) -> None:
    dataset, acme = opened(markets["daily"])
    index = dataset.by_symbol("MKTX")
    assert index is not None
    first_close = dataset.cursor_at(instant_from_text("2024-06-03T20:00:00Z"))
    marks = TapeMarks(dataset, first_close)
    opening = marks[opening_of(index.id)]
    assert (opening.price, opening.source, opening.instrument) == (Decimal(5000), OFFICIAL_OPEN, index)
    assert marks[index.id].price == Decimal(5005)
    assert opening_of(acme) not in marks
    second_close = dataset.cursor_at(instant_from_text("2024-06-04T20:00:00Z"))
    assert opening_of(index.id) not in TapeMarks(dataset, second_close)
