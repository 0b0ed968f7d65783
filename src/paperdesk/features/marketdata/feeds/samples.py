"""Real prices that installed packages carry: read from their files, never imported, never copied into ours.

The licence of a package is not a licence for the prices in it, so each dataset says where they come
from. What is not installed is answered with the reason.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds.cells import parse_columns
from paperdesk.features.marketdata.feeds.files import ImportTerms, Rows, rows_of
from paperdesk.features.marketdata.feeds.lines import Findings
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.series import Named
from paperdesk.features.marketdata.feeds.writer import write_dataset

_COMPANIES: Final = {
    "AAPL": "Apple",
    "AMD": "Advanced Micro Devices",
    "BAC": "Bank of America",
    "BBY": "Best Buy",
    "CVX": "Chevron",
    "GE": "General Electric",
    "HD": "Home Depot",
    "JNJ": "Johnson & Johnson",
    "JPM": "JPMorgan Chase",
    "KO": "Coca-Cola",
    "LLY": "Eli Lilly",
    "MRK": "Merck",
    "MSFT": "Microsoft",
    "PEP": "PepsiCo",
    "PFE": "Pfizer",
    "PG": "Procter & Gamble",
    "RRC": "Range Resources",
    "UNH": "UnitedHealth Group",
    "WMT": "Walmart",
    "XOM": "Exxon Mobil",
}
_FACTOR_ETFS: Final = {
    "MTUM": "iShares MSCI USA Momentum Factor ETF",
    "QUAL": "iShares MSCI USA Quality Factor ETF",
    "SIZE": "iShares MSCI USA Size Factor ETF",
    "USMV": "iShares MSCI USA Minimum Volatility Factor ETF",
    "VLUE": "iShares MSCI USA Value Factor ETF",
}
_SP500: Final = Named("SP500", "S&P 500 index", Kind.INDEX)
_INDEXES_UNTIL: Final = "2018-12-31"
_SURVIVORS: Final = "Chosen with hindsight: only companies that did well enough to be known today."
_CLOSE_ONLY: Final = "One price a day: stop and limit orders can only be judged at the close."
_ADJUSTED: Final = (
    "Adjusted for splits and dividends, so early prices are far below what was paid; no dividends follow."
)


@dataclass(frozen=True, slots=True)
class Absent:
    """Why a sample cannot be built here."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Source:
    """One gzipped CSV inside a package, what it prices, and how it becomes rows."""

    path: str
    named: tuple[Named, ...]
    rows: Callable[[pa.Table, tuple[Named, ...]], pa.Table]


@dataclass(frozen=True, slots=True)
class Sample:
    """A dataset that can be built when a package is installed."""

    package: str
    terms: DatasetTerms
    sources: tuple[_Source, ...]


def build_sample(sample: Sample, into: Path) -> DatasetManifest | Absent:
    """Write a sample as the new dataset directory `into`, or say why it cannot be had."""
    found = find_spec(sample.package)
    if found is None or not found.submodule_search_locations:
        return Absent(f"The package {sample.package} is not installed.")
    root = Path(found.submodule_search_locations[0])
    missing = [source.path for source in sample.sources if not (root / source.path).is_file()]
    if missing:
        return Absent(f"The installed {sample.package} has no file {missing[0]}.")
    table = pa.concat_tables(
        [source.rows(_texts(root / source.path), source.named) for source in sample.sources], promote_options="default"
    )
    named = {one.symbol: one for source in sample.sources for one in source.named}
    cells = parse_columns(table, first_line=1)
    rows = None if cells is None else rows_of(cells, ImportTerms(sample.terms, named=named), Findings())
    if not isinstance(rows, Rows):
        return Absent(f"The files of the installed {sample.package} are not the ones we know.")
    return write_dataset(sample.terms, rows.series, into)


def _texts(path: Path) -> pa.Table:
    """Return a gzipped CSV file with all cells as texts, empty ones as null, header in small letters."""
    with gzip.open(path) as file:
        raw = file.read()
    header = raw.partition(b"\n")[0].decode().strip().split(",")
    texts = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), null_values=["", "."], strings_can_be_null=True
    )
    table = pa_csv.read_csv(pa.BufferReader(raw), convert_options=texts)
    return table.rename_columns([name.lower() for name in header])


def _wide(table: pa.Table, named: tuple[Named, ...]) -> pa.Table:
    """Turn one column a symbol into one row a price; days without a price are left out."""
    columns = [_with_symbol(table.select(["date", one.symbol.lower()]), one.symbol) for one in named]
    return pa.concat_tables([one.rename_columns(["date", "close", "symbol"]) for one in columns]).drop_null()


def _american(table: pa.Table, named: tuple[Named, ...]) -> pa.Table:
    """Read days written as month/day/year; the adjusted close of an index is its close and is left out."""
    days = pc.strptime(table.column("date"), format="%m/%d/%Y", unit="s")
    table = table.set_column(0, "date", pc.cast(pc.cast(days, pa.date32()), pa.string()))
    if "vix" in table.column_names:
        table = table.rename_columns(["date", "close"]).drop_null()
    chosen = [name for name in ("date", "open", "high", "low", "close", "volume") if name in table.column_names]
    rows = table.select(chosen).filter(pc.less_equal(table.column("date"), _INDEXES_UNTIL))
    return _with_symbol(rows, named[0].symbol)


def _with_symbol(table: pa.Table, symbol: str) -> pa.Table:
    return table.append_column("symbol", pa.chunked_array([pa.repeat(symbol, table.num_rows)]))


def _names(names: Mapping[str, str], kind: Kind) -> tuple[Named, ...]:
    return tuple(Named(symbol, name, kind) for symbol, name in names.items())


US_EQUITIES: Final = Sample(
    package="skfolio",
    terms=DatasetTerms(
        name="S&P 500 stocks and factor ETFs 1990-2022",
        price_basis=PriceBasis.TOTAL_RETURN,
        survivorship="survivors only",
        licence="BSD-3-Clause (the package)",
        provenance=(
            "Daily adjusted closing prices from the files of the installed Python package skfolio "
            "(Hugo Delatte and the skfolio developers), which keeps them for examples and does not state their vendor."
        ),
        warnings=(_CLOSE_ONLY, _ADJUSTED, _SURVIVORS, "The S&P 500 index is without dividends."),
    ),
    sources=(
        _Source("datasets/data/sp500_dataset.csv.gz", _names(_COMPANIES, Kind.EQUITY), _wide),
        _Source("datasets/data/sp500_index.csv.gz", (_SP500,), _wide),
        _Source("datasets/data/factors_dataset.csv.gz", _names(_FACTOR_ETFS, Kind.ETF), _wide),
    ),
)

US_INDEXES: Final = Sample(
    package="arch",
    terms=DatasetTerms(
        name="S&P 500 and Nasdaq 1999-2018",
        survivorship="indexes",
        licence="NCSA (the package)",
        provenance=(
            "Daily index levels from the files of the installed Python package arch (Kevin Sheppard), "
            "which keeps them for examples and does not state their vendor."
        ),
        warnings=("Indexes can be watched and charted, not traded.", "The VIX begins in 2014 and has closes only."),
    ),
    sources=(
        _Source("data/sp500/sp500.csv.gz", (_SP500,), _american),
        _Source("data/nasdaq/nasdaq.csv.gz", (Named("NASDAQ", "Nasdaq Composite index", Kind.INDEX),), _american),
        _Source("data/vix/vix.csv.gz", (Named("VIX", "Cboe Volatility Index", Kind.INDEX),), _american),
    ),
)

SAMPLES: Final = (US_EQUITIES, US_INDEXES)
