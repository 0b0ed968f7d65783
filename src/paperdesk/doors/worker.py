"""What runs without being asked: the relay, the jobs, and the pump that moves tapes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from paperdesk.core.kernel.ids import TapeId
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.match_orders import match_orders, moving_tapes
from paperdesk.features.broker.reconcile_closes import Auditor
from paperdesk.features.marketdata.control_tape import CONTROL_TOPIC
from paperdesk.features.marketdata.publication import Publication
from paperdesk.features.marketdata.record_live import Recorder
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.bus import Subscription
from paperdesk.infra.db import SYSTEM_ROLE, Connection, is_leader
from paperdesk.infra.outbox import Relay
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime

FRAME_S = 0.1
IDLE_S = 1.0


@dataclass(slots=True)
class Pump:
    """Moves every tape that plays or has a target, and records live ones; of several processes, one does it for all."""

    runtime: Runtime
    shelf: Shelf
    relay: Relay
    publication: Publication
    auditor: Auditor
    recorder: Recorder | None = None
    leads: bool = False
    when_deposed: Callable[[], None] = lambda: None
    moved_at: dict[TapeId, datetime] = field(default_factory=dict[TapeId, datetime])

    async def run(self) -> None:
        """Move tapes until cancelled; a database that goes away is waited for."""
        with self.runtime.bus.subscribe(CONTROL_TOPIC) as controls:
            await keep_serving("pump", lambda: self._serve(controls))

    async def _serve(self, controls: Subscription) -> None:
        db = await self.runtime.server.connect(SYSTEM_ROLE)
        recording: asyncio.Task[None] | None = None
        try:
            while not await is_leader(db, "pump"):
                await asyncio.sleep(IDLE_S)
            self.leads = True
            if self.recorder is not None:
                recording = asyncio.create_task(self.recorder.run())
            while True:
                moving = await moving_tapes(db)
                self.moved_at = {tape_id: at for tape_id, at in self.moved_at.items() if tape_id in moving}
                is_far = [await self.move(db, tape_id) for tape_id in moving]
                if not any(is_far):
                    await _wait(controls, FRAME_S if moving else IDLE_S)
        finally:
            self.leads = False
            self.when_deposed()
            if recording is not None:
                recording.cancel()
            await db.close(timeout=1)

    async def move(self, db: Connection, tape_id: TapeId) -> bool:
        """Move one tape one piece of its way, with its fills; say whether it has still far to go."""
        now = self.runtime.clock.now()
        elapsed = now - self.moved_at.setdefault(tape_id, now)
        async with db.transaction():
            moved = await match_orders(db, self.shelf, tape_id, elapsed, now)
        self.moved_at[tape_id] = now
        if moved is None:
            return False
        self.shelf.answers.forget(tape_id)
        self.relay.poke()
        if moved.has_closed:
            self.auditor.closed(tape_id)
        self.runtime.metrics.facts.inc(moved.move.cursor - moved.tape.cursor)
        self.publication.moved(replace(moved.tape, cursor=moved.move.cursor, at=moved.move.at))
        return moved.has_far_to_go


async def _wait(controls: Subscription, seconds: float) -> None:
    """Wait for a frame, or less when somebody presses a button."""
    try:
        async with asyncio.timeout(seconds):
            await controls.next()
    except TimeoutError:
        return
