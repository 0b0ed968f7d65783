"""What forks are asked with, and how accounts look side by side."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.features.broker.compare_accounts import Comparison
from paperdesk.features.broker.schemas import FillOut
from paperdesk.features.marketdata.branch_schemas import RewindBody
from paperdesk.features.marketdata.schemas import TapeOut
from paperdesk.infra.http import Body, InstantText, Line, NumberText


class ForkBody(Body):
    """Where a fork begins: at an instant of the tape, right after an event, or now when neither is given."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"name": "What if", "as_of": "2020-03-06T21:00:00Z"}]},
    )
    name: Line | None = Field(default=None, description="The account's own name if absent.")
    as_of: InstantText | None = None
    seq: int | None = Field(default=None, ge=1)


class BranchBody(RewindBody):
    """Where a branch of the tape is to begin, and which of its accounts are forked onto it."""

    account_ids: tuple[UUID, ...] = Field(default=(), max_length=50)


class BranchOut(TapeOut):
    """A branch of a tape, and the forks that live on it."""

    forks: list[UUID]


class SideOut(BaseModel):
    """One of the accounts that are compared, and what it filled since they parted, oldest first."""

    account_id: UUID
    number: str
    name: str
    tape_id: UUID
    at: datetime
    fill_model: str
    equity: NumberText | None
    fills: list[FillOut]


class EquitiesOut(BaseModel):
    """What each account was worth at an instant, in their order; null where it was not there or had no price."""

    at: datetime
    equity: list[NumberText | None]


class ComparisonOut(BaseModel):
    """Accounts side by side."""

    shared_seq: int = Field(description="The last event that all of them share, 0 when they share none.")
    accounts: list[SideOut]
    equity: list[EquitiesOut]

    @classmethod
    def of(cls, found: Comparison) -> "ComparisonOut":
        """Show accounts side by side."""
        equity = [
            EquitiesOut(
                at=at, equity=[point.equity if (point := side.points.get(at)) else None for side in found.sides]
            )
            for at in found.instants
        ]
        sides = [
            SideOut(
                account_id=side.account["id"],
                **{name: side.account[name] for name in ("number", "name", "tape_id")},
                at=side.at,
                fill_model=side.account["rules"]["fill_model"],
                equity=side.points[side.at].equity,
                fills=[FillOut.of(row) for row in side.fills],
            )
            for side in found.sides
        ]
        return cls(shared_seq=found.shared_seq, accounts=sides, equity=equity)
