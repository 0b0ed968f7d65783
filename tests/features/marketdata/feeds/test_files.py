"""Files: everything good is stored exactly, everything bad is reported with its line."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.quotes import Bar
from paperdesk.features.marketdata.feeds import columns, reading
from paperdesk.features.marketdata.feeds.cells import parse_columns
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from paperdesk.features.marketdata.feeds.files import ImportTerms, Rows, import_file, read_rows
from paperdesk.features.marketdata.feeds.lines import Findings, csv_rows, parse_rows
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, MalformedDataset, PriceBasis
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, open_recorded
from paperdesk.features.marketdata.feeds.series import Named
from paperdesk.features.marketdata.feeds.writer import is_unchanged

TERMS = ImportTerms(DatasetTerms(name="mine"))
HEADER = "symbol,date,open,high,low,close,volume\n"
GOOD = "AAA,2024-01-02,10,12,9,11.5,1000\n"


def written(place: Path, text: str | bytes) -> Path:
    place.mkdir(exist_ok=True)
    path = place / "prices.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems_of(place: Path, text: str | bytes, terms: ImportTerms = TERMS) -> list[tuple[object, str]]:
    """Return (line, code) of every problem; nothing may have been written."""
    result = import_file(written(place, text), terms, place / "dataset")
    assert isinstance(result, list)
    assert not (place / "dataset").exists()
    assert all(problem.facts["reason"] for problem in result)
    return [(problem.facts["line"], problem.code) for problem in result]


def imported(place: Path, path: Path, terms: ImportTerms = TERMS) -> RecordedDataset:
    result = import_file(path, terms, place / "dataset")
    assert isinstance(result, DatasetManifest), result
    return open_recorded(place / "dataset")


def bars_of(dataset: RecordedDataset, symbol: str) -> list[Bar]:
    instrument = dataset.by_symbol(symbol)
    assert instrument is not None
    return dataset.bars(instrument.id, dataset.facts_total)


def test_daily_bars_in_any_order(tmp_path: Path) -> None:
    text = HEADER + "AAA,2024-01-03,11,13,10,12.125,\n" + GOOD + "BBB,2024-07-03,,,,5,7\n"
    dataset = imported(tmp_path, written(tmp_path, text))
    first, second = bars_of(dataset, "AAA")
    assert first.at == datetime(2024, 1, 2, 21, tzinfo=UTC)
    assert first == Bar(first.instrument_id, first.at, Decimal("11.5"), *map(Decimal, (10, 12, 9, 1000)))
    assert second.close == Decimal("12.125")
    assert second.volume is None
    [only] = bars_of(dataset, "BBB")
    assert only == Bar(only.instrument_id, datetime(2024, 7, 3, 17, tzinfo=UTC), Decimal(5), volume=Decimal(7))
    scales = {one.instrument.symbol: one.scale for one in dataset.manifest.listings}
    assert scales == {"AAA": 3, "BBB": 0}
    assert dataset.manifest.listings[0].instrument.tick == Decimal("0.01")


def test_intraday_bars_begin_at_their_instant_and_end_with_the_session(tmp_path: Path) -> None:
    stamps = ["2024-07-03T15:30:00Z", "2024-07-03T12:30:00-04:00", "2024-07-05 13:30:00+00:00"]
    text = "symbol,at,close\n" + "".join(f"AAA,{stamp},10\n" for stamp in stamps)
    bars = bars_of(imported(tmp_path, written(tmp_path, text)), "AAA")
    assert [bar.at.isoformat() for bar in bars] == [
        "2024-07-03T16:30:00+00:00",
        "2024-07-03T17:00:00+00:00",
        "2024-07-05T14:30:00+00:00",
    ]


def test_the_length_of_a_bar_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "symbol,at,close\nAAA,2024-01-02T14:30:00Z,10\n")
    assert problems_of(tmp_path, path.read_bytes()) == [(None, "unknown_bar_length")]
    minute = replace(TERMS, bar_length=timedelta(minutes=1))
    [bar] = bars_of(imported(tmp_path, path, minute), "AAA")
    assert bar.at == datetime(2024, 1, 2, 14, 31, tzinfo=UTC)


def test_bars_longer_than_the_rows_are_apart_overlap(tmp_path: Path) -> None:
    text = "symbol,at,close\nAAA,2024-01-02T14:30:00Z,10\nAAA,2024-01-02T14:31:00Z,10\n"
    assert problems_of(tmp_path, text, replace(TERMS, bar_length=timedelta(minutes=5))) == [(3, "overlapping_bar")]


def test_quotes(tmp_path: Path) -> None:
    head = "symbol,at,bid,ask,bid_size,ask_size\n"
    row = "BTC/USD,2024-01-02T14:30:00.000001Z,10.5,10.75,0.125,3\n"
    terms = replace(TERMS, dataset=replace(TERMS.dataset, calendar="24/7"))
    dataset = imported(tmp_path, written(tmp_path, head + row + row), terms)
    [instrument] = dataset.instruments.values()
    assert instrument.kind is Kind.CRYPTO
    quote = standing_quote(dataset, instrument.id, dataset.facts_total)
    assert quote is not None
    assert (quote.bid, quote.ask, quote.bid_size, quote.ask_size) == (
        Decimal("10.5"),
        Decimal("10.75"),
        Decimal("0.125"),
        Decimal(3),
    )
    assert dataset.manifest.rows == 2
    assert dataset.manifest.fields == ("bid", "ask")


def test_every_bad_row_is_reported_with_its_line(tmp_path: Path) -> None:
    rows = [
        GOOD,
        "AAA,2024-01-03,x,12,9,11,1000\n",
        "AAA,2024-01-04,10,12,9,NaN,1000\n",
        "AAA,2024-01-05,10,12,9,-11,1000\n",
        "AAA,2024-01-08,10,12,9,0,1000\n",
        "AAA,2024-01-09,10,9,12,11,1000\n",
        "AAA,2024-01-10,10,12,9,12.01,1000\n",
        "AAA,2024-01-11,8.99,12,9,11,1000\n",
        "AAA,2024-01-13,10,12,9,11,1000\n",
        GOOD,
        "AAA,2024-01-16,10,12,9,,1000\n",
        "AAA,2024-01-17,10,,9,11,1000\n",
        "AAA,2024-01-18,10,12,9,11,-5\n",
        "AAA,2024-01-19,10,12,9,11\n",
        ",2024-01-22,10,12,9,11,1\n",
        "AAA,2024-02-30,10,12,9,11,1\n",
        "AAA,2024-01-23T14:30:00,10,12,9,11,1\n",
        "AAA,1950-01-03,10,12,9,11,1\n",
        "AAA,2024-01-24,10,12,9,1e400,1\n",
        "AAA,2024-01-25,10,99999999999,9,11,1\n",
        "AAA,,10,12,9,11,1\n",
        "\n",
        "AAA,2024-01-26,10,12,9,1_1,1\n",
    ]
    assert problems_of(tmp_path, HEADER + "".join(rows)) == [
        (3, "malformed_cell"),
        (4, "malformed_cell"),
        (5, "price_not_positive"),
        (6, "price_not_positive"),
        (7, "high_below_low"),
        (8, "price_outside_range"),
        (9, "price_outside_range"),
        (10, "no_session"),
        (11, "repeated_row"),
        (12, "missing_value"),
        (13, "incomplete_bar"),
        (14, "negative_size"),
        (15, "malformed_row"),
        (16, "missing_value"),
        (17, "malformed_cell"),
        (18, "malformed_time"),
        (19, "beyond_calendar"),
        (20, "malformed_number"),
        (21, "malformed_cell"),
        (22, "missing_value"),
        (24, "malformed_cell"),
    ]


def test_bad_text_is_reported_where_it_is(tmp_path: Path) -> None:
    text = (HEADER + GOOD).encode() + b"A\xe9A,2024-01-03,10,12,9,11,1\n" + b'"AAA,2024-01-04,10,12,9,11,1\n'
    assert problems_of(tmp_path, text) == [(3, "malformed_text"), (4, "malformed_row")]
    assert problems_of(tmp_path, (HEADER + GOOD).encode("utf-16")) == [(1, "malformed_text")]
    assert problems_of(tmp_path, b"\xff,\n" + GOOD.encode()) == [(1, "malformed_text")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (None, "empty_file")),
        (" \n\n", (None, "empty_file")),
        (HEADER, (None, "empty_file")),
        (HEADER.strip(), (None, "empty_file")),
        ("symbol,date,open\n" + GOOD, (1, "missing_columns")),
        ("date,close\n2024-01-02,1\n", (1, "missing_columns")),
        ("symbol,close\nAAA,1\n", (1, "missing_columns")),
        ("symbol,date,at,close\nAAA,2024-01-02,,1\n", (1, "ambiguous_columns")),
        ("symbol,date,close,close\nAAA,2024-01-02,1,1\n", (1, "ambiguous_columns")),
        ("symbol,at,close,bid,ask\nAAA,2024-01-02,1,1,1\n", (1, "ambiguous_columns")),
        ("symbol,date,close\nAAA,0000-01-01,10\n", (2, "beyond_calendar")),
        ("symbol,date,close\nAAA,9999-12-31,10\n", (2, "beyond_calendar")),
        ("symbol,date,bid,ask\nAAA,2024-01-02,1,2\n", (None, "malformed_time")),
        ("symbol,at,bid,ask\nAAA,2024-01-02T14:30:00Z,3,2\n", (2, "crossed_quote")),
        ("symbol,at,bid,ask\nAAA,2024-01-02T14:30:00Z,,2\n", (2, "missing_value")),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, text: str, expected: tuple[int | None, str]) -> None:
    assert problems_of(tmp_path, text) == [expected]


def test_dates_and_instants_do_not_mix(tmp_path: Path) -> None:
    text = "symbol,at,close\nAAA,2024-01-02,1\nAAA,2024-01-03T14:30:00Z,1\n"
    assert problems_of(tmp_path, text) == [(3, "malformed_cell")]


def test_what_a_download_looks_like(tmp_path: Path) -> None:
    text = "\ufeffDate,Open,High,Low,Close,Adj Close,Volume\r\n2024-01-02,10,12,9,11.12345678912345,3,1.5E+10\r\n"
    basis = replace(TERMS.dataset, price_basis=PriceBasis.SPLIT)
    named = {"SPX": Named("SPX", "S&P 500", Kind.INDEX)}
    dataset = imported(tmp_path, written(tmp_path, text), replace(TERMS, dataset=basis, symbol="SPX", named=named))
    [bar] = bars_of(dataset, "SPX")
    assert (bar.close, bar.volume) == (Decimal("11.123456789"), Decimal(15_000_000_000))
    [instrument] = dataset.instruments.values()
    assert (instrument.name, instrument.is_tradable, instrument.tick) == ("S&P 500", False, Decimal("0.000000001"))
    assert dataset.manifest.warnings == (
        "Columns that were not used: adj close.",
        "1 prices had more than 9 digits after the point and were rounded.",
    )


def test_an_option_keeps_its_contract(tmp_path: Path) -> None:
    dataset = imported(tmp_path, written(tmp_path, HEADER + GOOD.replace("AAA", "AAPL240119C00190000")))
    [instrument] = dataset.instruments.values()
    assert instrument.kind is Kind.OPTION
    assert instrument.contract is not None
    assert instrument.contract.expires_on == date(2024, 1, 19)


def test_parquet_with_floats_and_instants(tmp_path: Path) -> None:
    at = [datetime(2024, 1, 2, 14, 30, tzinfo=UTC), datetime(2024, 1, 2, 14, 31, tzinfo=UTC)]
    table = pa.table({"Symbol": ["AAA"] * 2, "at": at, "close": [10.1, 0.1 + 0.2], "volume": pa.array([5, None])})
    pq.write_table(table, tmp_path / "prices.parquet")
    terms = replace(TERMS, format=reading.FileFormat.PARQUET)
    first, second = bars_of(imported(tmp_path, tmp_path / "prices.parquet", terms), "AAA")
    assert (first.close, first.volume) == (Decimal("10.1"), Decimal(5))
    assert second.close == Decimal("0.3")
    assert second.volume is None


def test_parquet_with_naive_midnights_and_bad_rows(tmp_path: Path) -> None:
    at = pa.array([datetime(2024, 1, 2), datetime(2024, 1, 6)], pa.timestamp("ns"))  # noqa: DTZ001 - the point of it
    table = pa.table({"symbol": ["AAA"] * 2, "date": at, "close": [float("nan"), 1.5]})
    pq.write_table(table, tmp_path / "prices.parquet")
    result = read_rows(tmp_path / "prices.parquet", replace(TERMS, format=reading.FileFormat.PARQUET))
    assert isinstance(result, list)
    assert [(one.facts["line"], one.code) for one in result] == [(1, "malformed_cell"), (2, "no_session")]
    (tmp_path / "prices.parquet").write_bytes(b"not parquet")
    result = read_rows(tmp_path / "prices.parquet", replace(TERMS, format=reading.FileFormat.PARQUET))
    assert isinstance(result, list)
    assert [one.code for one in result] == ["malformed_file"]


plain_cell = st.sampled_from(["1", "1.5", "0.333", "12345.6789", "1e2", "-1", "0", "", "1.23456789012", "7.50"])
odd_cell = st.sampled_from(["x", "nan", "9300000000", "9300000000.5", " 1", "+1", ".5", "1_0", "inf", "0.00000000051"])
plain_stamp = st.sampled_from(["2024-01-02", "2024-01-03", "2024-01-06"])
odd_stamp = st.sampled_from(["2024-1-2", "", "2024-01-02T14:30:00Z", "2024-01-02 15:30:00-05:00", "2024-W01-1"])
symbol = st.sampled_from(["AA", "BB", "CC"])


def rows_with(cell: st.SearchStrategy[str], stamp: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    row = st.tuples(symbol, stamp, *[plain_cell] * 4, cell).map(",".join)
    return st.lists(row, min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(rows_with(plain_cell, plain_stamp) | rows_with(odd_cell, plain_stamp) | rows_with(plain_cell, odd_stamp))
def test_columns_at_once_and_row_by_row_read_the_same(rows: list[str]) -> None:
    raw = (HEADER + "\n".join(rows) + "\n").encode()
    header = HEADER.strip().split(",")
    findings = Findings()
    slow = parse_rows(csv_rows(raw, header, findings), header, findings)
    table = reading._table(raw, header)
    fast = None if table is None else parse_columns(table, first_line=2)
    if fast is None:
        return
    assert findings.problems == []
    assert (fast.dates_only, fast.rounded) == (slow.dates_only, slow.rounded)
    assert fast.stamps.tolist() == slow.stamps.tolist()
    assert [fast.symbols[code] for code in fast.symbol_of] == [slow.symbols[code] for code in slow.symbol_of]
    for name in ("open", "high", "low", "close"):
        assert fast.number(name).tolist() == slow.number(name).tolist()


def test_good_rows_are_returned_without_writing(tmp_path: Path) -> None:
    rows = read_rows(written(tmp_path, HEADER + GOOD), TERMS)
    assert isinstance(rows, Rows)
    assert [one.instrument.symbol for one in rows.series] == ["AAA"]
    assert [path.name for path in tmp_path.iterdir()] == ["prices.csv"]


def test_prints(tmp_path: Path) -> None:
    text = "symbol,at,price,size\nAAA,2024-01-02T14:30:01Z,10.5,100\nAAA,2024-01-02T14:30:01Z,10.25,\n"
    dataset = imported(tmp_path, written(tmp_path, text))
    [first, second] = bars_of(dataset, "AAA")
    assert (first.close, first.volume) == (Decimal("10.5"), Decimal(100))
    assert (second.close, second.volume) == (Decimal("10.25"), None)
    assert dataset.manifest.fields == ("print", "volume")
    assert problems_of(
        tmp_path / "other", "symbol,at,price\nAAA,2024-01-02T14:30:01Z,0\nAAA,2024-01-02T14:30:01Z,\n"
    ) == [
        (2, "price_not_positive"),
        (3, "missing_value"),
    ]
    assert problems_of(tmp_path / "days", "symbol,date,price\nAAA,2024-01-02,1\n") == [(None, "malformed_time")]


def test_text_in_mixed_encodings_is_refused_by_line(tmp_path: Path) -> None:
    rows = [
        GOOD.encode(),
        "ÄÄÄ,2024-01-02,10,12,9,11.5,1\n".encode("latin-1"),
        "ÖÖÖ,2024-01-02,10,12,9,11,1\n".encode(),
    ]
    assert problems_of(tmp_path, HEADER.encode() + b"".join(rows)) == [(3, "malformed_text")]
    assert problems_of(tmp_path / "wide", (HEADER + GOOD).encode("utf-16")) == [(1, "malformed_text")]


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 255))
def test_half_a_parquet_file_is_refused_and_nothing_of_it_is_kept(share: float, noise: int) -> None:
    with TemporaryDirectory() as place:
        path, terms = Path(place) / "rows.parquet", replace(TERMS, format=reading.FileFormat.PARQUET)
        symbols = {"symbol": [f"AA{nth}" for nth in range(50)]}
        pq.write_table(pa.table({**symbols, "date": ["2024-01-02"] * 50, "close": [10.5] * 50}), path)
        assert isinstance(import_file(path, terms, Path(place) / "good"), DatasetManifest)
        whole = path.read_bytes()
        cut = min(len(whole) - 8, int(len(whole) * share))
        for bad in (whole[:cut], whole[:cut] + bytes([noise]) * (len(whole) - cut)):
            path.write_bytes(bad)
            result = import_file(path, terms, Path(place) / "dataset")
            assert isinstance(result, list)
            assert result
            assert not (Path(place) / "dataset").exists()


def test_many_rows_are_parted_by_period_and_read_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-03", "2024-02-01", "2024-02-02"]
    text = HEADER + "".join(f"AAA,{day},10,12,9,{10 + nth / 5},1000\n" for nth, day in enumerate(days))
    whole = imported(tmp_path, written(tmp_path, text))
    for most, periods in ((4, ("2023", "2024")), (3, ("2023-12", "2024-01", "2024-02"))):
        monkeypatch.setattr(columns, "PERIOD_ROWS", most)
        place = tmp_path / str(most)
        place.mkdir()
        parted = imported(place, written(place, text))
        (listing,) = parted.manifest.listings
        assert listing.periods == periods
        assert all((place / "dataset" / name).is_file() for name in listing.file_names)
        assert bars_of(parted, "AAA") == bars_of(whole, "AAA")
        assert is_unchanged(place / "dataset")
        (place / "dataset" / listing.file_names[0]).write_bytes(b"PAR1 half of it")
        with pytest.raises(MalformedDataset):
            open_recorded(place / "dataset")
