"""What runs without being asked: the relay, the jobs, and the pump that moves tapes."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from paperdesk.core.kernel.ids import TapeId
from paperdesk.features.broker import store
from paperdesk.features.broker.match_orders import match_orders
from paperdesk.features.marketdata.control_tape import CONTROL_TOPIC
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState
from paperdesk.infra.bus import Subscription
from paperdesk.infra.db import SYSTEM_ROLE
from paperdesk.infra.outbox import Relay
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime

FRAME_S = 0.1
IDLE_S = 1.0

_MOVING = """
select id from tape_runs
where state = 'playing' or cursor < target_cursor or at < target_at order by id
"""


@dataclass(slots=True)
class Pump:
    """Moves every tape that plays or has a target; row locks keep several pumps apart."""

    runtime: Runtime
    shelf: Shelf
    relay: Relay
    moved_at: dict[TapeId, datetime] = field(default_factory=dict[TapeId, datetime])

    async def run(self) -> None:
        """Move tapes until cancelled; a database that goes away is waited for."""
        with self.runtime.bus.subscribe(CONTROL_TOPIC) as controls:
            await keep_serving("pump", lambda: self._serve(controls))

    async def _serve(self, controls: Subscription) -> None:
        db = await self.runtime.server.connect(SYSTEM_ROLE)
        try:
            while True:
                moving = [TapeId(row["id"]) for row in await db.fetch(_MOVING)]
                self.moved_at = {tape_id: at for tape_id, at in self.moved_at.items() if tape_id in moving}
                is_far = [await self.move(db, tape_id) for tape_id in moving]
                if not any(is_far):
                    await _wait(controls, FRAME_S if moving else IDLE_S)
        finally:
            await db.close(timeout=1)

    async def move(self, db: asyncpg.Connection, tape_id: TapeId) -> bool:
        """Move one tape one piece of its way, with its fills; say whether it has still far to go."""
        now = self.runtime.clock.now()
        elapsed = now - self.moved_at.setdefault(tape_id, now)
        async with db.transaction():
            tape = await store.lock_tape(db, tape_id)
            if tape is None:
                return False
            dataset = await self.shelf.dataset(tape.dataset_id)
            move = await match_orders(db, tape, dataset, elapsed, now)
        self.moved_at[tape_id] = now
        if move is None:
            return False
        self.relay.poke()
        self.runtime.metrics.facts.inc(move.cursor - tape.cursor)
        self.runtime.bus.publish(f"tape:{tape_id}", {"topic": "tape", "id": tape_id})
        return _has_far_to_go(tape, move.cursor, move.at)


def _has_far_to_go(tape: Tape, cursor: int, at: datetime) -> bool:
    return tape.state is not TapeState.PLAYING and (cursor < tape.target_cursor or at < tape.target_at)


async def _wait(controls: Subscription, seconds: float) -> None:
    """Wait for a frame, or less when somebody presses a button."""
    try:
        async with asyncio.timeout(seconds):
            await controls.next()
    except TimeoutError:
        return
