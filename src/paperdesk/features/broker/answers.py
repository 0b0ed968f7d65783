"""What the order writer answers once a command is committed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import Event
from paperdesk.core.broker.ledger import Entry
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import PaperdeskError, Unavailable


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as it stands after the commit, of a combo with its legs; not new when the same request came before."""

    order: Order
    is_new: bool
    view: MarketView
    legs: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class Transferred:
    """A transfer's entry after the commit."""

    entry: Entry
    is_new: bool


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The orders that one request took off the market."""

    orders: tuple[Order, ...]
    view: MarketView


@dataclass(frozen=True, slots=True)
class Done:
    """What a request about an option, or about leverage, brought about, and the account after it."""

    account: Account
    events: tuple[Event, ...]


Answer: TypeAlias = Placed | Cancelled | Transferred | Done
# Who makes something of an answer while the database still writes what it tells.
Prepare: TypeAlias = Callable[[Answer], None]
Answers: TypeAlias = list["Answer | PaperdeskError"]


def own_answers(found: Iterable[Answer | BaseException]) -> Answers:
    """Return what came of commands that shared a transaction; raises why it failed when it did."""
    answers: Answers = []
    for each in found:
        # No rule refuses like this: it is what the transaction failed of, and so did all of its commands.
        if isinstance(each, BaseException) and (not isinstance(each, PaperdeskError) or isinstance(each, Unavailable)):
            raise each
        answers.append(each)
    return answers
