"""The memorandum account of Regulation T: what fills take from it and give back, and its close of the day."""

from datetime import date

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.liquidation import with_margin_settled
from paperdesk.core.broker.margin import Stage, exposure, requirement, standing
from paperdesk.core.broker.margin_events import MemorandumStruck
from paperdesk.core.broker.margin_rates import PATTERN_SESSIONS
from paperdesk.core.broker.margin_rules import MarginRegime
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.money import money
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import SessionClosed
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import XNYS, calendar


def for_margin(account: Account, order: Order, filled: OrderFilled) -> OrderFilled:
    """Return a fill with what it does to the memorandum account, and the session if it is a day trade."""
    if account.book.leverage:
        filled = with_margin_settled(account, order, filled)
    fill = filled.fill
    position, (moved, cost) = account.position(fill.instrument_id), filled.entry.moved(fill.instrument_id)
    before, after = (position.quantity, position.cost), (position.quantity + moved, position.cost + cost)
    needs = [
        requirement([exposure(account, order.instrument, each, fill.price)], Stage.INITIAL) for each in (before, after)
    ]
    gained = money(needs[0] - needs[1], account.currency) - fill.fee
    return replace(filled, memorandum=gained, day_trade_on=_day_trade_on(account, order.instrument, filled))


def strike(course: Course, fact: SessionClosed, marks: Marks) -> None:
    """Look at a margined account after a session: its memorandum account rises to the excess if that is more."""
    account = course.account
    stands = standing(account, marks) if account.rules.margin.is_margined else None
    if stands is None:
        return
    struck = replace(
        account.book,
        memorandum=max(account.book.memorandum, money(stands.initial_excess, account.currency)),
        excess_at_close=money(stands.maintenance_excess, account.currency),
        day_trades=tuple(each for each in account.book.day_trades if _still_counts(each.on, fact.session_on)),
    )
    if struck != account.book:
        course.take(
            MemorandumStruck(
                course.seq, course.at, fact.session_on, struck.memorandum, struck.excess_at_close, struck.day_trades
            )
        )


def _day_trade_on(account: Account, instrument: Instrument, filled: OrderFilled) -> date | None:
    if account.rules.margin.regime is not MarginRegime.LEGACY_PDT:
        return None
    market = calendar(instrument.calendar)
    on = market.day_of(filled.at)
    closed = (change.lot for change in filled.lot_changes if not change.is_new)
    return on if any(market.day_of(lot.opened_at) == on for lot in closed) else None


def _still_counts(on: date, session_on: date) -> bool:
    """Say whether a day trade will be one of the last sessions when the next session opens."""
    return len(calendar(XNYS).sessions(on, session_on)) < PATTERN_SESSIONS
