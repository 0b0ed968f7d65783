"""Compare accounts side by side: what each was worth at the same instants, and what each did since they parted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paperdesk.core.kernel.errors import Invalid
from paperdesk.features.broker.equity_history import EquityPoint, equity_points
from paperdesk.features.broker.fill_queries import fills_since
from paperdesk.features.broker.lineage_queries import Lineage, lineage_of
from paperdesk.features.broker.queries import all_entries, market_of, read_account
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly

ACCOUNTS_MAX = 8


class TooManyToCompare(Invalid):
    """Two to eight accounts are compared at once."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the accounts that are compared: its row, its worth over time, and its fills since they parted."""

    account: Row
    at: datetime
    points: dict[datetime, EquityPoint]
    fills: list[Row]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Accounts side by side; `shared_seq` is the last event that all of them share, 0 when they share none."""

    sides: list[Side]
    shared_seq: int

    @property
    def instants(self) -> list[datetime]:
        """Return the instants at which something is known of any of them, oldest first."""
        return sorted({at for side in self.sides for at in side.points})


async def compare_accounts(work: ReadOnly, shelf: Shelf, account_ids: Sequence[UUID]) -> Comparison:
    """Return accounts side by side, in the order they were named."""
    named = list(dict.fromkeys(account_ids))
    if not 1 < len(named) <= ACCOUNTS_MAX:
        raise TooManyToCompare(f"Name 2 to {ACCOUNTS_MAX} accounts.", accounts=len(named))
    rows = [await read_account(work, account_id) for account_id in named]
    shared = _shared([await lineage_of(work, account_id) for account_id in named])
    return Comparison([await _side(work, shelf, row, shared) for row in rows], shared)


async def _side(work: ReadOnly, shelf: Shelf, row: Row, shared: int) -> Side:
    tape, dataset = await market_of(work, shelf, row)
    entries = await all_entries(work, row["id"])
    points = equity_points(entries, tape, dataset, row["opened_at"], row["currency"])
    return Side(row, tape.at, {each.at: each for each in points}, await fills_since(work, row["id"], shared))


def _shared(lineages: Sequence[Lineage]) -> int:
    """Return the last event that all accounts share."""
    common = set.intersection(*({part.account_id for part in each.parts} for each in lineages))
    ends = [
        part.until for each in lineages for part in each.parts if part.account_id in common and part.until is not None
    ]
    by_owner = [
        min(
            part.until if part.until is not None else max(ends, default=0)
            for each in lineages
            for part in each.parts
            if part.account_id == account_id
        )
        for account_id in common
    ]
    return max(by_owner, default=0)
