"""At which bars of a run the limits of an account would have warned, alarmed and been breached.

The run is lived once more from its events, and looked at by the rules of `core/broker/watched_limits.py` wherever bars
close. A limit watches and changes nothing, so a run with limits comes to the same as one without.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from paperdesk.core.backtest.market import Frame, Market
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.day_result import Span, day_result, turnovers
from paperdesk.core.broker.events import Event, booking_of
from paperdesk.core.broker.evolution import evolve
from paperdesk.core.broker.ledger import Entry
from paperdesk.core.broker.limit_measures import AccountMeasures, WorthAt, measured, peak_of
from paperdesk.core.broker.valuation import Valuation, worth_of
from paperdesk.core.broker.watched_limits import TOLD, LimitState, Measured, Reached, WatchedLimit, looked_at, state_of
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.kernel.values import replace_struct

_BEFORE: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a limit measured at a bar, counted from 1, and when that closed."""

    bar: int
    at: datetime
    measured: Measured


@dataclass(slots=True)
class LimitCourse:
    """How a limit was used in a run: where it came to each threshold first, how often that was told, and the most."""

    limit: WatchedLimit
    state: LimitState = LimitState.NORMAL
    first: dict[LimitState, Sighting] = field(default_factory=dict[LimitState, Sighting])
    told: dict[LimitState, int] = field(default_factory=lambda: dict.fromkeys(TOLD, 0))
    highest: Sighting | None = None
    unknown: int = 0
    _reached: Reached = field(default_factory=Reached)

    def look_again(self) -> None:
        """Take note of a bar at which everything is as it was at the bar before."""
        self.unknown += self.state is LimitState.UNKNOWN

    def look(self, seen: Sighting) -> None:
        """Take note of what the limit measures at a bar."""
        self.state = state_of(self.limit, seen.measured)
        self._reached, told = looked_at(self._reached, self.limit, seen.measured)
        if told is not None:
            self.told[told] += 1
        if self.state is LimitState.UNKNOWN:
            self.unknown += 1
            return
        for each in TOLD[: TOLD.index(self.state) + 1] if self.state in TOLD else ():
            self.first.setdefault(each, seen)
        if self.highest is None or _is_more(seen.measured, self.highest.measured):
            self.highest = seen


def _is_more(one: Measured, other: Measured) -> bool:
    """Say whether more is measured; what has no bound is more than anything that has."""
    if one.amount is None or other.amount is None:
        return one.is_boundless and not other.is_boundless
    return one.amount > other.amount


@dataclass(slots=True)
class _Day:
    """Where a day began, and what has been booked since."""

    began_at: datetime
    cursor: int
    entries: list[Entry] = field(default_factory=list[Entry])


class _Way:
    """The account of a run on its way from bar to bar, with the day it is in and its peak at closes."""

    def __init__(self, market: Market, account: Account, events: Sequence[Event], after: int) -> None:
        """Begin where the run did."""
        self._market, self._account, self._events, self._taken = market, account, events, 0
        self._closed, self._cursor, self._at = market.sessions_closed(after), after, market.at_of(after)
        self._day = _Day(self._at, after)
        self._peak = WorthAt(self._at, self._worth(after).equity, ZERO)
        self._found: AccountMeasures | None = None

    def go(self, frame: Frame, heard: int) -> AccountMeasures:
        """Go on to the close of bars, by when so many events had happened, and return what limits measure there."""
        cursor, at, sessions = frame[0], instant_of(frame[1]), frame[2]
        closes_here = False
        if sessions > self._closed:
            closed_before = self._market.sessions_closed(self._market.cursor_at(at - _BEFORE))
            if closed_before > self._closed:
                self._end_day()
            closes_here = sessions > closed_before
        self._cursor, self._at, self._closed = cursor, at, sessions
        self._take(heard)
        found = self._found = self._measures() if self._found is None or self._holds_something() else self._found
        if closes_here:
            self._end_day()
        return found

    def _holds_something(self) -> bool:
        return any(each.quantity for each in self._account.positions.values())

    def _end_day(self) -> None:
        """Let a day begin where the account stands."""
        self._found = None
        self._day = _Day(self._at, self._cursor)
        self._peak = self._higher(WorthAt(self._at, self._worth(self._cursor).equity, ZERO))

    def _higher(self, point: WorthAt) -> WorthAt:
        """Return the higher of the peak and another point; one that is not known leaves the peak unknown."""
        known, new = self._peak.equity, point.equity
        return self._peak if known is None or (new is not None and new <= known) else point

    def _take(self, upto: int) -> None:
        if self._taken == upto:
            return
        events, self._taken, self._found = self._events[self._taken : upto], upto, None
        for event in events:
            self._account = evolve(self._account, event)
            booking = booking_of(event)
            if booking is not None:
                self._day.entries.append(booking.entry)
        orders = self._account.orders
        if not all(each.is_open for each in orders.values()):
            left = {key: each for key, each in orders.items() if each.is_open}
            self._account = replace_struct(self._account, orders=left)

    def _measures(self) -> AccountMeasures:
        worth, day = self._worth(self._cursor), self._day
        moved, before = turnovers(day.entries), self._market.marks(day.cursor)
        result = day_result(self._account, worth, moved, before, Span(day.began_at, self._at))
        return AccountMeasures(worth, result, peak_of([self._peak, WorthAt(self._at, worth.equity, ZERO)]))

    def _worth(self, cursor: int) -> Valuation:
        return worth_of(self._account, self._market.marks(cursor))


def limit_courses(
    market: Market, account: Account, result: Result, limits: Sequence[WatchedLimit], stretch: Stretch
) -> list[LimitCourse]:
    """Return how limits were used in a run that the exact engine made, from the account that it began with."""
    courses = [LimitCourse(each) for each in limits]
    before: AccountMeasures | None = None
    for bar, at, measures in _bars(market, account, result, stretch):
        for course in courses:
            if measures is before:
                course.look_again()
            else:
                course.look(Sighting(bar, at, measured(course.limit, measures)))
        before = measures
    return courses


def _bars(
    market: Market, account: Account, result: Result, stretch: Stretch
) -> Iterator[tuple[int, datetime, AccountMeasures]]:
    """Yield the number and the instant of every frame that was run, and what limits measure there."""
    assert result.heard is not None, "who asks for limits runs so that it is kept"
    way = _Way(market, account, result.events, stretch.after)
    # A run that was stopped has heard fewer frames than there are.
    for bar, (frame, heard) in enumerate(
        zip(market.frames(stretch.after, stretch.upto), result.heard, strict=False), 1
    ):
        yield bar, instant_of(frame[1]), way.go(frame, heard)
