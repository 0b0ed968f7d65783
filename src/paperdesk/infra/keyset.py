"""Pages of lists that the database sorts: a query goes on after the last row that was given."""

from operator import gt, lt
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Text, literal, tuple_

from paperdesk.infra.http import PageParams, Serial


class Columns(Protocol):
    """Columns by their names."""

    def __getitem__(self, name: str, /) -> ColumnElement[Any]:
        """Return a column."""
        ...


def part_of(
    query: Select[Any], page: PageParams, columns: Columns, place: ColumnElement[Any], *, newest_first: bool = True
) -> Select[Any]:
    """Return the query of one page and one row more: by a column that is never empty, and by place among equals.

    Place is an id or a number that no two rows share. Texts go by their bytes, as they do in Python.
    """
    sort, shape = page.sort, tuple[Serial] if isinstance(place.type, Integer) else tuple[UUID]
    if sort is None:
        keys, mark, is_descending = [place], page.after(shape), newest_first
    else:
        after = page.sorted_after(sort, shape)
        keys, is_descending = [_in_order(columns[sort.name]), place], sort.is_descending
        mark = None if after is None else (after[0], *after[1])
    if mark is not None:
        values = [literal(value, key.type) for value, key in zip(mark, keys, strict=True)]
        query = query.where((lt if is_descending else gt)(tuple_(*keys), tuple_(*values)))
    return query.order_by(*(key.desc() if is_descending else key for key in keys)).limit(page.limit + 1)


def _in_order(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column.collate("C") if isinstance(column.type, Text) else column
