"""How many lines stay open: so many for each person and so many in all, whichever door they came by."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from paperdesk.core.kernel.errors import RateLimited
from paperdesk.core.kernel.ids import UserId
from paperdesk.infra.runtime import Runtime


class TooManyLines(RateLimited):
    """Somebody has as many streams open as one may, or all together have as many as the desk serves."""


class OpenLines:
    """The lines that are open at this process, by whose they are."""

    def __init__(self, runtime: Runtime) -> None:
        """Start with none."""
        self._runtime = runtime
        self._of: Counter[UserId] = Counter()

    @contextmanager
    def hold(self, user_id: UserId) -> Iterator[None]:
        """Keep a line of somebody open for as long as the block lasts. Raises TooManyLines."""
        most, most_in_all = self._runtime.settings.streams_per_person, self._runtime.settings.streams_max
        if self._of[user_id] >= most:
            raise TooManyLines(f"One person has at most {most} streams open.", limit=most)
        if self._of.total() >= most_in_all:
            raise TooManyLines(f"At most {most_in_all} streams are open at once.", limit=most_in_all)
        self._of[user_id] += 1
        self._runtime.metrics.streams.inc()
        try:
            yield
        finally:
            self._of[user_id] -= 1
            self._runtime.metrics.streams.dec()
