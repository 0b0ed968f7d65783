"""Open a tape: a run over a dataset, private or shared, paused at the moment asked for."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.ids import DatasetId, TapeId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.store import insert_tape, require_dataset
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState, close_of
from paperdesk.infra.work import UnitOfWork

# A session a second suits tapes of daily bars, which is what a first tape is made of.
DAY_A_SECOND = Decimal(86_400)
NAME_LENGTH_MAX = 80


class StartsBeforeTape(Invalid):
    """The tape has no prices yet at the moment it should start."""


class SealedMarket(Conflict):
    """A market with a sealed seed has one tape; a second one could be sent ahead of it."""


class LiveMarketHasItsTape(Conflict):
    """A live market has the tape that it is recorded for; to play the recording again, rewind that tape."""


class WarmUpTooLong(Invalid):
    """The tape has fewer sessions before its start than the warm-up asks for."""


class TapeNameMissing(Invalid):
    """A tape needs a name of 1 to 80 characters."""


@dataclass(frozen=True, slots=True)
class OpenTape:
    """Open a run over a dataset, at an instant, or at the close of a day (of the last session until then).

    `warm_up` is how many sessions of history there must be at the start; without a start, the tape
    starts right after them. `has_market_to_itself` says that the market was made for this tape alone.
    """

    dataset_id: DatasetId
    name: str
    start: datetime | date | None
    seed: int = 0
    shared: bool = False
    warm_up: int = 0
    has_market_to_itself: bool = False


async def open_tape(work: UnitOfWork, shelf: Shelf, command: OpenTape) -> Tape:
    """Return the new tape; the tenant that opens it owns it."""
    work.require(Scope.TRADE)
    name = command.name.strip()
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise TapeNameMissing(f"A tape has a name of 1 to {NAME_LENGTH_MAX} characters.")
    dataset_id = await require_dataset(work, command.dataset_id)
    dataset = await shelf.dataset(dataset_id)
    recipe = dataset.manifest.recipe
    if recipe is not None and recipe.sealed and not command.has_market_to_itself:
        raise SealedMarket("A market with a sealed seed has the tape it was made for and no other.")
    if dataset.live_until is not None:
        raise LiveMarketHasItsTape("A live market has one tape; rewind it to play its recording again.")
    cursor, start_at = _start(dataset, command)
    tape = Tape(
        id=TapeId(work.new_id()),
        tenant_id=work.who.tenant_id,
        owner_id=work.who.user_id,
        dataset_id=dataset_id,
        name=name,
        shared=command.shared,
        cursor=cursor,
        at=start_at,
        target_cursor=cursor,
        target_at=start_at,
        state=TapeState.PAUSED,
        speed=DAY_A_SECOND,
        has_ended=cursor == dataset.facts_total,
        starts_at=start_at,
    )
    await insert_tape(work, tape, command.seed)
    await work.record("open_tape", tape.id, {"name": name, "dataset_id": dataset_id})
    return tape


def _start(dataset: Dataset, command: OpenTape) -> tuple[int, datetime]:
    """Return the cursor and the instant a tape begins at; beyond the last fact there is no time to begin at."""
    if command.start is None:
        cursor = dataset.next_step(0, "session", max(command.warm_up, 1)) or 0
        start_at = dataset.at_of(cursor)
    else:
        start = command.start
        start_at = start if isinstance(start, datetime) else close_of(dataset.calendar, start)
        cursor = dataset.cursor_at(start_at)
    if start_at < dataset.starts_from:
        raise StartsBeforeTape("The tape has no prices that early.", start=start_at.isoformat())
    if dataset.sessions_closed(cursor) < command.warm_up:
        raise WarmUpTooLong(
            f"The tape has fewer than {command.warm_up} sessions before its start.", warm_up=command.warm_up
        )
    return cursor, min(start_at, dataset.at_of(cursor)) if cursor == dataset.facts_total else start_at
