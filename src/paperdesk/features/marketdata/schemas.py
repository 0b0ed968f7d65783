"""What market data looks like from outside. A tape never tells where its data ends."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.features.marketdata.control_tape import ControlTape, TapeAction, can_control
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Listing
from paperdesk.features.marketdata.feeds.recorded import Dataset
from paperdesk.features.marketdata.open_tape import OpenTape
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.http import Body, InstantText, Line, NumberText


class TapeOut(BaseModel):
    """A tape: what it is made of, and where its clock stands."""

    id: UUID
    name: str
    dataset_id: UUID
    kind: str
    source: str
    licence: str | None
    provenance: str | None
    price_basis: str
    fields: list[str]
    has_volume: bool
    survivorship: str | None
    label: str | None
    warnings: list[str]
    shared: bool
    at: datetime
    cursor: int
    target: int
    reached: bool
    state: str
    speed: NumberText
    has_ended: bool
    starts_at: datetime
    session_open: bool
    next_open_at: datetime
    next_close_at: datetime
    can_control: bool

    @classmethod
    def of(cls, tape: Tape, dataset: Dataset, who: Principal) -> "TapeOut":
        """Show a tape to somebody."""
        terms = dataset.manifest
        return cls(
            id=tape.id,
            name=tape.name,
            dataset_id=tape.dataset_id,
            kind=terms.kind.value,
            source=terms.name,
            licence=terms.licence,
            provenance=terms.provenance,
            price_basis=terms.price_basis.value,
            fields=list(terms.fields),
            has_volume=terms.has_volume,
            survivorship=terms.survivorship,
            label=terms.label,
            warnings=list(terms.warnings),
            shared=tape.shared,
            at=tape.at,
            cursor=tape.cursor,
            target=tape.target_cursor,
            reached=tape.cursor >= tape.target_cursor,
            state=tape.state.value,
            speed=tape.speed,
            has_ended=tape.has_ended,
            starts_at=tape.starts_at,
            session_open=dataset.calendar.is_open(tape.at),
            next_open_at=dataset.calendar.next_open(tape.at),
            next_close_at=dataset.calendar.next_close(tape.at),
            can_control=can_control(who, tape),
        )


class OpenTapeBody(Body):
    """A new run over a dataset, paused at a moment."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                "name": "The crash of 2020",
                "start_at": "2020-02-19T21:00:00Z",
            }
        },
    )
    dataset_id: UUID
    name: Line
    start_at: InstantText

    def command(self) -> OpenTape:
        """Return what is asked as a command."""
        return OpenTape(DatasetId(self.dataset_id), self.name, self.start_at)


class ControlTapeBody(Body):
    """One press on the transport bar."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"example": {"action": "step", "unit": "session", "count": 1}}
    )
    action: TapeAction
    unit: Literal["fact", "bar", "session"] = "session"
    count: int = Field(default=1, ge=1, le=100_000)
    to: Literal["next_open", "next_close"] | InstantText | None = None
    speed: NumberText | None = None

    def command(self, tape_id: UUID) -> ControlTape:
        """Return what is asked as a command."""
        return ControlTape(tape_id, self.action, self.unit, self.count, self.to, self.speed)


class DatasetOut(BaseModel):
    """An immutable version of market facts, with where it comes from."""

    id: UUID
    version: int
    name: str
    kind: str
    licence: str | None
    provenance: str | None
    price_basis: str
    fields: list[str]
    has_volume: bool
    survivorship: str | None
    label: str | None
    warnings: list[str]
    content_hash: str
    instruments: int
    rows: int
    created_at: datetime

    @classmethod
    def of(cls, row: tuple[UUID, int, datetime], manifest: DatasetManifest) -> "DatasetOut":
        """Show a dataset."""
        dataset_id, version, recorded_at = row
        return cls(
            id=dataset_id,
            version=version,
            name=manifest.name,
            kind=manifest.kind.value,
            licence=manifest.licence,
            provenance=manifest.provenance,
            price_basis=manifest.price_basis.value,
            fields=list(manifest.fields),
            has_volume=manifest.has_volume,
            survivorship=manifest.survivorship,
            label=manifest.label,
            warnings=list(manifest.warnings),
            content_hash=manifest.content_hash,
            instruments=len(manifest.listings),
            rows=manifest.rows,
            created_at=recorded_at,
        )


class InstrumentOut(BaseModel):
    """An instrument that the tape has shown by now. When it will end is never told."""

    id: UUID
    symbol: str
    name: str
    kind: str
    currency: str
    tick: NumberText
    lot_step: NumberText
    tradable: bool
    first_on: date
    last_on: date | None = None

    @classmethod
    def of(cls, listing: Listing) -> "InstrumentOut":
        """Show an instrument."""
        instrument = listing.instrument
        return cls(
            id=instrument.id,
            symbol=instrument.symbol,
            name=instrument.name,
            kind=instrument.kind.value,
            currency=instrument.currency,
            tick=instrument.tick,
            lot_step=instrument.lot_step,
            tradable=instrument.is_tradable,
            first_on=listing.first_on,
        )


class BarOut(BaseModel):
    """A closed bar; what the source does not have is null."""

    at: datetime
    open: NumberText | None
    high: NumberText | None
    low: NumberText | None
    close: NumberText
    volume: NumberText | None

    @classmethod
    def of(cls, bar: Bar) -> "BarOut":
        """Show a bar."""
        return cls(at=bar.at, open=bar.open, high=bar.high, low=bar.low, close=bar.close, volume=bar.volume)


class BarsOut(BaseModel):
    """The closed bars of one instrument, oldest first."""

    symbol: str
    interval: str
    price_basis: str
    items: list[BarOut]
    reason: str | None = None


class QuoteOut(BaseModel):
    """The standing quote of an instrument; null with a reason where there is none yet."""

    symbol: str
    instrument_id: UUID | None
    at: datetime | None
    bid: NumberText | None
    ask: NumberText | None
    bid_size: NumberText | None
    ask_size: NumberText | None
    last: NumberText | None
    last_at: datetime | None
    previous_close: NumberText | None
    derived_from: str | None
    reason: str | None = None

    @classmethod
    def of(cls, symbol: str, quote: Quote, last: Bar | None, previous: Bar | None) -> "QuoteOut":
        """Show a standing quote with the last and the previous close."""
        return cls(
            symbol=symbol,
            instrument_id=quote.instrument_id,
            at=quote.at,
            bid=quote.bid,
            ask=quote.ask,
            bid_size=quote.bid_size,
            ask_size=quote.ask_size,
            last=last.close if last else None,
            last_at=last.at if last else None,
            previous_close=previous.close if previous else None,
            derived_from=quote.derived_from,
        )

    @classmethod
    def missing(cls, symbol: str, reason: str) -> "QuoteOut":
        """Say why there is no quote."""
        blank: dict[str, Any] = dict.fromkeys(cls.model_fields)
        return cls(**blank | {"symbol": symbol, "reason": reason})


class QuotesOut(BaseModel):
    """Standing quotes in the order they were asked for."""

    items: list[QuoteOut]


class ImportOut(BaseModel):
    """The job that imports a file."""

    job_id: UUID
