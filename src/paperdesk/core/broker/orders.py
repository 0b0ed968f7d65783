"""Orders and their state machine.

    accepted ──► partially_filled ──► filled
       │               │
       └───────┬───────┴──► cancelled | expired | replaced
               └──► rejected (only before the first fill)

Terminal states stay terminal; the table below is the whole truth about what may follow what.
"""

from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.lots import LotChoice
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument, Kind


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "buy"
    SELL = "sell"


OPPOSITE = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}


class OrderType(StrEnum):
    """What decides the price of an order, and what it waits for."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"
    MARKET_IF_TOUCHED = "market_if_touched"


LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
STOPPED = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.MARKET_IF_TOUCHED})
CONDITIONAL = STOPPED | {OrderType.TRAILING_STOP}


class TimeInForce(StrEnum):
    """How long an order works: to the close, 90 days, to a date, at once (in part or not at all), in an auction."""

    DAY = "day"
    GTC = "gtc"
    GTD = "gtd"
    IOC = "ioc"
    FOK = "fok"
    OPG = "opg"
    CLS = "cls"


IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
LASTING = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD})


class OrderClass(StrEnum):
    """What an order comes with: nothing, both exits, another exit, one exit, or the legs that it is made of."""

    SIMPLE = "simple"
    BRACKET = "bracket"
    OCO = "oco"
    OTO = "oto"
    COMBO = "combo"


# Named once, because it is asked of every order all the time, and to look a member up takes longer than to compare.
_COMBO: Final = OrderClass.COMBO


class OrderKind(StrEnum):
    """What an order is in: shares, an option, a pair, or several legs at one price."""

    EQUITY = "equity"
    OPTION = "option"
    CRYPTO = "crypto"
    COMBO = "combo"


# What can be ordered besides is a share, or one of a fund.
_KINDS = {Kind.OPTION: OrderKind.OPTION, Kind.CRYPTO: OrderKind.CRYPTO}


def kind_in(instrument: Instrument) -> OrderKind:
    """Return the kind of an order of one instrument; shares of funds are equity."""
    return _KINDS.get(instrument.kind, OrderKind.EQUITY)


class Intent(StrEnum):
    """What an order means to do to a position; said by those who want to be held to it."""

    BUY_TO_OPEN = "buy_to_open"
    BUY_TO_CLOSE = "buy_to_close"
    SELL_TO_OPEN = "sell_to_open"
    SELL_TO_CLOSE = "sell_to_close"

    @property
    def side(self) -> Side:
        """Return which way an order of this intent goes."""
        return Side.BUY if self in {Intent.BUY_TO_OPEN, Intent.BUY_TO_CLOSE} else Side.SELL

    @property
    def opens(self) -> bool:
        """Say whether it opens or adds to a position, rather than closing one."""
        return self in {Intent.BUY_TO_OPEN, Intent.SELL_TO_OPEN}


class Role(StrEnum):
    """What a member of a group is for."""

    ENTRY = "entry"
    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"
    LEG = "leg"


_EXITS = frozenset({Role.TAKE_PROFIT, Role.STOP_LOSS})


class TriggerSource(StrEnum):
    """What can trigger a waiting order: prints, the side of a quote that it would meet, or the middle of a quote."""

    PRINT = "print"
    QUOTE = "quote"
    MID = "mid"


class OrderStatus(StrEnum):
    """Where an order stands."""

    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REJECTED = "rejected"


_ENDINGS = frozenset({OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REPLACED})

TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.ACCEPTED: _ENDINGS | {OrderStatus.PARTIALLY_FILLED, OrderStatus.REJECTED},
    OrderStatus.PARTIALLY_FILLED: _ENDINGS | {OrderStatus.PARTIALLY_FILLED},
    OrderStatus.FILLED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
    OrderStatus.REPLACED: frozenset(),
    OrderStatus.REJECTED: frozenset(),
}

OPEN_STATUSES = frozenset(status for status, following in TRANSITIONS.items() if following)


# Why an order ended without being filled.
BY_REQUEST = "by_request"
ACCOUNT_RESET = "account_reset"
AT_RELEASE = "insufficient_buying_power_at_release"
NOT_FILLED_AT_ONCE = "not_filled_at_once"
NOT_FILLED_IN_AUCTION = "not_filled_in_auction"
LESS_THAN_ONE_LOT = "less_than_one_lot_left"
ENTRY_ENDED = "entry_ended"
PARTNER_FILLED = "partner_filled"
PARTNER_CANCELLED = "partner_cancelled"
ADJUSTED_TO_NOTHING = "adjusted_to_nothing"
SERIES_ADJUSTED = "option_series_adjusted"
UNKNOWN_DISTRIBUTION = "distribution_of_unknown_value"
UNITS_DELIVERED = "units_delivered"
LIQUIDATED = "liquidated"
TIME_IS_UP = "time_in_force"
REPLACED_BY_REQUEST = "replaced"
BY_VENUE = "rejected_by_venue"


class OrderAlreadyClosed(Conflict):
    """The order is filled, cancelled, expired, replaced or rejected; nothing about it can change."""


class Order(Struct, frozen=True, gc=False):
    """One order. Quantities are in units of the instrument, prices per unit, money in its currency.

    `accepted_fact` is the tape cursor its sender had seen: the order matches only later facts.
    `matched_through` is the last fact that changed it; the tape's own cursor says how far all of its
    orders were matched. `hold_price` is the price per unit that buying power is reserved at: of buys, and of
    sells too in a margined account, where `held_units` and `held_money` say what the order reserves.

    `stop_price` is what a waiting order waits for, `triggered_at` when it came; a trailing stop keeps the
    best price since it was accepted as `watermark`, and moves its stop price with it. An order by money
    (`notional`) learns its quantity when it meets a price. `auction_at` is the earliest instant of the
    auction that an on-open or on-close order belongs to. One that is protected goes no further from the market than
    `protection_rate`: from its stop price where it waits for one, else from the price that stood when it was accepted,
    which makes `protection_price`. One that says `do_not_reduce` keeps its prices when the
    instrument trades without a dividend.

    Members of a group are ordinary orders: `group_id` is the id of the order that was asked for,
    `parent_id` the same for those that came with it, `leg` their number. Of an exit that waits for its
    entry only `armed_quantity` may fill so far; None means all of it. `nth` counts the orders alike that were
    placed at the same fact before; only fill models that draw need it. `lot_choice` says which lots it uses up
    when that is not for its account to say.

    A combo is bought: what it sells is said by its legs, orders of the role `leg` that hold `ratio` units for one of it
    and fill together with it. It stands under the instrument its options are written on; its prices are net, per unit
    of an option, above zero when they are paid, and for one of it `hold_price` of money is reserved. `structure` is
    the strategy that its legs make.
    """

    id: OrderId
    account_id: AccountId
    client_order_id: str
    instrument: Instrument
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    time_in_force: TimeInForce
    accepted_at: datetime
    accepted_fact: int
    accepted_seq: int
    expires_at: datetime
    updated_at: datetime
    matched_through: int
    status: OrderStatus = OrderStatus.ACCEPTED
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    fees: Decimal = ZERO
    hold_price: Decimal | None = None
    closed_reason: str | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_rate: Decimal | None = None
    watermark: Decimal | None = None
    trigger_source: TriggerSource = TriggerSource.PRINT
    triggered_at: datetime | None = None
    auction_at: datetime | None = None
    notional: Decimal | None = None
    post_only: bool = False
    reduce_only: bool = False
    do_not_reduce: bool = False
    order_class: OrderClass = OrderClass.SIMPLE
    group_id: OrderId | None = None
    parent_id: OrderId | None = None
    role: Role | None = None
    leg: int = 0
    armed_quantity: Decimal | None = None
    replaces: OrderId | None = None
    replaced_by: OrderId | None = None
    held_units: Decimal | None = None
    held_money: Decimal | None = None
    nth: int = 0
    lot_choice: LotChoice | None = None
    ratio: int | None = None
    intent: Intent | None = None
    structure: Strategy | None = None
    protection_rate: Decimal | None = None
    protection_price: Decimal | None = None

    @property
    def lot_choice_text(self) -> str | None:
        """Return the choice of lots as it is stored."""
        return None if self.lot_choice is None else self.lot_choice.text

    @property
    def is_open(self) -> bool:
        """Say whether the order can still fill."""
        return self.status in OPEN_STATUSES

    @property
    def remaining(self) -> Decimal:
        """Return the quantity that is not filled yet."""
        return self.quantity - self.filled_quantity

    @property
    def workable(self) -> Decimal:
        """Return the quantity that may fill now: what is left of it, for an exit only what its entry bought."""
        return (self.quantity if self.armed_quantity is None else self.armed_quantity) - self.filled_quantity

    @property
    def is_waiting(self) -> bool:
        """Say whether the order still waits for its stop price."""
        return self.type in CONDITIONAL and self.triggered_at is None

    @property
    def is_limited(self) -> bool:
        """Say whether the order names the worst price it takes."""
        return self.type in LIMITED

    @property
    def worst_price(self) -> Decimal | None:
        """Return the worst price the order takes: its limit, or how far its protection lets it go; None for any."""
        if self.protection_rate is None:
            return self.limit_price
        return self.protection_price if self.stop_price is None else self.protected_from(self.stop_price)

    def protected_from(self, reference: Decimal) -> Decimal:
        """Return how far from a price the protection of the order lets it go, on the tick."""
        assert self.protection_rate is not None, "an order without protection goes anywhere"
        is_buy, tick = self.side is Side.BUY, self.instrument.tick
        worst = reference * (1 + self.protection_rate if is_buy else 1 - self.protection_rate)
        return max((worst / tick).to_integral_value(ROUND_FLOOR if is_buy else ROUND_CEILING), Decimal(1)) * tick

    @property
    def is_exit(self) -> bool:
        """Say whether the order closes what another order of its group opened, or what was held before."""
        return self.role in _EXITS

    @property
    def kind(self) -> OrderKind:
        """Return what the order is in; shares of funds are equity, and a leg is of its combo's kind."""
        if self.order_class is OrderClass.COMBO:
            return OrderKind.COMBO
        return kind_in(self.instrument)

    @property
    def is_combo(self) -> bool:
        """Say whether the order is several legs at one net price."""
        return self.order_class is _COMBO and self.role is None

    @property
    def is_leg(self) -> bool:
        """Say whether the order is a leg of a combo, which fills with all of it or not at all."""
        return self.role is Role.LEG

    @property
    def is_immediate(self) -> bool:
        """Say whether the order ends with the first print it meets."""
        return self.time_in_force in IMMEDIATE

    @property
    def average_fill_price(self) -> Decimal | None:
        """Return the exact mean price of its fills, derived and never stored."""
        return self.filled_value / self.filled_quantity if self.filled_quantity else None


def require_open(order: Order) -> None:
    """Refuse to touch an order that has ended."""
    if not order.is_open:
        raise already_closed(order.id, order.status)


def already_closed(order_id: OrderId, status: OrderStatus) -> OrderAlreadyClosed:
    """Return the refusal to touch an order that has ended."""
    return OrderAlreadyClosed(f"The order is already {status.value}.", order_id=str(order_id), status=status.value)


def next_status(current: OrderStatus, wanted: OrderStatus) -> OrderStatus:
    """Return the wanted state if the table allows it from the current one."""
    assert wanted in TRANSITIONS[current], f"an order cannot go from {current.value} to {wanted.value}"
    return wanted
