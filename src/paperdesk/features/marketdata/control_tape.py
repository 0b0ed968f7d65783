"""Play, pause, step, jump and set the speed of a tape.

Control writes a target; the pump moves the tape there and commits the fills on the way. A cursor
never goes back: rewinding is a new run.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Forbidden, Invalid
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.marketdata.feeds.recorded import Dataset
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit
from paperdesk.features.marketdata.store import load_tape, save_control
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState
from paperdesk.infra.work import UnitOfWork

CONTROL_TOPIC = "tape-control"
SPEED_MAX = Decimal(31_536_000)
STEPS_MAX = 100_000


class TapeAction(StrEnum):
    """What can be asked of a tape's clock."""

    PLAY = "play"
    PAUSE = "pause"
    STEP = "step"
    JUMP = "jump"
    SPEED = "speed"


class NotTapeOwner(Forbidden):
    """Only its owner controls the clock of a shared tape."""


class TapeNeverGoesBack(Conflict):
    """A tape runs forward only; open a new one to start earlier."""


class TapeEnded(Conflict):
    """There is nothing further on this tape."""


class SpeedOutOfRange(Invalid):
    """The speed is tape seconds per real second, above zero and at most a year."""


class MalformedStep(Invalid):
    """A step counts from 1 to 100,000 facts, bars or sessions."""


@dataclass(frozen=True, slots=True)
class ControlTape:
    """One press on the transport bar; `to` is an instant or a landmark."""

    tape_id: UUID
    action: TapeAction
    unit: StepUnit = "session"
    count: int = 1
    to: datetime | Landmark | None = None
    speed: Decimal | None = None


async def control_tape(work: UnitOfWork, shelf: Shelf, command: ControlTape) -> Tape:
    """Return the tape with its new target; the pump is told after the commit."""
    work.require(Scope.TRADE)
    tape = await load_tape(work, command.tape_id, lock=True)
    if not can_control(work.who, tape):
        raise NotTapeOwner("Only the owner of a shared tape controls its clock.", tape_id=str(tape.id))
    changed = aim(tape, await shelf.dataset(tape.dataset_id), command)
    await save_control(work, changed)
    await work.record("control_tape", tape.id, {"action": command.action})
    work.announce(CONTROL_TOPIC, {"id": tape.id})
    return changed


def can_control(who: Principal, tape: Tape) -> bool:
    """Say whether a caller may move a tape's clock."""
    return tape.tenant_id == who.tenant_id and (not tape.shared or tape.owner_id == who.user_id)


def aim(tape: Tape, dataset: Dataset, command: ControlTape) -> Tape:
    """Return the tape with the target that a command gives it."""
    match command.action:
        case TapeAction.PLAY:
            if tape.has_ended:
                raise TapeEnded("There is nothing further on this tape.", tape_id=str(tape.id))
            return replace(tape, state=TapeState.PLAYING)
        case TapeAction.PAUSE:
            return replace(tape, state=TapeState.PAUSED, target_cursor=tape.cursor, target_at=tape.at)
        case TapeAction.SPEED:
            return replace(tape, speed=_speed(command.speed))
        case TapeAction.STEP:
            return _headed(tape, dataset, _stepped(tape, dataset, command))
        case TapeAction.JUMP:
            return _jumped(tape, dataset, command.to)


def _speed(speed: Decimal | None) -> Decimal:
    if speed is None or not 0 < speed <= SPEED_MAX:
        raise SpeedOutOfRange(f"The speed is above 0 and at most {plain(SPEED_MAX)} tape seconds a second.")
    return speed


def _stepped(tape: Tape, dataset: Dataset, command: ControlTape) -> int | None:
    if not 1 <= command.count <= STEPS_MAX:
        raise MalformedStep(f"A step counts from 1 to {STEPS_MAX}.", count=command.count)
    return dataset.next_step(tape.cursor, command.unit, command.count)


def _jumped(tape: Tape, dataset: Dataset, to: datetime | Landmark | None) -> Tape:
    if to is None:
        raise MalformedStep("A jump needs where to: an instant, next_open or next_close.")
    if not isinstance(to, datetime):
        return _headed(tape, dataset, dataset.next_of(tape.cursor, to))
    if to < tape.at:
        raise TapeNeverGoesBack(
            f"The tape is at {instant_text(tape.at)} and never goes back.", at=instant_text(tape.at)
        )
    cursor = dataset.cursor_at(to)
    # Beyond the last fact there is no time either: the tape ends where its facts do.
    at = to if cursor < dataset.facts_total else max(dataset.at_of(cursor), tape.at)
    return replace(tape, state=TapeState.PAUSED, target_cursor=max(cursor, tape.cursor), target_at=at)


def _headed(tape: Tape, dataset: Dataset, cursor: int | None) -> Tape:
    if tape.has_ended:
        raise TapeEnded("There is nothing further on this tape.", tape_id=str(tape.id))
    target = dataset.facts_total if cursor is None else cursor
    return replace(tape, state=TapeState.PAUSED, target_cursor=target, target_at=max(dataset.at_of(target), tape.at))
