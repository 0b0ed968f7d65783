"""When funding is settled: at 00:00, 08:00 and 16:00 UTC of every day, by the time of a tape and whatever its sessions.

A settlement is a fact that a tape does not bring by itself: whoever delivers facts to accounts that state a rate of
funding puts it among them. It stands behind everything of its instant and is told with the first fact after that, whose
number it has. So no fact of a tape has another number because of it, and it is told once, however far a tape moves.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from paperdesk.core.market.facts import FundingSettled, MarketFact

SETTLEMENTS_A_DAY: Final = 3
_APART: Final = timedelta(days=1) / SETTLEMENTS_A_DAY
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class FactClock(Protocol):
    """Which facts of a tape come when."""

    def at_of(self, cursor: int) -> datetime:
        """Return the instant of a cursor."""

    def cursor_at(self, instant: datetime) -> int:
        """Return the number of the last fact at or before an instant."""


def settled_between(tape: FactClock, after: int, upto: int) -> Iterator[datetime]:
    """Yield the instants of the settlements that are told with the facts with after < seq <= upto."""
    since, until = tape.at_of(after), tape.at_of(upto)
    at = _EPOCH - (_EPOCH - since) // _APART * _APART
    while at < until:
        yield at
        at += _APART


def with_settlements(facts: Iterable[MarketFact], tape: FactClock, after: int, upto: int) -> Iterator[MarketFact]:
    """Yield facts with after < seq <= upto, and the settlements among them where they stand."""
    due = list(settled_between(tape, after, upto))
    told = 0
    for fact in facts:
        while told < len(due) and due[told] < fact.at:
            yield _settlement(tape, due[told])
            told += 1
        yield fact
    yield from (_settlement(tape, at) for at in due[told:])


def _settlement(tape: FactClock, at: datetime) -> FundingSettled:
    return FundingSettled(tape.cursor_at(at) + 1, at)
