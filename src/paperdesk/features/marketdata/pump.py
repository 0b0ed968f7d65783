"""Where a tape goes next: to its target, or as far as its clock ran while it plays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from paperdesk.features.marketdata.feeds.recorded import Dataset
from paperdesk.features.marketdata.tapes import Tape, TapeState

# The most facts one transaction delivers to working orders; a long way is walked in such
# pieces, between which everybody else is served.
FACTS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a tape: through a cursor, to an instant of its clock, and whether that is its end."""

    cursor: int
    at: datetime
    has_ended: bool


def next_move(tape: Tape, dataset: Dataset, elapsed: timedelta, facts_max: int | None = FACTS_MAX) -> Move | None:
    """Return the next move, or None when the tape is where it should be.

    `elapsed` is the real time since the tape last moved, which its speed multiplies while it plays.
    Without a limit of facts the whole way is one move: right when no order waits for what lies between.
    """
    wanted = _wanted(tape, dataset, elapsed)
    if wanted is None:
        return None
    cursor, at = wanted
    if facts_max is not None and cursor - tape.cursor > facts_max:
        cursor = tape.cursor + facts_max
        at = max(dataset.at_of(cursor), tape.at)
    has_ended = cursor >= dataset.facts_total
    return Move(cursor, max(dataset.at_of(cursor), tape.at) if has_ended else at, has_ended)


def _wanted(tape: Tape, dataset: Dataset, elapsed: timedelta) -> tuple[int, datetime] | None:
    if tape.cursor < tape.target_cursor or tape.at < tape.target_at:
        return max(tape.target_cursor, tape.cursor), max(tape.target_at, tape.at)
    if tape.state is not TapeState.PLAYING or not elapsed:
        return None
    at = tape.at + timedelta(microseconds=int(elapsed / timedelta(microseconds=1) * float(tape.speed)))
    return max(dataset.cursor_at(at), tape.cursor), at
