"""What sources of live prices look like from outside, and what they told; a key is never among it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds.vendor import (
    BarPage,
    BarsAsked,
    ContractSnapshot,
    FoundInstrument,
    Provenance,
    Sensitivities,
    Snapshot,
    Subject,
    VendorAction,
    YieldOn,
)
from paperdesk.features.marketdata.import_history import SYMBOLS_MAX, ImportHistory
from paperdesk.features.marketdata.open_live_tape import SYMBOLS_MAX as WATCHED_MAX
from paperdesk.features.marketdata.open_live_tape import OpenLiveTape
from paperdesk.features.marketdata.route_subject import RouteSubject
from paperdesk.features.marketdata.set_source_key import SetSourceKey
from paperdesk.features.marketdata.sources import Answer, PassedOver, SourceState
from paperdesk.infra.http import Body, DayText, Line, NumberText

KEY_LENGTH_MAX = 500
Word = Annotated[SecretStr, Field(min_length=1, max_length=KEY_LENGTH_MAX)]
SymbolText = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9.\-]{0,20}$")]

SourceCondition = Literal["ready", "no_key", "resting", "budget_used_up"]


class SourceKeyBody(Body):
    """The key of a source; Alpaca's has an id as well."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"secret": "your-secret", "key_id": "your-id"}]}
    )

    secret: Word
    key_id: Annotated[str, StringConstraints(min_length=1, max_length=KEY_LENGTH_MAX, pattern=r"^[!-~]+$")] | None = (
        None
    )

    def command(self, vendor: str) -> SetSourceKey:
        """Return what is asked."""
        return SetSourceKey(vendor, self.secret.get_secret_value(), self.key_id)


class SourceRowBody(Body):
    """Which sources are asked about a subject, in turn until one answers."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"sources": ["polygon", "alpaca"]}]}
    )

    sources: list[str] = Field(min_length=1, max_length=10)

    def command(self, subject: Subject) -> RouteSubject:
        """Return what is asked."""
        return RouteSubject(subject, self.sources)


class HistoryBody(Body):
    """Which history is recorded as a dataset: raw bars between two market days, both included."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"name": "A half year", "symbols": ["AAPL"], "start_on": "2024-01-02", "end_on": "2024-06-28"}]
        },
    )

    name: Line
    symbols: list[SymbolText] = Field(min_length=1, max_length=SYMBOLS_MAX)
    start_on: DayText
    end_on: DayText
    length: Literal["1m", "5m", "15m", "1d"] = "1d"
    source: str | None = Field(default=None, description="Which source; without it the first that answers.")
    kind: Literal["equity", "etf", "fund"] | None = Field(
        default=None, description="What the symbols are; without it what they look like."
    )

    def command(self) -> ImportHistory:
        """Return what is asked."""
        kind = None if self.kind is None else Kind(self.kind)
        return ImportHistory(self.name, self.symbols, self.length, self.start_on, self.end_on, self.source, kind)


class LiveTapeBody(Body):
    """A live tape: what it is called, and what it watches."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"name": "Today", "symbols": ["AAPL", "MSFT"]}]}
    )

    name: Line
    symbols: list[SymbolText] = Field(min_length=1, max_length=WATCHED_MAX)
    shared: bool = False

    def command(self) -> OpenLiveTape:
        """Return what is asked."""
        return OpenLiveTape(self.name, self.symbols, self.shared)


class WatchBody(Body):
    """What a live tape watches as well from now on."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"symbols": ["NVDA"]}]})

    symbols: list[SymbolText] = Field(min_length=1, max_length=WATCHED_MAX)


class FailureOut(BaseModel):
    """What a source failed with last."""

    at: datetime
    code: str


class SourceOut(BaseModel):
    """One source, how it stands with your key, and what is left of its calls."""

    name: str
    tells: list[Subject]
    condition: SourceCondition
    key_set_at: datetime | None
    calls_per_minute: int = Field(description="What the plan allows.")
    calls_left: int = Field(description="What is left of this minute.")
    calls_today: int = Field(description="What was spent since midnight UTC, or since the desk started.")
    rests_until: datetime | None
    last_failure: FailureOut | None

    @classmethod
    def of(cls, state: SourceState) -> "SourceOut":
        """Show a source."""
        failed = state.last_failure
        return cls(
            name=state.vendor,
            tells=list(state.tells),
            condition=_condition(state),
            key_set_at=state.key_set_at,
            calls_per_minute=state.calls_per_minute,
            calls_left=state.calls_left,
            calls_today=state.calls_today,
            rests_until=state.rests_until,
            last_failure=FailureOut(at=failed[0], code=failed[1]) if failed else None,
        )


def _condition(state: SourceState) -> SourceCondition:
    if state.key_set_at is None:
        return "no_key"
    if state.rests_until is not None:
        return "resting"
    return "ready" if state.calls_left else "budget_used_up"


class SourceRowOut(BaseModel):
    """Who is asked about a subject, in turn."""

    subject: Subject
    sources: list[str]
    is_chosen: bool = Field(description="Whether you chose it; else the settings say so.")


class SourcesOut(BaseModel):
    """Every source, and who is asked about what."""

    items: list[SourceOut]
    rows: list[SourceRowOut]


class PassedOverOut(BaseModel):
    """A source that did not answer, and the code of why."""

    source: str
    code: str

    @classmethod
    def of(cls, passed: PassedOver) -> "PassedOverOut":
        """Show one."""
        return cls(source=passed.vendor, code=passed.code)


class ToldOut(BaseModel):
    """Where an answer came from, and whom its source stands in for."""

    source: str
    feed: str
    as_of: datetime = Field(description="When the source answered.")
    is_delayed: bool
    stands_in_for: list[PassedOverOut]


def told(provenance: Provenance, passed: Sequence[PassedOver] = ()) -> ToldOut:
    """Show where an answer came from."""
    return ToldOut(
        source=provenance.vendor,
        feed=provenance.feed,
        as_of=provenance.as_of,
        is_delayed=provenance.is_delayed,
        stands_in_for=[PassedOverOut.of(each) for each in passed],
    )


class LiveQuoteOut(BaseModel):
    """The latest of a symbol; what its source does not tell is null, and so is everything with a reason."""

    symbol: str
    bid: NumberText | None = None
    ask: NumberText | None = None
    bid_size: NumberText | None = None
    ask_size: NumberText | None = None
    quoted_at: datetime | None = None
    last: NumberText | None = None
    last_size: NumberText | None = None
    printed_at: datetime | None = None
    open: NumberText | None = None
    high: NumberText | None = None
    low: NumberText | None = None
    volume: NumberText | None = None
    previous_close: NumberText | None = None
    reason: str | None = None

    @classmethod
    def of(cls, symbol: str, found: Snapshot | None) -> "LiveQuoteOut":
        """Show a symbol's latest."""
        if found is None:
            return cls(symbol=symbol, reason="the source does not know it")
        same = ("bid", "ask", "bid_size", "ask_size", "quoted_at", "last", "last_size", "printed_at", "previous_close")
        day = (
            {} if found.day is None else {name: getattr(found.day, name) for name in ("open", "high", "low", "volume")}
        )
        return cls(symbol=symbol, **{name: getattr(found, name) for name in same}, **day)


class LiveQuotesOut(BaseModel):
    """The latest of some symbols."""

    told: ToldOut
    items: list[LiveQuoteOut]


class LiveBarOut(BaseModel):
    """One raw bar of history."""

    opens_at: datetime
    open: NumberText
    high: NumberText
    low: NumberText
    close: NumberText
    volume: NumberText | None


class LiveBarsOut(BaseModel):
    """One page of history, oldest first."""

    told: ToldOut
    symbol: str
    length: str
    items: list[LiveBarOut]
    next_page: str | None = Field(description="Pass it as `page` for the next page; null on the last one.")

    @classmethod
    def of(cls, asked: BarsAsked, answer: Answer[BarPage]) -> "LiveBarsOut":
        """Show a page."""
        names = LiveBarOut.model_fields
        items = [LiveBarOut(**{name: getattr(bar, name) for name in names}) for bar in answer.value.bars]
        page = answer.value.next_page and f"{answer.provenance.vendor}:{answer.value.next_page}"
        return cls(
            told=told(answer.provenance, answer.stands_in_for),
            symbol=asked.symbol,
            length=asked.length,
            items=items,
            next_page=page,
        )


class LiveContractOut(BaseModel):
    """One contract of a chain with its source's own figures."""

    symbol: str
    expires_on: date
    strike: NumberText
    right: str
    quote: LiveQuoteOut
    implied_volatility: NumberText | None
    delta: NumberText | None
    gamma: NumberText | None
    theta: NumberText | None
    vega: NumberText | None
    open_interest: int | None

    @classmethod
    def of(cls, one: ContractSnapshot) -> "LiveContractOut":
        """Show a contract."""
        greeks = one.sensitivities or Sensitivities(None, None, None, None)
        return cls(
            symbol=one.snapshot.symbol,
            expires_on=one.contract.expires_on,
            strike=one.contract.strike,
            right=one.contract.right.value,
            quote=LiveQuoteOut.of(one.snapshot.symbol, one.snapshot),
            implied_volatility=one.implied_volatility,
            delta=greeks.delta,
            gamma=greeks.gamma,
            theta=greeks.theta,
            vega=greeks.vega,
            open_interest=one.open_interest,
        )


class LiveChainOut(BaseModel):
    """An option chain by expiry and strike."""

    told: ToldOut
    underlying: str
    items: list[LiveContractOut]


class LiveInstrumentOut(BaseModel):
    """An instrument that a source knows."""

    symbol: str
    name: str
    kind: Kind
    exchange: str | None
    is_active: bool

    @classmethod
    def of(cls, found: FoundInstrument) -> "LiveInstrumentOut":
        """Show one."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


class LiveInstrumentsOut(BaseModel):
    """What a search found."""

    told: ToldOut
    items: list[LiveInstrumentOut]


class LiveActionOut(BaseModel):
    """A cash dividend (amount) or a split (new units for old ones)."""

    symbol: str
    ex_on: date
    pay_on: date | None
    announced_on: date | None
    amount: NumberText | None
    is_special: bool
    new_units: NumberText | None
    old_units: NumberText | None

    @classmethod
    def of(cls, action: VendorAction) -> "LiveActionOut":
        """Show one."""
        return cls(**{name: getattr(action, name) for name in cls.model_fields})


class LiveActionsOut(BaseModel):
    """Corporate actions by ex-date."""

    told: ToldOut
    items: list[LiveActionOut]


class LiveYieldOut(BaseModel):
    """A yield of one day in percent; null on a day for which none was published."""

    on: date
    percent: NumberText | None

    @classmethod
    def of(cls, found: YieldOn) -> "LiveYieldOut":
        """Show one."""
        return cls(on=found.on, percent=found.percent)


class LiveYieldsOut(BaseModel):
    """A Treasury yield by day."""

    told: ToldOut
    series: str
    items: list[LiveYieldOut]
