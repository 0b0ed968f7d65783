"""What waits for a person, from outside."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.features.broker.approvals import Approval, ApprovalStatus
from paperdesk.infra.http import Body, Line, NumberText

WAITS = "The key may not do this unasked: it waits for a person, and nothing was placed."


class DeclineBody(Body):
    """Why an order that waits is declined; whoever asked for it is told."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Too much at once."}]})

    reason: Line = Field(examples=["Too much at once."])


class ApprovalOut(BaseModel):
    """An order of a key that waits for a person or waited; it was not placed unless `order_id` says so."""

    id: UUID
    account_id: UUID
    key_id: UUID = Field(description="Whose order it is; placed, it is placed as this key.")
    asked: str = Field(description="What is asked, in words.", examples=["buy 200 ACME at 101.5"])
    client_order_id: str = Field(description="Sent again under it, the same order is not asked about twice.")
    worth: NumberText = Field(description="What it was expected to change hands for when it was asked for.")
    threshold: NumberText = Field(description="What the key may place unasked.")
    currency: str = Field(examples=["USD"])
    status: ApprovalStatus
    created_at: datetime
    expires_at: datetime = Field(description="When it waits no more if nobody has decided.")
    decided_at: datetime | None
    decided_by: str | None = Field(description="`user:` or `key:` and its id.")
    reason: str | None = Field(description="Why it was declined, or refused when it was to be placed.")
    order_id: UUID | None = Field(description="The order that was placed.")

    @classmethod
    def of(cls, approval: Approval, now: datetime) -> Self:
        """Render what waits, as it stands at an instant."""
        names = cls.model_fields.keys() - {"client_order_id", "status"}
        told = {name: getattr(approval, name) for name in names}
        return cls(client_order_id=approval.name, status=approval.status_at(now), **told)
