"""The port that a market's past comes through; cursors are numbers of facts, and nothing is told beyond one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import Command
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.stillness import Stillness
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.facts import MarketFact
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Quotes
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.scene import Listed

# The cursor at which all bars or quotes of an instant have come, that instant in microseconds since 1970, and how many
# sessions have closed by then.
Frame: TypeAlias = tuple[int, int, int]


class Past(Protocol):
    """What an account needs on its way along a market."""

    def piece(self, cursor: int) -> int:
        """Return a cursor ahead that is not too far to go at once."""

    def facts_between(self, after: int, upto: int, instrument_ids: frozenset[InstrumentId]) -> Iterator[MarketFact]:
        """Yield facts with after < seq <= upto: bells, actions, halts, and prices of the instruments."""

    def quiet_until(self, after: int, still: Stillness) -> int:
        """Return a cursor from `after` on up to which every fact is certainly one that leaves an account as it is.

        It need not be the last such cursor: whoever has come there asks again.
        """

    def at_of(self, cursor: int) -> datetime:
        """Return the instant of a cursor."""

    def cursor_at(self, instant: datetime) -> int:
        """Return the number of the last fact at or before an instant."""

    def marks(self, cursor: int) -> Marks:
        """Return what instruments are worth at a cursor."""

    def quotes(self, cursor: int) -> Quotes:
        """Return the real quotes that stand at a cursor."""

    def view(self, account: Account, command: Command, cursor: int, at: datetime) -> MarketView:
        """Return what the sender of a command could see."""


class Market(Past, Protocol):
    """What a backtest needs beyond that: frames, and bars as columns."""

    def next_frame(self, cursor: int) -> int | None:
        """Return the cursor at which all bars or quotes of the next instant have come; None at the very end."""

    def frames(self, after: int, upto: int) -> Iterator[Frame]:
        """Yield the frames with after < cursor <= upto."""

    def worths(
        self, instrument_id: InstrumentId, quantities: Sequence[Decimal], cursors: Sequence[int]
    ) -> list[Decimal | None]:
        """Return what signed units are worth, each at its cursor, by their marks; None where there is none.

        Cursors go forward.
        """

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol."""

    def chain(self, underlying: str, cursor: int) -> Sequence[Listed]:
        """Return the options on an underlying that are listed at a cursor, by expiry, strike and right."""

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""

    def history(self, instrument: Instrument, upto: int, timeframe: str | None = None) -> History:
        """Return the bars that have closed by a cursor, none of them told yet; those of the tape, or of a timeframe."""
