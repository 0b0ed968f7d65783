"""What market data looks like from outside. A tape never tells where its data ends."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.market.instruments import Kind, PriceUnit
from paperdesk.core.market.quotes import Bar
from paperdesk.features.marketdata.control_tape import ControlTape, FlatOut, Moment, TapeAction, can_control
from paperdesk.features.marketdata.feeds.adjust import Adjustment
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.manifest import Detail, Listing, PriceBasis, Recipe, SourceKind
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit
from paperdesk.features.marketdata.halt_schemas import HaltedOut
from paperdesk.features.marketdata.open_preset_tape import SEED_MAX, OpenPresetTape
from paperdesk.features.marketdata.open_tape import OpenTape
from paperdesk.features.marketdata.pump import follows_live
from paperdesk.features.marketdata.queries import BarQuery, DatasetVersion, StandingQuote
from paperdesk.features.marketdata.tapes import Awaited, Stop, Tape, TapeState
from paperdesk.infra.http import Body, DayText, InstantText, Line, NumberText


class TapeOut(BaseModel):
    """A tape: what it is made of, and where its clock stands."""

    id: UUID
    parent_id: UUID | None
    name: str
    dataset_id: UUID
    kind: SourceKind
    source: str
    licence: str | None
    provenance: str | None
    price_basis: PriceBasis
    fields: list[str]
    has_volume: bool
    survivorship: str | None
    label: str | None
    warnings: list[str]
    shared: bool
    at: datetime
    cursor: int
    reached: bool
    state: TapeState
    speed: NumberText | FlatOut
    skip_closed: bool
    waits_for: Awaited | None
    stopped_by: Stop | None
    acknowledged: int | None = Field(description="In lock-step: what every attached strategy has seen; else null.")
    has_ended: bool
    starts_at: datetime
    session_open: bool
    next_open_at: datetime
    next_close_at: datetime
    can_control: bool
    preset: str | None = None
    detail: Detail | None = None
    seed: int | None = Field(default=None, description="What the market was made from; a sealed one once it has ended.")
    seed_salt: str | None = None
    seed_commitment: str | None = Field(
        default=None, description="SHA-256 of preset/seed/salt as hex, against which a sealed seed can be checked."
    )

    @classmethod
    def of(cls, tape: Tape, dataset: Dataset, who: Principal) -> "TapeOut":
        """Show a tape to somebody."""
        terms = dataset.manifest
        return cls(
            id=tape.id,
            parent_id=tape.parent_id,
            name=tape.name,
            dataset_id=tape.dataset_id,
            kind=terms.kind,
            source=terms.name,
            licence=terms.licence,
            provenance=terms.provenance,
            price_basis=terms.price_basis,
            fields=list(terms.fields),
            has_volume=terms.has_volume,
            survivorship=terms.survivorship,
            label=terms.label,
            warnings=list(terms.warnings),
            shared=tape.shared,
            at=tape.at,
            cursor=tape.cursor,
            reached=not tape.is_headed,
            state=tape.state,
            speed="max" if tape.speed is None else tape.speed,
            skip_closed=tape.skip_closed,
            waits_for=tape.awaits,
            stopped_by=tape.stopped_by,
            acknowledged=tape.acknowledged,
            has_ended=tape.has_ended,
            starts_at=tape.starts_at,
            session_open=dataset.calendar.is_open(tape.at),
            next_open_at=dataset.calendar.next_open(tape.at),
            next_close_at=dataset.calendar.next_close(tape.at),
            can_control=can_control(who, tape) and not follows_live(tape, dataset),
            **_recipe(terms.recipe, is_told=tape.has_ended),
        )


def _recipe(recipe: Recipe | None, *, is_told: bool) -> dict[str, Any]:
    """Show what a market was made from; a sealed seed only once it tells nothing of the future."""
    if recipe is None:
        return {}
    shown = is_told or not recipe.sealed
    return {
        "preset": recipe.preset,
        "detail": recipe.detail,
        "seed": recipe.seed if shown else None,
        "seed_salt": recipe.salt if shown and recipe.sealed else None,
        "seed_commitment": recipe.commitment,
    }


class OpenTapeBody(Body):
    """A new run over a dataset or a preset, paused at a moment."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "name": "The crash of 2020",
                    "start_at": "2020-02-19T21:00:00Z",
                },
                {"preset": "volatile_market", "seed": 7},
            ]
        },
    )
    dataset_id: UUID | None = None
    preset: Line | None = Field(default=None, description="A preset by name, instead of a dataset.")
    seed: int | None = Field(default=None, ge=0, le=SEED_MAX, description="With a preset; drawn if absent.")
    detail: Detail | None = Field(default=None, description="With a preset: daily bars, or minutes with quotes.")
    sealed: bool = Field(default=False, description="With a preset: tell the seed only when the tape has ended.")
    name: Line | None = Field(default=None, description="With a preset: its title if absent.")
    start_at: InstantText | None = None
    start_on: date | None = Field(default=None, description="A day instead of an instant: its close.")
    warm_up: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="Sessions of history there must be at the start; without a start, the tape begins after them.",
    )
    shared: bool = Field(default=False, description="Whether only its owner controls the clock.")

    @model_validator(mode="after")
    def _has_one_start(self) -> "OpenTapeBody":
        if self.start_at and self.start_on:
            raise ValueError("give start_at or start_on, not both")
        return self

    @model_validator(mode="after")
    def _has_one_market(self) -> "OpenTapeBody":
        if (self.dataset_id is None) == (self.preset is None):
            raise ValueError("give dataset_id or preset, one of them")
        if self.preset is not None and self.warm_up:
            raise ValueError("a preset brings its history; leave warm_up out")
        if self.preset is None and (self.name is None or self.seed is not None or self.detail or self.sealed):
            raise ValueError("a tape on a dataset has a name and no seed")
        if self.preset is None and not (self.start_at or self.start_on or self.warm_up):
            raise ValueError("give start_at, start_on or warm_up")
        return self

    def command(self) -> OpenTape | OpenPresetTape:
        """Return what is asked as a command."""
        start = self.start_at or self.start_on
        if self.preset is not None:
            return OpenPresetTape(
                self.preset,
                self.seed,
                self.detail or Detail.DAILY,
                self.name,
                start,
                sealed=self.sealed,
                shared=self.shared,
            )
        assert self.dataset_id is not None, "one of them was given"
        assert self.name is not None, "a tape on a dataset has a name"
        return OpenTape(DatasetId(self.dataset_id), self.name, start, shared=self.shared, warm_up=self.warm_up)


class ControlTapeBody(Body):
    """One press on the transport bar."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"action": "step", "unit": "session", "count": 1}]}
    )
    action: TapeAction
    unit: StepUnit = "session"
    count: int = Field(default=1, ge=1, le=100_000)
    to: Landmark | Moment | InstantText | DayText | None = Field(
        default=None, description="An instant, a day (its close), or what comes next."
    )
    account_id: UUID | None = Field(
        default=None, description="Whose fill or event to run ahead to; anybody's if absent."
    )
    speed: NumberText | FlatOut | None = Field(
        default=None, description="Market seconds a second, or max for as fast as facts can be dealt with."
    )
    skip_closed: bool | None = Field(default=None, description="Whether closed hours pass at once while it plays.")

    def command(self, tape_id: UUID) -> ControlTape:
        """Return what is asked as a command."""
        return ControlTape(tape_id, **{name: getattr(self, name) for name in type(self).model_fields})


class DatasetOut(BaseModel):
    """An immutable version of market facts, with where it comes from."""

    id: UUID
    version: int
    name: str
    kind: SourceKind
    licence: str | None
    provenance: str | None
    price_basis: PriceBasis
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
    def of(cls, dataset: DatasetVersion) -> "DatasetOut":
        """Show a dataset."""
        manifest = dataset.manifest
        return cls(
            id=dataset.id,
            version=dataset.version,
            name=manifest.name,
            kind=manifest.kind,
            licence=manifest.licence,
            provenance=manifest.provenance,
            price_basis=manifest.price_basis,
            fields=list(manifest.fields),
            has_volume=manifest.has_volume,
            survivorship=manifest.survivorship,
            label=manifest.label,
            warnings=list(manifest.warnings),
            content_hash=manifest.content_hash,
            instruments=len(manifest.listings),
            rows=manifest.rows,
            created_at=dataset.recorded_at,
        )


class InstrumentOut(BaseModel):
    """An instrument that the tape has shown by now. When it will end is never told."""

    id: UUID
    symbol: str
    name: str
    source: SourceKind
    kind: Kind
    currency: str
    price_unit: PriceUnit
    tick: NumberText
    lot_step: NumberText
    tradable: bool
    first_on: date
    last_on: date | None = None

    @classmethod
    def of(cls, listing: Listing, source: SourceKind) -> "InstrumentOut":
        """Show an instrument."""
        instrument = listing.instrument
        return cls(
            id=instrument.id,
            symbol=instrument.symbol,
            name=instrument.name,
            source=source,
            kind=instrument.kind,
            currency=instrument.currency,
            price_unit=instrument.price_unit,
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
    """The closed bars of one instrument, oldest first; `adjustment` is what was asked for, null is as stored."""

    symbol: str
    source: SourceKind
    interval: str
    price_basis: PriceBasis
    adjustment: Adjustment | None
    items: list[BarOut]
    reason: str | None = None

    @classmethod
    def of(cls, asked: BarQuery, dataset: Dataset, bars: list[Bar]) -> "BarsOut":
        """Show bars, or say why there are none."""
        return cls(
            symbol=asked.symbol,
            source=dataset.manifest.kind,
            interval=asked.interval,
            price_basis=dataset.manifest.price_basis,
            adjustment=asked.adjustment,
            items=[BarOut.of(bar) for bar in bars],
            reason=None if bars else "no bar of that span has closed by now",
        )


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
    halted: HaltedOut | None = Field(None, description="Null while it is traded.")

    @classmethod
    def of(cls, standing: StandingQuote) -> "QuoteOut":
        """Show a standing quote, or say why there is none."""
        quote, last, previous, halt = standing.quote, standing.last, standing.previous, standing.halt
        return cls(
            symbol=standing.symbol,
            instrument_id=quote.instrument_id if quote else None,
            at=quote.at if quote else None,
            bid=quote.bid if quote else None,
            ask=quote.ask if quote else None,
            bid_size=quote.bid_size if quote else None,
            ask_size=quote.ask_size if quote else None,
            last=last.close if last else None,
            last_at=last.at if last else None,
            previous_close=previous.close if previous else None,
            derived_from=quote.derived_from if quote else None,
            reason=standing.reason,
            halted=HaltedOut(since=halt.at, reason=halt.reason) if halt else None,
        )


class QuotesOut(BaseModel):
    """Standing quotes in the order they were asked for."""

    source: SourceKind
    items: list[QuoteOut]
