"""Lock-step: a tape stops after each bar until every strategy attached to it has seen what it told.

So a strategy that is slow, or far away, misses nothing and is never late, however fast the tape plays.
"""

from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.marketdata import store
from paperdesk.features.marketdata.control_tape import CONTROL_TOPIC, NotTapeOwner, can_control
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.work import UnitOfWork


class StrategyNameTaken(Conflict):
    """A strategy of that name is attached to the tape already."""


class UnknownStrategy(NotFound):
    """No strategy of that name is attached to the tape."""


class NotToldYet(Invalid):
    """A strategy acknowledges what its tape has told, and nothing beyond."""


async def attach_strategy(work: UnitOfWork, tape_id: UUID, name: str) -> int:
    """Let a tape wait for a strategy, and return the cursor from which on; who controls the clock may."""
    tape = await _controlled(work, tape_id)
    if not await store.attach(work, tape, name):
        raise StrategyNameTaken(f"{name} is attached already.", strategy=name)
    await _recorded(work, tape, "attach_strategy", name)
    return tape.cursor


async def detach_strategy(work: UnitOfWork, tape_id: UUID, name: str) -> None:
    """Let a tape wait for a strategy no longer."""
    tape = await _controlled(work, tape_id)
    if not await store.detach(work, tape, name):
        raise _unknown(name)
    await _recorded(work, tape, "detach_strategy", name)


async def acknowledge_cursor(work: UnitOfWork, tape_id: UUID, name: str, cursor: int) -> int:
    """Take note that a strategy has seen everything up to a cursor, and return how far it has come."""
    work.require(Scope.TRADE, Verb.TAPE)
    tape = await store.load_tape(work, tape_id, lock=True)
    if cursor > tape.cursor:
        raise NotToldYet(f"The tape has told {tape.cursor} facts, not {cursor}.", cursor=tape.cursor)
    seen = await store.acknowledge(work, tape, name, cursor)
    if seen is None:
        raise _unknown(name)
    await store.wait_for_the_last(work, tape)
    work.announce(CONTROL_TOPIC, {"id": tape.id})
    return seen


async def _controlled(work: UnitOfWork, tape_id: UUID) -> Tape:
    work.require(Scope.TRADE, Verb.TAPE)
    tape = await store.load_tape(work, tape_id, lock=True)
    if not can_control(work.who, tape):
        raise NotTapeOwner("Only the owner of a shared tape lets it wait.", tape_id=str(tape.id))
    return tape


async def _recorded(work: UnitOfWork, tape: Tape, action: str, name: str) -> None:
    await store.wait_for_the_last(work, tape)
    await work.record(action, tape.id, {"strategy": name})
    work.announce(CONTROL_TOPIC, {"id": tape.id})


def _unknown(name: str) -> UnknownStrategy:
    return UnknownStrategy(f"No strategy {name} is attached to this tape.", strategy=name)
