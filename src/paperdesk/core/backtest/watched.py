"""A run that is watched: what its strategy asked for at which frame, and the indicators it declared.

A strategy can be shown its bars and the options that are listed late, or with only so many bars before its beginning;
orders meet the market as it is.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import numpy as np

from paperdesk.core.backtest.market import Frame, Market
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import KeepGoing, Stretch, run_backtest
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import Command
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.stillness import Stillness
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import MarketFact
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Quotes
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.scene import Listed
from paperdesk.core.strategy.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Sight:
    """How a strategy sees bars: so many bars late, and with so many before its beginning; None for all there are.

    Listed options are seen as many frames late.
    """

    late: int = 0
    lead: int | None = None


AS_IT_IS = Sight()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a strategy asked for, and the frame at which it did."""

    cursor: int
    at: datetime
    command: Command


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of a run, what was asked for in it, and the histories by symbol and timeframe."""

    result: Result
    wishes: Sequence[Wish]
    histories: Mapping[tuple[str, str | None], History]


@dataclass(slots=True)
class Window:
    """A market as a strategy sees it; everything but bars, listed options and wishes is the market's own."""

    market: Market
    stretch: Stretch
    sight: Sight = AS_IT_IS
    wishes: list[Wish] = field(default_factory=list[Wish])
    histories: dict[tuple[str, str | None], History] = field(default_factory=dict[tuple[str, str | None], History])
    passed: list[int] = field(default_factory=list[int])

    def history(self, instrument: Instrument, upto: int, timeframe: str | None = None) -> History:
        """Return bars as they are seen."""
        found = self.market.history(instrument, upto, timeframe)
        if self.sight.late:
            clock = found if timeframe is None else self.market.history(instrument, upto)
            found = found.late(self.sight.late, clock.at)
        if self.sight.lead is not None:
            began = microseconds(self.market.at_of(self.stretch.after))
            found = found.since(max(int(np.searchsorted(found.at, began, "right")) - self.sight.lead, 0))
        self.histories[instrument.symbol, timeframe] = found
        return found

    def view(self, account: Account, command: Command, cursor: int, at: datetime) -> MarketView:
        """Return what the sender of a command could see, and note the command."""
        self.wishes.append(Wish(cursor, at, command))
        return self.market.view(account, command, cursor, at)

    def piece(self, cursor: int) -> int:
        """Return a cursor ahead that is not too far to go at once."""
        return self.market.piece(cursor)

    def facts_between(self, after: int, upto: int, instrument_ids: frozenset[InstrumentId]) -> Iterator[MarketFact]:
        """Yield the facts of instruments."""
        return self.market.facts_between(after, upto, instrument_ids)

    def quiet_until(self, after: int, still: Stillness) -> int:
        """Return a cursor up to which facts change nothing."""
        return self.market.quiet_until(after, still)

    def at_of(self, cursor: int) -> datetime:
        """Return the instant of a cursor."""
        return self.market.at_of(cursor)

    def cursor_at(self, instant: datetime) -> int:
        """Return the cursor at an instant."""
        return self.market.cursor_at(instant)

    def marks(self, cursor: int) -> Marks:
        """Return what instruments are worth at a cursor."""
        return self.market.marks(cursor)

    def quotes(self, cursor: int) -> Quotes:
        """Return the real quotes that stand at a cursor."""
        return self.market.quotes(cursor)

    def next_frame(self, cursor: int) -> int | None:
        """Return the cursor of the next frame."""
        return self.market.next_frame(cursor)

    def frames(self, after: int, upto: int) -> Iterator[Frame]:
        """Yield the frames of a stretch, and note them."""
        for frame in self.market.frames(after, upto):
            self.passed.append(frame[0])
            yield frame

    def worths(
        self, instrument_id: InstrumentId, quantities: Sequence[Decimal], cursors: Sequence[int]
    ) -> list[Decimal | None]:
        """Return what signed units are worth, each at its cursor."""
        return self.market.worths(instrument_id, quantities, cursors)

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol."""
        return self.market.instrument(symbol)

    def chain(self, underlying: str, cursor: int) -> Sequence[Listed]:
        """Return the options that are listed, as they are seen: none before so many frames have passed."""
        if not self.sight.late:
            return self.market.chain(underlying, cursor)
        place = bisect_right(self.passed, cursor) - 1 - self.sight.late
        return self.market.chain(underlying, self.passed[place]) if place >= 0 else ()

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""
        return self.market.sessions_closed(cursor)


def watched(window: Window, account: Account, strategy: Strategy, keep_going: KeepGoing = lambda _: True) -> Watched:
    """Run a strategy over the stretch of a window, and watch it."""
    result = run_backtest(window, account, strategy, window.stretch, keep_going)
    return Watched(result, window.wishes, window.histories)
