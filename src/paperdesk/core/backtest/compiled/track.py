"""The bars of one instrument as the compiled driver takes them, with what the calendar says of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, Track
from paperdesk.core.backtest.compiled.kernel import place_in
from paperdesk.core.backtest.compiled.scaling import refusal
from paperdesk.core.broker.fees import RulesAsOf
from paperdesk.core.broker.settlement import settles_on
from paperdesk.core.kernel.money import places
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.sessions import calendar
from paperdesk.core.strategy.history import History

_DAY: Final = timedelta(days=1)
# An order of the last bars may wait for ninety days, and a fill may settle behind them.
_WELL_BEYOND: Final = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one instrument in order of their close; instants in microseconds since 1970, prices in whole numbers.

    Prices have `places` after the point, and every bar has all of them. Where a source tells `closes_alone` all of them
    are that close, and each bar opens when it closes: an order meets it just before the bell. Sessions are those of
    the instrument's calendar, or of another one that its market keeps.
    """

    instrument: Instrument
    places: int
    open_at: Ints
    at: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    calendar: str | None = None
    fallen: Ints | None = None
    closes_alone: bool = False

    def __post_init__(self) -> None:
        """Refuse bars without a price, with one below zero, or that overlap."""
        names = []
        if len(self.at) and min(int(column.min()) for column in (self.open, self.high, self.low, self.close)) <= 0:
            names.append("bars_without_price")
        if np.any(self.open_at[1:] < self.at[:-1]) or np.any(self.at < self.open_at):
            names.append("overlapping_bars")
        if names:
            raise refusal(names)

    def __len__(self) -> int:
        """Return how many bars there are."""
        return len(self.at)

    def to_places(self, places: int) -> "Bars":
        """Return the same bars with more places after the point."""
        if places == self.places:
            return self
        by = 10 ** (places - self.places)
        opened, high, low, close = (column * by for column in (self.open, self.high, self.low, self.close))
        return replace(self, places=places, open=opened, high=high, low=low, close=close)

    def track(self, rules_as_of: RulesAsOf) -> Track:
        """Return what the kernel takes; `rules_as_of` says whose settlement days hold."""
        days = self._days
        prices = (self.open, self.high, self.low, self.close)
        at_once = self.instrument.kind is Kind.CRYPTO
        settles = np.arange(len(days.begins) + 1) if at_once else days.settles[rules_as_of]
        return Track(self.open_at - self.closes_alone, self.at, *prices, days.closes, days.begins, settles)

    def sessions_ended(self, began_at: datetime) -> Ints:
        """Return the bars by whose close a session more has ended than by that of the bar before."""
        closes = self._days.closes
        reached = _placed(self.at, closes)
        before = np.searchsorted(closes, microseconds(began_at), side="right")
        return np.flatnonzero(np.diff(reached, prepend=before))

    def session_after(self, bar: int) -> datetime:
        """Return when the session ends that a day order of a bar's close works in."""
        closes = self._days.closes
        place = min(int(np.searchsorted(closes, self.at[bar], side="right")), len(closes) - 1)
        return instant_of(closes.item(place))

    @property
    def session_closes(self) -> Ints:
        """Return when the sessions close that are near, in microseconds since 1970."""
        return self._days.closes

    @property
    def first_day(self) -> date:
        """Return the day that is counted as the first."""
        return self._days.first

    @property
    def session_days(self) -> list[date]:
        """Return the days of the sessions."""
        return self._days.sessions

    @property
    def _days(self) -> "_Days":
        years = (instant_of(each).year for each in (self.open_at.item(0), self.at.item(-1)))
        return _days_of(self.calendar or self.instrument.calendar, *years)


def check_all_prices(bars: Iterable[Bars]) -> None:
    """Refuse by name closes alone, of what has to know when an order was met within a bar; raises NotExpressible."""
    if any(each.closes_alone for each in bars):
        raise refusal(["bars_without_price"])


@dataclass(frozen=True, slots=True)
class Worths:
    """What the whole numbers of a run over some bars are worth."""

    bars: Bars
    money_places: int

    @property
    def value_by(self) -> int:
        """Return how many units of price times quantity make one of money."""
        exponent = self.bars.places + places(self.bars.instrument.lot_step) - self.money_places
        return int(10**exponent)

    def money(self, amount: int) -> Decimal:
        """Return an amount in the account's currency."""
        return Decimal(amount).scaleb(-self.money_places)

    def units(self, amount: int) -> Decimal:
        """Return a quantity of the instrument."""
        return Decimal(amount).scaleb(-places(self.bars.instrument.lot_step))

    def price(self, amount: int) -> Decimal:
        """Return a price."""
        return Decimal(amount).scaleb(-self.bars.places)


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of some years as columns: where sessions close, where days begin, and on which of them fills settle.

    Days are counted from the first; day 0 is what lies before it.
    """

    closes: Ints
    begins: Ints
    settles: dict[RulesAsOf, Ints]
    first: date
    sessions: list[date]


@lru_cache(maxsize=16)
def _days_of(name: str, first_year: int, last_year: int) -> _Days:
    market = calendar(name)
    first, last = date(first_year, 1, 1) - _WELL_BEYOND, date(last_year, 12, 31) + _WELL_BEYOND
    first, last = max(first, market.first), min(last, market.last)
    days = [first + number * _DAY for number in range((last - first).days + 1)]
    begins = np.array([microseconds(market.day_starts_at(each)) for each in days], np.int64)
    sessions = market.sessions(first, last)
    closes = np.array([microseconds(each.closes_at) for each in sessions], np.int64)
    settles = {each: _settlement(each, days) for each in RulesAsOf}
    return _Days(closes, begins, settles, first, [each.on for each in sessions])


def _settlement(rules_as_of: RulesAsOf, days: list[date]) -> Ints:
    settled = [(settles_on(rules_as_of, each) - days[0]).days + 1 for each in days]
    return np.array([0, *settled], np.int64)


def _placed(at: Ints, bounds: Ints) -> Ints:
    places = np.empty(len(at), np.int64)
    place_in(at, bounds, places)
    return places


@dataclass(frozen=True, slots=True)
class Course:
    """The bars that close in a stretch of a market, the first of which has the number `first` in the history.

    `closes_before` are those of the bars before it, in the same places.

    Of the last one so many of its three facts may have come on which nobody acts any more, and then it is
    `unfinished`; where it has opened and not closed it closes at its open, and is not in the history. `bell_at` is the
    last bell after all of them, in microseconds since 1970, and -1 without one.
    """

    bars: Bars
    history: History
    first: int
    began_at: datetime
    ended_at: datetime
    unfinished: int = 0
    bell_at: int = -1
    closes_before: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def frames(self) -> int:
        """Return on how many of its bars somebody acts."""
        return len(self.bars) - bool(self.unfinished)

    def session_bars(self) -> list[int]:
        """Return the bars by whose close a session has ended, as far as somebody acts on them."""
        ended: list[int] = self.bars.sessions_ended(self.began_at).tolist()
        return [bar for bar in ended if bar < self.frames]
