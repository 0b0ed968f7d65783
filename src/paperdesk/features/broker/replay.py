"""Live an account again: its commands at their cursors, and between them every fact of its tape that concerns it.

Under the same rules the events come out the same; under another fill model some commands become impossible, and those
are told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from paperdesk.core.backtest.passage import Passage
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import Command
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import AccountStatusChanged
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.stillness import Stillness
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import MarketFact
from paperdesk.core.market.quotes import Quotes
from paperdesk.features.broker.touching import dates_of, symbols_of
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.ranges import stirs_at
from paperdesk.features.marketdata.marks import TapeMarks, TapeQuotes
from paperdesk.features.marketdata.pump import FACTS_MAX
from paperdesk.features.marketdata.tapes import Tape, view_at, with_dates, with_symbols


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


class TapePast:
    """What came on a tape by now, as an account on its way needs it: a `Past` of `core/backtest/market.py`."""

    def __init__(self, tape: Tape, dataset: Dataset) -> None:
        """Take the tape and its market."""
        self.tape, self.dataset = tape, dataset
        self._marks: tuple[int, TapeMarks] | None = None
        self._view: MarketView | None = None
        self._calm = 0, 0

    def piece(self, cursor: int) -> int:
        """Return a cursor ahead that is not too far to go at once."""
        return self.dataset.ahead(cursor, FACTS_MAX)

    def facts_between(self, after: int, upto: int, instrument_ids: frozenset[InstrumentId]) -> Iterator[MarketFact]:
        """Yield facts with after < seq <= upto: bells, actions, halts, and prices of the instruments."""
        return self.dataset.facts_between(after, upto, instrument_ids)

    def quiet_until(self, after: int, still: Stillness) -> int:
        """Return a cursor up to which every fact certainly leaves an account as it is; prices are not looked at."""
        return after if still.prices else self.calm_until(after)

    def calm_until(self, cursor: int) -> int:
        """Return up to which cursor no company acts, and no trading halts or goes on."""
        since, until = self._calm
        if not since <= cursor < until:
            since, until = self._calm = cursor, min(stirs_at(self.dataset, cursor) - 1, self.tape.cursor)
        return until

    def at_of(self, cursor: int) -> datetime:
        """Return the instant of a cursor."""
        return self.dataset.at_of(cursor)

    def cursor_at(self, instant: datetime) -> int:
        """Return the number of the last fact at or before an instant."""
        return self.dataset.cursor_at(instant)

    def marks(self, cursor: int) -> Marks:
        """Return what instruments are worth at a cursor; asked again for the same, it knows them already."""
        if self._marks is None or self._marks[0] != cursor:
            self._marks = cursor, TapeMarks(self.dataset, cursor)
        return self._marks[1]

    def quotes(self, cursor: int) -> Quotes:
        """Return the real quotes that stand at a cursor."""
        return TapeQuotes(self.dataset, cursor)

    def view(self, account: Account, command: Command, cursor: int, at: datetime) -> MarketView:
        """Return what the sender of a command could see; of several at one cursor each sees a symbol more."""
        known, symbols = self._view, symbols_of(command, account)
        if known is None or known.cursor != cursor or known.at != at:
            self._view = view_at(self.dataset, cursor, at, symbols)
        else:
            self._view = with_symbols(known, self.dataset, symbols)
        return with_dates(self._view, self.dataset, dates_of(command, account))


@dataclass(slots=True)
class Replay:
    """An account on its way through its life once more, and what of it became impossible."""

    passage: Passage
    impossible: list[Impossible] = field(default_factory=list[Impossible])

    def run(self, asked: Sequence[Asked], until: int) -> None:
        """Live everything that was asked, and then on to a cursor."""
        for each in asked:
            self.passage.hear(each.cursor)
            self._ask(each)
        self.passage.hear(until)

    def _ask(self, asked: Asked) -> None:
        command = asked.command
        if isinstance(command, AccountStatusChanged):
            course = Course(self.passage.account, asked.at)
            course.take(replace(command, seq=course.seq))
            self.passage.remember(course)
            return
        try:
            self.passage.ask(command, asked.cursor, asked.at)
        except PaperdeskError as refusal:
            self.impossible.append(Impossible(asked, refusal))
