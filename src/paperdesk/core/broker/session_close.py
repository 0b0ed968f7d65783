"""The end of a session, step by step: what comes first can change what comes after.

1  orders that have reached their time expire
2  options whose last day it is are exercised, assigned, or expire
3  interest and borrow fees are charged for the nights until the next session
4  the memorandum account of a margined account is struck
5  the account is warned, called, or brought to what a call asked for
6  lenders recall what was borrowed of them, and what was not given back in time is bought in
"""

from collections.abc import Callable
from typing import TypeAlias

from paperdesk.core.broker.contingencies import Course, expire
from paperdesk.core.broker.expiry import settle_options
from paperdesk.core.broker.margin_calls import review_close
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.memorandum import strike
from paperdesk.core.broker.night_charges import charge
from paperdesk.core.broker.recalls import review_recalls
from paperdesk.core.market.facts import SessionClosed

Step: TypeAlias = Callable[[Course, SessionClosed, Marks], None]


def close_session(course: Course, fact: SessionClosed, marks: Marks) -> None:
    """Do what the end of a session does to an account; each step sees what the ones before it did."""
    for step in STEPS:
        step(course, fact, marks)


def _expire_orders(course: Course, fact: SessionClosed, _marks: Marks) -> None:
    orders = sorted(course.account.orders.values(), key=lambda order: order.accepted_seq)
    for due in (order for order in orders if order.is_open and order.expires_at <= fact.at):
        order = course.order(due.id)
        if order.is_open:  # an exit ends with its entry
            expire(course, order)


STEPS: tuple[Step, ...] = (_expire_orders, settle_options, charge, strike, review_close, review_recalls)
