"""Halts: from one instant to another nothing of an instrument is traded, and nobody knows when that ends.

An option is halted with what it is written on. A price that is dated inside a halt is nobody's price and is dropped:
the range and the close of a bar that ends inside one, and the opens and quotes of it. What ends as the halt begins
still counts, and so does what begins as it ends: the first open or quote after a halt.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import HaltReason, Phase, StatusFact, TradingHalted, TradingResumed
from paperdesk.core.market.instruments import Instrument

_UNNUMBERED = 0


class MalformedHalt(Invalid):
    """A halt ends after it began."""


@dataclass(frozen=True, slots=True)
class Halt:
    """When trading in an instrument stopped, why, and when it was resumed; None while it has not been."""

    instrument_id: InstrumentId
    halted_at: datetime
    reason: HaltReason
    resumed_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a halt that ends before it began, or at once."""
        if self.resumed_at is not None and self.resumed_at <= self.halted_at:
            raise MalformedHalt("Trading is resumed after it was halted.")

    def hides(self, at: datetime, phase: Phase) -> bool:
        """Say whether a price of the instrument, at an instant and of a phase, is dated inside the halt."""
        if (at, phase) < (self.halted_at, Phase.STATUS):
            return False
        return self.resumed_at is None or (at, phase) < (self.resumed_at, Phase.STATUS)


def facts_of_halt(halt: Halt) -> Iterator[StatusFact]:
    """Yield the beginning of a halt and its end, unnumbered."""
    yield TradingHalted(_UNNUMBERED, halt.halted_at, halt.instrument_id, halt.reason)
    if halt.resumed_at is not None:
        yield TradingResumed(_UNNUMBERED, halt.resumed_at, halt.instrument_id)


def standing_halt(told: Iterable[StatusFact], instrument: Instrument) -> TradingHalted | None:
    """Return the halt that an instrument, or what it is written on, stands in after what has been told."""
    last = {fact.instrument_id: fact for fact in told}
    found = (last.get(each) for each in (instrument.id, instrument.underlying_id) if each is not None)
    return next((fact for fact in found if isinstance(fact, TradingHalted)), None)


def halts_told(told: Iterable[StatusFact]) -> list[Halt]:
    """Return halts as far as they have been told, oldest first; one that goes on has no end."""
    found: list[Halt] = []
    standing: dict[InstrumentId, int] = {}
    for fact in told:
        if isinstance(fact, TradingHalted):
            standing[fact.instrument_id] = len(found)
            found.append(Halt(fact.instrument_id, fact.at, fact.reason))
        else:
            place = standing.pop(fact.instrument_id)
            found[place] = replace(found[place], resumed_at=fact.at)
    return found
