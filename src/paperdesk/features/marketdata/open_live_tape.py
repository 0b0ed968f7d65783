"""Open a live tape: a recording that begins now, and a tape that goes with the wall clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import DatasetId, TapeId
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.market.sessions import XNYS
from paperdesk.features.marketdata.control_tape import CONTROL_TOPIC
from paperdesk.features.marketdata.feeds.live import LiveDataset
from paperdesk.features.marketdata.feeds.live_journal import Delivery
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, SourceKind
from paperdesk.features.marketdata.open_tape import NAME_LENGTH_MAX, TapeNameMissing
from paperdesk.features.marketdata.store import insert_dataset, insert_tape, insert_watched, load_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState
from paperdesk.infra.work import UnitOfWork

SYMBOLS_MAX = 200
FIELDS = ("bid", "ask", "high", "low", "close", "volume")
_WARNINGS = (
    "One fact stands for all that happened since the vendor was asked before.",
    "Dividends and splits are those that a source told before their session opened.",
)


class TooManyWatched(Invalid):
    """A live tape watches at most 200 symbols."""


class NotLive(Invalid):
    """Only a live tape watches symbols; others show what was recorded."""


@dataclass(frozen=True, slots=True)
class OpenLiveTape:
    """Open a tape that watches symbols from now on."""

    name: str
    symbols: Sequence[str]
    shared: bool = False


async def open_live_tape(work: UnitOfWork, shelf: Shelf, command: OpenLiveTape) -> Tape:
    """Return the new tape, which has no price yet; the tenant that opens it owns it."""
    work.require(Scope.TRADE)
    name = command.name.strip()
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise TapeNameMissing(f"A tape has a name of 1 to {NAME_LENGTH_MAX} characters.")
    dataset_id, manifest = DatasetId(work.new_id()), _manifest(name)
    await shelf.keep(dataset_id, manifest)
    dataset = await shelf.dataset(dataset_id)
    assert isinstance(dataset, LiveDataset), "its manifest says so"
    await _watch(work, dataset, command.symbols)
    await insert_dataset(work, dataset_id, manifest, work.who.tenant_id)
    tape = Tape(
        id=TapeId(work.new_id()),
        tenant_id=work.who.tenant_id,
        owner_id=work.who.user_id,
        dataset_id=dataset_id,
        name=name,
        shared=command.shared,
        cursor=0,
        at=work.now,
        target_cursor=0,
        target_at=work.now,
        state=TapeState.PLAYING,
        speed=Decimal(1),
        has_ended=False,
        starts_at=work.now,
    )
    await insert_tape(work, tape, 0)
    await work.record("open_live_tape", tape.id, {"name": name, "symbols": len(command.symbols)})
    work.announce(CONTROL_TOPIC, {"id": tape.id})
    return tape


async def watch_symbols(work: UnitOfWork, shelf: Shelf, tape_id: UUID, symbols: Sequence[str]) -> Tape:
    """Let a live tape watch more symbols; what it watches already it goes on watching."""
    work.require(Scope.TRADE)
    tape = await load_tape(work, tape_id)
    dataset = await shelf.dataset(tape.dataset_id)
    if not isinstance(dataset, LiveDataset) or tape.tenant_id != work.who.tenant_id:
        raise NotLive("This tape is not live.", tape_id=str(tape_id))
    await _watch(work, dataset, symbols)
    await work.record("watch_symbols", tape.id, {"symbols": list(symbols)})
    return tape


async def _watch(work: UnitOfWork, dataset: LiveDataset, symbols: Sequence[str]) -> None:
    fresh = [symbol for symbol in dict.fromkeys(symbols) if dataset.by_symbol(symbol) is None]
    if len(dataset.watched) + len(fresh) > SYMBOLS_MAX:
        raise TooManyWatched(f"A live tape watches at most {SYMBOLS_MAX} symbols.", limit=SYMBOLS_MAX)
    at = max(work.now, dataset.live_until or work.now)
    await dataset.deliver(Delivery(at, watched=fresh))
    await insert_watched(work, [one for symbol in fresh if (one := dataset.by_symbol(symbol))])


def _manifest(name: str) -> DatasetManifest:
    terms = DatasetTerms(
        name=f"Live: {name}",
        kind=SourceKind.LIVE,
        calendar=XNYS,
        provenance="Recorded from vendors as it happens; each delivery names its source",
        label="live",
        warnings=_WARNINGS,
    )
    return DatasetManifest(
        **{field: getattr(terms, field) for field in DatasetTerms.__slots__},
        fields=FIELDS,
        has_volume=True,
        content_hash="",
        listings=(),
    )
