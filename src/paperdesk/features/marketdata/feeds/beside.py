"""What lies beside a dataset's prices: small files of rows, each as text that is read in one way only."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.market.facts import AuctionFact
from paperdesk.core.market.fund_holdings import FundHolding
from paperdesk.core.market.halts import Halt

TextRow: TypeAlias = Mapping[str, str | None]


class SymbolNotInDataset(Invalid):
    """A row names a symbol that has no prices in the dataset."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What companies do, when trading was halted, the prints of auctions and what funds hold, each in order."""

    actions: Sequence[CorporateAction] = ()
    halts: Sequence[Halt] = ()
    auctions: Sequence[AuctionFact] = ()
    holdings: Sequence[FundHolding] = ()


NOTHING: Final = Beside()


def write_rows(rows: Sequence[TextRow], path: Path) -> None:
    """Write rows, all of the same columns, as a Parquet file of texts."""
    texts = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
    pq.write_table(pa.table(texts), path)


def rows_of(path: Path) -> Iterable[tuple[int, Mapping[str, str]]]:
    """Return the rows of such a file with their numbers from 1."""
    return enumerate(pq.read_table(path).to_pylist(), start=1)


def rows_hash(rows: Iterable[TextRow]) -> str:
    """Return the SHA-256 of rows as they are written, as hex."""
    values = [list(row.values()) for row in rows]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()
