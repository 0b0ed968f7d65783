"""Live an account again: its commands at their cursors, and between them every fact of its tape that concerns it.

The same three functions decide, react and remember as when it was lived first. Under the same rules the events come
out the same; under another fill model some commands become impossible, and those are told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from paperdesk.core.broker import engine
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import CancelOrder, ClosePosition, Command, PlaceCombo, PlaceOrder, ReplaceOrder
from paperdesk.core.broker.concern import has_something, instruments_of_concern, is_concerned
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import AccountStatusChanged, Event
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import CorporateActionFact
from paperdesk.features.broker.touching import dates_of, symbols_of
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.marks import TapeMarks, TapeQuotes
from paperdesk.features.marketdata.pump import FACTS_MAX
from paperdesk.features.marketdata.tapes import Tape, blank_view, with_dates, with_symbols


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that was asked of an account, and where its tape was then; a change of status is not decided again."""

    seq: int
    cursor: int
    at: datetime
    command: Command | AccountStatusChanged


@dataclass(frozen=True, slots=True)
class Impossible:
    """A command that is refused now, and why."""

    asked: Asked
    refusal: PaperdeskError


@dataclass(slots=True)
class Replay:
    """An account on its way through its life; orders that have ended are put aside, so that a long one stays cheap."""

    account: Account
    tape: Tape
    dataset: Dataset
    cursor: int
    ended: dict[OrderId, Order] = field(default_factory=dict[OrderId, Order])
    events: list[Event] = field(default_factory=list[Event])
    impossible: list[Impossible] = field(default_factory=list[Impossible])

    def run(self, asked: Sequence[Asked], until: int) -> None:
        """Live everything that was asked, and then on to a cursor."""
        for each in asked:
            self._hear(each.cursor)
            self._ask(each)
        self._hear(until)

    @property
    def orders(self) -> Iterable[Order]:
        """Return every order there was, in the order they were accepted."""
        return sorted({**self.ended, **self.account.orders}.values(), key=lambda each: each.accepted_seq)

    def _ask(self, asked: Asked) -> None:
        command = asked.command
        if isinstance(command, AccountStatusChanged):
            course = Course(self.account, asked.at)
            course.take(replace(command, seq=course.seq))
            self._remember(course)
            return
        known = {each.id: each for each in self._ended_of_concern(command, asked)}
        account = replace(self.account, orders={**known, **self.account.orders})
        view = self._view(account, asked, command)
        try:
            course = engine.decided(account, command, view)
        except PaperdeskError as refusal:
            self.impossible.append(Impossible(asked, refusal))
            return
        met = None
        if isinstance(command, PlaceOrder | PlaceCombo | ClosePosition):
            met = engine.met_at_once(course.account, course.order(command.order_id), view)
        self._remember(course)
        if met is not None:
            self._remember(met)

    def _ended_of_concern(self, command: Command, asked: Asked) -> Iterator[Order]:
        """Yield the ended orders that a command can be judged by: the one it names with its group, and those alike."""
        named = self.ended.get(command.order_id) if isinstance(command, CancelOrder | ReplaceOrder) else None
        if named is not None:
            yield from (each for each in self.ended.values() if each.group_id == named.group_id or each is named)
        for each in reversed(self.ended.values()):
            if each.updated_at < asked.at:
                break
            if each.accepted_fact == asked.cursor:
                yield each

    def _view(self, account: Account, asked: Asked, command: Command) -> MarketView:
        view = blank_view(self.dataset, replace(self.tape, cursor=asked.cursor, at=asked.at))
        view = with_symbols(view, self.dataset, tuple(symbols_of(command, account)))
        return with_dates(view, self.dataset, tuple(dates_of(command, account)))

    def _hear(self, until: int) -> None:
        while self.cursor < until and has_something(self.account):
            upto = min(self.dataset.ahead(self.cursor, FACTS_MAX), until)
            for fact in self.dataset.facts_between(self.cursor, upto, instruments_of_concern(self.account)):
                if is_concerned(self.account, fact):
                    # A company acts on the close before: at the fact itself prices stand without what it brings.
                    through = fact.seq - 1 if isinstance(fact, CorporateActionFact) else fact.seq
                    marks, quotes = TapeMarks(self.dataset, through), TapeQuotes(self.dataset, fact.seq)
                    self._remember(engine.reacted(self.account, fact, marks, quotes))
            self.cursor = upto
        self.cursor = max(self.cursor, until)

    def _remember(self, course: Course) -> None:
        self.events.extend(course.events)
        ended = {each.id: each for each in course.account.orders.values() if not each.is_open}
        self.ended.update(ended)
        still = {key: each for key, each in course.account.orders.items() if key not in ended}
        self.account = replace(course.account, orders=still) if ended else course.account
