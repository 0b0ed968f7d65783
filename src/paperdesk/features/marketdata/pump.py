"""Where a tape goes next: to its target, to what it awaits, or as far as its clock ran while it plays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.tapes import Stop, Tape, TapeState

# The most facts one transaction delivers to working orders; a long way is walked in such
# pieces, between which everybody else is served.
FACTS_MAX = 5_000
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a tape: through a cursor, to an instant of its clock, and whether and by what it is the last."""

    cursor: int
    at: datetime
    has_ended: bool
    stopped_by: Stop | None = None


def next_move(tape: Tape, dataset: Dataset, elapsed: timedelta, facts_max: int | None = FACTS_MAX) -> Move | None:
    """Return the next move, or None when the tape is where it should be.

    `elapsed` is the real time since the tape last moved, which its speed multiplies while it plays.
    Without a limit of facts the whole way is one move: right when no order waits for what lies between.
    In lock-step a move ends with the next bars or quotes, and there is none until all have seen the last.
    """
    if follows_live(tape, dataset):
        return _live_move(tape, dataset, facts_max)
    wanted = _wanted(tape, dataset, elapsed)
    if wanted is None:
        return None
    cursor, at = wanted
    if tape.acknowledged is not None:
        if tape.acknowledged < tape.cursor:
            return None
        frame = dataset.next_step(tape.cursor, "bar") or tape.cursor
        if cursor > frame:
            cursor, at = frame, max(dataset.at_of(frame), tape.at)
    if facts_max is not None and cursor > dataset.ahead(tape.cursor, facts_max):
        cursor = dataset.ahead(tape.cursor, facts_max)
        at = max(dataset.at_of(cursor), tape.at)
    has_ended = cursor >= dataset.facts_total
    return Move(cursor, max(dataset.at_of(cursor), tape.at) if has_ended else at, has_ended)


def follows_live(tape: Tape, dataset: Dataset) -> bool:
    """Say whether a tape goes with a live market; a branch of it plays the recording again."""
    return dataset.live_until is not None and tape.parent_id is None


def _live_move(tape: Tape, dataset: Dataset, facts_max: int | None) -> Move | None:
    """Return the move to what has been delivered by now; there is no end, and nobody is waited for."""
    assert dataset.live_until is not None, "only a live market has a clock of its own"
    cursor, at = dataset.facts_total, max(dataset.live_until, tape.at)
    if facts_max is not None and cursor > tape.cursor + facts_max:
        cursor = tape.cursor + facts_max
        at = max(dataset.at_of(cursor), tape.at)
    return None if (cursor, at) == (tape.cursor, tape.at) else Move(cursor, at, has_ended=False)


def stopped_move(tape: Tape, dataset: Dataset, fact: tuple[int, datetime], stopped_by: Stop) -> Move:
    """Return the move that ends with the fact (its number, its instant) that brought what the tape awaits."""
    seq, at = fact
    return Move(seq, max(at, tape.at), has_ended=seq >= dataset.facts_total, stopped_by=stopped_by)


def _wanted(tape: Tape, dataset: Dataset, elapsed: timedelta) -> tuple[int, datetime] | None:
    if tape.cursor < tape.target_cursor or tape.at < tape.target_at:
        return max(tape.target_cursor, tape.cursor), max(tape.target_at, tape.at)
    if tape.is_flat_out:
        cursor = dataset.ahead(tape.cursor, FACTS_MAX)
        return cursor, max(dataset.at_of(cursor), tape.at)
    if tape.state is not TapeState.PLAYING or not elapsed:
        return None
    at = _clock_after(tape, dataset, elapsed)
    return max(dataset.cursor_at(at), tape.cursor), at


def _clock_after(tape: Tape, dataset: Dataset, elapsed: timedelta) -> datetime:
    """Return what the tape's clock shows after some real time; there is no time beyond its last fact."""
    assert tape.speed is not None, "a tape without a speed is flat out"
    end = max(dataset.at_of(dataset.facts_total), tape.at)
    market_us = int(elapsed / _MICROSECOND * float(tape.speed))
    left = min(market_us, (end - tape.at) // _MICROSECOND) * _MICROSECOND
    if not tape.skip_closed:
        return tape.at + left
    at = tape.at
    while left and at < end:
        session = dataset.calendar.session_at(at)
        if session is None:
            at = dataset.calendar.next_open(at)
        else:
            taken = min(left, session.closes_at - at)
            at, left = at + taken, left - taken
    return min(at, end)
