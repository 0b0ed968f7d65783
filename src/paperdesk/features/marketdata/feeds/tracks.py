"""Where the facts of an instrument are among all, looked up once: every order asks for the same."""

from collections.abc import Callable, Sequence
from typing import Final

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.facts import Phase
from paperdesk.features.marketdata.feeds.timeline import Timeline, Track

PRICE_PHASES: Final = (Phase.OPEN, Phase.RANGE, Phase.CLOSE, Phase.QUOTE)
_NEVER: Final = 2**63


class Tracks:
    """The tracks of the instruments of a timeline, by the numbers of their sources."""

    def __init__(self, timeline: Timeline, numbers: Callable[[InstrumentId], Sequence[int]]) -> None:
        """Take the facts, and who knows which sources an instrument has."""
        self._timeline, self._numbers = timeline, numbers
        self._known: dict[tuple[InstrumentId, Sequence[Phase]], list[Track]] = {}
        self._first: dict[InstrumentId, int] = {}

    def forget(self) -> None:
        """Let go of what is known, because facts were hidden."""
        self._known.clear()
        self._first.clear()

    def first_seq(self, instrument_id: InstrumentId) -> int:
        """Return the number of the first price of an instrument, one that no cursor reaches where it has none."""
        first = self._first.get(instrument_id)
        if first is None:
            told = (track.seqs.item(0) for track in self._of(instrument_id, PRICE_PHASES))
            first = self._first[instrument_id] = min(told, default=_NEVER)
        return first

    def last_seq(self, instrument_id: InstrumentId, cursor: int, phases: Sequence[Phase]) -> int | None:
        """Return the number of the last fact of some phases by a cursor, or None before the first."""
        last = 0
        for track in self._of(instrument_id, phases):
            last = max(last, track.last_seq(cursor) or 0)
        return last or None

    def _of(self, instrument_id: InstrumentId, phases: Sequence[Phase]) -> list[Track]:
        """Return the tracks of some phases, without those that have nothing."""
        known = self._known.get((instrument_id, phases))
        if known is None:
            numbers, track = self._numbers(instrument_id), self._timeline.track
            found = [track(number, phase) for number in numbers for phase in phases]
            known = self._known[instrument_id, phases] = [each for each in found if len(each.seqs)]
        return known
