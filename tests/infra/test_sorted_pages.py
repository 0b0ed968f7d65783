"""A list that is known as a whole is sorted by any member, and its pages join under every sort."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.infra.http import MalformedCursor, PageParams, Sort


@dataclass(frozen=True)
class Line:
    number: int
    name: str
    gain: Decimal | None


names = st.sampled_from(["", "a", "b", "Zürich", "\x00"])
gains = st.none() | st.decimals(-2, 2, places=1)
lines = st.lists(st.tuples(names, gains), max_size=12).map(
    lambda rows: [Line(number, *row) for number, row in enumerate(rows)]
)
sorts = st.builds(Sort, st.just("name"), st.just(str), st.booleans()) | st.builds(
    Sort, st.just("gain"), st.just(Decimal), st.booleans()
)


def read(rows: list[Line], sort: Sort, limit: int) -> list[Line]:
    """Read a list page by page."""
    found: list[Line] = []
    cursor: str | None = None
    while True:
        part, cursor = PageParams(limit, cursor, sort).part(rows, lambda each: (each.number,), tuple[int])
        found += part
        if cursor is None:
            return found


@given(lines, sorts, st.integers(1, 5))
def test_pages_join_under_every_sort_with_what_is_missing_at_the_end(rows: list[Line], sort: Sort, limit: int) -> None:
    rows = [row for row in rows if row.name != "\x00"]  # PostgreSQL knows no NUL, and no name of ours has one
    known = sorted((row for row in rows if sort.of(row) is not None), key=lambda row: (sort.of(row), row.number))
    missing = [row for row in rows if sort.of(row) is None]
    turned = -1 if sort.is_descending else 1
    assert read(rows, sort, limit) == known[::turned] + missing[::turned]


@given(lines.filter(lambda rows: len(rows) > 1), sorts)
def test_the_cursor_of_one_sort_is_none_of_another(rows: list[Line], sort: Sort) -> None:
    rows = [Line(row.number, "a", Decimal(1)) for row in rows]
    _, cursor = PageParams(1, None, sort).part(rows, lambda each: (each.number,), tuple[int])
    for other in (None, Sort(sort.name, sort.kind, not sort.is_descending)):
        with pytest.raises(MalformedCursor):
            PageParams(1, cursor, other).part(rows, lambda each: (each.number,), tuple[int])
