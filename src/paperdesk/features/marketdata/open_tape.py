"""Open a tape: a private run over a dataset, paused at the moment asked for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import DatasetId, TapeId
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.marketdata.store import insert_tape, require_dataset
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState
from paperdesk.infra.work import UnitOfWork

# A session a second suits tapes of daily bars, which is what a first tape is made of.
DAY_A_SECOND = Decimal(86_400)
NAME_LENGTH_MAX = 80
_WEEK = timedelta(days=7)


class StartsBeforeTape(Invalid):
    """The tape has no prices yet at the moment it should start."""


class TapeNameMissing(Invalid):
    """A tape needs a name of 1 to 80 characters."""


@dataclass(frozen=True, slots=True)
class OpenTape:
    """Open a run over a dataset, at an instant, or at the close of a day (of the last session until then)."""

    dataset_id: DatasetId
    name: str
    start: datetime | date
    seed: int = 0


async def open_tape(work: UnitOfWork, shelf: Shelf, command: OpenTape) -> Tape:
    """Return the new tape; the tenant that opens it owns it."""
    work.require(Scope.TRADE)
    name = command.name.strip()
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise TapeNameMissing(f"A tape has a name of 1 to {NAME_LENGTH_MAX} characters.")
    dataset_id = await require_dataset(work, command.dataset_id)
    dataset = await shelf.dataset(dataset_id)
    start_at = command.start if isinstance(command.start, datetime) else _close_of(dataset.calendar, command.start)
    cursor = dataset.cursor_at(start_at)
    if cursor == 0:
        raise StartsBeforeTape("The tape has no prices that early.", start=command.start.isoformat())
    tape = Tape(
        id=TapeId(work.new_id()),
        tenant_id=work.who.tenant_id,
        owner_id=work.who.user_id,
        dataset_id=dataset_id,
        name=name,
        shared=False,
        cursor=cursor,
        at=start_at,
        target_cursor=cursor,
        target_at=start_at,
        state=TapeState.PAUSED,
        speed=DAY_A_SECOND,
        has_ended=False,
        starts_at=start_at,
    )
    await insert_tape(work, tape, command.seed)
    await work.record("open_tape", tape.id, {"name": name, "dataset_id": dataset_id})
    return tape


def _close_of(market: Calendar, day: date) -> datetime:
    sessions = market.sessions(day - _WEEK, day)
    return max(session.closes_at for session in sessions)
