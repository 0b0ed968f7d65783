"""What can be asked of the broker: values in the imperative, with ids given by the caller."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct

from paperdesk.core.broker.account import AtExpiry
from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.lots import LotChoice
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.orders import Intent, OrderClass, OrderKind, OrderType, Side, TimeInForce, TriggerSource
from paperdesk.core.kernel.ids import AccountId, EntryId, OrderId
from paperdesk.core.kernel.money import ZERO


class TakeProfit(Struct, frozen=True):
    """The exit at a gain: a limit order."""

    limit_price: Decimal


class StopLoss(Struct, frozen=True):
    """The exit at a loss: a stop order, or with a limit price a stop-limit order."""

    stop_price: Decimal
    limit_price: Decimal | None = None


class PlaceOrder(Struct, frozen=True, gc=False):
    """Buy or sell an instrument, named by its symbol on the account's tape.

    `client_order_id` is the caller's idempotency key; without one the order id serves. An order by money
    has a `notional`, commission included, and a quantity of zero. A trail is an amount per unit or a rate
    (0.05 is five percent), never both.

    Of a bracket this is the entry; of a one-triggers-other too, with one exit; of a one-cancels-other it is
    the take-profit itself, and `stop_loss` its partner. `lot_choice` says which lots it uses up, if its account's
    method should not; exits take it over. `protection_rate` is how far it may go through the market at most, and
    `trigger_source` what its stop price is compared with, where that is not for the tape to say.
    """

    account_id: AccountId
    order_id: OrderId
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal = ZERO
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: str | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_rate: Decimal | None = None
    notional: Decimal | None = None
    expires_on: date | None = None
    post_only: bool = False
    reduce_only: bool = False
    do_not_reduce: bool = False
    intent: Intent | None = None
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None
    lot_choice: LotChoice | None = None
    protection_rate: Decimal | None = None
    trigger_source: TriggerSource | None = None

    @property
    def idempotency_key(self) -> str:
        """Return what makes a repeated request the same request."""
        return self.client_order_id or str(self.order_id)


class ComboLeg(Struct, frozen=True):
    """One leg of a combo: so many units of an instrument, bought or sold, for one combo."""

    symbol: str
    side: Side
    ratio: Decimal = Decimal(1)
    intent: Intent | None = None


class PlaceCombo(Struct, frozen=True):
    """Trade several legs on one underlying as one order, so many times, all of them or none.

    The limit is net and per unit of an option: above zero is the most to pay (a debit), below zero the least to
    receive (a credit), and zero an even exchange. A `structure` that is named is one the legs are held to.
    """

    account_id: AccountId
    order_id: OrderId
    legs: tuple[ComboLeg, ...]
    quantity: Decimal
    type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_on: date | None = None
    client_order_id: str | None = None
    structure: Strategy | None = None

    @property
    def idempotency_key(self) -> str:
        """Return what makes a repeated request the same request."""
        return self.client_order_id or str(self.order_id)


class CancelOrder(Struct, frozen=True):
    """Take an order off the market."""

    account_id: AccountId
    order_id: OrderId


class CancelOrders(Struct, frozen=True):
    """Take every open order off the market, or those in one instrument, or of one kind, or both at once."""

    account_id: AccountId
    symbol: str | None = None
    kind: OrderKind | None = None


class ReplaceOrder(Struct, frozen=True):
    """Put a new order in the place of an open one; what is None stays as it is.

    `quantity` counts what has been filled already; the new order works for the rest. `trail` is in the
    unit the old order trails by.
    """

    account_id: AccountId
    order_id: OrderId
    new_order_id: OrderId
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    time_in_force: TimeInForce | None = None
    expires_on: date | None = None
    client_order_id: str | None = None


class ClosePosition(Struct, frozen=True):
    """Sell a position at the market: all of it, a quantity, or a percentage (100 is all).

    Units promised to open sell orders are not sold, unless `cancel_orders` takes all orders in it off first.
    """

    account_id: AccountId
    order_id: OrderId
    symbol: str
    quantity: Decimal | None = None
    percent: Decimal | None = None
    cancel_orders: bool = False
    client_order_id: str | None = None

    @property
    def idempotency_key(self) -> str:
        """Return what makes a repeated request the same request."""
        return self.client_order_id or str(self.order_id)


class TransferCash(Struct, frozen=True):
    """Move cash in (positive) or out (negative) of the account, in its currency."""

    account_id: AccountId
    entry_id: EntryId
    amount: Decimal


class ExerciseOption(Struct, frozen=True):
    """Exercise contracts of an option that is held, now: some of them, or all when no quantity is given."""

    account_id: AccountId
    symbol: str
    quantity: Decimal | None = None


class InstructExpiry(Struct, frozen=True):
    """Say what is to happen with an option on its last day."""

    account_id: AccountId
    symbol: str
    at_expiry: AtExpiry


class ChooseLeverage(Struct, frozen=True):
    """Buy a crypto pair for so many times what the account brings itself, from now on; 1 is paying in full.

    The mode says what answers for it; None leaves it as it is, which is cross where nothing was chosen.
    """

    account_id: AccountId
    symbol: str
    leverage: int
    margin_mode: MarginMode | None = None


Command: TypeAlias = (
    PlaceOrder
    | PlaceCombo
    | CancelOrder
    | CancelOrders
    | ReplaceOrder
    | ClosePosition
    | TransferCash
    | ExerciseOption
    | InstructExpiry
    | ChooseLeverage
)
