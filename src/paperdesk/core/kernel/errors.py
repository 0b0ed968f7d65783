"""One error tree of seven kinds.

    PaperdeskError                code, message, facts
    ├─ Invalid               the request cannot be understood
    ├─ Unauthenticated       nobody we know
    ├─ Forbidden             known, not allowed
    ├─ NotFound              absent, or another tenant's
    ├─ Conflict              the state of things refuses
    ├─ RateLimited           too many; when to come back
    └─ Unavailable           the outside failed; retry is fair

A leaf lives beside the rule that raises it. Its docstring is the catalogue entry and its `code`
is derived once from the class name, so that a rename is a visible change of contract.
Doors translate kinds into their own protocol; nothing here knows HTTP.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

Fact: TypeAlias = str | int | bool | list[str] | list[dict[str, str]] | None

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class PaperdeskError(Exception):
    """The root: a named outcome with a stable code, a sentence and its facts."""

    code: ClassVar[str] = "paperdesk_error"

    def __init_subclass__(cls) -> None:
        """Derive the stable code from the class name: InsufficientShares is insufficient_shares."""
        super().__init_subclass__()
        cls.code = _WORD_START.sub("_", cls.__name__).lower()

    def __init__(self, message: str, **facts: Fact) -> None:
        """Keep the sentence a person reads and the facts a program reads."""
        super().__init__(message)
        self.message = message
        self.facts: Mapping[str, Fact] = facts


class Invalid(PaperdeskError):
    """The request cannot be understood."""


class Unauthenticated(PaperdeskError):
    """Nobody we know."""


class Forbidden(PaperdeskError):
    """Known, but not allowed."""


class NotFound(PaperdeskError):
    """Absent, or it belongs to another tenant."""


class Conflict(PaperdeskError):
    """The state of things refuses."""


class RateLimited(PaperdeskError):
    """Too many requests; the facts say when to come back."""


class Unavailable(PaperdeskError):
    """Something outside failed; nothing was done, and trying again is fair."""


KINDS: tuple[type[PaperdeskError], ...] = (
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    RateLimited,
    Unavailable,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as a value, where there may be many (imports, batches)."""

    code: str
    message: str
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])


def kind_of(error: type[PaperdeskError]) -> type[PaperdeskError]:
    """Return the one of the seven kinds that an error class belongs to."""
    return next(kind for kind in KINDS if issubclass(error, kind))


def catalogue() -> Iterator[type[PaperdeskError]]:
    """Yield every error class that has been imported, kind by kind, in order of code."""
    waiting = list(KINDS)
    found: set[type[PaperdeskError]] = set()
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting.extend(error.__subclasses__())
    yield from sorted(found, key=lambda error: (KINDS.index(kind_of(error)), error.code))
