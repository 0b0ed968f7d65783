"""Open a tape by its preset's name; a synthetic market is made if it is not there yet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import DatasetId, derived
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.core.synthetic.presets import preset_of
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Detail, Recipe
from paperdesk.features.marketdata.feeds.synthetic import GENERATOR, market_manifest
from paperdesk.features.marketdata.open_tape import OpenTape, open_tape
from paperdesk.features.marketdata.presets import REPLAYS
from paperdesk.features.marketdata.store import insert_dataset, is_dataset, load_presets, public_dataset
from paperdesk.features.marketdata.tapes import Shelf, Tape, close_of
from paperdesk.infra.crypto import new_token
from paperdesk.infra.work import UnitOfWork

SEED_BITS: Final = 48
SEED_MAX: Final = 2**SEED_BITS - 1


class SeedOutOfRange(Invalid):
    """A seed is a whole number from 0 to 281,474,976,710,655, which JSON carries exactly."""


class PresetHasNoSeed(Invalid):
    """A recorded market has no seed to choose or to seal; what was saved keeps its own."""


@dataclass(frozen=True, slots=True)
class OpenPresetTape:
    """Open a tape on a preset; without a start the preset's is taken, without a seed a synthetic one draws one.

    A sealed seed is told when the tape has ended; its commitment is told at once.
    """

    preset: str
    seed: int | None = None
    detail: Detail = Detail.DAILY
    name: str | None = None
    start: datetime | date | None = None
    sealed: bool = False
    shared: bool = False


async def open_preset_tape(work: UnitOfWork, shelf: Shelf, command: OpenPresetTape) -> Tape:
    """Return the new tape."""
    work.require(Scope.TRADE)
    recorded = await _recorded(work, shelf, command)
    if recorded is not None:
        if command.seed is not None or command.sealed:
            raise PresetHasNoSeed(f"{command.preset} plays what is there; only synthetic markets have a seed.")
        return await open_tape(work, shelf, recorded)
    preset = preset_of(command.preset)
    dataset_id = await _market(work, shelf, recipe_of(work, command))
    opening = OpenTape(
        dataset_id,
        command.name or preset.title,
        command.start or preset.starts_on,
        shared=command.shared,
        has_market_to_itself=command.sealed,
    )
    return await open_tape(work, shelf, opening)


async def _recorded(work: UnitOfWork, shelf: Shelf, command: OpenPresetTape) -> OpenTape | None:
    """Return how to open what somebody saved or a well-known time, if the name stands for one."""
    for saved in await load_presets(work, command.preset):
        start = command.start or saved.starts_at
        name = command.name or saved.title
        return OpenTape(saved.dataset_id, name, start, shared=command.shared, warm_up=saved.warm_up)
    replay = REPLAYS.get(command.preset)
    dataset_id = None if replay is None else await public_dataset(work, replay.source)
    if replay is None or dataset_id is None:
        return None
    start = command.start or close_of((await shelf.dataset(dataset_id)).calendar, replay.starts_on)
    return OpenTape(dataset_id, command.name or replay.title, start, shared=command.shared)


def recipe_of(work: UnitOfWork, command: OpenPresetTape) -> Recipe:
    """Return what to make the market from; a sealed one gets a salt, so that its commitment tells nothing."""
    seed = work.new_id().int & SEED_MAX if command.seed is None else command.seed
    if not 0 <= seed <= SEED_MAX:
        raise SeedOutOfRange(f"A seed is a whole number from 0 to {SEED_MAX}.", seed=str(seed)[:40])
    recipe = Recipe(command.preset, seed, command.detail, generator=GENERATOR)
    return replace(recipe, salt=new_token(), sealed=True) if command.sealed else recipe


async def _market(work: UnitOfWork, shelf: Shelf, recipe: Recipe) -> DatasetId:
    """Return the tenant's dataset of a recipe, which is on the shelf only once."""
    manifest: DatasetManifest = market_manifest(recipe)
    dataset_id = DatasetId(derived(work.who.tenant_id, "market", manifest.content_hash))
    await shelf.keep(dataset_id, manifest)
    if not await is_dataset(work, dataset_id):
        await insert_dataset(work, dataset_id, manifest, work.who.tenant_id)
    return dataset_id
