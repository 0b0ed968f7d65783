"""Commands that wait for a commit, in the order they came, and whose turn it is.

Several batches may be under way at once, but never two of the same account: a command whose account is under way
waits, and so do those of that account behind it. A further batch begins only when at least as many commands are
ready as are under way. So a busy desk decides one half while the database stores the other, instead of storing
every command by itself.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from paperdesk.core.broker.commands import Command
from paperdesk.core.kernel.errors import Unavailable
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.principal import Principal

_Answer = TypeVar("_Answer")


class WriterBusy(Unavailable):
    """Too many commands are waiting; nothing was done, try again shortly."""


@dataclass(slots=True)
class Waiting(Generic[_Answer]):
    """A command in the queue, and the promise of its answer."""

    who: Principal
    command: Command
    answer: asyncio.Future[_Answer]


class OrderQueue(Generic[_Answer]):
    """The commands of one process; `most` bounds how many may wait."""

    def __init__(self, most: int) -> None:
        """Start empty."""
        self._most = most
        self._waiting: deque[Waiting[_Answer]] = deque()
        self._under_way: set[AccountId] = set()
        self._count_under_way = 0
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()

    def put(self, waiting: Waiting[_Answer]) -> None:
        """Take a command in. Raises WriterBusy."""
        if len(self._waiting) >= self._most:
            raise WriterBusy("Too many orders are waiting; try again shortly.", retry_after_s=1)
        self._waiting.append(waiting)
        if len(self._waiting) >= self._count_under_way:
            self._changed.set()

    async def take(self, most: int) -> Sequence[Waiting[_Answer]]:
        """Return the next batch as soon as there is one; whoever takes it says when it is done."""
        async with self._turn:
            while True:
                ready = self._ready(most)
                if ready and len(ready) >= min(self._count_under_way, most):
                    break
                self._changed.clear()
                await self._changed.wait()
            self._under_way.update(each.command.account_id for each in ready)
            self._count_under_way += len(ready)
            taken = set(map(id, ready))
            self._waiting = deque(each for each in self._waiting if id(each) not in taken)
            return ready

    def done(self, batch: Sequence[Waiting[_Answer]]) -> None:
        """Let the accounts of a batch have their next one."""
        self._under_way.difference_update(each.command.account_id for each in batch)
        self._count_under_way -= len(batch)
        self._changed.set()

    def _ready(self, most: int) -> list[Waiting[_Answer]]:
        ready = []
        for each in self._waiting:
            if each.command.account_id not in self._under_way:
                ready.append(each)
                if len(ready) == most:
                    break
        return ready
