"""Decline an order that waits: it is never placed, and whoever asks for it again is told why."""

from uuid import UUID

from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import approval_store as store
from paperdesk.features.broker.approvals import Approval, ApprovalStatus
from paperdesk.features.broker.approve_order import require_decider
from paperdesk.infra.work import UnitOfWork


async def decline_order(work: UnitOfWork, approval_id: UUID, reason: str) -> Approval:
    """Return what was declined. Raises UnknownApproval, ApprovalEnded, ApproverLimited, MissingScope."""
    require_decider(work.who)
    found = await store.read_approval(work, approval_id, is_locked=True)
    found.require_open(work.now)
    ended = replace(found, status=ApprovalStatus.DECLINED, decided_at=work.now, reason=reason)
    ended = replace(ended, decided_by=work.who.subject)
    await store.save_decision(work, ended)
    await work.record("decline_order", found.id, {"account_id": found.account_id, "reason": reason})
    return ended
