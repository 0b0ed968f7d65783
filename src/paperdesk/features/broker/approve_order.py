"""Approve of an order that waits: it is placed exactly as it was asked for, by the rules and prices of this moment."""

from typing import Final
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Forbidden, PaperdeskError, Unavailable
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.principal import MissingScope, Principal, Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import approval_store as store
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.approvals import VERBS, Approval, ApprovalStatus
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.identity.queries import holder_of
from paperdesk.infra.runtime import Runtime

_DECIDING: Final = frozenset({Scope.TRADE, Scope.ADMIN})


class ApproverLimited(Forbidden):
    """A key with limits decides about nothing that waits; a person does, or a key without limits."""


class KeyStandsNoMore(Conflict):
    """The key whose order waited was revoked or has expired; nothing was placed."""


async def approve_order(writer: OrderWriter, who: Principal, approval_id: UUID) -> Approval:
    """Place what waits, as its key and under its name, and return what became of it.

    Raises UnknownApproval, ApprovalEnded, ApproverLimited, MissingScope; KeyStandsNoMore or what the engine refuses
    the order with, and then it waits no more. Where nobody can tell whether it was placed, to approve of it again is
    safe, because it has its name.
    """
    require_decider(who)
    found = await _claimed(writer.runtime, who, approval_id)
    if found.order_id is not None:
        return found
    try:
        order_id = await _placed(writer, who, found)
    except Unavailable:
        raise
    except PaperdeskError as refusal:
        await _ended(writer.runtime, who, replace(found, status=ApprovalStatus.REFUSED, reason=refusal.message))
        raise
    return await _ended(writer.runtime, who, replace(found, order_id=order_id))


def require_decider(who: Principal) -> None:
    """Refuse whoever may neither trade nor administer, and keys that are themselves kept to something."""
    if _DECIDING.isdisjoint(who.scopes):
        raise MissingScope("This needs the 'trade' permission.", scope=Scope.TRADE.value)
    if who.limits is not None:
        raise ApproverLimited("A key with limits decides about nothing that waits.")


async def _claimed(runtime: Runtime, who: Principal, approval_id: UUID) -> Approval:
    """Write that somebody has approved, before anything is placed; what was approved before stays so."""
    async with runtime.work(who) as work:
        found = await store.read_approval(work, approval_id, is_locked=True)
        if found.status is ApprovalStatus.APPROVED:
            return found
        found.require_open(work.now)
        claim = replace(found, status=ApprovalStatus.APPROVED, decided_at=work.now, decided_by=who.subject)
        await store.save_decision(work, claim)
        await work.record("approve_order", found.id, {"account_id": found.account_id, "asked": found.asked})
        return claim


async def _placed(writer: OrderWriter, who: Principal, found: Approval) -> OrderId:
    holder = await holder_of(writer.runtime, found.key_id)
    if holder is None:
        raise KeyStandsNoMore("The key was revoked or has expired; nothing was placed.", key_id=str(found.key_id))
    holder.require(Scope.TRADE, VERBS[type(found.command)])
    placed = await writer.submit_approved(replace(holder, origin=who.origin), found.command)
    assert isinstance(placed, Placed), "what can wait is answered with an order"
    return placed.order.id


async def _ended(runtime: Runtime, who: Principal, found: Approval) -> Approval:
    async with runtime.work(who) as work:
        await store.save_decision(work, found)
    return found
