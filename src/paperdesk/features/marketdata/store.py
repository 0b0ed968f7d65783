"""Rows of tapes and datasets to values and back. A foreign tape is not visible, so it is not found."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from uuid import UUID

import msgspec
from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import DatasetId, TapeId, TenantId
from paperdesk.core.kernel.tiers import require_room
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.identity.queries import tier_for_one_more
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, SourceKind, manifest_from_text, manifest_json
from paperdesk.features.marketdata.feeds.vendor import Subject
from paperdesk.features.marketdata.presets import SavedPreset
from paperdesk.features.marketdata.sources import SealedKey, Sourcing
from paperdesk.features.marketdata.tables import (
    dataset_versions,
    instruments,
    source_keys,
    source_rows,
    tape_presets,
    tape_runs,
    tape_sources,
    tape_strategies,
)
from paperdesk.features.marketdata.tapes import Tape, tape_of
from paperdesk.infra.crypto import Sealed
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, owned


class UnknownTape(NotFound):
    """There is no such tape, or it belongs to another tenant."""


class UnknownDataset(NotFound):
    """There is no such dataset, or it belongs to another tenant."""


async def load_tape(work: ReadOnly, tape_id: UUID, *, lock: bool = False) -> Tape:
    """Load a tape that the caller may see."""
    query = select(tape_runs).where(tape_runs.c.id == tape_id, owned(tape_runs, work, or_public=True))
    row = await fetch_one(work.db, query.with_for_update() if lock else query)
    if row is None:
        raise UnknownTape("There is no such tape.", tape_id=str(tape_id))
    return tape_of(row)


async def save_control(work: UnitOfWork, tape: Tape) -> None:
    """Write what its owner wants of a tape; moving it is the pump's business."""
    wanted = {
        "target_cursor": tape.target_cursor,
        "target_at": tape.target_at,
        "state": tape.state.value,
        "speed": tape.speed,
        "skip_closed": tape.skip_closed,
        "awaits": tape.awaits,
        "awaits_account": tape.awaits_account,
        "stopped_by": tape.stopped_by,
        "has_ended": tape.has_ended,
    }
    await work.db.execute(update(tape_runs).where(tape_runs.c.id == tape.id, owned(tape_runs, work)).values(wanted))


async def insert_tape(work: UnitOfWork, tape: Tape, seed: int) -> None:
    """Write a new tape. Raises TierLimitReached when it is somebody's who has as many as their tier allows."""
    if tape.owner_id == work.who.user_id:
        theirs = and_(owned(tape_runs, work), tape_runs.c.owner_id == tape.owner_id)
        count = select(func.count()).select_from(tape_runs).where(theirs)
        require_room(await tier_for_one_more(work), "tapes", (await work.db.execute(count)).scalar_one())
    await work.db.execute(
        insert(tape_runs).values(
            id=tape.id,
            tenant_id=tape.tenant_id,
            owner_id=tape.owner_id,
            dataset_id=tape.dataset_id,
            parent_id=tape.parent_id,
            name=tape.name,
            shared=tape.shared,
            seed=seed,
            cursor=tape.cursor,
            at=tape.at,
            target_cursor=tape.target_cursor,
            target_at=tape.target_at,
            state=tape.state.value,
            speed=tape.speed,
            skip_closed=tape.skip_closed,
            has_ended=tape.has_ended,
            starts_at=tape.starts_at,
            recorded_at=work.now,
        )
    )


async def insert_branch(work: UnitOfWork, branch: Tape) -> None:
    """Write a branch of a tape, which plays from the same seed."""
    query = select(tape_runs.c.seed).where(tape_runs.c.id == branch.parent_id, owned(tape_runs, work, or_public=True))
    await insert_tape(work, branch, (await work.db.execute(query)).scalar_one())


async def require_dataset(work: ReadOnly, dataset_id: UUID) -> DatasetId:
    """Return the id of a dataset that the caller may see."""
    if not await is_dataset(work, dataset_id):
        raise UnknownDataset("There is no such dataset.", dataset_id=str(dataset_id))
    return DatasetId(dataset_id)


async def attach(work: UnitOfWork, tape: Tape, name: str) -> bool:
    """Attach a strategy to a tape, which has seen it as it stands; say whether its name was free."""
    values = {"tape_id": tape.id, "name": name, "tenant_id": work.who.tenant_id, "acknowledged": tape.cursor}
    written = await work.db.execute(
        upsert(tape_strategies)
        .values(**values, recorded_at=work.now)
        .on_conflict_do_nothing()
        .returning(tape_strategies.c.name)
    )
    return written.first() is not None


async def acknowledge(work: UnitOfWork, tape: Tape, name: str, cursor: int) -> int | None:
    """Write how far a strategy has come, never back; return where it stands, None when it is not attached."""
    its = (tape_strategies.c.tape_id == tape.id, tape_strategies.c.name == name, owned(tape_strategies, work))
    query = (
        update(tape_strategies)
        .where(*its)
        .values(acknowledged=func.greatest(tape_strategies.c.acknowledged, cursor))
        .returning(tape_strategies.c.acknowledged)
    )
    found: int | None = (await work.db.execute(query)).scalar_one_or_none()
    return found


async def detach(work: UnitOfWork, tape: Tape, name: str) -> bool:
    """Detach a strategy from a tape; say whether it was attached."""
    its = (tape_strategies.c.tape_id == tape.id, tape_strategies.c.name == name, owned(tape_strategies, work))
    return (
        await work.db.execute(delete(tape_strategies).where(*its).returning(tape_strategies.c.name))
    ).first() is not None


async def wait_for_the_last(work: UnitOfWork, tape: Tape) -> None:
    """Let a tape wait for the strategy that has come least far, for nobody when there is none."""
    last = select(func.min(tape_strategies.c.acknowledged)).where(
        tape_strategies.c.tape_id == tape.id, owned(tape_strategies, work)
    )
    await work.db.execute(
        update(tape_runs)
        .where(tape_runs.c.id == tape.id, owned(tape_runs, work))
        .values(acknowledged=last.scalar_subquery())
    )


async def load_strategies(work: ReadOnly, tape_id: UUID) -> list[tuple[str, int]]:
    """Load the strategies attached to a tape by name, with the cursor each has seen."""
    query = (
        select(tape_strategies.c.name, tape_strategies.c.acknowledged)
        .where(tape_strategies.c.tape_id == tape_id, owned(tape_strategies, work))
        .order_by(tape_strategies.c.name)
    )
    return [(row["name"], row["acknowledged"]) for row in await fetch_all(work.db, query)]


async def public_dataset(work: ReadOnly, name: str) -> DatasetId | None:
    """Return the newest version of a source that everybody has, by its name."""
    query = (
        select(dataset_versions.c.id)
        .join(tape_sources, tape_sources.c.id == dataset_versions.c.source_id)
        .where(tape_sources.c.name == name, dataset_versions.c.tenant_id.is_(None))
        .where(owned(dataset_versions, work, or_public=True), owned(tape_sources, work, or_public=True))
        .order_by(dataset_versions.c.version.desc())
        .limit(1)
    )
    found: UUID | None = (await work.db.execute(query)).scalar_one_or_none()
    return None if found is None else DatasetId(found)


async def insert_preset(work: UnitOfWork, preset: SavedPreset) -> bool:
    """Write a preset; say whether its name was free."""
    values = {**asdict(preset), "tenant_id": work.who.tenant_id, "recorded_at": work.now}
    written = await work.db.execute(
        upsert(tape_presets).values(values).on_conflict_do_nothing().returning(tape_presets.c.name)
    )
    return written.first() is not None


async def delete_preset(work: UnitOfWork, name: str) -> bool:
    """Delete the caller's own preset; say whether there was one."""
    mine = (tape_presets.c.name == name, tape_presets.c.owner_id == work.who.user_id, owned(tape_presets, work))
    return (await work.db.execute(delete(tape_presets).where(*mine).returning(tape_presets.c.name))).first() is not None


async def load_presets(work: ReadOnly, name: str | None = None) -> list[SavedPreset]:
    """Load what a caller saved and what others of the tenant share, by name; one of them if it is named."""
    seen = or_(tape_presets.c.shared, tape_presets.c.owner_id == work.who.user_id)
    query = select(tape_presets).where(owned(tape_presets, work), seen).order_by(tape_presets.c.name)
    rows = await fetch_all(work.db, query if name is None else query.where(tape_presets.c.name == name))
    return [SavedPreset(**{field.name: row[field.name] for field in fields(SavedPreset)}) for row in rows]


async def owner_of_dataset(work: ReadOnly, dataset_id: UUID) -> TenantId | None:
    """Return the tenant that brought a dataset, None when it is for everybody."""
    owner: TenantId | None = (await _version(work, dataset_id))["tenant_id"]
    return owner


async def load_manifest(work: ReadOnly, dataset_id: UUID) -> DatasetManifest:
    """Return what a dataset that the caller may see says about itself."""
    return manifest_from_text(msgspec.json.encode((await _version(work, dataset_id))["manifest"]).decode())


async def _version(work: ReadOnly, dataset_id: UUID) -> Row:
    query = select(dataset_versions.c.tenant_id, dataset_versions.c.manifest).where(
        dataset_versions.c.id == dataset_id, owned(dataset_versions, work, or_public=True)
    )
    row = await fetch_one(work.db, query)
    if row is None:
        raise UnknownDataset("There is no such dataset.", dataset_id=str(dataset_id))
    return row


async def is_dataset(work: ReadOnly, dataset_id: UUID) -> bool:
    """Say whether a dataset has been recorded already."""
    query = select(dataset_versions.c.id).where(
        dataset_versions.c.id == dataset_id, owned(dataset_versions, work, or_public=True)
    )
    return (await work.db.execute(query)).scalar_one_or_none() is not None


async def newest_versions(db: AsyncConnection) -> set[UUID]:
    """Return the datasets of all tenants that no later version follows."""
    last = select(dataset_versions.c.source_id, func.max(dataset_versions.c.version).label("version"))
    newest = last.group_by(dataset_versions.c.source_id).subquery()
    query = select(dataset_versions.c.id).join(
        newest,
        (newest.c.source_id == dataset_versions.c.source_id) & (newest.c.version == dataset_versions.c.version),
    )
    return {row["id"] for row in await fetch_all(db, query)}


async def insert_dataset(
    work: UnitOfWork, dataset_id: DatasetId, manifest: DatasetManifest, tenant_id: TenantId | None
) -> None:
    """Write a new version of a source: version 1 of a new one, else the next of the source of that name."""
    source_id = await _source(work, manifest, tenant_id)
    counted = select(func.count()).where(
        dataset_versions.c.source_id == source_id, owned(dataset_versions, work, or_public=True)
    )
    version = 1 + (await work.db.execute(counted)).scalar_one()
    await work.db.execute(
        insert(dataset_versions).values(
            id=dataset_id,
            source_id=source_id,
            tenant_id=tenant_id,
            version=version,
            content_hash=manifest.content_hash,
            manifest=manifest_json(manifest),
            recorded_at=work.now,
        )
    )
    await _insert_instruments(work, (listing.instrument for listing in manifest.listings))


async def _source(work: UnitOfWork, manifest: DatasetManifest, tenant_id: TenantId | None) -> UUID:
    known = select(tape_sources.c.id).where(
        tape_sources.c.name == manifest.name,
        tape_sources.c.tenant_id.is_not_distinct_from(tenant_id),
        owned(tape_sources, work, or_public=True),
    )
    found: UUID | None = (await work.db.execute(known)).scalar_one_or_none()
    if found is not None:
        return found
    source_id = work.new_id()
    await work.db.execute(
        insert(tape_sources).values(
            id=source_id, tenant_id=tenant_id, name=manifest.name, kind=manifest.kind.value, recorded_at=work.now
        )
    )
    return source_id


async def _insert_instruments(work: UnitOfWork, found: Iterable[Instrument]) -> None:
    rows = [
        {
            "id": instrument.id,
            "symbol": instrument.symbol,
            "name": instrument.name,
            "kind": instrument.kind.value,
            "currency": instrument.currency,
            "calendar": instrument.calendar,
            "recorded_at": work.now,
        }
        for instrument in found
    ]
    if rows:
        await work.db.execute(upsert(instruments).on_conflict_do_nothing(), rows)


async def load_sourcing(work: ReadOnly) -> Sourcing:
    """Load the sealed keys of the caller's sources and whom the tenant chose to ask."""
    keys = await fetch_all(work.db, select(source_keys).where(owned(source_keys, work)))
    chosen = await fetch_all(work.db, select(source_rows).where(owned(source_rows, work)))
    return Sourcing(
        work.who.tenant_id,
        {row["vendor"]: SealedKey(row["vendor"], _sealed(row), row["recorded_at"]) for row in keys},
        {Subject(row["subject"]): row["vendors"] for row in chosen},
    )


def _sealed(row: Row) -> Sealed:
    return Sealed(row["sealed_with"], bytes(row["box"]))


async def save_source_key(work: UnitOfWork, vendor: str, sealed: Sealed) -> None:
    """Write a sealed key in place of the one before."""
    values = {"sealed_with": sealed.key_name, "box": sealed.box, "recorded_at": work.now}
    keyed = upsert(source_keys).values(tenant_id=work.who.tenant_id, vendor=vendor, **values)
    await work.db.execute(keyed.on_conflict_do_update(index_elements=["tenant_id", "vendor"], set_=values))


async def delete_source_key(work: UnitOfWork, vendor: str) -> bool:
    """Delete a key; say whether there was one."""
    its = (source_keys.c.vendor == vendor, owned(source_keys, work))
    return (await work.db.execute(delete(source_keys).where(*its).returning(source_keys.c.vendor))).first() is not None


async def save_source_route(work: UnitOfWork, subject: Subject, vendors: Sequence[str]) -> None:
    """Write whom the caller's tenant asks about a subject."""
    values = {"vendors": list(vendors), "recorded_at": work.now}
    keyed = upsert(source_rows).values(tenant_id=work.who.tenant_id, subject=subject.value, **values)
    await work.db.execute(keyed.on_conflict_do_update(index_elements=["tenant_id", "subject"], set_=values))


async def delete_source_route(work: UnitOfWork, subject: Subject) -> None:
    """Let the settings say again who is asked about a subject."""
    await work.db.execute(delete(source_rows).where(source_rows.c.subject == subject.value, owned(source_rows, work)))


async def keys_sealed_otherwise(db: AsyncConnection, key_name: str) -> list[Row]:
    """Return the keys of all tenants that were sealed with another key than this."""
    return await fetch_all(db, select(source_keys).where(source_keys.c.sealed_with != key_name).with_for_update())


async def replace_sealed_key(db: AsyncConnection, place: tuple[TenantId, str], sealed: Sealed) -> None:
    """Write one key sealed anew."""
    its = (source_keys.c.tenant_id == place[0], source_keys.c.vendor == place[1])
    await db.execute(update(source_keys).where(*its).values(sealed_with=sealed.key_name, box=sealed.box))


async def any_tape(db: AsyncConnection, tape_id: TapeId) -> Tape | None:
    """Return a tape of whatever tenant, None when it is gone."""
    row = await fetch_one(db, select(tape_runs).where(tape_runs.c.id == tape_id))
    return None if row is None else tape_of(row)


async def live_tapes(db: AsyncConnection) -> list[Tape]:
    """Return the tapes of all tenants that go with a live market."""
    is_live = dataset_versions.c.manifest["kind"].astext == SourceKind.LIVE.value
    query = select(tape_runs).join(dataset_versions, dataset_versions.c.id == tape_runs.c.dataset_id)
    return [tape_of(row) for row in await fetch_all(db, query.where(is_live, tape_runs.c.parent_id.is_(None)))]


async def insert_watched(work: UnitOfWork, found: Iterable[Instrument]) -> None:
    """Write instruments that a live tape watches from now on."""
    await _insert_instruments(work, found)
