"""Save a tape by name, so that it can be opened again, by oneself or by everybody of the tenant."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.synthetic.presets import PRESETS
from paperdesk.features.marketdata.open_tape import StartsBeforeTape
from paperdesk.features.marketdata.presets import REPLAYS, SavedPreset
from paperdesk.features.marketdata.store import insert_preset, load_tape, require_dataset
from paperdesk.features.marketdata.tapes import Shelf, close_of
from paperdesk.infra.work import UnitOfWork

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")


class MalformedPresetName(Invalid):
    """A preset's name has 2 to 40 small letters, digits and underscores, and begins with a letter."""


class PresetNameTaken(Conflict):
    """There is a preset of that name already."""


@dataclass(frozen=True, slots=True)
class SavePreset:
    """Save a tape's dataset and start, or a dataset and a moment, under a name."""

    name: str
    title: str
    summary: str
    tape_id: UUID | None = None
    dataset_id: UUID | None = None
    start: datetime | date | None = None
    warm_up: int = 0
    shared: bool = False


async def save_preset(work: UnitOfWork, shelf: Shelf, command: SavePreset) -> SavedPreset:
    """Return what was saved; a name stands for one thing only."""
    work.require(Scope.TRADE)
    if not _NAME.fullmatch(command.name):
        raise MalformedPresetName(f"{command.name[:40]!r} is not a name such as my_first_crash.")
    dataset_id, starts_at = await _begin(work, shelf, command)
    preset = SavedPreset(
        command.name,
        command.title,
        command.summary,
        dataset_id,
        starts_at,
        command.warm_up,
        command.shared,
        work.who.user_id,
    )
    if command.name in PRESETS or command.name in REPLAYS or not await insert_preset(work, preset):
        raise PresetNameTaken(f"There is a preset {command.name} already.", preset=command.name)
    await work.record("save_preset", dataset_id, {"name": command.name})
    return preset


async def _begin(work: UnitOfWork, shelf: Shelf, command: SavePreset) -> tuple[DatasetId, datetime]:
    if command.tape_id is not None:
        tape = await load_tape(work, command.tape_id)
        if command.start is None:
            return tape.dataset_id, tape.starts_at
        dataset_id = tape.dataset_id
    else:
        assert command.dataset_id is not None, "a preset is saved from a tape or a dataset"
        dataset_id = await require_dataset(work, command.dataset_id)
    assert command.start is not None, "a preset of a dataset says where it begins"
    dataset = await shelf.dataset(dataset_id)
    start = command.start
    starts_at = start if isinstance(start, datetime) else close_of(dataset.calendar, start)
    if starts_at < dataset.starts_from:
        raise StartsBeforeTape("The dataset has no prices that early.", start=start.isoformat())
    return dataset_id, starts_at
