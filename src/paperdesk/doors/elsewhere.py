"""What tapes bring that another process moves, told to whoever follows it in this one."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from paperdesk.core.kernel.ids import TapeId, uuid_from_text
from paperdesk.doors.worker import Pump
from paperdesk.features.marketdata.queries import tape_for_all
from paperdesk.infra.rooms import keep_serving


@dataclass(slots=True)
class Elsewhere:
    """Hears from the database which tapes moved, and reads where those stand of which somebody follows something here.

    While the pump of this process leads, it tells by itself and sooner, and nothing is read. A pump that has lost its
    connection learns of that later than the one that took over, so what follows is looked at again when it steps down.
    """

    pump: Pump
    _due: set[TapeId] = field(default_factory=set[TapeId])
    _has_due: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Be told when the pump of this process leads no longer."""
        self.pump.when_deposed = self._look_at_all

    def told(self, payload: str) -> None:
        """Take note of a tape whose row has changed."""
        self._look([payload])

    def listening(self, *, is_on: bool) -> None:
        """Look at all of them: they may have moved while nobody told."""
        if is_on:
            self._look_at_all()

    def _look_at_all(self) -> None:
        self._look(map(str, tuple(self.pump.publication.followed)))

    def _look(self, named: Iterable[str]) -> None:
        if self.pump.leads:
            return
        for tape_id in (TapeId(uuid_from_text(each)) for each in named):
            if tape_id in self.pump.publication.followed:
                self._due.add(tape_id)
                self._has_due.set()

    async def run(self) -> None:
        """Read where tapes stand until cancelled; a database that goes away is waited for."""
        await keep_serving("elsewhere", self._serve)

    async def _serve(self) -> None:
        # Whatever was about to be read when the database went away is among what is followed.
        self._look_at_all()
        while True:
            await self._has_due.wait()
            self._has_due.clear()
            while self._due:
                tape_id = self._due.pop()
                async with self.pump.runtime.as_system() as db:
                    tape = await tape_for_all(db, tape_id)
                if tape is not None:
                    self.pump.publication.moved(tape)
