"""What the database tells while it happens: one channel, listened to by one connection a process.

A notice comes after the commit it tells of, and only while the connection stands. So whoever lives by notices is told
as well when they may have been missed.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from paperdesk.infra.db import SYSTEM_ROLE, Server
from paperdesk.infra.rooms import keep_serving


class Listener(Protocol):
    """Somebody who wants to be told."""

    def told(self, payload: str) -> None:
        """Take one notice."""

    def listening(self, *, is_on: bool) -> None:
        """Learn that notices come from now on, or that some may have been missed."""


@dataclass(frozen=True, slots=True)
class Notices:
    """The notices of one channel, for one listener."""

    server: Server
    channel: str
    listener: Listener

    async def run(self) -> None:
        """Listen until cancelled; a database that goes away is waited for."""
        await keep_serving("notices", self._serve)

    async def _serve(self) -> None:
        db = await self.server.connect(SYSTEM_ROLE)
        gone = asyncio.Event()
        db.add_termination_listener(lambda _: gone.set())
        try:
            await db.add_listener(self.channel, lambda *told: self.listener.told(str(told[-1])))
            self.listener.listening(is_on=True)
            await gone.wait()
        finally:
            self.listener.listening(is_on=False)
            await db.close(timeout=1)
