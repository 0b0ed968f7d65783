"""Corporate actions as an account lives through them, at the beginning of the market day they are ex on.

0  before a cash dividend, calls that are owed are assigned where exercising them was rational
1  open orders in the instrument and in the option series that change: cancelled, scaled or reduced
2  what is held of the instrument; for a cash dividend a claim, or for shorts a debt, that equity counts
3  the option series that change, from the lowest strike up, so that a series is left before another takes its name

On the pay date the claim becomes cash. Who held at the close before the ex-date is entitled; on the day itself
nobody has traded yet, so that is what is held when the fact comes.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from paperdesk.core.broker.adjustments import adjust, new_unit_price
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.contingencies import Course, cancel
from paperdesk.core.broker.early_assignment import assign_early
from paperdesk.core.broker.events import (
    Booking,
    CorporateActionApplied,
    DividendEarned,
    DividendPaid,
    OrderAdjusted,
)
from paperdesk.core.broker.ledger import Book, Entry, EntryKind, Posting
from paperdesk.core.broker.marks import NO_MARKS, Marks
from paperdesk.core.broker.order_adjustments import is_reduced, reduced, scaled
from paperdesk.core.broker.orders import ADJUSTED_TO_NOTHING, SERIES_ADJUSTED, UNKNOWN_DISTRIBUTION, Order, OrderClass
from paperdesk.core.kernel.ids import EntryId, derived
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.corporate_actions import (
    AdjustedSeries,
    CashDividend,
    CorporateAction,
    Delisting,
    Moment,
    Outcome,
    ShareDividend,
    SpinOff,
    Split,
    outcome,
)
from paperdesk.core.market.facts import CorporateActionFact
from paperdesk.core.market.instruments import Instrument


def act(course: Course, fact: CorporateActionFact, marks: Marks) -> None:
    """Do what a corporate action does to an account; `marks` are those of the close before."""
    if fact.moment is Moment.PAY:
        _pay(course, fact.action)
        return
    if isinstance(fact.action.terms, CashDividend):
        assign_early(course, fact, fact.action.terms, marks)
    _meet_orders(course, fact, marks)
    if isinstance(fact.action.terms, CashDividend):
        _earn(course, fact.action, fact.action.terms)
    elif not _leaves_units(fact.action):
        _adjust_holding(course, fact.action, fact.action.instrument, outcome(fact.action), marks)
    for series in sorted(fact.action.series, key=_strike):
        becomes = Outcome(((series.after, Fraction(series.contracts)),))
        _adjust_holding(course, fact.action, series.before, becomes, NO_MARKS)


def _leaves_units(action: CorporateAction) -> bool:
    return isinstance(action.terms, Delisting) and action.terms.payout is None


def _strike(series: AdjustedSeries) -> Decimal:
    assert series.before.contract is not None, "only an option has a series"
    return series.before.contract.strike


# --- open orders ----------------------------------------------------------------------------------


def _meet_orders(course: Course, fact: CorporateActionFact, marks: Marks) -> None:
    changed = {series.before.id for series in fact.action.series}
    orders = sorted(course.account.orders.values(), key=lambda each: each.accepted_seq)
    for known in orders:
        order = course.order(known.id)
        if order.is_open and order.instrument.id in changed:
            cancel(course, order, SERIES_ADJUSTED)
        elif order.is_open and order.instrument.id == fact.instrument_id:
            _meet_order(course, order, fact, marks)


def _meet_order(course: Course, order: Order, fact: CorporateActionFact, marks: Marks) -> None:
    terms = fact.action.terms
    if order.order_class is OrderClass.COMBO:  # its prices are net, and a dividend changes no leg
        if not isinstance(terms, CashDividend):
            cancel(course, order, SERIES_ADJUSTED)
        return
    match terms:
        case Split() | ShareDividend():
            _change(course, order, scaled(order, terms.ratio), fact)
        case CashDividend():
            if is_reduced(order):
                _change(course, order, reduced(order, terms.amount), fact)
        case SpinOff():
            price = new_unit_price(fact.action, terms.into, Fraction(terms.rate), marks)
            if is_reduced(order) and price is None:
                cancel(course, order, UNKNOWN_DISTRIBUTION)
            elif is_reduced(order) and price is not None:
                _change(course, order, reduced(order, price * terms.rate), fact)
        case _:
            cancel(course, order, fact.action.kind)


def _change(course: Course, order: Order, after: Order | None, fact: CorporateActionFact) -> None:
    if after is None:
        cancel(course, order, ADJUSTED_TO_NOTHING)
        return
    course.take(
        OrderAdjusted(
            seq=course.seq,
            at=course.at,
            order_id=order.id,
            action_id=fact.action.id,
            quantity=after.quantity,
            armed_quantity=after.armed_quantity,
            limit_price=after.limit_price,
            stop_price=after.stop_price,
            hold_price=after.hold_price,
            trail_amount=after.trail_amount,
            watermark=after.watermark,
            fact_seq=fact.seq,
            protection_price=after.protection_price,
        )
    )


# --- what is held ---------------------------------------------------------------------------------


def _adjust_holding(course: Course, action: CorporateAction, held: Instrument, becomes: Outcome, marks: Marks) -> None:
    account = course.account
    position = account.position(held.id)
    if not position.quantity:
        return
    done = adjust(position, action, becomes, marks, account.currency)
    kind = EntryKind(action.kind) if held.id == action.instrument.id else EntryKind.OPTION_ADJUSTMENT
    received = " and ".join(done.received) or "nothing"
    verb = "brought" if isinstance(action.terms, SpinOff) and kind is EntryKind.SPIN_OFF else "became"
    sentence = f"{_TITLES[action.kind]}: {plain(position.quantity)} {held.symbol} {verb} {received}"
    entry = _entry(course, action, kind, sentence, done.postings)
    course.take(CorporateActionApplied(course.seq, course.at, Booking(entry, tuple(done.moves)), action.id))


def _earn(course: Course, action: CorporateAction, terms: CashDividend) -> None:
    """Post a dividend on the day its shares trade without it: owed to longs, by shorts, and not cash yet."""
    account, own = course.account, action.instrument
    units = account.position(own.id).quantity
    amount = money(units * terms.amount, account.currency)
    if not amount:
        return
    postings = (
        Posting(Book.CLAIMS, account.currency, amount, own.id),
        Posting(Book.INCOME, account.currency, -amount, own.id),
    )
    sentence = f"{_TITLES[action.kind]} of {plain(terms.amount)} on {plain(units)} {own.symbol}"
    entry = _entry(course, action, EntryKind.CASH_DIVIDEND, sentence, postings)
    claim = Claim(action.id, own.id, amount)
    course.take(DividendEarned(course.seq, course.at, Booking(entry), claim))


def _pay(course: Course, action: CorporateAction) -> None:
    account, own = course.account, action.instrument
    claim = account.claims.get(action.id)
    if claim is None:
        return
    postings = (
        Posting(Book.CASH, account.currency, claim.amount),
        Posting(Book.CLAIMS, account.currency, -claim.amount, own.id),
    )
    verb = "received" if claim.amount > ZERO else "paid in lieu"
    sentence = f"{_TITLES[action.kind]} of {own.symbol} {verb}"
    entry = _entry(course, action, EntryKind.DIVIDEND_PAYMENT, sentence, postings)
    course.take(DividendPaid(course.seq, course.at, Booking(entry), action.id))


_TITLES = {
    "cash_dividend": "Dividend",
    "share_dividend": "Share dividend",
    "split": "Split",
    "spin_off": "Spin-off",
    "merger": "Merger",
    "symbol_change": "Symbol change",
    "delisting": "Delisting",
}


def _entry(
    course: Course, action: CorporateAction, kind: EntryKind, sentence: str, postings: Iterable[Posting]
) -> Entry:
    account = course.account
    number = account.last_entry + 1
    entry_id = EntryId(derived(account.id, str(action.id), kind.value, number))
    return Entry(entry_id, number, course.at, kind, sentence, tuple(postings))
