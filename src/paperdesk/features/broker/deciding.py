"""A batch of commands, and what is decided of each: pure, once everything that it touches is at hand."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from paperdesk.core.broker import engine
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.combo_prices import legs_of
from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ChooseLeverage,
    ClosePosition,
    Command,
    ExerciseOption,
    InstructExpiry,
    PlaceCombo,
    PlaceOrder,
    ReplaceOrder,
    TransferCash,
)
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.day_result import DayResult
from paperdesk.core.broker.events import CashTransferred, OrderCancelled
from paperdesk.core.broker.key_approvals import check_exercise, check_worth
from paperdesk.core.broker.key_budgets import Asked, Spent, charged
from paperdesk.core.broker.key_checks import check_symbols, reaches
from paperdesk.core.broker.ledger import Entry
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict, NotFound, PaperdeskError
from paperdesk.core.kernel.ids import AccountId, EntryId, KeyId, OrderId, TapeId, TenantId
from paperdesk.core.kernel.key_limits import DryRun, KeyLimits
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.answers import Answer, Answers, Cancelled, Done, Placed, Transferred
from paperdesk.features.broker.changes import Cause, Change
from paperdesk.features.broker.repeats import Earlier, Name, Placing


class UnknownAccount(NotFound):
    """There is no such account, or it belongs to another tenant."""


class ClientOrderIdTaken(Conflict):
    """The account already has another order under this client order id."""


class IdempotencyKeyTaken(Conflict):
    """The key was already used for a transfer of another amount."""


Purse: TypeAlias = tuple[KeyId, AccountId]


@dataclass(slots=True)
class Waiting:
    """A command in the queue, and the promise of its answer; `day` is what its key must not lose too much of.

    `is_approved` says that a person has approved of what its key may not do unasked. `foreseen` is for who wants to
    make something of the answer while the database still writes: what it will be if the commit stands, or None.
    """

    who: Principal
    command: Command
    answer: asyncio.Future[Answer]
    day: DayResult | None = None
    is_approved: bool = False
    foreseen: asyncio.Future[Answer | None] | None = None

    def foresee(self, answer: "Answer | PaperdeskError | None") -> None:
        """Tell who wants to know beforehand, once."""
        if self.foreseen is not None and not self.foreseen.done():
            self.foreseen.set_result(None if isinstance(answer, PaperdeskError) else answer)


@dataclass(slots=True)
class Batch:
    """Everything one transaction works on; `accounts` move as commands are decided."""

    commands: Sequence[Waiting]
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    views: Mapping[TapeId, MarketView] = field(default_factory=dict)
    changes: dict[AccountId, Change] = field(default_factory=dict)
    by_client_id: dict[Name, Earlier] = field(default_factory=dict)
    known_entries: dict[EntryId, Entry] = field(default_factory=dict)
    spent: dict[Purse, Spent] = field(default_factory=dict)

    @property
    def account_ids(self) -> set[AccountId]:
        """Return the accounts that the commands name."""
        return {waiting.command.account_id for waiting in self.commands}

    @property
    def budgeted(self) -> dict[Purse, TenantId]:
        """Return whose budgets the commands go by, none where no key has one."""
        return {
            (each.who.key_id, each.command.account_id): each.who.tenant_id
            for each in self.commands
            if each.who.limits is not None and each.who.limits.budget is not None and each.who.key_id is not None
        }

    @property
    def tenants(self) -> list[TenantId]:
        """Return whose commands these are, each once and in order."""
        return sorted({waiting.who.tenant_id for waiting in self.commands})

    @property
    def changed(self) -> list[Change]:
        """Return what the commands did to accounts so far."""
        return list(self.changes.values())

    def decided(self) -> "Answers":
        """Decide one command after the other."""
        return [decide_one(self, waiting) for waiting in self.commands]


def decide_one(batch: Batch, waiting: Waiting) -> Answer | PaperdeskError:
    """Decide one command; a refusal is a value here, because it is nobody else's business."""
    try:
        account = batch.accounts.get(waiting.command.account_id)
        limits = waiting.who.limits
        is_foreign = account is None or account.tenant_id != waiting.who.tenant_id
        if account is None or is_foreign or (limits is not None and not reaches(limits, account)):
            raise UnknownAccount("There is no such account.", account_id=str(waiting.command.account_id))
        if limits is not None:
            return _limited(batch, account, waiting, limits)
        return _answer(batch, account, waiting)
    except PaperdeskError as refusal:
        return refusal


def _limited(batch: Batch, account: Account, waiting: Waiting, limits: KeyLimits) -> Answer | DryRun:
    """Decide a command of a key with limits: what needs its outcome is looked at beside the batch first."""
    check_symbols(limits, account, waiting.command)
    above = None if waiting.is_approved else limits.approval_above
    if limits.budget is None and above is None and not limits.dry_run:
        return _answer(batch, account, waiting)
    trial = replace(
        batch,
        accounts=dict(batch.accounts),
        changes={},
        by_client_id=dict(batch.by_client_id),
        known_entries=dict(batch.known_entries),
    )
    answer = _answer(trial, account, waiting)
    assert waiting.who.key_id is not None, "only keys have limits"
    key = (waiting.who.key_id, account.id)
    spent = batch.spent.get(key)
    if limits.budget is not None and isinstance(answer, Placed) and answer.is_new:
        spent = charged(limits.budget, spent, _asked(account, waiting.command, answer), waiting.day)
    if limits.dry_run:
        return _tried(account, trial.accounts[account.id], waiting.command, answer)
    if above is not None:
        _require_small(trial, account, waiting.command, answer, above)
    if spent is not None:
        batch.spent[key] = spent
    return _answer(batch, account, waiting)


def _require_small(trial: Batch, before: Account, command: Command, answer: Answer, above: Decimal) -> None:
    """Refuse what is worth more than its key may do unasked; what was done before is not asked about again."""
    if isinstance(answer, Placed) and answer.is_new:
        check_worth(above, _asked(before, command, answer))
    if isinstance(command, ExerciseOption):
        option = _view(trial, before).instrument(command.symbol)
        count = before.position(option.id).quantity - trial.accounts[before.id].position(option.id).quantity
        check_exercise(above, before, option, count)


def _asked(account: Account, command: Command, placed: Placed) -> Asked:
    before = account.orders.get(command.order_id) if isinstance(command, ReplaceOrder) else None
    replaced = () if before is None else legs_of(account, before) if before.is_combo else (before,)
    return Asked(account, placed.legs or (placed.order,), replaced, placed.view)


def _tried(before: Account, after: Account, command: Command, answer: Answer) -> DryRun:
    """Return what a command would have come to."""
    facts: dict[str, str] = {"command": type(command).__name__}
    if isinstance(answer, Placed):
        order = answer.order
        facts |= {"order_status": order.status.value, "symbol": order.instrument.symbol}
        facts["quantity"] = plain(order.quantity)
    facts |= {"buying_power": plain(before.buying_power), "buying_power_after": plain(after.buying_power)}
    return DryRun("This would have been done; the key only tries things out, and nothing was stored.", **facts)


def _answer(batch: Batch, account: Account, waiting: Waiting) -> Answer:
    match waiting.command:
        case PlaceOrder() | PlaceCombo() | ClosePosition() as command:
            return _place(batch, account, command, waiting)
        case ReplaceOrder() as command:
            return _replace(batch, account, command, waiting)
        case CancelOrder() as command:
            return _cancel(batch, account, command, waiting)
        case CancelOrders() as command:
            return _cancel_all(batch, account, command, waiting)
        case TransferCash() as command:
            return _move_cash(batch, account, command, waiting)
        case ExerciseOption() | InstructExpiry() | ChooseLeverage() as command:
            course = engine.decided(account, command, _view(batch, account))
            return Done(_happened(batch, account, course, waiting) if course.events else account, course.happened)


def _cancel(batch: Batch, account: Account, command: CancelOrder, waiting: Waiting) -> Placed:
    view = _view(batch, account)
    after = _happened(batch, account, engine.decided(account, command, view), waiting)
    return _placed(after, command.order_id, view, is_new=False)


def _placed(account: Account, order_id: OrderId, view: MarketView, *, is_new: bool) -> Placed:
    order = account.orders[order_id]
    return Placed(order, is_new, view, legs_of(account, order) if order.is_combo else ())


def _place(batch: Batch, account: Account, command: Placing, waiting: Waiting) -> Placed:
    view = _view(batch, account)
    earlier = batch.by_client_id.get((account.id, command.idempotency_key))
    if earlier is not None:
        return _repeated(account, earlier, command, view)
    account = _happened(batch, account, engine.decided(account, command, view), waiting)
    order = account.orders[command.order_id]
    batch.by_client_id[account.id, order.client_order_id] = Earlier(order.id, command)
    course = engine.met_at_once(account, order, view)
    if course is not None:
        account = _happened(batch, account, course, waiting, has_asked=False)
    return _placed(account, order.id, view, is_new=True)


def _repeated(account: Account, earlier: Earlier, command: Placing, view: MarketView) -> Placed:
    """Answer a repeated request with its order; another content under the same id is refused."""
    if not earlier.is_again(command):
        raise taken(account.orders[earlier.order_id])
    return _placed(account, earlier.order_id, view, is_new=False)


def _replace(batch: Batch, account: Account, command: ReplaceOrder, waiting: Waiting) -> Placed:
    view = _view(batch, account)
    earlier = batch.by_client_id.get((account.id, command.client_order_id or ""))
    if earlier is not None:
        successor = account.orders[earlier.order_id]
        if successor.replaces != command.order_id or not earlier.is_replaced_again(command):
            raise taken(successor)
        return _placed(account, successor.id, view, is_new=False)
    account = _happened(batch, account, engine.decided(account, command, view), waiting)
    order = account.orders[command.new_order_id]
    batch.by_client_id[account.id, order.client_order_id] = Earlier(order.id, command)
    return _placed(account, order.id, view, is_new=True)


def taken(order: Order) -> ClientOrderIdTaken:
    """Return the refusal of a client order id that another order already has."""
    return ClientOrderIdTaken(
        f"Another order already has the client order id {order.client_order_id!r}.",
        client_order_id=order.client_order_id,
        order_id=str(order.id),
    )


def _cancel_all(batch: Batch, account: Account, command: CancelOrders, waiting: Waiting) -> Cancelled:
    view = _view(batch, account)
    course = engine.decided(account, command, view)
    after = _happened(batch, account, course, waiting) if course.events else account
    gone = (event.order_id for event in course.events if isinstance(event, OrderCancelled))
    return Cancelled(tuple(after.orders[order_id] for order_id in gone), view)


def _move_cash(batch: Batch, account: Account, command: TransferCash, waiting: Waiting) -> Transferred:
    known = batch.known_entries.get(command.entry_id)
    if known is not None:
        if known.postings[0].amount != command.amount:
            raise IdempotencyKeyTaken("This key was used for a transfer of another amount.")
        return Transferred(known, is_new=False)
    course = engine.decided(account, command, _view(batch, account))
    (event,) = course.events
    assert isinstance(event, CashTransferred), "a transfer is one event"
    _happened(batch, account, course, waiting)
    batch.known_entries[event.entry.id] = event.entry
    return Transferred(event.entry, is_new=True)


def _view(batch: Batch, account: Account) -> MarketView:
    return batch.views[account.tape_id]


def _happened(batch: Batch, account: Account, course: Course, waiting: Waiting, *, has_asked: bool = True) -> Account:
    """Remember what a command did, and return the account after it; what follows a command does not carry it."""
    change = batch.changes.setdefault(account.id, Change(account, account))
    change.after = batch.accounts[account.id] = course.account
    asked = waiting.command if has_asked else None
    change.take(course.events, Cause(waiting.who.subject, _view(batch, account).cursor, asked, waiting.who.origin))
    return course.account
