"""What to look at next: things that somebody has an interest in, once they are named, or all of them after a gap."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lookout(Generic[T]):
    """Knows what is of interest and what has been named since the last look."""

    def __init__(self, find_all: Callable[[], Awaitable[set[T]]], again_s: float) -> None:
        """Start by looking at all that `find_all` finds; between two looks there are so many seconds."""
        self._find_all, self._again_s = find_all, again_s
        self._known: set[T] = set()
        self._due: set[T] = set()
        self._looks_at_all = True
        self._failed: set[T] = set()
        self._rung = asyncio.Event()

    def know(self, things: Iterable[T]) -> None:
        """Take an interest in things."""
        self._known.update(things)

    def name(self, things: Iterable[T]) -> None:
        """Note that something happened to things; those without interest are passed over."""
        due = self._known.intersection(things)
        if due:
            self._due |= due
            self._rung.set()

    def name_all(self) -> None:
        """Note that anything may have happened."""
        self._looks_at_all = True
        self._rung.set()

    async def run(self, look: Callable[[T], Awaitable[bool]]) -> None:
        """Look at what is due until cancelled; `look` says whether a thing is still of interest.

        What it raises ends this. Whoever goes on then finds that thing behind all others, which it does not hold up.
        """
        self.name_all()
        while True:
            await self._rung.wait()
            self._rung.clear()
            if self._looks_at_all:
                self._looks_at_all = False
                found = await self._find_all()
                self._known |= found
                self._due |= found
            # What is named meanwhile waits for the next look, however quickly one thing follows another.
            due, self._due = self._due, set()
            for thing in sorted(due, key=self._failed.__contains__):
                self._failed.add(thing)
                if await look(thing):
                    self._known.add(thing)
                else:
                    self._known.discard(thing)
                self._failed.discard(thing)
            await asyncio.sleep(self._again_s)
