"""What the life of an account is asked with, and how its epochs look from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.account import AccountStatus, Position
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.broker.queries import Epoch
from paperdesk.infra.http import Body, Line, NumberText


class ResetBody(Body):
    """What the next epoch of an account begins with."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"cash": "100000.00"}]})
    cash: NumberText = Decimal(100_000)


class ChangeAccountBody(Body):
    """Another name, or whether the account trades or rests; what is absent stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"name": "Second try"}]})
    name: Line | None = None
    status: Literal[AccountStatus.OPEN, AccountStatus.INACTIVE] | None = None


class LeftBehindOut(BaseModel):
    """What was held of an instrument when an epoch ended."""

    instrument_id: UUID
    symbol: str
    quantity: NumberText
    cost_basis: NumberText


class EpochOut(BaseModel):
    """One life of an account between two resets."""

    epoch: int
    began_at: datetime
    ended_at: datetime | None
    first_seq: int
    starting_cash: NumberText
    ending_cash: NumberText | None = Field(description="What it had when it ended; null while it lasts.")
    left_behind: list[LeftBehindOut]

    @classmethod
    def of(cls, epoch: Epoch, left: Sequence[Position], instruments: Mapping[InstrumentId, Instrument]) -> "EpochOut":
        """Show an epoch with what was held when it ended."""
        held = [
            LeftBehindOut(
                instrument_id=each.instrument_id,
                symbol=instruments[each.instrument_id].symbol,
                quantity=each.quantity,
                cost_basis=each.cost,
            )
            for each in left
        ]
        return cls(**asdict(epoch), left_behind=held)
