"""Warnings, calls and what follows when they are not met.

    warning       the excess over maintenance is below a tenth of it
    maintenance   the excess is below zero: due by the close two sessions later
                  at once, where a crypto pair is held with leverage, whatever the regime
    intraday      the same under the regime that calls it: five sessions, and nothing below the lesser of
                  1,000 and 5 % of equity
    reg_t         the memorandum account is below zero at a close, by more than 1,000: due one payment period
                  later, which is the settlement cycle and two sessions

A call is met when what it asked for is there, however that came about. At the close of the day it is due, one
that is not met closes positions: those that need most first, the one with the lower symbol when two need the
same, each with a market order for as many units as are needed and no more. An intraday call that is not met
freezes the account instead: for 90 days it can only close positions. Pairs whose margin is isolated are no part of
this: liquidation.py has them.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import OrderAccepted
from paperdesk.core.broker.fees import RulesAsOf
from paperdesk.core.broker.leverage import maintained_cost, opened_cost
from paperdesk.core.broker.margin import Stage, Standing, exposures_of, keeping_stage, requirement, standing
from paperdesk.core.broker.margin_book import CallKind, MarginCall
from paperdesk.core.broker.margin_events import (
    AccountFrozen,
    LiquidationStarted,
    MarginCalled,
    MarginCallMet,
    MarginEased,
    MarginWarned,
)
from paperdesk.core.broker.margin_rates import (
    CALL_SESSIONS,
    DE_MINIMIS,
    DE_MINIMIS_RATE,
    FREEZE_DAYS,
    REG_T_EXTRA_SESSIONS,
    WARNING_RATE,
)
from paperdesk.core.broker.margin_rules import MarginRegime
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.broker.orders import Order, OrderType, Side, TimeInForce
from paperdesk.core.broker.settlement import settles_on
from paperdesk.core.kernel.ids import InstrumentId, OrderId, derived
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import MarketFact, SessionClosed
from paperdesk.core.market.sessions import XNYS, calendar

_DAY = timedelta(days=1)
_LIQUIDATION_LASTS = timedelta(days=90)


def review(course: Course, fact: MarketFact, marks: Marks) -> None:
    """Warn, call, or note that a call is met, by the excess over maintenance at a fact."""
    account = course.account
    stands = standing(account, marks) if account.rules.margin.is_margined else None
    if stands is None:
        return
    on = calendar(XNYS).day_of(fact.at)
    _warn(course, stands)
    if stands.maintenance_excess >= ZERO:
        for each in (CallKind.MAINTENANCE, CallKind.INTRADAY):
            _met(course, each)
        return
    kind, at_once = _called_by(account), has_leverage(account)
    if account.book.call(kind) is None and _counts(kind, stands):
        sessions = 0 if at_once else CALL_SESSIONS[kind.value]
        _call(course, kind, -stands.maintenance_excess, on, sessions_later(on, sessions))
    if at_once:
        _close_positions(course, fact, marks, kind)


def has_leverage(account: Account) -> bool:
    """Say whether an account answers for a pair bought with leverage, which moves too quickly to be waited for."""
    answered_for = (each for each in account.book.leverage if not each.is_isolated)
    return any(account.position(each.instrument_id).quantity for each in answered_for)


def review_close(course: Course, fact: SessionClosed, marks: Marks) -> None:
    """Look at an account after a session: the memorandum account, and calls whose day has come."""
    review(course, fact, marks)
    account = course.account
    if not account.rules.margin.is_margined:
        return
    # Regulation T's memorandum account asks nothing under portfolio margin (12 CFR 220.1(b)(3)(i)).
    on, short = fact.session_on, ZERO if account.rules.margin.is_portfolio else -account.book.memorandum
    if short <= ZERO:
        _met(course, CallKind.REG_T)
    elif short > DE_MINIMIS and account.book.call(CallKind.REG_T) is None:
        _call(course, CallKind.REG_T, short, on, payment_due(account.rules.margin.rules_as_of, on))
    for call in course.account.book.calls:
        if call.due_on <= on and standing(course.account, marks) is not None:
            _act(course, fact, marks, call)


def _called_by(account: Account) -> CallKind:
    is_intraday = account.rules.margin.regime is MarginRegime.INTRADAY_CALL and not has_leverage(account)
    return CallKind.INTRADAY if is_intraday else CallKind.MAINTENANCE


def _counts(kind: CallKind, stands: Standing) -> bool:
    if kind is CallKind.MAINTENANCE:
        return True
    return -stands.maintenance_excess > min(DE_MINIMIS, DE_MINIMIS_RATE * max(stands.equity, ZERO))


def _warn(course: Course, stands: Standing) -> None:
    is_small = stands.maintenance_excess < WARNING_RATE * (stands.maintenance - stands.isolated)
    if is_small is course.account.book.is_warned:
        return
    kind = MarginWarned if is_small else MarginEased
    course.take(kind(course.seq, course.at, money(stands.maintenance_excess, course.account.currency)))


def _met(course: Course, kind: CallKind) -> None:
    if course.account.book.call(kind) is not None:
        course.take(MarginCallMet(course.seq, course.at, kind))


def _call(course: Course, kind: CallKind, amount: Decimal, on: date, due_on: date) -> None:
    call = MarginCall(kind, money(amount, course.account.currency, ROUND_CEILING), on, due_on)
    course.take(MarginCalled(course.seq, course.at, call))


def _act(course: Course, fact: SessionClosed, marks: Marks, call: MarginCall) -> None:
    if call.kind is CallKind.INTRADAY:
        course.take(AccountFrozen(course.seq, course.at, fact.session_on + timedelta(days=FREEZE_DAYS)))
        return
    _close_positions(course, fact, marks, call.kind)


def _close_positions(course: Course, fact: MarketFact, marks: Marks, kind: CallKind) -> None:
    """Order what a call that is not met closes, unless orders on their way do that already."""
    stage = Stage.INITIAL if kind is CallKind.REG_T else keeping_stage(course.account)
    orders = list(_closing(course.account, fact, marks, stage))
    if not orders:
        return
    course.take(LiquidationStarted(course.seq, course.at, kind, _missing(course.account, marks, stage)))
    for order in orders:
        seq = course.seq
        course.take(OrderAccepted(seq, course.at, replace(order, accepted_seq=seq)))


def _missing(account: Account, marks: Marks, stage: Stage) -> Decimal:
    """Return by how much positions have to need less: what the memorandum account, or equity, is short of."""
    if stage is Stage.INITIAL:
        return -account.book.memorandum
    stands = standing(account, marks)
    assert stands is not None, "calls are looked at where everything has a price"
    return money(-stands.maintenance_excess, account.currency, ROUND_CEILING)


def _closing(account: Account, fact: MarketFact, marks: Marks, stage: Stage) -> Iterator[Order]:
    """Yield orders that close what frees the margin that is missing, less what orders already on their way free."""
    missing = _missing(account, marks, stage)
    answering = (each for each in exposures_of(account, marks) or () if not each.is_isolated)
    held = [(requirement([each], stage), each) for each in answering]
    for needed, each in sorted(held, key=lambda pair: (-pair[0], pair[1].instrument.symbol)):
        if missing <= ZERO or not needed:
            return
        mark, quantity = marks[each.instrument.id], each.quantity
        order_id = liquidation_id(account, fact.seq, mark.instrument.id)
        going = on_their_way(account, mark, quantity)
        units = _units_freeing(each, needed, missing, stage)
        missing -= needed - requirement([_without(each, units)], stage)
        if units > going:
            yield closing_order(account, fact, mark, (order_id, units - going, quantity))


def _units_freeing(held: Exposure, needed: Decimal, missing: Decimal, stage: Stage) -> Decimal:
    """Return how many units of a position have to go, in whole lots, until it needs so much less; all at most."""
    size, step = abs(held.quantity), held.instrument.lot_step
    part, whole = missing, needed
    if held.leverage > 1:
        left = max(needed - missing, ZERO)
        kept = opened_cost(left, held.leverage) if stage is Stage.INITIAL else maintained_cost(left)
        part, whole = held.cost - kept, held.cost
    return min((size * part / whole / step).to_integral_value(ROUND_CEILING) * step, size)


def _without(held: Exposure, units: Decimal) -> Exposure:
    size = abs(held.quantity)
    return replace(held, quantity=held.quantity * (size - units) / size, cost=held.cost * (size - units) / size)


def liquidation_id(account: Account, fact_seq: int, instrument_id: InstrumentId) -> OrderId:
    """Return the id of the order that the broker closes a position with at a fact."""
    return OrderId(derived(account.id, "liquidation", fact_seq, str(instrument_id)))


def on_their_way(account: Account, mark: Mark, quantity: Decimal) -> Decimal:
    """Return the units of a position that market orders are about to close already."""
    side = Side.SELL if quantity > ZERO else Side.BUY
    orders = (
        order.workable
        for order in account.orders.values()
        if order.is_open
        and order.instrument.id == mark.instrument.id
        and order.side is side
        and order.type is OrderType.MARKET
    )
    return sum(orders, ZERO)


def closing_order(
    account: Account, fact: MarketFact, mark: Mark, terms: tuple[OrderId, Decimal, Decimal], why: str = "liquidation"
) -> Order:
    """Return a market order of the broker's own that closes units of a position from the next fact on."""
    order_id, units, quantity = terms
    at = max(fact.at, account.last_at)
    return Order(
        id=order_id,
        account_id=account.id,
        client_order_id=f"{why}-{order_id}",
        instrument=mark.instrument,
        side=Side.SELL if quantity > ZERO else Side.BUY,
        type=OrderType.MARKET,
        quantity=units,
        limit_price=None,
        time_in_force=TimeInForce.GTC,
        accepted_at=at,
        accepted_fact=fact.seq,
        accepted_seq=account.last_seq + 1,
        expires_at=fact.at + _LIQUIDATION_LASTS,
        updated_at=at,
        matched_through=fact.seq,
        hold_price=mark.price,
        held_units=ZERO,
        held_money=ZERO,
    )


def payment_due(rules_as_of: RulesAsOf, on: date) -> date:
    """Return the end of the payment period: the settlement cycle, and two sessions more (220.2)."""
    return sessions_later(settles_on(rules_as_of, on), REG_T_EXTRA_SESSIONS)


def sessions_later(on: date, sessions: int) -> date:
    """Return the day so many sessions later; at the end of the calendar its last day."""
    market, day = calendar(XNYS), on
    while sessions and day < market.last:
        day += _DAY
        sessions -= market.session_on(day) is not None
    return day
