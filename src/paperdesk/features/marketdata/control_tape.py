"""Play, pause, step, jump and set the speed of a tape.

Control writes a target, or what to wait for; the pump moves the tape there and commits the fills on
the way. Nobody looks ahead to find out when a fill will come: the tape runs until one has. A cursor
never goes back: rewinding is a new run.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, TypeAlias
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Forbidden, Invalid
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.kernel.values import replace
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit
from paperdesk.features.marketdata.pump import follows_live
from paperdesk.features.marketdata.store import load_tape, save_control
from paperdesk.features.marketdata.tapes import Awaited, Shelf, Tape, TapeState, close_of
from paperdesk.infra.work import UnitOfWork

CONTROL_TOPIC = "tape-control"
SPEED_MAX = Decimal(31_536_000)
STEPS_MAX = 100_000

Moment: TypeAlias = Literal["next_fill", "next_event"]
FlatOut: TypeAlias = Literal["max"]

_AWAITED: Final[dict[Moment, Awaited]] = {"next_fill": Awaited.FILL, "next_event": Awaited.EVENT}


class TapeAction(StrEnum):
    """What can be asked of a tape's clock."""

    PLAY = "play"
    PAUSE = "pause"
    STEP = "step"
    JUMP = "jump"
    SPEED = "speed"


class LiveTapeKeepsTime(Conflict):
    """A live tape goes with the wall clock: nobody plays, pauses, steps or jumps it. A branch of it can be."""


class NotTapeOwner(Forbidden):
    """Only its owner controls the clock of a shared tape."""


class TapeNeverGoesBack(Conflict):
    """A tape runs forward only; open a new one to start earlier."""


class TapeEnded(Conflict):
    """There is nothing further on this tape."""


class SpeedOutOfRange(Invalid):
    """The speed is tape seconds per real second, above zero and at most a year."""


class MalformedStep(Invalid):
    """A step counts from 1 to 100,000 facts, quotes, bars or sessions."""


class NoQuotesOnTape(Conflict):
    """The tape has no quotes to step by; bars and sessions it has."""


@dataclass(frozen=True, slots=True)
class ControlTape:
    """One press on the transport bar.

    `to` is an instant, a day (its close), a landmark of the calendar or what may happen, then to the
    account named or to anybody. Playing may set the speed and whether closed hours are skipped too.
    """

    tape_id: UUID
    action: TapeAction
    unit: StepUnit = "session"
    count: int = 1
    to: datetime | date | Landmark | Moment | None = None
    account_id: UUID | None = None
    speed: Decimal | FlatOut | None = None
    skip_closed: bool | None = None


async def control_tape(work: UnitOfWork, shelf: Shelf, command: ControlTape) -> Tape:
    """Return the tape with its new target; the pump is told after the commit."""
    work.require(Scope.TRADE, Verb.TAPE)
    tape = await load_tape(work, command.tape_id, lock=True)
    if not can_control(work.who, tape):
        raise NotTapeOwner("Only the owner of a shared tape controls its clock.", tape_id=str(tape.id))
    dataset = await shelf.dataset(tape.dataset_id)
    if follows_live(tape, dataset):
        raise LiveTapeKeepsTime("A live tape goes with the wall clock and cannot be moved.", tape_id=str(tape.id))
    changed = aim(tape, dataset, command)
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
            _require_more(tape)
            return replace(_paced(_at_rest(tape), command), state=TapeState.PLAYING)
        case TapeAction.PAUSE:
            return _at_rest(tape)
        case TapeAction.SPEED:
            if command.speed is None and command.skip_closed is None:
                raise _speed_refused()
            return _paced(tape, command)
        case TapeAction.STEP:
            _require_more(tape)
            return _headed(_at_rest(tape), dataset, _stepped(tape, dataset, command))
        case TapeAction.JUMP:
            return _jumped(_at_rest(tape), dataset, command)


def _at_rest(tape: Tape) -> Tape:
    """Return the tape where it stands, with nowhere to go and nothing to wait for."""
    paused = replace(tape, state=TapeState.PAUSED, target_cursor=tape.cursor, target_at=tape.at)
    return replace(paused, awaits=None, awaits_account=None, stopped_by=None)


def _paced(tape: Tape, command: ControlTape) -> Tape:
    """Return the tape with the speed and the treatment of closed hours that were named."""
    skip_closed = tape.skip_closed if command.skip_closed is None else command.skip_closed
    if command.speed is None:
        return replace(tape, skip_closed=skip_closed)
    if command.speed == "max":
        return replace(tape, skip_closed=skip_closed, speed=None)
    if not 0 < command.speed <= SPEED_MAX:
        raise _speed_refused()
    return replace(tape, skip_closed=skip_closed, speed=command.speed)


def _speed_refused() -> SpeedOutOfRange:
    return SpeedOutOfRange(f"The speed is max, or above 0 and at most {plain(SPEED_MAX)} tape seconds a second.")


def _stepped(tape: Tape, dataset: Dataset, command: ControlTape) -> int | None:
    if not 1 <= command.count <= STEPS_MAX:
        raise MalformedStep(f"A step counts from 1 to {STEPS_MAX}.", count=command.count)
    if command.unit == "quote" and "bid" not in dataset.manifest.fields:
        raise NoQuotesOnTape("This tape has no quotes; step by bar or by session.")
    return dataset.next_step(tape.cursor, command.unit, command.count)


def _jumped(tape: Tape, dataset: Dataset, command: ControlTape) -> Tape:
    match command.to:
        case None:
            raise MalformedStep("A jump needs where to: an instant, a day, or what comes next.")
        case datetime() as instant:
            return _jumped_to(tape, dataset, instant)
        case date() as day:
            return _jumped_to(tape, dataset, close_of(dataset.calendar, day))
        case "next_fill" | "next_event":
            _require_more(tape)
            return replace(tape, awaits=_AWAITED[command.to], awaits_account=command.account_id)
        case landmark:
            _require_more(tape)
            return _headed(tape, dataset, dataset.next_of(tape.cursor, landmark))


def _jumped_to(tape: Tape, dataset: Dataset, instant: datetime) -> Tape:
    if instant < tape.at:
        raise TapeNeverGoesBack(
            f"The tape is at {instant_text(tape.at)} and never goes back.", at=instant_text(tape.at)
        )
    cursor = dataset.cursor_at(instant)
    # Beyond the last fact there is no time either: the tape ends where its facts do.
    at = instant if cursor < dataset.facts_total else max(dataset.at_of(cursor), tape.at)
    return replace(tape, target_cursor=max(cursor, tape.cursor), target_at=at)


def _headed(tape: Tape, dataset: Dataset, cursor: int | None) -> Tape:
    target = dataset.facts_total if cursor is None else cursor
    # A tape that stands on its last fact has no way to go that would tell it so.
    has_ended = tape.cursor >= dataset.facts_total
    at = max(dataset.at_of(target), tape.at)
    return replace(tape, target_cursor=target, target_at=at, has_ended=has_ended)


def _require_more(tape: Tape) -> None:
    if tape.has_ended:
        raise TapeEnded("There is nothing further on this tape.", tape_id=str(tape.id))
