"""What happened in an account, as somebody reads it who looks for one thing: by kind and time, or as a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from paperdesk.core.broker.ledger import EntryKind
from paperdesk.core.broker.orders import Side
from paperdesk.features.broker.order_queries import ActivitySearch
from paperdesk.infra import listing
from paperdesk.infra.http import InstantText, NumberText

Kinds = Annotated[list[EntryKind] | None, Query(description="One kind or several; all of them if absent.")]


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which activities are meant: of some kinds, later than an instant, earlier than another."""

    kind: Kinds = None
    after: InstantText | None = None
    until: InstantText | None = None

    def search(self, limit: int, beyond: UUID | None = None) -> ActivitySearch:
        """Return what is asked as a search, newest first."""
        kinds = None if self.kind is None else frozenset(each.value for each in self.kind)
        return ActivitySearch(kinds=kinds, after=self.after, until=self.until, beyond=beyond, limit=limit)


class ActivityOut(BaseModel):
    """Something that moved cash or units; of a fill also its order, price and fee."""

    id: UUID
    seq: int
    at: datetime
    kind: EntryKind
    description: str
    symbol: str | None
    side: Side | None
    quantity: NumberText | None
    price: NumberText | None
    fee: NumberText | None
    cash_change: NumberText = Field(description="What cash moved by; a dividend moves it on its pay date.")
    order_id: UUID | None
    fill_id: UUID | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "ActivityOut":
        """Show a row of activities."""
        return cls(**{name: row[name] for name in cls.model_fields})


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Write activities as a CSV file, one line each under a line of names."""
    return listing.as_csv(list(ActivityOut.model_fields), (ActivityOut.of(row).model_dump(mode="json") for row in rows))
