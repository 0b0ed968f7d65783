"""What the events of an account tell: its state at their end, and everything that they brought about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from paperdesk.core.broker import engine
from paperdesk.core.broker.account import Account, AccountStatus
from paperdesk.core.broker.events import (
    AccountForked,
    AccountReset,
    AccountStatusChanged,
    Booked,
    CashTransferred,
    Event,
    ExpiryInstructed,
    Fill,
    OrderAccepted,
    OrderFilled,
    OrderReplaced,
    ReservationsMoved,
    booking_of,
)
from paperdesk.core.broker.ledger import Entry
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.margin_events import MarginEvent
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.rows import event_of, read_account_of
from paperdesk.infra.db import Row


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a fork shares: the account it was forked from as it stood, ended orders, how many fills and entries."""

    account: Account
    orders: list[Order]
    fills: int
    entries: int


@dataclass(slots=True)
class Story:
    """What the events of an account tell: the account after them, and all that they brought about."""

    account: Account
    orders: dict[OrderId, Order] = field(default_factory=dict[OrderId, Order])
    fills: list[Fill] = field(default_factory=list[Fill])
    past: dict[int, Account] = field(default_factory=dict[int, Account])
    entries: list[Entry] = field(default_factory=list[Entry])
    inherited: Inherited | None = None

    @property
    def all_orders(self) -> list[Order]:
        """Return every order, those that a fork shares too."""
        return [*(() if self.inherited is None else self.inherited.orders), *self.orders.values()]

    def take(self, event: Event) -> None:
        """Go on with the next event; an order that has ended is put aside, so that a long life stays cheap."""
        if isinstance(event, AccountReset):
            self.past[self.account.epoch] = self.account
        account = engine.evolve(self.account, event)
        if isinstance(event, AccountForked):
            self._inherit(account)
        if isinstance(event, OrderFilled):
            self.fills.append(event.fill)
        booking = booking_of(event)
        if booking is not None:
            self.entries.append(booking.entry)
        for order_id in orders_of(event):
            self.orders[order_id] = account.orders[order_id]
        if self.account.orders is not account.orders:
            account = replace(account, orders={each: order for each, order in account.orders.items() if order.is_open})
        self.account = account

    def forget(self) -> None:
        """Let go of what was brought about so far and has ended; what goes on is kept."""
        self.fills.clear()
        self.entries.clear()
        self.orders = dict(self.account.orders)

    def _inherit(self, account: Account) -> None:
        """Go on as a fork: what has ended so far is shared with the account it was forked from."""
        ended = [order for order in self.orders.values() if not order.is_open]
        ended += [] if self.inherited is None else self.inherited.orders
        self.inherited = Inherited(self.account, ended, len(self.fills), len(self.entries))
        self.orders = dict(account.orders)


def blank_account(row: Row) -> Account:
    """Return an account as it was before its first event."""
    return replace(
        read_account_of(row),
        cash=ZERO,
        held=ZERO,
        last_seq=0,
        last_entry=0,
        last_at=row["opened_at"],
        book=MarginBook(),
        epoch=1,
        status=AccountStatus.OPEN,
    )


def tell(row: Row, events: Iterable[Row]) -> Story:
    """Fold an account's events from its opening."""
    story = Story(blank_account(row))
    for event in events:
        story.take(event_of(event["kind"], event["payload"]))
    return story


def orders_of(event: Event) -> tuple[OrderId, ...]:
    """Return the orders that an event is about."""
    match event:
        case (
            CashTransferred() | ExpiryInstructed() | Booked() | MarginEvent() | AccountStatusChanged() | AccountForked()
        ):
            return ()
        case ReservationsMoved():
            return tuple(each.order_id for each in event.reservations)
        case OrderAccepted():
            return (event.order.id,)
        case OrderReplaced():
            return (event.order_id, event.order.id)
        case OrderFilled():
            return (event.fill.order_id,)
        case _:
            return (event.order_id,)
