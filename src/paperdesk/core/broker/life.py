"""The life of an account as a whole: it is begun anew, rests, wakes up, and is closed.

    open ──► inactive ──► open          an inactive account takes no new orders, and everything else goes on
      └──────────┴──────► closed        a closed one holds nothing and does nothing; its history stays readable

A reset begins a new epoch: open orders end, and what was held stays behind, readable under the old epoch.
The journal begins anew with an entry of its own kind, while events and entries are numbered on.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from paperdesk.core.broker import ledger
from paperdesk.core.broker.account import Account, AccountStatus
from paperdesk.core.broker.commands import Command, PlaceCombo, PlaceOrder, ReplaceOrder
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import (
    AccountForked,
    AccountReset,
    AccountStatusChanged,
    Booking,
    CashTransferred,
    Event,
    OrderCancelled,
)
from paperdesk.core.broker.ledger import Entry, EntryKind
from paperdesk.core.broker.orders import ACCOUNT_RESET
from paperdesk.core.broker.terms import AmountTooPrecise
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.ids import AccountId, EntryId, TapeId
from paperdesk.core.kernel.money import ZERO, money, plain

_OPEN: Final = AccountStatus.OPEN


class AccountInactive(Conflict):
    """The account rests: it takes no new orders until it is activated again."""


class AccountClosed(Conflict):
    """The account was closed; it can be read and nothing else."""


class AccountNotEmpty(Conflict):
    """An account with positions, open orders, claims or debts cannot be closed."""


class OpeningCashNegative(Invalid):
    """An account begins with cash or without, never with less than nothing."""


def check_opening_cash(cash: Decimal, currency: str) -> None:
    """Refuse cash that an account cannot begin with."""
    if cash < ZERO:
        raise OpeningCashNegative("An account cannot begin with less than nothing.", cash=plain(cash))
    if cash != money(cash, currency):
        raise AmountTooPrecise(f"{plain(cash)} is finer than {currency} can be.", amount=plain(cash), currency=currency)


def check_life(account: Account, command: Command) -> None:
    """Refuse what an account does not take while it rests or after it was closed."""
    if account.status is _OPEN:
        return
    require_not_closed(account)
    if isinstance(command, PlaceOrder | PlaceCombo | ReplaceOrder):
        raise AccountInactive("The account is inactive; activate it to place orders.", account_id=str(account.id))


def require_not_closed(account: Account) -> None:
    """Refuse to touch an account that was closed."""
    if account.status is AccountStatus.CLOSED:
        raise AccountClosed("The account is closed.", account_id=str(account.id))


def end_orders(account: Account, at: datetime) -> tuple[Event, ...]:
    """End every open order because the account begins anew, each for itself: no partner is left to follow."""
    require_not_closed(account)
    course = Course(account, max(at, account.last_at))
    for order in sorted(account.orders.values(), key=lambda each: each.accepted_seq):
        if order.is_open:
            course.take(OrderCancelled(course.seq, course.at, order.id, ACCOUNT_RESET))
    return tuple(course.events)


def begin_epoch(account: Account, entry_id: EntryId, cash: Decimal, at: datetime) -> AccountReset:
    """Begin the next epoch of an account without open orders."""
    check_opening_cash(cash, account.currency)
    assert not any(order.is_open for order in account.orders.values()), "orders end with their epoch"
    epoch, at = account.epoch + 1, max(at, account.last_at)
    entry = Entry(
        id=entry_id,
        number=account.last_entry + 1,
        at=at,
        kind=EntryKind.RESET,
        description=f"Epoch {epoch} begins",
        postings=ledger.transferred(account.currency, cash),
    )
    return AccountReset(account.last_seq + 1, at, Booking(entry), epoch)


def fork(account: Account, fork_id: AccountId, tape_id: TapeId, at: datetime) -> AccountForked:
    """Begin another account as a copy of this one as it stands, on a tape that stands where this one's does."""
    require_not_closed(account)
    return AccountForked(account.last_seq + 1, max(at, account.last_at), fork_id, tape_id, account.id)


def deactivate(account: Account, at: datetime) -> tuple[Event, ...]:
    """Let an account rest; one that rests already stays as it is."""
    require_not_closed(account)
    return () if account.status is AccountStatus.INACTIVE else (_changed(account, AccountStatus.INACTIVE, at),)


def activate(account: Account, at: datetime) -> tuple[Event, ...]:
    """Let an account trade again; one that does already stays as it is."""
    require_not_closed(account)
    return () if account.status is AccountStatus.OPEN else (_changed(account, AccountStatus.OPEN, at),)


def close(account: Account, entry_id: EntryId, at: datetime) -> tuple[Event, ...]:
    """Close an account that holds nothing but cash, which is paid out; all of the account must be loaded."""
    require_not_closed(account)
    _require_empty(account)
    course = Course(account, max(at, account.last_at))
    if account.cash:
        entry = Entry(
            id=entry_id,
            number=account.last_entry + 1,
            at=course.at,
            kind=EntryKind.TRANSFER,
            description="Paid out at closing",
            postings=ledger.transferred(account.currency, -account.cash),
        )
        course.take(CashTransferred(course.seq, course.at, entry))
    course.take(_changed(course.account, AccountStatus.CLOSED, at))
    return tuple(course.events)


def _require_empty(account: Account) -> None:
    orders = sum(1 for order in account.orders.values() if order.is_open)
    positions = sum(1 for position in account.positions.values() if position.quantity)
    if orders or positions or account.claims or account.cash < ZERO:
        raise AccountNotEmpty(
            "Close the positions, cancel the orders and settle what is owed first, or reset the account.",
            open_orders=orders,
            positions=positions,
            claims=len(account.claims),
            cash=plain(account.cash),
        )


def _changed(account: Account, status: AccountStatus, at: datetime) -> AccountStatusChanged:
    return AccountStatusChanged(account.last_seq + 1, max(at, account.last_at), status)
