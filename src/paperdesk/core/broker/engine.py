"""The broker in three pure functions over one account. Read this file first.

    decide   answers people: events, or a refusal by name
    react    answers the market: what a fact does to the open orders
    evolve   only remembers: the account after an event; it cannot refuse

`decided` and `reacted` are the same with the account after the events, for those who go on with it; `met_at_once` lets
an order that arrives meet the quote that stands.
Nothing here reads a clock or knows a database, and chance follows from what it is drawn for. Where the rules are
written:

    placement, replacement, closing   how an order comes and goes; checks and terms say what is refused
    halts                             what waits while an instrument is not traded, and what cannot
    execution, matching, triggers     how an order meets the market
    fill_models, liquidity            what a price is made of, and how much there is
    contingencies                     what the rest of a group does
    combo_orders, combo_execution     several legs as one order: how it comes, and how it meets the market
    margin, margin_checks             what positions need, and what an account may owe
    leverage, leverage_choice         crypto pairs bought for more than the account brings itself
    isolated, liquidation             crypto pairs with a margin of their own, and what becomes of it
    short_price                       what has fallen by a tenth is sold short only above the bid
    good_faith, recalls               what follows from selling too early, and from borrowing what is hard to borrow
    reservations                      what open orders of a margined account reserve
    session_close                     what the end of a session brings, in its order
    funding                           what holding crypto pairs costs three times a day
    corporate_actions, adjustments    what companies do to what is held, and order_adjustments to open orders
    expiry, exercising, deliveries    the life of options beyond their orders
    life                              accounts that begin anew, rest and are closed
    evolution                         evolve
    stillness                         what is certain to change nothing
    watched_limits, limit_measures    what warns somebody of an account and blocks nothing, and what it measures
    preview                           all of it for one order, without its happening
"""

from datetime import datetime

from paperdesk.core.broker import ledger
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.checks import check_transfer
from paperdesk.core.broker.closing import cancel_all, close_position
from paperdesk.core.broker.combo_orders import place_combo
from paperdesk.core.broker.combo_prices import legs_of
from paperdesk.core.broker.combo_replacement import replace_combo
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
from paperdesk.core.broker.contingencies import Course, cancel
from paperdesk.core.broker.corporate_actions import act
from paperdesk.core.broker.events import CashTransferred, Event
from paperdesk.core.broker.evolution import evolve, fold
from paperdesk.core.broker.exercising import speak_for_option
from paperdesk.core.broker.funding import settle_funding
from paperdesk.core.broker.halts import halt, quotes_of_traded
from paperdesk.core.broker.ledger import Entry, EntryKind
from paperdesk.core.broker.leverage_choice import choose_leverage
from paperdesk.core.broker.life import check_life
from paperdesk.core.broker.liquidation import liquidate
from paperdesk.core.broker.margin_calls import review
from paperdesk.core.broker.marks import NO_MARKS, Marks
from paperdesk.core.broker.meetings import meet, meet_standing
from paperdesk.core.broker.orders import BY_REQUEST, Order, require_open
from paperdesk.core.broker.placement import place
from paperdesk.core.broker.recalls import note_met
from paperdesk.core.broker.replacement import replace_order
from paperdesk.core.broker.reservations import with_reservations
from paperdesk.core.broker.session_close import close_session
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import InstrumentId, OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import (
    CloseFact,
    CorporateActionFact,
    FundingSettled,
    MarketFact,
    PriceFact,
    QuoteFact,
    SessionClosed,
    SessionOpened,
    TradingHalted,
    TradingResumed,
    is_price,
)
from paperdesk.core.market.quotes import NO_QUOTES, Quotes

__all__ = [
    "UnknownOrder",
    "arrived",
    "decide",
    "decided",
    "evolve",
    "fold",
    "met_at_once",
    "react",
    "reacted",
]

_SEVERAL = 2


class UnknownOrder(NotFound):
    """There is no such order in this account."""


def decide(account: Account, command: Command, view: MarketView) -> tuple[Event, ...]:
    """Turn a command into events, or refuse it by raising; a refusal leaves no trace."""
    return decided(account, command, view).happened


def decided(account: Account, command: Command, view: MarketView) -> Course:
    """Return what a command brings about and the account after it, or refuse it by raising."""
    check_life(account, command)
    course = Course(account, max(view.at, account.last_at))
    match command:
        case PlaceOrder():
            place(course, command, view)
        case PlaceCombo():
            place_combo(course, command, view)
        case ReplaceOrder():
            order = _open_order(account, command.order_id)
            (replace_combo if order.is_combo else replace_order)(course, order, command, view)
        case CancelOrder():
            cancel(course, _open_order(account, command.order_id), BY_REQUEST)
        case CancelOrders():
            cancel_all(course, command, view)
        case ClosePosition():
            close_position(course, command, view)
        case ExerciseOption() | InstructExpiry():
            speak_for_option(course, command, view)
        case ChooseLeverage():
            choose_leverage(course, command, view)
        case _:
            check_transfer(account, command.amount, view.marks)
            course.take(_transfer(account, command, course.at))
    return _concluded(course)


def react(account: Account, fact: MarketFact, marks: Marks = NO_MARKS, quotes: Quotes = NO_QUOTES) -> tuple[Event, ...]:
    """Return what a market fact does to an account; orders meet it in the order they were accepted.

    `marks` are what the instruments of its positions are worth at the fact: margin and the end of a session
    need them. `quotes` are the real ones that stand at it, for combos, which meet all of their legs at once.
    """
    return reacted(account, fact, marks, quotes).happened


def reacted(account: Account, fact: MarketFact, marks: Marks = NO_MARKS, quotes: Quotes = NO_QUOTES) -> Course:
    """Return what a market fact does to an account, and the account after it."""
    course = Course(account, max(fact.at, account.last_at))
    if is_price(fact):
        _meet(course, fact, marks, quotes)
        return _concluded(course)
    match fact:
        case SessionOpened() | TradingResumed():
            return course
        case TradingHalted():
            halt(course, fact)
        case SessionClosed():
            close_session(course, fact, marks)
        case CorporateActionFact():
            act(course, fact, marks)
        case _:
            assert isinstance(fact, FundingSettled), "there is no other fact"
            settle_funding(course, fact, marks)
    return _concluded(course)


def _meet(course: Course, fact: PriceFact, marks: Marks, quotes: Quotes) -> None:
    """Let orders meet a price, and look at what the price alone does to a margined account."""
    if course.account.book.leverage:
        liquidate(course, fact, marks)
    instrument_id, seq, account = fact.instrument_id, fact.seq, course.account
    meet(course, fact, _waiting(account, instrument_id, seq), marks, quotes)
    if not account.rules.margin.is_margined or not isinstance(fact, CloseFact | QuoteFact):
        return
    if course.events or account.position(instrument_id).quantity:
        review(course, fact, marks)


def arrived(account: Account, order_id: OrderId, quotes: Quotes, cursor: int, marks: Marks = NO_MARKS) -> Course:
    """Return what meeting standing quotes does to an order that arrives, and the account after it."""
    course = Course(account, account.last_at)
    meet_standing(course, _known_order(account, order_id), quotes, cursor, marks)
    return _concluded(course)


def _concluded(course: Course) -> Course:
    """Add to what happened what follows from all of it: recalls that are met, and what open orders reserve now."""
    return with_reservations(note_met(course) if course.account.book.recalls else course)


def met_at_once(account: Account, order: Order, view: MarketView) -> Course | None:
    """Return what an order that was just accepted meets as it arrives, None where the account or the market waits."""
    if not account.rules.fill_on_arrival or not view.is_open:
        return None
    quotes = quotes_of_traded(view, (order, *(legs_of(account, order) if order.is_combo else ())))
    course = arrived(account, order.id, quotes, view.cursor, view.marks)
    return course if course.events else None


def _transfer(account: Account, command: TransferCash, at: datetime) -> CashTransferred:
    entry = Entry(
        id=command.entry_id,
        number=account.last_entry + 1,
        at=at,
        kind=EntryKind.TRANSFER,
        description="Deposit" if command.amount > ZERO else "Withdrawal",
        postings=ledger.transferred(account.currency, command.amount),
    )
    return CashTransferred(account.last_seq + 1, at, entry)


def _known_order(account: Account, order_id: OrderId) -> Order:
    if order_id not in account.orders:
        raise UnknownOrder("There is no such order in this account.", order_id=str(order_id))
    return account.orders[order_id]


def _open_order(account: Account, order_id: OrderId) -> Order:
    order = _known_order(account, order_id)
    require_open(order)
    return order


def _waiting(account: Account, instrument_id: InstrumentId, seq: int) -> list[Order]:
    """Return the open orders in an instrument that have not met a fact yet, in the order they were accepted."""
    found = [
        order
        for order in account.orders.values()
        if order.matched_through < seq and order.is_open and order.instrument.id == instrument_id
    ]
    return found if len(found) < _SEVERAL else sorted(found, key=lambda order: order.accepted_seq)
