"""Where kept answers lie: in this process, or in Redis, which several processes share.

A keeper knows bytes by group and name. A group has an edition, which changes when the group is forgotten; what
was looked up under one edition is kept under it, so that an answer asked for before is never read after.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from paperdesk.infra.clock import Clock

LIFETIME_MAX: Final = timedelta(hours=12)
"""No answer is kept longer; an edition is remembered for twice as long."""

VALUE_BYTES_MAX: Final = 1_000_000
"""A larger answer is not kept."""


class KeeperAway(Exception):
    """The keeper does not answer; the cache works on without it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a keeper has of the names it was asked for, and the edition of their group."""

    edition: bytes
    values: Mapping[str, bytes]


class Keeper(Protocol):
    """Keeps bytes for a while."""

    name: str

    async def find(self, group: str, names: Sequence[str]) -> Found:
        """Return what is kept and not over its lifetime. Raises KeeperAway."""

    async def keep(self, group: str, edition: bytes, values: Mapping[str, bytes], lifetime: timedelta) -> None:
        """Keep values unless their group was forgotten since that edition. Raises KeeperAway."""

    async def forget(self, group: str) -> None:
        """Let nothing of a group be found any more. Raises KeeperAway."""

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True)
class _Entry:
    edition: bytes
    kept_at: datetime
    lifetime: timedelta
    value: bytes


class MemoryKeeper:
    """Keeps a bounded number of answers in this process; what was not read for longest goes first."""

    name = "memory"

    def __init__(self, clock: Clock, entries_max: int) -> None:
        """Begin empty."""
        self._clock, self._entries_max = clock, entries_max
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._editions: dict[str, int] = {}

    async def find(self, group: str, names: Sequence[str]) -> Found:
        """Return what is kept and not over its lifetime."""
        edition, now = self._edition(group), self._clock.now()
        found: dict[str, bytes] = {}
        for name in names:
            entry = self._entries.get((group, name))
            # A clock that was set back lengthens no life.
            if entry and entry.edition == edition and timedelta(0) <= now - entry.kept_at < entry.lifetime:
                self._entries.move_to_end((group, name))
                found[name] = entry.value
        return Found(edition, found)

    async def keep(self, group: str, edition: bytes, values: Mapping[str, bytes], lifetime: timedelta) -> None:
        """Keep values unless their group was forgotten since."""
        if edition != self._edition(group):
            return
        for name, value in values.items():
            self._entries[group, name] = _Entry(edition, self._clock.now(), lifetime, value)
            self._entries.move_to_end((group, name))
        while len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)

    async def forget(self, group: str) -> None:
        """Let nothing of a group be found any more."""
        self._editions[group] = self._editions.get(group, 0) + 1

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def _edition(self, group: str) -> bytes:
        return str(self._editions.get(group, 0)).encode()
