"""Go back in time: not the tape itself, whose cursor never goes back, but a branch of it that begins earlier.

The branch plays the same dataset from the same seed. What accounts did on the tape stays where it is.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.ids import TapeId
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.kernel.values import replace
from paperdesk.features.marketdata.control_tape import NotTapeOwner, can_control
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.open_tape import SealedMarket, StartsBeforeTape
from paperdesk.features.marketdata.store import insert_branch, load_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState, close_of
from paperdesk.infra.work import UnitOfWork


class SharedTapeNotRewound(Conflict):
    """On a shared tape everybody has seen the same; who wants to go back opens a tape of their own."""


class RewindsAhead(Invalid):
    """A branch begins where its tape has been, and not beyond."""


@dataclass(frozen=True, slots=True)
class RewindTape:
    """Open a branch of a tape at an instant it has passed, or at the close of a day; without a name its own."""

    tape_id: UUID
    to: datetime | date
    name: str | None = None


async def rewind_tape(work: UnitOfWork, shelf: Shelf, command: RewindTape) -> Tape:
    """Return the new branch, paused at its beginning."""
    work.require(Scope.TRADE)
    tape = await load_tape(work, command.tape_id)
    if not can_control(work.who, tape):
        raise NotTapeOwner("Only the owner of a shared tape controls its clock.", tape_id=str(tape.id))
    if tape.shared:
        raise SharedTapeNotRewound("A shared tape is not rewound.", tape_id=str(tape.id))
    dataset = await shelf.dataset(tape.dataset_id)
    branch = replace(
        _begun(tape, dataset, command.to),
        id=TapeId(work.new_id()),
        owner_id=work.who.user_id,
        name=command.name or tape.name,
        parent_id=tape.id,
    )
    await insert_branch(work, branch)
    await work.record("rewind_tape", branch.id, {"parent_id": tape.id, "to": branch.at})
    return branch


def _begun(tape: Tape, dataset: Dataset, to: datetime | date) -> Tape:
    """Return the tape as it was at an earlier moment, at rest."""
    recipe = dataset.manifest.recipe
    if recipe is not None and recipe.sealed:
        raise SealedMarket("A market with a sealed seed has the tape it was made for and no other.")
    at = to if isinstance(to, datetime) else close_of(dataset.calendar, to)
    if at > tape.at:
        raise RewindsAhead(f"The tape is at {instant_text(tape.at)}; jump to get further.", at=instant_text(tape.at))
    if at < dataset.starts_from:
        raise StartsBeforeTape("The tape has no prices that early.", start=at.isoformat())
    cursor = min(dataset.cursor_at(at), tape.cursor)
    begun = replace(tape, cursor=cursor, at=at, target_cursor=cursor, target_at=at, starts_at=at)
    has_ended = cursor == dataset.facts_total
    rested = replace(begun, state=TapeState.PAUSED, has_ended=has_ended, awaits=None, awaits_account=None)
    return replace(rested, stopped_by=None, acknowledged=None)
