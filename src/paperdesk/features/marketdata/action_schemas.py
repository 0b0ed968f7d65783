"""What corporate actions look like from outside; the columns of a file are the fields of an answer."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.features.marketdata.feeds.actions import row_of
from paperdesk.infra.http import NumberText

ActionKind = Literal["cash_dividend", "share_dividend", "split", "spin_off", "merger", "symbol_change", "delisting"]


class AdjustedSeriesOut(BaseModel):
    """An option series that an action turns into another, and the contracts after for each before."""

    before: str
    after: str
    contracts: NumberText


class CorporateActionOut(BaseModel):
    """A corporate action; what its kind does not know is null."""

    id: UUID
    instrument_id: UUID
    symbol: str
    kind: ActionKind
    ex_on: date
    announced_on: date | None
    record_on: date | None
    pay_on: date | None
    amount: NumberText | None = Field(description="Money per unit: of a dividend, a merger or a delisting.")
    is_special: bool
    new_units: NumberText | None
    old_units: NumberText | None
    rate: NumberText | None = Field(description="New units per unit.")
    into: str | None
    basis_rate: NumberText | None = Field(description="The part of the cost that goes with a spin-off.")
    in_lieu_price: NumberText | None
    adjusts: list[AdjustedSeriesOut]

    @classmethod
    def of(cls, action: CorporateAction) -> "CorporateActionOut":
        """Show an action."""
        row = row_of(action)
        series = [
            AdjustedSeriesOut(before=each.before.symbol, after=each.after.symbol, contracts=each.contracts)
            for each in action.series
        ]
        return cls.model_validate(
            {
                **row,
                "id": action.id,
                "instrument_id": action.instrument.id,
                "is_special": row["is_special"] == "true",
                "adjusts": series,
            }
        )
