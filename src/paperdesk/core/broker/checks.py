"""Pre-trade checks, in fixed precedence: same request, same state, same refusal.

1  the account can trade the instrument      6  the exits are on the right side of the entry
2  the quantity, or the money, makes sense   7  the lots are there, and something to wait for
3  the legs, type and side fit the class     8  a post-only order does not cross
4  the time in force fits all of them        9  a price is known, to reserve at or to trail from
5  the prices fit the type, on the tick     10  there are units to sell, or cash or margin to open with

Numbers 2 to 6 need no account and stand in terms.py. Last, where the account says so, comes risk, in risk_checks.py.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import Struct

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.approvals import check_approval
from paperdesk.core.broker.commands import PlaceCombo, PlaceOrder
from paperdesk.core.broker.good_faith import check_settled
from paperdesk.core.broker.halts import check_halt
from paperdesk.core.broker.holds import held_cash
from paperdesk.core.broker.margin_checks import InsufficientBuyingPower, check_margin, withdrawable
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.orders import IMMEDIATE, Order, OrderClass, Side, TimeInForce, TriggerSource
from paperdesk.core.broker.terms import (
    AmountTooPrecise,
    check_class,
    check_exits,
    check_prices,
    check_quantity,
)
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind

# Named once, because every order is asked for them.
_SELL: Final = Side.SELL
_OPTION: Final = Kind.OPTION


class InstrumentNotTradable(Conflict):
    """The instrument can be watched but not traded, such as an index."""


class CurrencyNotHeld(Conflict):
    """The instrument is priced in a currency that the account does not keep."""


class MarketClosed(Conflict):
    """Orders that must fill at once are refused while the market is closed."""


class NoAuctionAhead(Conflict):
    """The calendar knows no next opening for an on-open order to wait for."""


class OptionHasExpired(Conflict):
    """The option's last session is over."""


class ExpiryDateMissing(Invalid):
    """A good-till-date order needs the date it works until."""


class ExpiryDateNotAllowed(Invalid):
    """Only a good-till-date order takes a date."""


class ExpiryDateOutOfRange(Conflict):
    """The date has no close between now and the longest an order may work."""


class TriggerNotTold(Conflict):
    """The tape does not tell what the order wants to be triggered by."""


class PostOnlyWouldCross(Conflict):
    """The order would take from the standing quote at once, and it may only give."""


class NoPriceYet(Conflict):
    """The tape has no price for the instrument yet, so buying power cannot be reserved."""


class InsufficientShares(Conflict):
    """There are fewer units than the order would close; selling short takes a margin account."""


class IntentNotFitting(Conflict):
    """The order says that it opens, or that it closes, and with what the account holds it would not."""


class NothingToReduce(Conflict):
    """A reduce-only order finds no free units that it could reduce."""


class AmountZero(Invalid):
    """A transfer must move something."""


class InsufficientCash(Conflict):
    """The withdrawal is more than the cash that is free."""


class Horizon(Struct, frozen=True, gc=False):
    """Until when an order works, and from when its auction is."""

    expires_at: datetime
    auction_at: datetime | None = None


def check_terms(account: Account, command: PlaceOrder, instrument: Instrument) -> None:
    """Run the checks that a command passes or fails by itself, in order."""
    check_instrument(account, instrument)
    check_approval(account, instrument, command.side)
    check_quantity(command, instrument)
    check_class(command, can_short=account.rules.margin.is_margined)
    check_prices(command, instrument)


def check_group(command: PlaceOrder, view: MarketView, instrument: Instrument) -> None:
    """Refuse exits on the wrong side of the entry: its price, or for a market order the standing ask."""
    if command.stop_loss is None and command.take_profit is None:
        return
    target = None if command.take_profit is None else command.take_profit.limit_price
    stop = None if command.stop_loss is None else command.stop_loss.stop_price
    if command.order_class is OrderClass.OCO:
        check_exits(None, command.limit_price, stop, is_short=command.side is Side.BUY)
        return
    quote = view.quotes.get(instrument.id)
    is_short = command.side is Side.SELL
    standing = None if quote is None else quote.bid if is_short else quote.ask
    check_exits(command.limit_price or command.stop_price or standing, target, stop, is_short=is_short)


def horizon(command: PlaceOrder | PlaceCombo, view: MarketView, instrument: Instrument) -> Horizon:
    """Say how long an order works, or refuse it when there is nothing that it could wait for.

    An order in an option works to the last close the option trades in at most.
    """
    works = _horizon(command, view, instrument)
    last_at = None if instrument.contract is None else view.date_ends_at.get(instrument.contract.last_on)
    if last_at is None:
        return works
    if view.at >= last_at:
        raise OptionHasExpired(f"{instrument.symbol} traded until {last_at:%Y-%m-%d}.", symbol=instrument.symbol)
    return replace(works, expires_at=min(works.expires_at, last_at))


def _horizon(command: PlaceOrder | PlaceCombo, view: MarketView, instrument: Instrument) -> Horizon:
    time_in_force = command.time_in_force
    if command.expires_on is not None and time_in_force is not TimeInForce.GTD:
        raise ExpiryDateNotAllowed("Only a gtd order takes a date.", time_in_force=time_in_force.value)
    if time_in_force in IMMEDIATE:
        if not view.is_open:
            raise MarketClosed(
                f"The market is closed, and an {time_in_force.value} order cannot wait.",
                time_in_force=time_in_force.value,
            )
        check_halt(instrument, time_in_force, view)
    match time_in_force:
        case TimeInForce.DAY:
            return Horizon(view.day_ends_at)
        case TimeInForce.GTC:
            return Horizon(view.long_ends_at)
        case TimeInForce.GTD:
            return Horizon(_date_ends_at(command, view))
        case TimeInForce.OPG:
            if view.next_open_at is None or view.opening_ends_at is None:
                raise NoAuctionAhead("There is no next opening that the order could wait for.")
            return Horizon(view.opening_ends_at, view.next_open_at)
        case TimeInForce.CLS:
            return Horizon(view.day_ends_at, view.day_ends_at)
        case _:
            return Horizon(view.day_ends_at)


def check_trigger(command: PlaceOrder, view: MarketView, instrument: Instrument) -> None:
    """Refuse a source that cannot trigger: prints where there never are any, quotes where nobody quotes."""
    if command.trigger_source is None:
        return
    quote = view.quotes.get(instrument.id)
    is_quoted = quote is not None and quote.derived_from is None
    if not (view.has_prints if command.trigger_source is TriggerSource.PRINT else is_quoted):
        raise TriggerNotTold(
            f"The tape has no {_SOURCES[command.trigger_source]} of {instrument.symbol} that could trigger the order.",
            symbol=instrument.symbol,
            trigger_source=command.trigger_source.value,
        )


_SOURCES = {TriggerSource.PRINT: "prints", TriggerSource.QUOTE: "quotes", TriggerSource.MID: "quotes"}


def check_crossing(command: PlaceOrder, view: MarketView, instrument: Instrument) -> None:
    """Refuse a post-only order that a real standing quote would fill at once."""
    if not command.post_only:
        return
    quote = view.quotes.get(instrument.id)
    limit = command.limit_price
    if limit is None or quote is None or quote.derived_from is not None or not view.is_open:
        return
    price = quote.ask if command.side is Side.BUY else quote.bid
    if limit >= price if command.side is Side.BUY else limit <= price:
        raise PostOnlyWouldCross(
            f"At {plain(limit)} the order would trade at once with the quote at {plain(price)}.",
            limit_price=plain(limit),
            quote=plain(price),
        )


def check_intent(account: Account, command: PlaceOrder, instrument: Instrument) -> None:
    """Refuse an order that would not do what its sender says it does."""
    intent = command.intent
    if intent is None:
        return
    free = account.position(instrument.id).closable(command.side)
    fits = free <= ZERO if intent.opens else command.quantity <= free
    if intent.side is not command.side or not fits:
        raise IntentNotFitting(
            f"The order is no {intent.value.replace('_', ' ')}: it could close {plain(free)} {instrument.symbol}.",
            intent=intent.value,
            side=command.side.value,
            available=plain(free),
        )


def reducible(account: Account, command: PlaceOrder, instrument: Instrument) -> Decimal:
    """Return the quantity an order may have: all of it, or what a reduce-only order finds to reduce."""
    if not command.reduce_only:
        return command.quantity
    free = account.position(instrument.id).closable(command.side)
    if free <= ZERO:
        raise NothingToReduce(
            f"The account has no free {instrument.symbol} that the order could reduce.", symbol=instrument.symbol
        )
    return min(command.quantity, free)


def check_means(account: Account, order: Order, marks: Marks) -> None:
    """Refuse an order that the account has not the units, or not the cash or the margin, for."""
    if account.rules.margin.is_margined:
        check_margin(account, order, marks)
    elif order.side is _SELL:
        check_units(account, order.instrument, order.side, order.quantity)
    else:
        check_cash(account, order)


def standing_price(instrument: Instrument, view: MarketView, side: Side) -> Decimal:
    """Return the price that stands for one who crosses: the ask for a buy, the bid for a sell."""
    quote = view.quotes.get(instrument.id)
    if quote is None:
        raise NoPriceYet(f"{instrument.symbol} has no price on this tape yet.", symbol=instrument.symbol)
    return quote.bid if side is _SELL else quote.ask


def check_transfer(account: Account, amount: Decimal, marks: Marks) -> None:
    """Refuse a transfer of nothing, of fractions of a cent, or of cash that is not free."""
    if amount == ZERO:
        raise AmountZero("A transfer of zero moves nothing.")
    if amount != money(amount, account.currency):
        raise AmountTooPrecise(
            f"{plain(amount)} is finer than {account.currency} can be.", amount=plain(amount), currency=account.currency
        )
    if amount > ZERO:
        return
    free = withdrawable(account, marks) if account.rules.margin.is_margined else account.buying_power
    if -amount > free:
        raise InsufficientCash(
            f"{plain(-amount)} {account.currency} is more than the {plain(free)} that is free.",
            needed=plain(-amount),
            available=plain(free),
        )


def check_instrument(account: Account, instrument: Instrument) -> None:
    """Refuse what can be watched and not traded, and what is priced in money that the account does not keep."""
    # An option whose terms are not known has no multiplier, and a fill would cost a hundredth.
    if not instrument.is_tradable or (instrument.contract is None and instrument.kind is _OPTION):
        raise InstrumentNotTradable(
            f"{instrument.symbol} is of the kind {instrument.kind.value!r}; it can be watched, not traded.",
            symbol=instrument.symbol,
        )
    if instrument.currency != account.currency:
        raise CurrencyNotHeld(
            f"{instrument.symbol} is priced in {instrument.currency}, and the account keeps {account.currency}.",
            symbol=instrument.symbol,
            currency=instrument.currency,
        )


def _date_ends_at(command: PlaceOrder | PlaceCombo, view: MarketView) -> datetime:
    if command.expires_on is None:
        raise ExpiryDateMissing("A gtd order needs the date it works until.")
    ends_at = view.date_ends_at.get(command.expires_on)
    if ends_at is None or not view.at < ends_at <= view.long_ends_at:
        raise ExpiryDateOutOfRange(
            f"{command.expires_on} has no close between now and the longest an order may work.",
            expires_on=command.expires_on.isoformat(),
        )
    return ends_at


def check_units(account: Account, instrument: Instrument, side: Side, quantity: Decimal) -> None:
    """Refuse to close more units than are held and not promised to other orders."""
    free = account.position(instrument.id).closable(side)
    if quantity > free:
        raise InsufficientShares(
            f"The order {_VERBS[side]} {plain(quantity)} {instrument.symbol}, and {plain(free)} are free.",
            needed=plain(quantity),
            available=plain(free),
            symbol=instrument.symbol,
        )


_VERBS = {Side.BUY: "buys back", Side.SELL: "sells"}


def check_cash(account: Account, order: Order) -> None:
    """Refuse an order that reserves more cash than is free."""
    needed = held_cash(account, order)
    if needed > account.buying_power:
        raise beyond_cash(needed, account.buying_power, account.currency)
    check_settled(account, order, needed)


def beyond_cash(needed: Decimal, free: Decimal, currency: str) -> InsufficientBuyingPower:
    """Return the refusal of what needs more cash than is free."""
    return InsufficientBuyingPower(
        f"The order needs {plain(needed)} {currency}, and {plain(free)} is free.",
        needed=plain(needed),
        available=plain(free),
        rule="cash_account",
    )
