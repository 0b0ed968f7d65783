"""The closed bars of one symbol as a strategy sees them: columns of floats, as far as they have been told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, TypeAlias

import numpy as np

from paperdesk.core.strategy.indicators import Floats

Column: TypeAlias = Literal["open", "high", "low", "close", "volume"]
NO_VALUES: Final = np.empty(0, np.float64)
_NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(slots=True)
class History:
    """Bars in order of their close, shape (rows,) each; the first `known` have closed by now.

    `at` are microseconds since 1970 in UTC. What a source does not have is NaN. A driver that knows what comes later
    keeps it behind `known`, and nothing here gives it away.
    """

    at: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    columns: dict[Column, Floats]
    known: int = 0
    lines: list["Line"] = field(default_factory=list["Line"])
    _next_at: int = field(init=False)

    def __post_init__(self) -> None:
        """Look when the next bar closes, so that most instants are compared with that alone."""
        self._look_ahead()

    def _look_ahead(self) -> None:
        self._next_at = self.at.item(self.known) if self.known < len(self.at) else _NEVER

    def values(self, column: Column) -> Floats:
        """Return a column as far as it has been told."""
        return self.columns[column][: self.known]

    @property
    def price(self) -> Decimal | None:
        """Return the last close, exactly; None before the first. Prices have at most 15 digits, as floats keep."""
        return None if self.known == 0 else Decimal(repr(float(self.columns["close"][self.known - 1])))

    def indicator(
        self, function: Callable[..., Floats], *arguments: float, of: tuple[Column, ...] = ("close",)
    ) -> "Line":
        """Declare an indicator, a function of columns and of numbers; declared again, it is the same."""
        found = next((each for each in self.lines if each.is_of(function, arguments, of)), None)
        if found is None:
            found = Line(self, function, arguments, of)
            self.lines.append(found)
        return found

    def late(self, bars: int, clock: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "History":
        """Return the same bars, each told so many bars of a clock later; those that are never told are left out."""
        places = np.searchsorted(clock, self.at, "left") + bars
        told = int(np.searchsorted(places, len(clock), "left"))
        return History(clock[places[:told]], {name: column[:told] for name, column in self.columns.items()})

    def since(self, first: int) -> "History":
        """Return the bars from a place on, none of them told yet."""
        return History(self.at[first:], {name: column[first:] for name, column in self.columns.items()})

    def tell(self, now: int) -> bool:
        """Tell every bar that has closed by an instant in microseconds, and say whether there was one more.

        Time goes forward.
        """
        if now < self._next_at:
            return False
        self.known = known = self.known + 1
        self._next_at = self.at.item(known) if known < len(self.at) else _NEVER
        if self._next_at <= now:
            self.known = int(self.at.searchsorted(now, "right"))
            self._look_ahead()
        return True

    def grow(self, at: int, values: dict[Column, float]) -> None:
        """Take another bar that has closed, where bars come one by one."""
        self.at = np.append(self.at, at)
        self.columns = {name: np.append(column, values[name]) for name, column in self.columns.items()}
        self.known = len(self.at)
        self._look_ahead()


@dataclass(slots=True)
class Line:
    """An indicator over a history; worked out once for all bars there are, told up to now."""

    history: History
    function: Callable[..., Floats]
    arguments: tuple[float, ...]
    of: tuple[Column, ...]
    _values: Floats = field(default_factory=lambda: NO_VALUES)
    _at: "np.ndarray[tuple[int], np.dtype[np.int64]] | None" = None

    @property
    def name(self) -> str:
        """Return what it is called, such as sma(20)."""
        return f"{getattr(self.function, '__name__', 'indicator')}({', '.join(f'{each:g}' for each in self.arguments)})"

    def is_of(self, function: Callable[..., Floats], arguments: tuple[float, ...], of: tuple[Column, ...]) -> bool:
        """Say whether it is that function of those columns and numbers."""
        return (self.function, self.arguments, self.of) == (function, arguments, of)

    def values(self) -> Floats:
        """Return its value at every bar there is, those included that have not been told."""
        if self._at is not self.history.at:
            self._at = self.history.at
            columns = (self.history.columns[name] for name in self.of)
            self._values = self.function(*columns, *self.arguments)
        return self._values

    def back(self, bars: int) -> float | None:
        """Return the value so many bars ago; None where there is none."""
        history = self.history
        place = history.known - 1 - bars
        if place < 0:
            return None
        values = self._values if self._at is history.at else self.values()
        value: float = values.item(place)
        return None if value != value else value  # noqa: PLR0124 - as only NaN does; asked for at every bar

    @property
    def now(self) -> float | None:
        """Return the value at the last bar; said again and not by `back`, because it is asked at every bar."""
        history = self.history
        known = history.known
        if not known:
            return None
        values = self._values if self._at is history.at else self.values()
        value: float = values.item(known - 1)
        return None if value != value else value  # noqa: PLR0124 - as only NaN does
