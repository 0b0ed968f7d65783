"""Ask a person about an order of a key that is worth more than the key may place unasked."""

from datetime import timedelta
from typing import Final

from paperdesk.core.broker.commands import Command, ReplaceOrder
from paperdesk.core.broker.key_approvals import ApprovalNeeded
from paperdesk.core.kernel.errors import Conflict, PaperdeskError
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import approval_store as store
from paperdesk.features.broker.approvals import (
    Approval,
    ApprovalDeclined,
    ApprovalPending,
    ApprovalStatus,
    CanWait,
    name_of,
)
from paperdesk.features.broker.deciding import ClientOrderIdTaken
from paperdesk.features.broker.repeats import Earlier
from paperdesk.features.identity.queries import address_of
from paperdesk.infra.mail import Letter
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

WAITING_MAX: Final = 100


class TooManyApprovals(Conflict):
    """A hundred orders of the key wait for a person already; nobody would look at more."""


async def ask_approval(runtime: Runtime, who: Principal, command: Command, needed: ApprovalNeeded) -> PaperdeskError:
    """Write down what waits, and tell the key's owner; return how that is told, or why it cannot wait.

    What waits already under its name is not written again, and what was declined stays declined.
    """
    if not isinstance(command, CanWait):
        return needed
    letter = None
    try:
        async with runtime.work(who) as work:
            approval = _approval_of(runtime, work, command, needed)
            await store.end_late(work, approval.key_id)
            known = await _known(work, approval)
            if known is None:
                await work.record("ask_approval", approval.id, {"account_id": approval.account_id, **needed.facts})
                address = await address_of(work, who.user_id)
                letter = None if address is None else _letter(address, approval)
    except (TooManyApprovals, ClientOrderIdTaken, ApprovalDeclined) as refusal:
        return refusal
    if letter is not None:
        runtime.postman.post(letter)
    return ApprovalPending(known or approval)


def _approval_of(runtime: Runtime, work: UnitOfWork, command: CanWait, needed: ApprovalNeeded) -> Approval:
    assert work.who.key_id is not None, "only keys have to ask"
    if isinstance(command, ReplaceOrder):  # safe to send again, as orders are that have no name of their own
        command = replace(command, client_order_id=name_of(command))
    return Approval(
        id=work.new_id(),
        account_id=command.account_id,
        key_id=work.who.key_id,
        command=command,
        asked=needed.words,
        worth=needed.worth,
        threshold=needed.threshold,
        currency=needed.currency,
        status=ApprovalStatus.WAITING,
        created_at=work.now,
        expires_at=work.now + timedelta(minutes=runtime.settings.approval_minutes),
    )


async def _known(work: UnitOfWork, asked: Approval) -> Approval | None:
    """Return what waits already under a name; None when it waits from now on."""
    known = await store.approval_of_name(work, asked)
    if known is None:
        if await store.count_waiting(work, asked.key_id) >= WAITING_MAX:
            raise TooManyApprovals(f"{WAITING_MAX} orders of this key wait already.", limit=WAITING_MAX)
        if await store.add_approval(work, asked):
            return None
        # The same was asked for in the same moment, and that waits.
        known = await store.approval_of_name(work, asked)
        assert known is not None, "what stood in the way is there"
    if not _is_again(known.command, asked.command):
        raise ClientOrderIdTaken(
            f"Another order has waited under the client order id {asked.name!r}.", client_order_id=asked.name
        )
    if known.status is ApprovalStatus.DECLINED:
        raise ApprovalDeclined(
            f"To {known.asked} was declined: {known.reason}", approval_id=str(known.id), reason=known.reason
        )
    return known


def _is_again(known: CanWait, command: CanWait) -> bool:
    if isinstance(command, ReplaceOrder):
        return known.order_id == command.order_id and Earlier(known.order_id, known).is_replaced_again(command)
    return Earlier(known.order_id, known).is_again(command)


def _letter(address: str, approval: Approval) -> Letter:
    return Letter(
        address,
        "A key of yours waits for your approval",
        f"One of your keys asks to {approval.asked}, worth {approval.worth} {approval.currency}.\n\n"
        f"Approve of it or decline it on the settings page, or with paperdesk approvals, until "
        f"{instant_text(approval.expires_at)}; its id is {approval.id}.\nIf nobody decides, nothing is placed.",
    )
