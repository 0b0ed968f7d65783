"""What the database tells while it happens: all channels are listened to by one connection a process.

A notice comes after the commit it tells of, and only while the connection stands. So whoever lives by notices is told
as well when they may have been missed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Protocol

from paperdesk.infra.bus import Bus
from paperdesk.infra.db import SYSTEM_ROLE, Server
from paperdesk.infra.rooms import keep_serving


class Listener(Protocol):
    """Somebody who wants to be told."""

    def told(self, payload: str) -> None:
        """Take one notice."""

    def listening(self, *, is_on: bool) -> None:
        """Learn that notices come from now on, or that some may have been missed."""


@dataclass(frozen=True, slots=True)
class Herald:
    """Tells those who follow a topic of what a notice names that there is something new to read."""

    bus: Bus
    topic: str

    def told(self, payload: str) -> None:
        """Pass a notice on."""
        self.bus.publish_latest(f"{self.topic}:{payload}", {"topic": self.topic, "id": payload})

    def listening(self, *, is_on: bool) -> None:
        """Let everyone look once notices come, or come again."""
        for each in self.bus.ids_of(f"{self.topic}:") if is_on else ():
            self.told(each)


@dataclass(frozen=True, slots=True)
class Notices:
    """The notices of some channels, for those who listen to each."""

    server: Server
    listeners: Mapping[str, Sequence[Listener]]

    async def run(self) -> None:
        """Listen until cancelled; a database that goes away is waited for."""
        await keep_serving("notices", self._serve)

    async def _serve(self) -> None:
        db = await self.server.connect(SYSTEM_ROLE)
        gone = asyncio.Event()
        db.add_termination_listener(lambda _: gone.set())
        try:
            for channel, listeners in self.listeners.items():
                for each in listeners:
                    await db.add_listener(channel, partial(_told, each))
            self._say(is_on=True)
            await gone.wait()
        finally:
            self._say(is_on=False)
            await db.close(timeout=1)

    def _say(self, *, is_on: bool) -> None:
        for each in chain.from_iterable(self.listeners.values()):
            each.listening(is_on=is_on)


def _told(listener: Listener, *told: object) -> None:
    """Pass on the last of what the driver tells: connection, process, channel and payload."""
    listener.told(str(told[-1]))
