"""Whether a margined account may owe what an order would make it owe, in fixed precedence.

1  exits only close, and the entry of a group only opens
2  the pair is not being liquidated; what is sold short can be, a pair only on a margin of its own, somebody lends it,
   and wants nothing of it back
3  the account is not frozen, and a pattern day trader has the equity for it
4  there is equity enough to owe anything
5  a pair with leverage does not come to more than so much is lent on
6  there is margin for what the order opens

An order that only closes is never refused for margin.
"""

from decimal import Decimal
from typing import Final

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.approvals import check_level
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.evolution import evolve
from paperdesk.core.broker.holds import cash_needed, gross_of, held_cash
from paperdesk.core.broker.isolated import owed_apart, own_cash
from paperdesk.core.broker.leverage import tier_of
from paperdesk.core.broker.liquidation import is_being_liquidated
from paperdesk.core.broker.margin import (
    Standing,
    exposures_of,
    is_pattern_day_trader,
    means,
    paired_book,
    stage_of,
    standing,
)
from paperdesk.core.broker.margin_rates import EQUITY_MIN, MARGINABLE, PATTERN_EQUITY_MIN, PORTFOLIO_EQUITY_MIN
from paperdesk.core.broker.margin_rules import MarginRegime
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.option_margin import Exposure, books, level_needed
from paperdesk.core.broker.orders import Order, Role, Side
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import calendar

SELLING_SHORT: Final = "Selling short"
MINIMUM_EQUITY: Final = "minimum_equity"


class EntryCloses(Conflict):
    """The entry of a group must open a position, and this one would close what is held first."""


class ExitOpens(Conflict):
    """An exit only closes, and there are fewer units to close than it would."""


class ShortNotAllowed(Conflict):
    """An instrument of the kind cannot be sold short."""


class NotBorrowable(Conflict):
    """Nobody lends the instrument, so it cannot be sold short."""


class BorrowRecalled(Conflict):
    """The lender wants back what is owed of the instrument already, so no more of it can be sold short."""


class DayTradingRestricted(Conflict):
    """A pattern day trader with too little equity can only close positions."""


class AccountIsFrozen(Conflict):
    """An intraday call was not met, so for a time the account can only close positions."""


class MinimumEquityMissing(Conflict):
    """The account has too little equity to sell short, or to open positions under portfolio margin."""


class LeverageTooHigh(Conflict):
    """So much of a crypto pair is lent less on: what is held and ordered of it is in a tier with less leverage."""


class PairBeingLiquidated(Conflict):
    """The isolated margin of the pair is used up, and what is held of it is not closed yet."""


class PositionsWithoutPrice(Conflict):
    """A position has no price yet, so nobody can say what the account is worth."""


class InsufficientBuyingPower(Conflict):
    """The order needs more cash, or more margin, than is free."""


def check_margin(account: Account, order: Order, marks: Marks) -> None:
    """Refuse an order that the account may not, or could not, owe for; its reservation is already known."""
    opens = opens_units(order)
    _check_group(account, order, opens=opens)
    if not opens:
        return
    stands = known_standing(account, marks)
    _check_liquidated(account, order.instrument)
    if order.side is Side.SELL:
        _check_short(account, order, marks)
    check_equity(account, order, stands)
    check_tier(account, order.instrument, account.book.leverage_of(order.instrument.id), order)
    refuse_beyond(account, *_needed(account, order, stands))


def refuse_beyond(account: Account, needed: Decimal, available: Decimal, rule: str) -> None:
    """Refuse what needs more than is free."""
    if needed > available:
        raise InsufficientBuyingPower(
            f"The order needs {plain(needed)} {account.currency} of margin, and {plain(available)} is free.",
            needed=plain(needed),
            available=plain(available),
            rule=rule,
        )


def opens_units(order: Order) -> bool:
    """Say whether an order of a margined account would open or add to a position."""
    if order.is_exit:
        return False
    return bool(order.held_money) or order.workable > (order.held_units or ZERO)


def withdrawable(account: Account, marks: Marks) -> Decimal:
    """Return the cash a margined account can give back to its owner: its own, and not borrowed for it."""
    stands = known_standing(account, marks)
    owed = stands.short_value - owed_apart(account, marks)
    own = min(own_cash(account) + owed, stands.maintenance_excess)
    if not account.rules.margin.is_portfolio:
        own = min(own, account.book.memorandum)
    return money(max(own - account.held, ZERO), account.currency)


def can_carry(account: Account, event: OrderFilled, marks: Marks) -> bool:
    """Say whether a margined account could carry a fill beside what its other orders hold; closing it always can."""
    order = account.orders[event.fill.order_id]
    if not any(change.is_new for change in event.lot_changes):
        return True
    others = account.held - held_cash(account, order)
    after = evolve(account, event)
    stands = standing(after, marks)
    if stands is None:
        return False
    if stands.equity < EQUITY_MIN:
        return order.side is Side.BUY and own_cash(after) >= others
    return means(after, stands) >= others


def _check_group(account: Account, order: Order, *, opens: bool) -> None:
    held = account.position(order.instrument.id)
    if order.role is Role.ENTRY and order.held_units:
        raise entry_closes(order.instrument, order.held_units)
    if order.is_exit and not opens and order.workable > held.closable(order.side):
        raise exit_opens(order.instrument, order.workable, held.closable(order.side))


def entry_closes(instrument: Instrument, units: Decimal) -> EntryCloses:
    """Return the refusal of an entry that would close units before it opens."""
    return EntryCloses(
        f"The entry of a group opens a position, and this one would close {plain(units)} first.",
        symbol=instrument.symbol,
        closes=plain(units),
    )


def exit_opens(instrument: Instrument, units: Decimal, free: Decimal) -> ExitOpens:
    """Return the refusal of exits that would close more units than are free."""
    return ExitOpens(
        f"The exits close {plain(units)} {instrument.symbol}, and {plain(free)} are free.",
        needed=plain(units),
        available=plain(free),
        symbol=instrument.symbol,
    )


def _check_liquidated(account: Account, instrument: Instrument) -> None:
    if account.book.is_isolated(instrument.id) and is_being_liquidated(account, instrument.id):
        raise PairBeingLiquidated(
            f"What is held of {instrument.symbol} is being liquidated, and nothing of it is opened until that is done.",
            symbol=instrument.symbol,
        )


def _check_short(account: Account, order: Order, marks: Marks) -> None:
    if order.instrument.contract is not None:
        _check_writing(account, order, marks)
    else:
        check_borrow(account, order.instrument)


def check_borrow(account: Account, instrument: Instrument) -> None:
    """Refuse to sell short what cannot be, or what nobody lends."""
    if instrument.kind not in MARGINABLE and not account.book.is_isolated(instrument.id):
        raise ShortNotAllowed(
            f"{instrument.symbol} is of the kind {instrument.kind.value!r}, which cannot be sold short.",
            symbol=instrument.symbol,
        )
    if account.rules.margin.borrow.rate_of(instrument.symbol) is None:
        raise NotBorrowable(f"Nobody lends {instrument.symbol}, so it cannot be sold short.", symbol=instrument.symbol)
    recall = account.book.recall(instrument.id)
    if recall is not None:
        raise BorrowRecalled(
            f"The lender of {instrument.symbol} wants {plain(recall.units)} back by {recall.due_on}, "
            "so no more of it can be sold short.",
            symbol=instrument.symbol,
            recalled=plain(recall.units),
            due_on=recall.due_on.isoformat(),
        )


def _check_writing(account: Account, order: Order, marks: Marks) -> None:
    """Refuse to write options in a book that cannot be priced, or in a way the account is not approved for."""
    held = [each for each in exposures_of(account, marks) or () if each.instrument.id != order.instrument.id]
    after = account.position(order.instrument.id).quantity - order.workable
    mark = marks.get(order.instrument.id)
    written = Exposure(order.instrument, after, ZERO if mark is None else mark.price)
    book = next(each for each in books((written, *held)) if written in each)
    found = paired_book(book, marks, stage_of(account))
    if found is None:
        raise PositionsWithoutPrice("The underlying has no price yet, so the margin of the option is not known.")
    check_level(account, level_needed(found, order.instrument.symbol, own_cash(account) - account.held))


def check_equity(account: Account, order: Order, stands: Standing) -> None:
    """Refuse to open anything in an account that is frozen, restricted, or too small to owe."""
    until = account.book.frozen_until
    if until is not None and calendar(order.instrument.calendar).day_of(order.accepted_at) <= until:
        raise AccountIsFrozen(
            f"An intraday call was not met: until {until} the account can only close positions.",
            until=until.isoformat(),
        )
    is_legacy = account.rules.margin.regime is MarginRegime.LEGACY_PDT
    if is_legacy and is_pattern_day_trader(account) and stands.equity < PATTERN_EQUITY_MIN:
        raise DayTradingRestricted(
            f"A pattern day trader needs {plain(PATTERN_EQUITY_MIN)} of equity to open positions.",
            needed=plain(PATTERN_EQUITY_MIN),
            available=plain(money(stands.equity, account.currency)),
        )
    least, what = EQUITY_MIN, SELLING_SHORT
    if account.rules.margin.is_portfolio:
        least, what = PORTFOLIO_EQUITY_MIN, "Opening positions under portfolio margin"
    elif order.side is Side.BUY:
        return
    if stands.equity < least:
        raise equity_missing(what, least, money(stands.equity, account.currency))


def equity_missing(what: str, least: Decimal, equity: Decimal) -> MinimumEquityMissing:
    """Return the refusal of something that needs more equity than there is."""
    return MinimumEquityMissing(f"{what} needs {plain(least)} of equity.", needed=plain(least), available=plain(equity))


def check_tier(account: Account, instrument: Instrument, leverage: int, asked: Order | None = None) -> None:
    """Refuse more leverage than is lent on all that is held and ordered of a pair, with an order that is asked for."""
    if leverage == 1:
        return
    cost = max(_cost_on(side, account, instrument, asked) for side in Side)
    most = tier_of(cost).leverage_max
    if leverage > most:
        raise LeverageTooHigh(
            f"{plain(cost)} {account.currency} of {instrument.symbol} are bought with a leverage of {most} at most.",
            symbol=instrument.symbol,
            cost=plain(cost),
            leverage=leverage,
            most=most,
        )


def _cost_on(side: Side, account: Account, instrument: Instrument, asked: Order | None) -> Decimal:
    """Return what is held of a pair on a side costs, with what its orders would open there."""
    orders = [each for each in account.orders.values() if each.is_open and each.instrument.id == instrument.id]
    opening = [each for each in (*orders, *((asked,) if asked else ())) if each.side is side and each.hold_price]
    worth = (
        gross_of(instrument, each.hold_price or ZERO, each.workable - (each.held_units or ZERO), account.currency)
        for each in opening
    )
    cost = account.position(instrument.id).cost
    return max(cost if side is Side.BUY else -cost, ZERO) + sum(worth, ZERO)


def _needed(account: Account, order: Order, stands: Standing) -> tuple[Decimal, Decimal, str]:
    """Return what an order needs, what is free for it, and by which rule."""
    if stands.equity < EQUITY_MIN:
        full = order.notional or cash_needed(account, order, order.hold_price or ZERO, order.workable)
        return full, own_cash(account) - account.held, MINIMUM_EQUITY
    free = money(means(account, stands), account.currency) - account.held
    return held_cash(account, order), free, account.rules.margin.regime.value


def known_standing(account: Account, marks: Marks) -> Standing:
    """Return how an account stands, or refuse when nobody can say."""
    stands = standing(account, marks)
    if stands is None:
        raise PositionsWithoutPrice("A position has no price yet, so the account's margin is not known.")
    return stands
