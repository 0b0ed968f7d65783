"""What of a table is a person's: what their archive has of it, and what becomes of it when they are erased.

Each table says so itself, with `info=personal(...)`, so that one which is added later cannot be forgotten: a test
refuses a table that says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy import Table

_KEY: Final = "personal"


@dataclass(frozen=True, slots=True)
class Personal:
    """Whose rows are: the column that names the person or one of their accounts; none where they are nobody's.

    `secret` columns are in no archive. On erasure rows stay as they are, go, or have columns blanked: to a value, or
    to another column, which is given as the first of a tuple.
    """

    column: str | None
    secret: frozenset[str] = frozenset()
    on_erasure: Literal["stays", "goes"] = "stays"
    blanked: Mapping[str, Any] = field(default_factory=dict[str, Any])


def personal(column: str | None, **terms: Any) -> dict[str, Personal]:  # noqa: ANN401 - the fields of Personal
    """Return what a table says of itself, for its `info`."""
    return {_KEY: Personal(column, **terms)}


def said_by(table: Table) -> Personal | None:
    """Return what a table says of itself; nothing where it was forgotten."""
    found: Personal | None = table.info.get(_KEY)
    return found
