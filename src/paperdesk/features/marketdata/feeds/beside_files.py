"""The files beside a dataset's prices: which there are, how each is read, and how it is written again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from paperdesk.core.market.fund_holdings import FundHolding
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import Calendar, calendar
from paperdesk.features.marketdata.feeds.actions import FILE_NAME, ActionReader, row_of
from paperdesk.features.marketdata.feeds.auctions import AUCTIONS_FILE, AuctionReader, auction_row
from paperdesk.features.marketdata.feeds.beside import Beside, TextRow, rows_of
from paperdesk.features.marketdata.feeds.fund_holdings import HOLDINGS_FILE, HoldingReader, holding_row
from paperdesk.features.marketdata.feeds.halts import HALTS_FILE, HaltReader, halt_row
from paperdesk.features.marketdata.feeds.lines import Findings, Row
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest

# By the field of the manifest that holds the hash of a file.
FILES: Final = {
    "actions_hash": FILE_NAME,
    "halts_hash": HALTS_FILE,
    "auctions_hash": AUCTIONS_FILE,
    "holdings_hash": HOLDINGS_FILE,
}

_T = TypeVar("_T")


def rows_beside(beside: Beside, listed: Sequence[Instrument], market: Calendar) -> Mapping[str, list[TextRow]]:
    """Return the rows of each file that has any, by the field of the manifest that holds its hash."""
    symbols = {each.id: each.symbol for each in listed}
    rows: dict[str, list[TextRow]] = {
        "actions_hash": [row_of(each) for each in beside.actions],
        "halts_hash": [halt_row(each, symbols[each.instrument_id]) for each in beside.halts],
        "auctions_hash": [auction_row(each, symbols[each.instrument_id], market) for each in beside.auctions],
        "holdings_hash": [holding_row(each, symbols[each.fund_id]) for each in beside.holdings],
    }
    return {name: each for name, each in rows.items() if each}


def beside_in(path: Path, manifest: DatasetManifest) -> Beside:
    """Read what lies beside the prices of a dataset; it may be nothing."""
    listed = {listing.instrument.symbol: listing.instrument for listing in manifest.listings}
    market = calendar(manifest.calendar)
    return Beside(
        _read(path, manifest, "actions_hash", ActionReader(listed, market).read),
        _read(path, manifest, "halts_hash", HaltReader(listed).read),
        _read(path, manifest, "auctions_hash", AuctionReader(listed, market).read),
        holdings_in(path, manifest),
    )


def holdings_in(path: Path, manifest: DatasetManifest) -> list[FundHolding]:
    """Read what funds hold from beside the prices of a dataset; it may be nothing."""
    listed = {listing.instrument.symbol: listing.instrument for listing in manifest.listings}
    return _read(path, manifest, "holdings_hash", HoldingReader(listed, calendar(manifest.calendar)).read)


def _read(
    path: Path, manifest: DatasetManifest, name: str, read: Callable[[Iterable[Row], Findings], list[_T]]
) -> list[_T]:
    if getattr(manifest, name) is None:
        return []
    findings = Findings()
    found = read(rows_of(path / FILES[name]), findings)
    assert not findings.problems, f"a dataset holds only rows that were good: {findings.problems[:1]}"
    return found
