"""Reading what a vendor answered: every value is what it must be, or the answer is malformed as a whole."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_of
from paperdesk.features.marketdata.feeds.vendor import Sensitivities, VendorBar
from paperdesk.infra.outbound import Line

PRICE_MAX: Final = Decimal(1_000_000_000)
SIZE_MAX: Final = Decimal(10) ** 15
PLACES_MAX: Final = 12
_BEYOND_MICROSECONDS: Final = re.compile(r"(\.\d{6})\d+")
_LATEST_NS: Final = 4_102_444_800 * 10**9  # the year 2100


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one JSON object; `where` is what an error names."""

    line: Line
    row: Mapping[str, Any]
    where: str

    def __contains__(self, name: str) -> bool:
        """Say whether the object tells something by that name."""
        return self.row.get(name) is not None

    def wrong(self, name: str) -> Exception:
        """Return the failure of a member that is not what it should be."""
        return self.line.malformed(f"{self.where}.{name}")

    def part(self, name: str) -> "Reader | None":
        """Return an object inside, None where there is none."""
        found = self.row.get(name)
        if found is None:
            return None
        if not isinstance(found, dict):
            raise self.wrong(name)
        return Reader(self.line, found, f"{self.where}.{name}")

    def parts(self, name: str) -> Iterator["Reader"]:
        """Yield the objects of a list inside; a list that is null has none, one that is absent is an error."""
        if name not in self.row:
            raise self.wrong(name)
        found = self.row[name]
        yield from () if found is None else readers(self.line, found, f"{self.where}.{name}")

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        found = self.row.get(name)
        if not isinstance(found, str) or not found:
            raise self.wrong(name)
        return found

    def text_or_none(self, name: str) -> str | None:
        """Return a text where there is one."""
        return self.text(name) if name in self and self.row[name] != "" else None

    def number(self, name: str) -> Decimal | None:
        """Return a number of whatever sign, None where there is none."""
        found = self.row.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            raise self.wrong(name)
        number = Decimal(found)
        places = -int(number.as_tuple().exponent) if number.is_finite() else 0
        if not number.is_finite() or abs(number) > SIZE_MAX or places <= -PLACES_MAX:
            raise self.wrong(name)
        return number

    def price(self, name: str) -> Decimal:
        """Return a price that must be there and above zero."""
        found = self.number(name)
        if found is None or not ZERO < found < PRICE_MAX or _places(found) > PLACES_MAX:
            raise self.wrong(name)
        return found

    def price_or_none(self, name: str) -> Decimal | None:
        """Return a price, None where there is none; vendors write zero for a side that nobody quotes."""
        found = self.number(name)
        return None if not found else self.price(name)

    def size_or_none(self, name: str) -> Decimal | None:
        """Return a size, None where there is none."""
        found = self.number(name)
        if found is not None and (found < ZERO or _places(found) > PLACES_MAX):
            raise self.wrong(name)
        return found

    def instant(self, name: str) -> datetime:
        """Return an instant in the notation of RFC 3339; what is finer than a microsecond is cut off."""
        try:
            found = datetime.fromisoformat(_BEYOND_MICROSECONDS.sub(r"\1", self.text(name)))
        except ValueError:
            raise self.wrong(name) from None
        if found.tzinfo is None:
            raise self.wrong(name)
        return found.astimezone(UTC)

    def instant_since(self, name: str, per_second: int) -> datetime:
        """Return an instant counted since 1970, so many to a second; what is finer than a microsecond is cut off."""
        found = self.row.get(name)
        if isinstance(found, bool) or not isinstance(found, int) or not 0 < found * (10**9 // per_second) < _LATEST_NS:
            raise self.wrong(name)
        return instant_of(found * 10**6 // per_second)

    def day(self, name: str) -> date:
        """Return a day that must be there."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise self.wrong(name) from None

    def day_or_none(self, name: str) -> date | None:
        """Return a day where there is one."""
        return self.day(name) if name in self else None


def reader(line: Line, found: object, where: str) -> Reader:
    """Return the reader of an answer, which must be an object."""
    if not isinstance(found, dict):
        raise line.malformed(f"{where} is no object")
    return Reader(line, found, where)


def readers(line: Line, found: object, where: str) -> Iterator[Reader]:
    """Yield the readers of a list of objects."""
    if not isinstance(found, list):
        raise line.malformed(f"{where} is no list")
    for number, each in enumerate(found):
        yield reader(line, each, f"{where}[{number}]")


def bar_of(row: Reader, opens_at: datetime) -> VendorBar:
    """Return a bar; both vendors of bars call its members o, h, l, c and v."""
    low, high = row.price("l"), row.price("h")
    opened, closed = row.price("o"), row.price("c")
    if not low <= min(opened, closed) <= max(opened, closed) <= high:
        raise row.wrong("h")
    return VendorBar(opens_at, opened, high, low, closed, row.size_or_none("v"))


def sensitivities_of(told: Reader | None) -> Sensitivities | None:
    """Return a vendor's own sensitivities; an empty object says nothing."""
    if told is None or not told.row:
        return None
    return Sensitivities(told.number("delta"), told.number("gamma"), told.number("theta"), told.number("vega"))


def batches(symbols: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Yield the symbols in groups of at most so many."""
    for start in range(0, len(symbols), most):
        yield symbols[start : start + most]


def _places(number: Decimal) -> int:
    return -int(number.normalize().as_tuple().exponent)
