"""Whether the terms of an order fit together, whatever the account holds; checks.py says in which order.

What goes with what is data:

    type               times in force                class
    market, limit      all                           any (one-cancels-other: limit only)
    stop, stop-limit,  day, gtc, gtd                 any but one-cancels-other
    if touched
    trailing stop      day, gtc, gtd                 simple
    any, in a group    day, gtc, gtd
    post-only limit    day, gtc, gtd                 any
    market, by money   day                           simple; buys of shares, funds listed like them, and pairs
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.orders import (
    CONDITIONAL,
    LASTING,
    LIMITED,
    STOPPED,
    OrderClass,
    OrderType,
    Side,
    TimeInForce,
)
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.ticks import tick_at

TIMES: dict[OrderType, frozenset[TimeInForce]] = {
    OrderType.MARKET: frozenset(TimeInForce),
    OrderType.LIMIT: frozenset(TimeInForce),
    OrderType.STOP: LASTING,
    OrderType.STOP_LIMIT: LASTING,
    OrderType.TRAILING_STOP: LASTING,
    OrderType.MARKET_IF_TOUCHED: LASTING,
}
_ENTRIES = frozenset(OrderType) - {OrderType.TRAILING_STOP}
TYPES: dict[OrderClass, frozenset[OrderType]] = {
    OrderClass.SIMPLE: frozenset(OrderType),
    OrderClass.BRACKET: _ENTRIES,
    OrderClass.OTO: _ENTRIES,
    OrderClass.OCO: frozenset({OrderType.LIMIT}),
    OrderClass.COMBO: frozenset({OrderType.MARKET, OrderType.LIMIT}),
}
SIDES: dict[OrderClass, frozenset[Side]] = {
    OrderClass.SIMPLE: frozenset(Side),
    OrderClass.BRACKET: frozenset({Side.BUY}),
    OrderClass.OTO: frozenset({Side.BUY}),
    OrderClass.OCO: frozenset({Side.SELL}),
    OrderClass.COMBO: frozenset({Side.BUY}),
}
# Which exits a class may come with: (take-profit, stop-loss); a combo has its terms in combo_terms.py.
LEGS: dict[OrderClass, frozenset[tuple[bool, bool]]] = {
    OrderClass.SIMPLE: frozenset({(False, False)}),
    OrderClass.BRACKET: frozenset({(True, True)}),
    OrderClass.OTO: frozenset({(True, False), (False, True)}),
    OrderClass.OCO: frozenset({(False, True)}),
    OrderClass.COMBO: frozenset(),
}
_NAMES = {
    OrderClass.SIMPLE: "A simple order",
    OrderClass.BRACKET: "A bracket",
    OrderClass.OTO: "A one-triggers-other order",
    OrderClass.OCO: "A one-cancels-other order",
    OrderClass.COMBO: "A combo",
}
_LEGS_IN_WORDS = {
    OrderClass.SIMPLE: "A simple order comes with no exits.",
    OrderClass.BRACKET: "A bracket needs a take-profit and a stop-loss.",
    OrderClass.OTO: "A one-triggers-other order needs exactly one exit.",
    OrderClass.OCO: "A one-cancels-other order is the take-profit itself and needs a stop-loss, nothing else.",
    OrderClass.COMBO: "A combo is placed with its legs, and comes with no exits.",
}
BY_MONEY = frozenset({Kind.EQUITY, Kind.ETF, Kind.CRYPTO})


class NotionalNotAllowed(Invalid):
    """An order by money is a simple market buy for the day, of shares or a pair, with no quantity beside the money."""


class AmountNotPositive(Invalid):
    """The money of an order must be above zero."""


class AmountTooPrecise(Invalid):
    """The amount is finer than the currency's smallest unit."""


class QuantityNotPositive(Invalid):
    """The quantity of an order must be above zero; the side says which way it goes."""


class QuantityTooPrecise(Invalid):
    """The quantity has more digits than the instrument is traded in."""


class LegsNotFitting(Invalid):
    """The exits that came with an order are not those of its class."""


class TypeNotAllowed(Invalid):
    """An order of this class cannot be of this type."""


class SideNotAllowed(Conflict):
    """Groups enter with a buy and exit with a sell, unless the account can sell short."""


class TimeInForceNotAllowed(Invalid):
    """The type, the class or a flag of the order does not go with its time in force."""


class PostOnlyNotAllowed(Invalid):
    """Only a limit order can be post-only."""


class LimitPriceMissing(Invalid):
    """A limit order needs a limit price."""


class LimitPriceNotAllowed(Invalid):
    """Only limit and stop-limit orders take a limit price."""


class StopPriceMissing(Invalid):
    """An order that waits for a price needs a stop price."""


class StopPriceNotAllowed(Invalid):
    """Only orders that wait for a price take a stop price."""


class TrailMissing(Invalid):
    """A trailing stop needs an amount or a rate to trail by."""


class TrailAmbiguous(Invalid):
    """A trailing stop trails by an amount or by a rate, not by both."""


class TrailNotAllowed(Invalid):
    """Only a trailing stop takes a trail."""


class TrailOutOfRange(Invalid):
    """A trail must be above zero, and as a rate below one."""


class ProtectionNotAllowed(Invalid):
    """Only an order without a limit can be protected, and none by money."""


class ProtectionOutOfRange(Invalid):
    """A protection is a rate above zero and below one."""


class TriggerSourceNotAllowed(Invalid):
    """Only an order that waits for a price takes a source of it."""


class PriceNotPositive(Invalid):
    """A price must be above zero."""


class PriceOffTick(Invalid):
    """The price is not a multiple of the instrument's smallest price step."""


class BracketPricesInverted(Invalid):
    """A take-profit must be above the entry and a stop-loss below it, of a short entry the other way round."""


def check_quantity(command: PlaceOrder, instrument: Instrument) -> None:
    """Refuse a quantity that cannot be traded, and money where a quantity is needed."""
    if command.notional is not None:
        _check_notional(command, command.notional, instrument)
        return
    quantity = command.quantity
    if quantity <= ZERO:
        raise QuantityNotPositive("The quantity must be above zero.", quantity=plain(quantity))
    if quantity % instrument.lot_step:
        raise QuantityTooPrecise(
            f"{instrument.symbol} is traded in steps of {plain(instrument.lot_step)}.",
            quantity=plain(quantity),
            lot_step=plain(instrument.lot_step),
        )


def check_class(command: PlaceOrder, *, can_short: bool) -> None:
    """Refuse a type, a time in force or legs that do not go with the class, and with each other."""
    kind, time_in_force, order_class = command.type, command.time_in_force, command.order_class
    if (command.take_profit is not None, command.stop_loss is not None) not in LEGS[order_class]:
        raise LegsNotFitting(_LEGS_IN_WORDS[order_class], order_class=order_class.value)
    if kind not in TYPES[order_class]:
        raise TypeNotAllowed(
            f"{_NAMES[order_class]} cannot be of the type {kind.value}.", order_class=order_class.value, type=kind.value
        )
    if not can_short and command.side not in SIDES[order_class]:
        raise SideNotAllowed(
            f"{_NAMES[order_class]} cannot {command.side.value} in an account that cannot sell short.",
            order_class=order_class.value,
            side=command.side.value,
        )
    if command.post_only and kind is not OrderType.LIMIT:
        raise PostOnlyNotAllowed(f"Only a limit order can be post-only, not the type {kind.value}.", type=kind.value)
    lasts = command.post_only or order_class is not OrderClass.SIMPLE
    if time_in_force not in (LASTING & TIMES[kind] if lasts else TIMES[kind]):
        raise TimeInForceNotAllowed(
            f"This order cannot be {time_in_force.value}.",
            time_in_force=time_in_force.value,
            type=kind.value,
            order_class=order_class.value,
            post_only=command.post_only,
        )


def check_prices(command: PlaceOrder, instrument: Instrument) -> None:
    """Refuse prices that are missing, not asked for, off the tick, or on the wrong side of the entry."""
    kind = command.type
    if kind is OrderType.MARKET and not _names_anything(command):
        return
    _check_limit_price(command)
    if command.stop_price is None and kind in STOPPED:
        raise StopPriceMissing(f"An order of the type {kind.value} needs a stop price.", type=kind.value)
    if command.stop_price is not None and kind not in STOPPED:
        raise StopPriceNotAllowed(f"An order of the type {kind.value} takes no stop price.", type=kind.value)
    _check_trail(command)
    _check_protection(command)
    for name, price in _prices(command):
        if price is not None:
            _check_price(name, price, instrument)


def _names_anything(command: PlaceOrder) -> bool:
    """Say whether an order names any price, or what goes with one; most at the market do not."""
    own = command.limit_price, command.stop_price, command.trail_amount, command.trail_rate
    beside = command.take_profit, command.stop_loss, command.protection_rate, command.trigger_source
    return own != _NONE_OF_FOUR or beside != _NONE_OF_FOUR


_NONE_OF_FOUR = (None, None, None, None)


def check_exits(entry: Decimal | None, target: Decimal | None, stop: Decimal | None, *, is_short: bool = False) -> None:
    """Refuse exits on the wrong side of their entry, or of each other; what is None is not compared."""
    falling = [(name, price) for name, price in zip(_LEVELS, (target, entry, stop), strict=True) if price]
    if is_short:
        falling.reverse()
    for (upper, above), (lower, below) in pairwise(falling):
        if above <= below:
            raise BracketPricesInverted(
                f"The {upper} at {plain(above)} must be above the {lower} at {plain(below)}.",
                above=plain(above),
                below=plain(below),
            )


_LEVELS = ("take-profit", "entry", "stop-loss")


def _check_notional(command: PlaceOrder, notional: Decimal, instrument: Instrument) -> None:
    fits = (
        command.type is OrderType.MARKET
        and command.time_in_force is TimeInForce.DAY
        and command.order_class is OrderClass.SIMPLE
        and command.side is Side.BUY
        and not command.quantity
        and instrument.kind in BY_MONEY
    )
    if not fits:
        said = "An order by money is a simple market buy of shares or a pair for the day, without a quantity."
        raise NotionalNotAllowed(said)
    if notional <= ZERO:
        raise AmountNotPositive("The money of an order must be above zero.", notional=plain(notional))
    if notional != money(notional, instrument.currency):
        raise AmountTooPrecise(
            f"{plain(notional)} is finer than {instrument.currency} can be.",
            amount=plain(notional),
            currency=instrument.currency,
        )


def _check_limit_price(command: PlaceOrder) -> None:
    kind = command.type
    if command.limit_price is not None and kind not in LIMITED:
        raise LimitPriceNotAllowed(f"An order of the type {kind.value} takes no limit price.", type=kind.value)
    if command.limit_price is None and kind in LIMITED:
        raise LimitPriceMissing(f"An order of the type {kind.value} needs a limit price.", type=kind.value)


def _check_trail(command: PlaceOrder) -> None:
    trails = (command.trail_amount is not None) + (command.trail_rate is not None)
    if command.type is not OrderType.TRAILING_STOP:
        if trails:
            raise TrailNotAllowed(f"An order of the type {command.type.value} does not trail.", type=command.type.value)
        return
    if not trails:
        raise TrailMissing("A trailing stop needs an amount or a rate to trail by.")
    if trails > 1:
        raise TrailAmbiguous("A trailing stop trails by an amount or by a rate, not by both.")
    if command.trail_rate is not None and not ZERO < command.trail_rate < 1:
        raise TrailOutOfRange("A trail as a rate lies between zero and one.", trail_rate=plain(command.trail_rate))


def _check_protection(command: PlaceOrder) -> None:
    rate, kind = command.protection_rate, command.type
    if rate is not None:
        if kind in LIMITED or command.notional is not None:
            raise ProtectionNotAllowed("An order with a limit, or by money, takes no protection.", type=kind.value)
        if not ZERO < rate < 1:
            raise ProtectionOutOfRange("A protection lies between zero and one.", protection_rate=plain(rate))
    if command.trigger_source is not None and kind not in CONDITIONAL:
        raise TriggerSourceNotAllowed(f"An order of the type {kind.value} waits for no price.", type=kind.value)


def _prices(command: PlaceOrder) -> Iterator[tuple[str, Decimal | None]]:
    """Yield every price of an order by its name, in the order they are checked."""
    yield "limit_price", command.limit_price
    yield "stop_price", command.stop_price
    yield "trail_amount", command.trail_amount
    if command.take_profit is not None:
        yield "take_profit_price", command.take_profit.limit_price
    if command.stop_loss is not None:
        yield "stop_loss_price", command.stop_loss.stop_price
        yield "stop_loss_limit_price", command.stop_loss.limit_price


def _check_price(name: str, price: Decimal, instrument: Instrument) -> None:
    if price <= ZERO:
        raise PriceNotPositive(f"The {name.replace('_', ' ')} must be above zero.", **{name: plain(price)})
    tick = tick_at(instrument, price)
    if price % tick:
        raise PriceOffTick(
            f"{plain(price)} is not a multiple of {plain(tick)}.", **{name: plain(price), "tick": plain(tick)}
        )
