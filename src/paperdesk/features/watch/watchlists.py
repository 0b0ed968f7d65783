"""A list of symbols in an order that its owner chose, as a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A person's list; its symbols need not be on any tape."""

    id: UUID
    name: str
    symbols: Sequence[str]
    created_at: datetime
    changed_at: datetime
