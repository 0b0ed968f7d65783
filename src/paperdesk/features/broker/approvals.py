"""An order of a key that waits for a person, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from paperdesk.core.broker.commands import ClosePosition, PlaceCombo, PlaceOrder, ReplaceOrder
from paperdesk.core.kernel.errors import Conflict, NotFound
from paperdesk.core.kernel.ids import AccountId, KeyId, OrderId
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.time import instant_text

# What can wait: it is safe to ask for again, by the name its owner gave it or by the id of its order.
CanWait = PlaceOrder | PlaceCombo | ReplaceOrder | ClosePosition

VERBS: Final = {
    PlaceOrder: Verb.PLACE,
    PlaceCombo: Verb.PLACE,
    ReplaceOrder: Verb.REPLACE,
    ClosePosition: Verb.CLOSE,
}


class ApprovalStatus(StrEnum):
    """What became of an order that waited; approved has no order yet where placing it was interrupted."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    DECLINED = "declined"
    EXPIRED = "expired"


class UnknownApproval(NotFound):
    """Nothing waits under this id, or it belongs to another tenant."""


class ApprovalEnded(Conflict):
    """The order waits no more: somebody has decided, or nobody did in time."""


class ApprovalDeclined(Conflict):
    """A person has declined this very order; asked for under another client order id, it waits anew."""


@dataclass(frozen=True, slots=True)
class Approval:
    """An order that waits or waited; `reason` is why it was declined, or was refused when it was placed."""

    id: UUID
    account_id: AccountId
    key_id: KeyId
    command: CanWait
    asked: str
    worth: Decimal
    threshold: Decimal
    currency: str
    status: ApprovalStatus
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    order_id: OrderId | None = None

    @property
    def name(self) -> str:
        """Return what makes a repeated request the same request."""
        return name_of(self.command)

    def status_at(self, now: datetime) -> ApprovalStatus:
        """Return what has become of it by an instant: nobody needs to say that time is up."""
        is_late = self.status is ApprovalStatus.WAITING and self.expires_at <= now
        return ApprovalStatus.EXPIRED if is_late else self.status

    def require_open(self, now: datetime) -> None:
        """Refuse to decide about what waits no more. Raises ApprovalEnded."""
        status = self.status_at(now)
        if status is not ApprovalStatus.WAITING:
            raise ApprovalEnded(f"The order waits no more: it is {status.value}.", approval_status=status.value)


class ApprovalPending(Conflict):
    """The order is worth more than its key may place unasked: it waits for a person, and is not to be sent again."""

    def __init__(self, approval: Approval) -> None:
        """Say which approval it waits for, and until when."""
        self.approval = approval
        super().__init__(
            f"To {approval.asked} waits for a person to approve of it.",
            approval_id=str(approval.id),
            expires_at=instant_text(approval.expires_at),
        )


def name_of(command: CanWait) -> str:
    """Return what makes a repeated request the same request."""
    if isinstance(command, ReplaceOrder):
        return command.client_order_id or str(command.new_order_id)
    return command.idempotency_key
