"""Borrowed units that their lender wants back, and what follows when they are not given back.

What the account's borrow table lists is hard to borrow: at each close chance says, for each short position in it,
whether its lender recalls it. It is due at the close so many sessions later. Until it is met nothing more of the
instrument can be sold short; it is met when nothing of it is owed any more, however that came about. At the close of
the day it is due, what is still owed is bought in with an ordinary market order.
"""

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.chance import drawn
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import OrderAccepted
from paperdesk.core.broker.margin_book import Recall
from paperdesk.core.broker.margin_calls import closing_order, on_their_way, sessions_later
from paperdesk.core.broker.margin_events import BuyInStarted, RecallMet, UnitsRecalled
from paperdesk.core.broker.margin_rates import RECALL_SESSIONS
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import SessionClosed

# What chance is drawn for.
RECALL = "recall"


def note_met(course: Course) -> Course:
    """Note which recalls are met by what has happened, and return the course."""
    for recall in course.account.book.recalls:
        if course.account.position(recall.instrument_id).quantity >= ZERO:
            course.take(RecallMet(course.seq, course.at, recall.instrument_id))
    return course


def review_recalls(course: Course, fact: SessionClosed, marks: Marks) -> None:
    """Pursue the recalls of an account after a session, and let lenders recall what is hard to borrow."""
    for recall in course.account.book.recalls:
        _pursue(course, fact, marks, recall)
    if course.account.rules.margin.borrow.recall_rate:
        for position in sorted(course.account.positions.values(), key=lambda each: each.instrument_id):
            mark = marks.get(position.instrument_id)
            if mark is not None and _is_recalled(course, fact, position, mark):
                due_on = sessions_later(fact.session_on, RECALL_SESSIONS)
                recall = Recall(
                    position.instrument_id, mark.instrument.symbol, -position.quantity, fact.session_on, due_on
                )
                course.take(UnitsRecalled(course.seq, course.at, recall))


def _is_recalled(course: Course, fact: SessionClosed, position: Position, mark: Mark) -> bool:
    rules, instrument = course.account.rules, mark.instrument
    is_borrowed = position.quantity < ZERO and instrument.contract is None
    if (
        not is_borrowed
        or not rules.margin.borrow.is_hard(instrument.symbol)
        or course.account.book.recall(instrument.id)
    ):
        return False
    return drawn(rules.seed, instrument.id, fact.seq, RECALL) < rules.margin.borrow.recall_rate


def _pursue(course: Course, fact: SessionClosed, marks: Marks, recall: Recall) -> None:
    account, quantity = course.account, course.account.position(recall.instrument_id).quantity
    mark = marks.get(recall.instrument_id)
    if mark is None or fact.session_on < recall.due_on or quantity >= ZERO:
        return
    units = -quantity - on_their_way(account, mark, quantity)
    if units > ZERO:
        course.take(BuyInStarted(course.seq, course.at, recall.instrument_id, units))
        order_id = OrderId(derived(account.id, "buy_in", fact.seq, str(recall.instrument_id)))
        order = closing_order(course.account, fact, mark, (order_id, units, quantity), "buy-in")
        seq = course.seq
        course.take(OrderAccepted(seq, course.at, replace(order, accepted_seq=seq)))
