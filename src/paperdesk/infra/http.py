"""Glue that every route shares: pages, cursors, and the types of what a body may hold."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import gt, lt
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar

import msgspec
from fastapi import Depends, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import MalformedNumber, decimal_from_text, plain
from paperdesk.core.kernel.time import MalformedTime, instant_from_text
from paperdesk.core.market.options import canonical_symbol

LIMIT_DEFAULT = 50
LIMIT_MAX = 500
CURSOR_LENGTH_MAX = 512
DAY_LENGTH = 10

T = TypeVar("T")
Row = TypeVar("Row")
P = TypeVar("P", bound=tuple[object, ...])

# A sequence number in a cursor; PostgreSQL's bigint bounds it.
Serial: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class MalformedJson(Invalid):
    """The body cannot be read as JSON."""


class MalformedCursor(Invalid):
    """A cursor is opaque: pass back the one that the previous page gave, unchanged."""


class Body(BaseModel):
    """The base of every request body: fields we do not know are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _instant(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("an instant is text, ISO 8601 with an offset")  # noqa: TRY004 - pydantic lists ValueErrors
    try:
        return instant_from_text(value)
    except MalformedTime as error:
        raise ValueError(error.message) from None


InstantText = Annotated[datetime, BeforeValidator(_instant)]
"""An instant in a request, in UTC once read; without an offset it is refused."""


def _day(value: object) -> object:
    if not isinstance(value, str) or len(value) != DAY_LENGTH:
        raise ValueError("a day is text such as 2024-01-31")
    return date.fromisoformat(value)


DayText = Annotated[date, BeforeValidator(_day)]
"""A market day in a request; an instant is not taken for one."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""One line of text that a person typed, without control characters."""


LineAsWritten = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of text that names something, kept as it was written."""

Symbol = Annotated[str, AfterValidator(canonical_symbol)]
"""The symbol of an instrument, in the one form in which symbols are kept; a strange one is merely not known."""

SymbolLine = Annotated[Line, AfterValidator(canonical_symbol)]
"""A symbol where only one line of text is taken."""


def symbols_in(text: str) -> list[str]:
    """Return the symbols that a text names with commas between them, each in its one form."""
    return [canonical_symbol(symbol) for symbol in text.split(",") if symbol]


def encode_cursor(*position: object) -> str:
    """Write the position after which the next page begins: numbers, texts, ids or instants."""
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def decode_cursor(cursor: str, shape: type[T]) -> T:
    """Read a position back, such as `tuple[Serial, UUID]`; one that was changed is refused."""
    try:
        raw = urlsafe_b64decode(cursor[:CURSOR_LENGTH_MAX] + "=" * (-len(cursor) % 4))
        position = msgspec.json.decode(raw, type=shape)
    except (binascii.Error, UnicodeError, msgspec.MsgspecError, ValueError):
        raise _malformed() from None
    # Only what we would have written ourselves is ours; PostgreSQL knows no NUL in texts.
    if b"\\u0000" in raw or urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=") != cursor:
        raise _malformed()
    return position


def _malformed() -> MalformedCursor:
    return MalformedCursor("This cursor is not one we gave out for this list.")


class UnknownSort(Invalid):
    """A list is sorted by some of the members of its rows; the problem names them in `sorts`."""


@dataclass(frozen=True, slots=True)
class _Placed(Generic[P, Row]):
    place: P
    row: Row


@dataclass(frozen=True, slots=True)
class Sort:
    """By which member of its rows a list is sorted, of what type that is, and from which end."""

    name: str
    kind: Any
    is_descending: bool

    @property
    def text(self) -> str:
        """Return it as it is asked for."""
        return f"-{self.name}" if self.is_descending else self.name

    def of(self, row: object) -> Any:  # noqa: ANN401 - whatever the member is
        """Return what a row is sorted by."""
        shown = row.row if isinstance(row, _Placed) else row
        return shown[self.name] if isinstance(shown, Mapping) else getattr(shown, self.name)


@dataclass(frozen=True, slots=True)
class PageParams:
    """Which part of a list is asked for: at most `limit` rows after `cursor`, in the list's own order or another."""

    limit: int = LIMIT_DEFAULT
    cursor: str | None = None
    sort: Sort | None = None

    def after(self, shape: type[T]) -> T | None:
        """Return the position to begin after; none for the first page."""
        return None if self.cursor is None else decode_cursor(self.cursor, shape)

    def sorted_after(self, sort: Sort, shape: type[P]) -> tuple[Any, P] | None:
        """Return the member and the position to begin after; the cursor of one sort is none of another."""
        found: Any = self.after(tuple[Literal[sort.text], sort.kind | None, shape])  # type: ignore[name-defined,valid-type]
        return None if found is None else found[1:]

    def cut(self, rows: Sequence[Row], position: Callable[[Row], tuple[object, ...]]) -> tuple[list[Row], str | None]:
        """Split what a query for `limit + 1` rows found into one page and the cursor of the next."""
        page, sort = list(rows[: self.limit]), self.sort
        if len(rows) <= self.limit:
            return page, None
        place = position(page[-1])
        return page, encode_cursor(*place) if sort is None else encode_cursor(sort.text, sort.of(page[-1]), place)

    def numbered_part(self, rows: Iterable[Row]) -> tuple[list[Row], str | None]:
        """Return one page of a list that is known as a whole and stands in an order of its own."""
        placed = [_Placed((number,), each) for number, each in enumerate(rows, 1)]
        return _rows(self.part(placed, lambda each: each.place, tuple[Serial]))

    def shown_part(
        self,
        rows: Iterable[T],
        show: Callable[[T], Row],
        position: Callable[[T], P],
        shape: type[P],
        *,
        newest_first: bool = False,
    ) -> tuple[list[Row], str | None]:
        """Return one page as it is shown; all rows are shown only where they are sorted by what is shown of them."""
        if self.sort is None:
            found, next_cursor = self.part(rows, position, shape, newest_first=newest_first)
            return [show(each) for each in found], next_cursor
        placed = [_Placed(position(each), show(each)) for each in rows]
        return _rows(self.part(placed, lambda each: each.place, shape))

    def part(
        self, rows: Iterable[Row], position: Callable[[Row], P], shape: type[P], *, newest_first: bool = False
    ) -> tuple[list[Row], str | None]:
        """Return one page of a list that is known as a whole and sorted by position, and the cursor of the next."""
        if self.sort is not None:
            return self.cut(self._sorted(self.sort, rows, position, shape), position)
        after, is_beyond = self.after(shape), lt if newest_first else gt
        left = [each for each in rows if after is None or is_beyond(position(each), after)]
        return self.cut(left, position)

    def _sorted(self, sort: Sort, rows: Iterable[Row], position: Callable[[Row], P], shape: type[P]) -> list[Row]:
        """Return the rows after the cursor by a member: equal ones by position, those without it at the end."""

        def place(row: Row) -> tuple[Any, P]:
            return sort.of(row), position(row)

        def is_left(row: Row) -> bool:
            if after is None or (sort.of(row) is None) != (after[0] is None):
                return after is None or sort.of(row) is None
            is_beyond = lt if sort.is_descending else gt
            return bool(is_beyond(position(row), after[1]) if after[0] is None else is_beyond(place(row), after))

        after = self.sorted_after(sort, shape)
        left = [row for row in rows if is_left(row)]
        known = sorted((row for row in left if sort.of(row) is not None), key=place, reverse=sort.is_descending)
        return known + sorted((row for row in left if sort.of(row) is None), key=position, reverse=sort.is_descending)


def _rows(part: tuple[list[_Placed[P, Row]], str | None]) -> tuple[list[Row], str | None]:
    return [each.row for each in part[0]], part[1]


Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many rows at most.")]
Cursor = Annotated[str | None, Query(max_length=CURSOR_LENGTH_MAX, description="`next_cursor` of the previous page.")]


def _page(limit: Limit = LIMIT_DEFAULT, cursor: Cursor = None) -> PageParams:
    return PageParams(limit, cursor)


Page = Annotated[PageParams, Depends(_page)]


def sorted_by(**kinds: Any) -> Any:  # noqa: ANN401 - what FastAPI takes for a dependency
    """Return how a list is asked for that can be sorted by some members of its rows, each named with its type."""
    offered = [text for name in kinds for text in (name, f"-{name}")]
    says = "By which member the rows are sorted, with `-` before it from the other end; as they are listed otherwise."
    asked = Query(description=says, max_length=50, json_schema_extra={"enum": [*offered]})

    def page(
        limit: Limit = LIMIT_DEFAULT, cursor: Cursor = None, sort: Annotated[str | None, asked] = None
    ) -> PageParams:
        if sort is None:
            return PageParams(limit, cursor)
        if sort not in offered:
            raise UnknownSort(f"This list is sorted by {', '.join(kinds)}.", sorts=offered)
        name = sort.removeprefix("-")
        return PageParams(limit, cursor, Sort(name, kinds[name], sort.startswith("-")))

    return Depends(page)


class PageOf(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one.")


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError('a number is sent as text, such as "12.50"')  # noqa: TRY004 - pydantic lists ValueErrors
    try:
        return decimal_from_text(value)
    except MalformedNumber as error:
        raise ValueError(error.message) from None


NumberText = Annotated[
    Decimal,
    BeforeValidator(_number, json_schema_input_type=str),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["12.5"]}),
]
"""An exact number in a body: text both ways, so that no float ever stands in between."""

PositiveText = Annotated[NumberText, Field(gt=Decimal(0))]
"""An exact number above zero."""

ShareText = Annotated[NumberText, Field(gt=Decimal(0), lt=Decimal(1))]
"""An exact number between zero and one, neither of them included."""
