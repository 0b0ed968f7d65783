# Written by tools/gen_typed_clients.py from the OpenAPI file; `make docs` writes it again.
"""The shapes of requests and answers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

Adjustment = Literal["raw", "split", "all"]
AlertCondition = Literal["above", "below", "move"]
ApprovalStatus = Literal["waiting", "approved", "refused", "declined", "expired"]
AtExpiry = Literal["usual", "exercise", "lapse"]
Awaited = Literal["fill", "event"]
BarPath = Literal["neutral", "optimistic", "realistic"]
Book = Literal["cash", "securities", "fees", "realised", "capital", "claims", "income", "interest", "funding"]
CallKind = Literal["maintenance", "intraday", "reg_t"]
Detail = Literal["daily", "minute"]
EntryKind = Literal[
    "fill",
    "transfer",
    "reset",
    "cash_dividend",
    "dividend_payment",
    "share_dividend",
    "split",
    "spin_off",
    "merger",
    "symbol_change",
    "delisting",
    "option_adjustment",
    "expiry",
    "exercise",
    "assignment",
    "interest",
    "borrow_fee",
    "funding",
]
ExitReason = Literal[
    "signal",
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "time_exit",
    "end_of_data",
    "manual",
    "margin_call",
    "liquidation",
]
Fate = Literal["expires", "exercised", "assigned", "waits"]
FeeRounding = Literal["posting", "exact"]
FileFormat = Literal["csv", "parquet"]
HaltReason = Literal["news", "volatility", "regulatory", "market_wide", "other"]
HeldState = Literal["open", "closed", "ended"]
Intent = Literal["buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"]
JsonValue = Any
Kind = Literal["equity", "etf", "index", "fund", "option", "crypto", "series", "currency", "bond"]
LeakTest = Literal["truncation", "warm_up"]
LimitKind = Literal["position_size", "daily_loss", "drawdown", "leverage", "exposure"]
LimitState = Literal["normal", "warning", "critical", "breached", "unknown"]
LimitUnit = Literal["currency", "fraction_of_peak", "fraction_of_equity", "multiple_of_equity"]
LotMethod = Literal["fifo", "lifo", "highest_cost", "lowest_cost", "average"]
MarginKind = Literal["cash", "reg_t", "portfolio"]
MarginMode = Literal["cross", "isolated"]
MarginRegime = Literal["realtime_block", "intraday_call", "legacy_pdt"]
Method = Literal[
    "fixed_amount", "fixed_share", "kelly", "volatility_target", "risk_parity", "max_loss", "average_range"
]
Moneyness = Literal["itm", "atm", "otm"]
NumberFormat = Literal["1,234.5", "1.234,5", "1 234,5", "1'234.5", "1234.5"]
Objective = Literal["sharpe", "total_return", "cagr", "calmar", "max_drawdown"]
OrderClass = Literal["simple", "bracket", "oco", "oto", "combo"]
OrderEvent = Literal[
    "order_accepted",
    "order_filled",
    "combo_filled",
    "order_cancelled",
    "order_rejected",
    "order_expired",
    "order_replaced",
    "order_triggered",
    "order_resized",
    "trail_moved",
    "order_adjusted",
]
OrderKind = Literal["equity", "option", "crypto", "combo"]
OrderStatus = Literal["accepted", "partially_filled", "filled", "cancelled", "expired", "replaced", "rejected"]
OrderType = Literal["market", "limit", "stop", "stop_limit", "trailing_stop", "market_if_touched"]
PriceBasis = Literal["raw", "split", "total_return"]
PriceUnit = Literal["money", "percent_of_face", "points", "percent"]
PrintKind = Literal["trade", "opening_auction", "closing_auction", "merged"]
ReportFormat = Literal["html", "pdf", "xlsx", "parquet", "csv"]
ReportTable = Literal["round_trips", "curve", "fills", "orders", "months", "figures"]
Right = Literal["call", "put"]
RiskMode = Literal["off", "warn", "block"]
RoleInput = Literal["owner", "admin", "trader", "risk", "viewer"]
RulesAsOf = Literal["opening", "tape_date"]
RunMode = Literal["events", "compiled"]
Scope = Literal["read", "trade", "limits", "admin"]
Search = Literal["grid", "random", "learned"]
Settlement = Literal["physical", "cash_pm", "cash_am"]
Side = Literal["buy", "sell"]
SourceKind = Literal["recorded", "synthetic", "live"]
SpreadTemplate = Literal[
    "bull_call",
    "bear_call",
    "bull_put",
    "bear_put",
    "iron_condor",
    "iron_butterfly",
    "long_call_butterfly",
    "long_put_butterfly",
    "long_straddle",
    "short_straddle",
    "long_strangle",
    "short_strangle",
    "jade_lizard",
    "reverse_jade_lizard",
    "big_lizard",
]
Stop = Literal["fill", "event", "nothing_open", "end"]
Strategy = Literal[
    "underlying",
    "single",
    "covered_call",
    "covered_put",
    "cash_secured_put",
    "protective_put",
    "protective_call",
    "collar",
    "conversion",
    "reversal",
    "vertical",
    "straddle",
    "strangle",
    "risk_reversal",
    "calendar",
    "diagonal",
    "ratio",
    "butterfly",
    "condor",
    "iron_butterfly",
    "iron_condor",
    "box",
    "jelly_roll",
    "custom",
]
StudyKind = Literal["cross_validation", "leaks", "jitter"]
Style = Literal["american", "european"]
Subject = Literal["quotes", "bars", "chains", "instruments", "actions", "yields", "halts"]
TapeAction = Literal["play", "pause", "step", "jump", "speed"]
TapeState = Literal["paused", "playing"]
Tier = Literal["basic", "premium", "professional"]
TimeInForce = Literal["day", "gtc", "gtd", "ioc", "fok", "opg", "cls"]
Tolerance = Literal["low", "moderate", "high"]
TriggerSource = Literal["print", "quote", "mid"]
Verb = Literal["place", "replace", "cancel", "close", "exercise", "transfer", "tape"]
Verification = Literal["pending", "verified", "rejected"]
Walk = Literal["rolling", "anchored"]
Way = Literal["stream", "log", "webhook", "email"]
WayIn = Literal["link", "password"]
BrokerRole = Literal["entry", "take_profit", "stop_loss", "leg"]
KernelRole = Literal["owner", "admin", "trader", "risk", "viewer"]
Role = Literal["entry", "take_profit", "stop_loss", "leg"]
RiskLevel = Literal["none", "low", "moderate", "high", "extreme"]


class AccountGreeksOut(Struct, kw_only=True, frozen=True):
    """The Greeks of an account at an instant: by underlying, together in money, and for each 1,000 invested."""

    at: "datetime"
    underlyings: "list[UnderlyingGreeksOut]"
    invested: "Decimal | None"
    total: "MoneyGreeksOut | None"
    per_thousand: "MoneyGreeksOut | None"


class AccountOut(Struct, kw_only=True, frozen=True):
    """An account and what it is worth at its tape's clock; what cannot be known is null with a reason."""

    id: "UUID"
    number: "str"
    name: "str"
    owner_id: "UUID | None"
    currency: "str"
    tape_id: "UUID"
    parent_id: "UUID | None"
    fork_seq: "int | None"
    epoch: "int"
    at: "datetime"
    opened_at: "datetime"
    starting_cash: "Decimal"
    contributed: "Decimal"
    cash: "Decimal"
    held_cash: "Decimal"
    unsettled_cash: "Decimal"
    good_faith_violations: "list[date]"
    restricted_until: "date | None"
    buying_power: "Decimal | None"
    invested: "Decimal"
    market_value: "Decimal | None"
    claims: "Decimal"
    equity: "Decimal | None"
    equity_reason: "str | None"
    gain: "Decimal | None"
    day_began_at: "datetime"
    equity_before: "Decimal | None"
    day_pl: "Decimal | None"
    day_reason: "str | None"
    fill_model: "str"
    fill_on_arrival: "bool"
    margin: "MarginOut | None"
    seed: "int"
    fees: "str"
    funding_daily_rate: "Decimal"
    lot_method: "LotMethod"
    bar_path: "BarPath"
    risk_mode: "RiskMode"
    last_seq: "int"
    status: "str"
    created_at: "datetime"


class AcknowledgeBody(Struct, kw_only=True, frozen=True):
    """The tape's cursor up to which a strategy has seen everything."""

    cursor: "int"


class ActivityOut(Struct, kw_only=True, frozen=True):
    """Something that moved cash or units; of a fill also its order, price and fee."""

    id: "UUID"
    seq: "int"
    at: "datetime"
    kind: "EntryKind"
    description: "str"
    symbol: "str | None"
    side: "Side | None"
    quantity: "Decimal | None"
    price: "Decimal | None"
    fee: "Decimal | None"
    cash_change: "Decimal"
    order_id: "UUID | None"
    fill_id: "UUID | None"


class AddUserBody(Struct, kw_only=True, frozen=True):
    """Somebody to add to the tenant."""

    email: "str"
    name: "str"
    role: "RoleInput"
    verification: "Verification | UnsetType" = UNSET
    tier: "Tier | UnsetType" = UNSET


class AddedUserView(Struct, kw_only=True, frozen=True):
    """Somebody who has just been added; the link for their first sign-in is in this answer and nowhere else."""

    id: "UUID"
    email: "str"
    name: "str"
    role: "KernelRole"
    verification: "Verification"
    tier: "Tier"
    is_active: "bool"
    joined_at: "datetime"
    deactivated_at: "datetime | None"
    invitation: "InvitationView"


class AdjustedSeriesOut(Struct, kw_only=True, frozen=True):
    """An option series that an action turns into another, and the contracts after for each before."""

    before: "str"
    after: "str"
    contracts: "Decimal"


class AgainstPaperOut(Struct, kw_only=True, frozen=True):
    """A backtest beside what a paper account did over the same time."""

    backtest_id: "UUID"
    account_id: "UUID"
    began_at: "datetime"
    ended_at: "datetime"
    same_orders: "int"
    orders: "list[OrderPairOut]"
    missing_on_paper: "list[MissingOrderOut]"
    missing_in_run: "list[MissingOrderOut]"
    run_fees: "Decimal"
    paper_fees: "Decimal"
    days: "list[DriftOut]"
    drift: "float | None"
    notes: "list[str]"


class ApprovalOut(Struct, kw_only=True, frozen=True):
    """An order of a key that waits for a person or waited; it was not placed unless `order_id` says so."""

    id: "UUID"
    account_id: "UUID"
    key_id: "UUID"
    asked: "str"
    client_order_id: "str"
    worth: "Decimal"
    threshold: "Decimal"
    currency: "str"
    status: "ApprovalStatus"
    created_at: "datetime"
    expires_at: "datetime"
    decided_at: "datetime | None"
    decided_by: "str | None"
    reason: "str | None"
    order_id: "UUID | None"


class AtExpiryBody(Struct, kw_only=True, frozen=True):
    """What is to happen on the last day: the usual, exercise whatever it is worth, or nothing."""

    at_expiry: "AtExpiry"


class AtExpiryOut(Struct, kw_only=True, frozen=True):
    """What the account will do with an option on its last day."""

    symbol: "str"
    at_expiry: "AtExpiry"
    last_seq: "int"


class AttachStrategyBody(Struct, kw_only=True, frozen=True):
    """A strategy that the tape is to wait for."""

    name: "str"


class AuditBreakView(Struct, kw_only=True, frozen=True):
    """The first place where the chain does not hold."""

    seal: "int"
    where: "str"
    why: "str"


class AuditLineView(Struct, kw_only=True, frozen=True):
    """Something that was done: who, what, to what, when and from where; the details say what came of it."""

    id: "UUID"
    recorded_at: "datetime"
    subject: "str"
    action: "str"
    object_id: "UUID | None"
    details: "dict[str, JsonValue]"
    origin: "str | None"
    seal: "int | None"


class BacktestBody(Struct, kw_only=True, frozen=True):
    """A run of a strategy over what a tape has shown, and limits that its account is watched by."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET
    mode: "RunMode | UnsetType" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    ends_at: "datetime | UnsetType | None" = UNSET
    risk_free: "Decimal | UnsetType" = UNSET
    benchmark: "str | UnsetType | None" = UNSET
    close_at_end: "bool | UnsetType" = UNSET
    strategy: "str"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool] | UnsetType" = UNSET
    limits: "list[LimitTermsBody] | UnsetType" = UNSET


class BacktestComparisonOut(Struct, kw_only=True, frozen=True):
    """Runs side by side, as they were and on the days that all know."""

    runs: "list[ComparedRunOut]"
    measures: "list[ComparedMeasureOut]"
    common_measures: "list[ComparedMeasureOut]"
    correlations: "list[list[float | None]]"
    points: "list[ComparedPointOut]"


class BacktestOut(Struct, kw_only=True, frozen=True):
    """A backtest: what was asked, and how far it is."""

    id: "UUID"
    name: "str"
    tape_id: "UUID"
    dataset_id: "UUID"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    fill_model: "str"
    fees: "str"
    bar_path: "BarPath"
    currency: "str"
    cash: "Decimal"
    mode: "RunMode"
    risk_free: "Decimal"
    benchmark: "str | None"
    after_cursor: "int"
    upto_cursor: "int"
    close_at_end: "bool"
    asked_at: "datetime"
    ended_at: "datetime | None"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    progress: "float"
    message: "str"
    job_id: "UUID"
    saved_strategy: "SavedVersionOut | None"


class BacktestResultsOut(Struct, kw_only=True, frozen=True):
    """What came of a run in figures; one that cannot be said is null, with the reason beside it."""

    began_at: "datetime"
    ended_at: "datetime"
    frames: "int"
    fills: "int"
    ambiguous_fills: "int"
    bar_path: "BarPath | UnsetType | None" = UNSET
    fees: "Decimal"
    funding: "Decimal | UnsetType | None" = UNSET
    equity_before: "Decimal | None"
    equity_after: "Decimal | None"
    figures: "dict[str, float | None]"
    reasons: "dict[str, str]"
    by_symbol: "list[RunSymbolOut] | UnsetType" = UNSET
    by_tag: "list[RunTagOut] | UnsetType" = UNSET
    by_exit_reason: "list[RunExitOut] | UnsetType" = UNSET
    evidence: "RunEvidenceOut | UnsetType | None" = UNSET
    selection: "SelectionOut"
    limits: "list[RunLimitOut] | UnsetType" = UNSET
    refusals: "list[RunRefusalOut]"
    failure: "RunFailureOut | None"
    is_cancelled: "bool"


class BarOut(Struct, kw_only=True, frozen=True):
    """A closed bar; what the source does not have is null."""

    at: "datetime"
    open: "Decimal | None"
    high: "Decimal | None"
    low: "Decimal | None"
    close: "Decimal"
    volume: "Decimal | None"


class BarsOut(Struct, kw_only=True, frozen=True):
    """The closed bars of one instrument, oldest first; `adjustment` is what was asked for, null is as stored."""

    symbol: "str"
    source: "SourceKind"
    interval: "str"
    price_basis: "PriceBasis"
    adjustment: "Adjustment | None"
    items: "list[BarOut]"
    reason: "str | UnsetType | None" = UNSET


class BookedOut(Struct, kw_only=True, frozen=True):
    """One entry that exercise made."""

    id: "UUID"
    number: "int"
    at: "datetime"
    description: "str"
    cash_change: "Decimal"


class BorrowBody(Struct, kw_only=True, frozen=True):
    """What borrowing to sell short costs a year, as fractions: 0.003 is 0.3 percent; null is not lent at all. What has a rate of its own is hard to borrow, and is recalled with the chance of `recall_rate` at each close."""

    easy_rate: "Decimal | UnsetType" = UNSET
    rates: "dict[str, Decimal | None] | UnsetType" = UNSET
    source: "str | UnsetType" = UNSET
    recall_rate: "Decimal | UnsetType" = UNSET


class BranchBody(Struct, kw_only=True, frozen=True):
    """Where a branch of the tape is to begin, and which of its accounts are forked onto it."""

    to: "str"
    name: "str | UnsetType | None" = UNSET
    account_ids: "list[UUID] | UnsetType" = UNSET


class BranchOut(Struct, kw_only=True, frozen=True):
    """A branch of a tape, and the forks that live on it."""

    id: "UUID"
    parent_id: "UUID | None"
    name: "str"
    dataset_id: "UUID"
    kind: "SourceKind"
    source: "str"
    licence: "str | None"
    provenance: "str | None"
    price_basis: "PriceBasis"
    fields: "list[str]"
    has_volume: "bool"
    survivorship: "str | None"
    label: "str | None"
    warnings: "list[str]"
    shared: "bool"
    at: "datetime"
    cursor: "int"
    reached: "bool"
    state: "TapeState"
    speed: "str"
    skip_closed: "bool"
    waits_for: "Awaited | None"
    stopped_by: "Stop | None"
    acknowledged: "int | None"
    has_ended: "bool"
    starts_at: "datetime"
    session_open: "bool"
    next_open_at: "datetime"
    next_close_at: "datetime"
    can_control: "bool"
    preset: "str | UnsetType | None" = UNSET
    detail: "Detail | UnsetType | None" = UNSET
    seed: "int | UnsetType | None" = UNSET
    seed_salt: "str | UnsetType | None" = UNSET
    seed_commitment: "str | UnsetType | None" = UNSET
    forks: "list[UUID]"


class BuiltLegOut(Struct, kw_only=True, frozen=True):
    """A contract, how many are bought (sold below zero), and its standing quote; the price is the middle."""

    symbol: "str"
    right: "str"
    strike: "Decimal"
    quantity: "Decimal"
    bid: "Decimal | None"
    ask: "Decimal | None"
    price: "Decimal | None"
    implied_vol: "Decimal | None"
    reason: "str | None"


class CacheOut(Struct, kw_only=True, frozen=True):
    """Where answers are kept; while that place is away, everything is loaded anew."""

    keeper: "str"
    answers: "bool"
    away_since: "datetime | None"
    reason: "str | None"


class CallOut(Struct, kw_only=True, frozen=True):
    """A demand for cash, or for smaller positions, until the close of a day."""

    kind: "CallKind"
    amount: "Decimal"
    issued_on: "date"
    due_on: "date"


class CancelManyBody(Struct, kw_only=True, frozen=True):
    """Which orders to cancel, by their ids."""

    order_ids: "list[UUID]"


class Capsule(Struct, kw_only=True, frozen=True):
    """A run in one file, by which anybody who has such prices can repeat it."""

    format: "Literal['paperdesk-capsule-1']"
    backtest_id: "UUID"
    question: "CapsuleQuestion"
    source: "CapsuleSource"
    code: "CapsuleCode"
    trials: "CapsuleTrials"
    results: "CapsuleResults"
    hash: "str"


class CapsuleCode(Struct, kw_only=True, frozen=True):
    """By which code: the version, and the hash of the modules that decide."""

    version: "str"
    hash: "str"


class CapsuleInput(Struct, kw_only=True, frozen=True):
    """What the tape had shown of a symbol by the end of the run, as a number of rows and their hash."""

    symbol: "str"
    rows: "int"
    hash: "str"


class CapsulePart(Struct, kw_only=True, frozen=True):
    """A part of what came of the run: its hash, the beginning of the hash of every row, and the first rows."""

    hash: "str"
    rows: "int"
    digests: "str"
    first: "list[Any]"


class CapsuleQuestion(Struct, kw_only=True, frozen=True):
    """What was asked: a strategy with its parameters, and an account with its rules and its seed."""

    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool]"
    mode: "RunMode"
    currency: "str"
    cash: "str"
    risk_free: "str"
    benchmark: "str | None"
    close_at_end: "bool"
    rules: "dict[str, Any]"


class CapsuleResults(Struct, kw_only=True, frozen=True):
    """What came of the run, each part with a hash of its own."""

    orders: "CapsulePart"
    fills: "CapsulePart"
    fees: "CapsulePart"
    curve: "CapsulePart"
    figures: "CapsulePart"
    refusals: "CapsulePart"


class CapsuleSource(Struct, kw_only=True, frozen=True):
    """On which prices: the tape, the dataset, the part of it that was run, and what was there of each symbol."""

    tape_id: "UUID"
    dataset_id: "UUID"
    dataset_hash: "str"
    after_cursor: "int"
    upto_cursor: "int"
    began_at: "str"
    ended_at: "str"
    inputs: "list[CapsuleInput]"


class CapsuleTrials(Struct, kw_only=True, frozen=True):
    """How often something was looked for in the same prices, and what that leaves of the Sharpe ratio."""

    trials: "int"
    deflated_sharpe: "float | None"
    sharpe_by_luck: "float | None"
    overfitting_probability: "float | None"
    reasons: "dict[str, str]"


class CapsuleVerificationOut(Struct, kw_only=True, frozen=True):
    """A verification: the job that repeats the run of a capsule, how far it is, and its verdict once there is one."""

    id: "UUID"
    tape_id: "UUID"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    progress: "float"
    message: "str"
    verdict: "VerdictOut | None"
    problems: "list[dict[str, Any]]"


class CatalogueOut(Struct, kw_only=True, frozen=True):
    """The kinds of data and the intervals that a tape can be asked for."""

    kinds: "list[KindOut]"
    intervals: "list[IntervalOut]"


class CauseOut(Struct, kw_only=True, frozen=True):
    """Something that a run is made from and that is another than it was."""

    what: "Literal['strategy', 'code', 'data', 'dataset']"
    said: "str"


class ChainLineOut(Struct, kw_only=True, frozen=True):
    """A contract with its quote, and what the middle of it implies; null with a reason where it implies nothing. Greeks are of one unit: vega and rho per 1.00 of a volatility and of a rate, theta per year."""

    id: "UUID"
    symbol: "str"
    underlying: "str"
    expires_on: "date"
    right: "Right"
    strike: "Decimal"
    multiplier: "Decimal"
    deliverable: "Decimal"
    style: "Style"
    settlement: "Settlement"
    bid: "Decimal | None"
    ask: "Decimal | None"
    derived_from: "str | None"
    implied_vol: "Decimal | None"
    delta: "Decimal | None"
    gamma: "Decimal | None"
    vega_per_vol: "Decimal | None"
    theta_per_year: "Decimal | None"
    rho_per_rate: "Decimal | None"
    volume: "Decimal | None"
    reason: "str | None"


class ChangeAccountBody(Struct, kw_only=True, frozen=True):
    """Another name, or whether the account trades or rests; what is absent stays as it is."""

    name: "str | UnsetType | None" = UNSET
    status: "Literal['open', 'inactive'] | UnsetType | None" = UNSET


class ChangeUserBody(Struct, kw_only=True, frozen=True):
    """What somebody is from now on; what is absent stays as it is."""

    name: "str | UnsetType | None" = UNSET
    role: "RoleInput | UnsetType | None" = UNSET
    verification: "Verification | UnsetType | None" = UNSET
    is_active: "bool | UnsetType | None" = UNSET


class ChosenLeverageOut(Struct, kw_only=True, frozen=True):
    """The leverage of one pair, and what answers for it."""

    symbol: "str"
    leverage: "int"
    margin_mode: "MarginMode"


class ClosePositionBody(Struct, kw_only=True, frozen=True):
    """How much of a position to sell at the market: all of it unless a quantity or a percentage is given."""

    quantity: "Decimal | UnsetType | None" = UNSET
    percent: "Decimal | UnsetType | None" = UNSET
    cancel_orders: "bool | UnsetType" = UNSET
    client_order_id: "str | UnsetType | None" = UNSET


class ClosePositionsBody(Struct, kw_only=True, frozen=True):
    """Which positions to sell at the market, all of them unless symbols are named; and how much of each."""

    symbols: "list[str] | UnsetType | None" = UNSET
    percent: "Decimal | UnsetType | None" = UNSET
    cancel_orders: "bool | UnsetType" = UNSET


class ClosedOut(Struct, kw_only=True, frozen=True):
    """What came of one position: the order that sells it, or the problem."""

    order: "OrderOut | None"
    repeated: "bool"
    problem: "RefusalOut | None"
    symbol: "str"


class ClosedPositionsOut(Struct, kw_only=True, frozen=True):
    """What came of each position: options first, because shares may cover them, or in the order they were named."""

    outcomes: "list[ClosedOut]"


class CodeBody(Struct, kw_only=True, frozen=True):
    """A code that your app shows now."""

    code: "str"


class CodedProofBody(Struct, kw_only=True, frozen=True):
    """Your password, as for other things that cannot be taken back, and a code of your app or a recovery code."""

    password: "str | UnsetType | None" = UNSET
    code: "str"


class ComparedMeasureOut(Struct, kw_only=True, frozen=True):
    """A measure of every run, in the order of the runs; null where it cannot be said."""

    name: "str"
    values: "list[float | None]"
    best: "list[int]"
    more_is_better: "bool | None"


class ComparedOrderOut(Struct, kw_only=True, frozen=True):
    """An order of a side, as it ended."""

    id: "UUID"
    at: "datetime"
    symbol: "str"
    side: "str"
    type: "str"
    quantity: "Decimal"
    status: "str"
    filled: "Decimal"
    price: "Decimal | None"
    fees: "Decimal"


class ComparedPointOut(Struct, kw_only=True, frozen=True):
    """A day that all runs know: the worth of each over that of the first such day, and what each is above the first."""

    on: "date"
    at: "datetime"
    growth: "list[float]"
    difference: "list[float]"


class ComparedRunOut(Struct, kw_only=True, frozen=True):
    """One of the runs: what it was, over which time, and how often was tried to find it."""

    id: "UUID"
    name: "str"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    currency: "str"
    began_at: "datetime"
    ended_at: "datetime"
    selection: "SelectionOut"


class ComparisonOut(Struct, kw_only=True, frozen=True):
    """Accounts side by side."""

    shared_seq: "int"
    accounts: "list[SideOut]"
    equity: "list[EquitiesOut]"


class ContractOut(Struct, kw_only=True, frozen=True):
    """The terms of a listed option."""

    id: "UUID"
    symbol: "str"
    underlying: "str"
    expires_on: "date"
    right: "Right"
    strike: "Decimal"
    multiplier: "Decimal"
    deliverable: "Decimal"
    style: "Style"
    settlement: "Settlement"


class ControlTapeBody(Struct, kw_only=True, frozen=True):
    """One press on the transport bar."""

    action: "TapeAction"
    unit: "Literal['fact', 'quote', 'bar', 'session'] | UnsetType" = UNSET
    count: "int | UnsetType" = UNSET
    to: "str | UnsetType | None" = UNSET
    account_id: "UUID | UnsetType | None" = UNSET
    speed: "str | UnsetType | None" = UNSET
    skip_closed: "bool | UnsetType | None" = UNSET


class CornerOut(Struct, kw_only=True, frozen=True):
    """A price of the underlying at expiry, and the profit there."""

    spot: "Decimal"
    profit: "Decimal"


class CorporateActionOut(Struct, kw_only=True, frozen=True):
    """A corporate action; what its kind does not know is null."""

    id: "UUID"
    instrument_id: "UUID"
    symbol: "str"
    kind: "Literal['cash_dividend', 'share_dividend', 'split', 'spin_off', 'merger', 'symbol_change', 'delisting']"
    ex_on: "date"
    announced_on: "date | None"
    record_on: "date | None"
    pay_on: "date | None"
    amount: "Decimal | None"
    is_special: "bool"
    new_units: "Decimal | None"
    old_units: "Decimal | None"
    rate: "Decimal | None"
    into: "str | None"
    basis_rate: "Decimal | None"
    in_lieu_price: "Decimal | None"
    adjusts: "list[AdjustedSeriesOut]"


class CrossValidationBody(Struct, kw_only=True, frozen=True):
    """A sweep whose choice is tested out of sample in every combination of groups of sessions."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET
    mode: "RunMode | UnsetType" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    ends_at: "datetime | UnsetType | None" = UNSET
    risk_free: "Decimal | UnsetType" = UNSET
    benchmark: "str | UnsetType | None" = UNSET
    close_at_end: "bool | UnsetType" = UNSET
    strategy: "str"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool] | UnsetType" = UNSET
    ranges: "dict[str, StepsBody | list[str | int | float | bool]]"
    search: "Search | UnsetType" = UNSET
    trials: "int | UnsetType | None" = UNSET
    search_seed: "int | UnsetType" = UNSET
    objective: "Objective | UnsetType" = UNSET
    groups: "int | UnsetType" = UNSET
    tested: "int | UnsetType" = UNSET
    purge: "int | UnsetType" = UNSET
    embargo: "int | UnsetType" = UNSET


class CrossValidationOut(Struct, kw_only=True, frozen=True):
    """What choosing parameters brings out of sample, over every path; what cannot be said is null, with the reason."""

    observations: "int"
    trials: "int"
    left_out: "int"
    groups: "list[SessionGroupOut]"
    splits: "list[SplitOut]"
    paths: "list[PathOut]"
    sharpe_quantiles: "dict[str, float]"
    share_losing: "float | None"
    overfitting_probability: "float | None"
    reasons: "dict[str, str]"


class DatabaseOut(Struct, kw_only=True, frozen=True):
    """How quickly the database answered, and the connections to it."""

    answered_ms: "float"
    pools: "list[PoolOut]"


class DatasetOut(Struct, kw_only=True, frozen=True):
    """An immutable version of market facts, with where it comes from."""

    id: "UUID"
    version: "int"
    name: "str"
    kind: "SourceKind"
    licence: "str | None"
    provenance: "str | None"
    price_basis: "PriceBasis"
    fields: "list[str]"
    has_volume: "bool"
    survivorship: "str | None"
    label: "str | None"
    warnings: "list[str]"
    content_hash: "str"
    instruments: "int"
    rows: "int"
    created_at: "datetime"


class DeclineBody(Struct, kw_only=True, frozen=True):
    """Why an order that waits is declined; whoever asked for it is told."""

    reason: "str"


class DeletionBody(Struct, kw_only=True, frozen=True):
    """Your password; it is not needed if you signed in by a link within the last quarter of an hour."""

    password: "str | UnsetType | None" = UNSET


class DepthOut(Struct, kw_only=True, frozen=True):
    """The book of a symbol as far as the tape has it, best price first; null with a reason where it has none."""

    source: "SourceKind"
    symbol: "str"
    at: "datetime | None"
    bids: "list[LevelOut] | None"
    asks: "list[LevelOut] | None"
    levels: "int"
    reason: "str | None"


class DrawnFigureOut(Struct, kw_only=True, frozen=True):
    """What a figure comes to over many draws."""

    was: "float"
    quantiles: "dict[str, float]"
    share_worse: "float"


class DriftOut(Struct, kw_only=True, frozen=True):
    """Both sides at a close that both know; returns count from the first of them."""

    at: "datetime"
    run_equity: "Decimal"
    paper_equity: "Decimal"
    run_return: "float"
    paper_return: "float"
    drift: "float"


class EndingOut(Struct, kw_only=True, frozen=True):
    """How contracts would end; the price is that of the underlying, null where there is none to settle to."""

    symbol: "str"
    count: "Decimal"
    fate: "Fate"
    reason: "str"
    price: "Decimal | None"
    source: "str | None"
    warning: "str | None"


class EnrolmentView(Struct, kw_only=True, frozen=True):
    """A key for your app, in this answer and nowhere else; it counts once you have shown a code of it."""

    secret: "str"
    address: "str"
    picture: "str"


class EntryOut(Struct, kw_only=True, frozen=True):
    """One entry of the journal, with the cash after it."""

    id: "UUID"
    number: "int"
    seq: "int"
    at: "datetime"
    recorded_at: "datetime"
    kind: "EntryKind"
    order_id: "UUID | None"
    description: "str"
    postings: "list[PostingOut]"
    cash_change: "Decimal"
    cash_after: "Decimal"


class EpochOut(Struct, kw_only=True, frozen=True):
    """One life of an account between two resets."""

    epoch: "int"
    began_at: "datetime"
    ended_at: "datetime | None"
    first_seq: "int"
    starting_cash: "Decimal"
    ending_cash: "Decimal | None"
    left_behind: "list[LeftBehindOut]"


class EquitiesOut(Struct, kw_only=True, frozen=True):
    """What each account was worth at an instant, in their order; null where it was not there or had no price."""

    at: "datetime"
    equity: "list[Decimal | None]"


class EquityPointOut(Struct, kw_only=True, frozen=True):
    """What the account was worth at a session's close, or is now; null where a price is missing."""

    at: "datetime"
    equity: "Decimal | None"
    cash: "Decimal"


class EquityScoreOut(Struct, kw_only=True, frozen=True):
    """What the account was worth at an instant, and would have been; null where a price is missing."""

    at: "datetime"
    before: "Decimal | None"
    after: "Decimal | None"
    difference: "Decimal | None"


class EstimateOut(Struct, kw_only=True, frozen=True):
    """Profit before expiry over a range of prices, with sensitivities at the spot; all of it by a model."""

    corners: "list[CornerOut]"
    delta: "Decimal"
    gamma: "Decimal"
    vega_per_vol: "Decimal"
    theta_per_year: "Decimal"
    rho_per_rate: "Decimal"
    dual_delta: "Decimal"
    vanna_per_vol: "Decimal"
    charm_per_year: "Decimal"
    vomma_per_vol: "Decimal"
    veta_per_vol_year: "Decimal"
    speed: "Decimal"
    zomma_per_vol: "Decimal"
    color_per_year: "Decimal"
    ultima_per_vol: "Decimal"
    probability_of_profit: "Decimal | None"
    distribution: "str | None"


class EvaluationOut(Struct, kw_only=True, frozen=True):
    """The enabled limits of an account as they stand now, and what was told of them at that."""

    account_id: "UUID"
    at: "datetime"
    limits: "list[LimitOut]"
    alerts: "list[LimitAlertOut]"


class ExerciseBody(Struct, kw_only=True, frozen=True):
    """How many contracts to exercise; all that are held when it is left out."""

    quantity: "Decimal | UnsetType | None" = UNSET


class ExercisedOut(Struct, kw_only=True, frozen=True):
    """What exercise booked, and where the account stands in its events."""

    entries: "list[BookedOut]"
    last_seq: "int"


class ExpirationsOut(Struct, kw_only=True, frozen=True):
    """The days on which options on an underlying end, ascending."""

    underlying: "str"
    items: "list[date]"


class ExpiriesOut(Struct, kw_only=True, frozen=True):
    """What would happen at the close of a day if prices stayed where they are."""

    on: "date"
    items: "list[EndingOut]"


class ExplanationOut(Struct, kw_only=True, frozen=True):
    """How one fill came about: what was seen, the parts of the price, the rules, the fees and the luck. `base` says what the base of the parts is: the mid of a quote, the open or close, the limit or the stop. `draws` are what the seed gave, by purpose, from 0 up to 1; empty when the fill model draws nothing."""

    fill_id: "UUID"
    order_id: "UUID"
    symbol: "str"
    side: "Side"
    quantity: "Decimal"
    price: "Decimal"
    at: "datetime"
    fact_seq: "int"
    fact: "str"
    seen: "dict[str, Decimal]"
    base: "str"
    parts: "PartsOut"
    rules: "list[str]"
    fees: "dict[str, Decimal]"
    fill_model: "str"
    rules_version: "int"
    seed: "int"
    draws: "dict[str, Decimal]"
    ambiguous: "bool"
    sentence: "str"


class FactsOut(Struct, kw_only=True, frozen=True):
    """What there is to know of a symbol by the tape's time; null with a reason where no source tells it."""

    source: "SourceKind"
    instrument: "InstrumentOut"
    hours: "HoursOut"
    events: "list[CorporateActionOut]"
    ratings: "None"
    ratings_reason: "str"
    figures: "None"
    figures_reason: "str"


class FailureOut(Struct, kw_only=True, frozen=True):
    """What a source failed with last."""

    at: "datetime"
    code: "str"


class FeeScheduleBody(Struct, kw_only=True, frozen=True):
    """A fee schedule of the account's own; rates are fractions of the value, a maker rate may be a rebate."""

    per_share: "Decimal | UnsetType" = UNSET
    per_contract: "Decimal | UnsetType" = UNSET
    value_rate: "Decimal | UnsetType" = UNSET
    order_minimum: "Decimal | UnsetType" = UNSET
    order_maximum: "Decimal | UnsetType | None" = UNSET
    maker_rate: "Decimal | UnsetType" = UNSET
    taker_rate: "Decimal | UnsetType" = UNSET
    regulatory: "bool | UnsetType" = UNSET
    rules_as_of: "RulesAsOf | UnsetType" = UNSET
    rounding: "FeeRounding | UnsetType" = UNSET


class FiguresOut(Struct, kw_only=True, frozen=True):
    """What an instrument did in the last 24 hours, in today's shares; null with a reason where that is not known."""

    symbol: "str"
    name: "str"
    kind: "Kind"
    open: "Decimal | None"
    high: "Decimal | None"
    low: "Decimal | None"
    last: "Decimal | None"
    last_at: "datetime | None"
    volume: "Decimal | None"
    base: "Decimal | None"
    change: "Decimal | None"
    change_percent: "Decimal | None"
    reason: "str | None"


class FillOut(Struct, kw_only=True, frozen=True):
    """One execution, with the market price it was made from and the rule that made it."""

    id: "UUID"
    order_id: "UUID"
    symbol: "str"
    side: "Side"
    quantity: "Decimal"
    price: "Decimal"
    fee: "Decimal"
    realised: "Decimal"
    at: "datetime"
    fact_seq: "int"
    reference: "Decimal"
    rule: "str"
    ambiguous: "bool"
    seq: "int"


class FilledOut(Struct, kw_only=True, frozen=True):
    """What came of an order in one of the two lives."""

    status: "OrderStatus"
    filled_quantity: "Decimal"
    average_fill_price: "Decimal | None"
    fees: "Decimal"
    closed_reason: "str | None"


class FoldOut(Struct, kw_only=True, frozen=True):
    """What was chosen on one stretch, and what it brought there and when it was traded."""

    number: "int"
    parameters: "dict[str, Any] | None"
    trials: "int"
    sharpe_before: "float | None"
    return_before: "float | None"
    sharpe: "float | None"
    total_return: "float | None"
    max_drawdown: "float | None"
    orders: "int | None"
    reason: "str | None"


class ForkBody(Struct, kw_only=True, frozen=True):
    """Where a fork begins: at an instant of the tape, right after an event, or now when neither is given."""

    name: "str | UnsetType | None" = UNSET
    as_of: "datetime | UnsetType | None" = UNSET
    seq: "int | UnsetType | None" = UNSET


class FundHoldingOut(Struct, kw_only=True, frozen=True):
    """One line of a fund's report; null where the report does not say it."""

    name: "str"
    symbol: "str | None"
    weight_rate: "Decimal | None"
    quantity: "Decimal | None"
    market_value: "Decimal | None"


class FundHoldingsOut(Struct, kw_only=True, frozen=True):
    """What a fund holds by its newest report; without a report no day, and why."""

    items: "list[FundHoldingOut]"
    next_cursor: "str | None"
    symbol: "str"
    held_on: "date | None"
    known_at: "datetime | None"
    reason: "str | None"


class FundingBody(Struct, kw_only=True, frozen=True):
    """What holding a crypto pair costs a day, as a fraction of its value: 0.0003 is 0.03 percent, 0 is no funding. A third of it is settled at 00:00, 08:00 and 16:00 UTC. Below zero, who holds a pair receives it."""

    daily_rate: "Decimal | UnsetType" = UNSET
    source: "str | UnsetType" = UNSET


class GainOut(Struct, kw_only=True, frozen=True):
    """Units of one lot that were closed. Fees are in none of the amounts; the ledger has them apart."""

    seq: "int"
    symbol: "str"
    kind: "EntryKind"
    lot_id: "UUID | None"
    position: "Literal['long', 'short']"
    quantity: "Decimal"
    opened_on: "date | None"
    held_from: "date | None"
    closed_at: "datetime"
    closed_on: "date"
    term: "Literal['short', 'long'] | None"
    proceeds: "Decimal"
    cost: "Decimal"
    gain: "Decimal"
    added_basis: "Decimal"
    wash_sale: "bool"
    disallowed_loss: "Decimal"
    taxable_gain: "Decimal"


class GainTotalsOut(Struct, kw_only=True, frozen=True):
    """The sums of all gains that were asked for, whatever the page shows."""

    lots: "int"
    proceeds: "Decimal"
    cost: "Decimal"
    gain: "Decimal"
    disallowed_loss: "Decimal"
    taxable_gain: "Decimal"
    short_term: "Decimal"
    long_term: "Decimal"


class GainsOut(Struct, kw_only=True, frozen=True):
    """One page of gains, oldest first, and the sums of all of them."""

    items: "list[GainOut]"
    next_cursor: "str | None"
    totals: "GainTotalsOut"


class GapOut(Struct, kw_only=True, frozen=True):
    """Bars, or sessions, that are missing in one run."""

    starts_at: "datetime"
    ends_at: "datetime"
    missing: "int"


class HaltOut(Struct, kw_only=True, frozen=True):
    """When trading in an instrument stopped, and when it was resumed, as far as the tape has told."""

    instrument_id: "UUID"
    symbol: "str"
    halted_at: "datetime"
    reason: "HaltReason"
    resumed_at: "datetime | None"


class HaltedOut(Struct, kw_only=True, frozen=True):
    """Since when an instrument has not been traded, and why; nobody knows until when."""

    since: "datetime"
    reason: "HaltReason"


class HeatCellOut(Struct, kw_only=True, frozen=True):
    """What the trials with one pair of values came to; null where there is none."""

    value: "float | None"
    trials: "int"


class HeatMapOut(Struct, kw_only=True, frozen=True):
    """A measure over two parameters; a row of cells for each value of `y`, in it one for each value of `x`."""

    sweep_id: "UUID"
    measure: "str"
    x: "str"
    y: "str"
    x_values: "list[Any]"
    y_values: "list[Any]"
    cells: "list[list[HeatCellOut]]"


class HeldOptionOut(Struct, kw_only=True, frozen=True):
    """An option that an account holds or held, and the money that trading it brought."""

    id: "UUID"
    symbol: "str"
    underlying: "str"
    expires_on: "date"
    right: "Right"
    strike: "Decimal"
    multiplier: "Decimal"
    deliverable: "Decimal"
    style: "Style"
    settlement: "Settlement"
    state: "HeldState"
    quantity: "Decimal"
    bought: "Decimal"
    sold: "Decimal"
    premium: "Decimal"
    fees: "Decimal"
    opened_at: "datetime | None"
    last_fill_at: "datetime | None"


class HistoryBody(Struct, kw_only=True, frozen=True):
    """Which history is recorded as a dataset: raw bars between two market days, both included."""

    name: "str"
    symbols: "list[str]"
    start_on: "date"
    end_on: "date"
    length: "Literal['1m', '5m', '15m', '1d'] | UnsetType" = UNSET
    source: "str | UnsetType | None" = UNSET
    kind: "Literal['equity', 'etf', 'fund'] | UnsetType | None" = UNSET


class HoursOut(Struct, kw_only=True, frozen=True):
    """When an instrument's market trades: the session that is open, or the next one."""

    calendar: "str"
    is_open: "bool"
    session_on: "date"
    opens_at: "datetime"
    closes_at: "datetime"


class ImportOut(Struct, kw_only=True, frozen=True):
    """The job that imports or repairs a dataset."""

    job_id: "UUID"


class ImpossibleOut(Struct, kw_only=True, frozen=True):
    """A command that would have been refused, and the refusal."""

    seq: "int"
    at: "datetime"
    command: "str"
    code: "str"
    message: "str"


class IndicatorsOut(Struct, kw_only=True, frozen=True):
    """Indicators of a symbol at the end of its newest bar that is over."""

    symbol: "str"
    source: "SourceKind"
    interval: "str"
    at: "datetime | None"
    close: "Decimal | None"
    bars: "int"
    values: "dict[str, Decimal | None]"
    reason: "str | None"


class InstrumentOut(Struct, kw_only=True, frozen=True):
    """An instrument that the tape has shown by now. When it will end is never told."""

    id: "UUID"
    symbol: "str"
    name: "str"
    source: "SourceKind"
    kind: "Kind"
    currency: "str"
    price_unit: "PriceUnit"
    tick: "Decimal"
    lot_step: "Decimal"
    tradable: "bool"
    first_on: "date"
    last_on: "date | UnsetType | None" = UNSET


class InterestBody(Struct, kw_only=True, frozen=True):
    """What owing cash costs a year and what having it earns, as fractions: 0.08 is eight percent."""

    debit_rate: "Decimal | UnsetType" = UNSET
    credit_rate: "Decimal | UnsetType" = UNSET
    source: "str | UnsetType" = UNSET


class IntervalOut(Struct, kw_only=True, frozen=True):
    """An interval of bars: so many minutes counted from a session's open, or whole sessions where null."""

    interval: "Literal['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w', '1M']"
    minutes: "int | None"


class InvitationView(Struct, kw_only=True, frozen=True):
    """A sign-in link that works once; send its token as `link_token`, or open `/sign-in#token=...`."""

    link_token: "str"
    expires_at: "datetime"


class IssuedKeyView(Struct, kw_only=True, frozen=True):
    """A new key; the secret is shown this once. Send `key_id.secret` as a bearer token."""

    id: "UUID"
    key_id: "str"
    name: "str"
    scopes: "list[Scope]"
    expires_at: "datetime | None"
    created_at: "datetime"
    last_used_at: "datetime | None"
    user_id: "UUID"
    limits: "KeyLimitsBody"
    secret: "str"


class JitterBody(Struct, kw_only=True, frozen=True):
    """A strategy to run over what a tape has shown, as it is and with its numbers shaken a little."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET
    mode: "RunMode | UnsetType" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    ends_at: "datetime | UnsetType | None" = UNSET
    risk_free: "Decimal | UnsetType" = UNSET
    benchmark: "str | UnsetType | None" = UNSET
    close_at_end: "bool | UnsetType" = UNSET
    strategy: "str"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool] | UnsetType" = UNSET
    runs: "int | UnsetType" = UNSET
    jitter_seed: "int | UnsetType" = UNSET
    shake_parameters: "float | UnsetType" = UNSET
    shake_fees: "float | UnsetType" = UNSET
    slippage_bps: "float | UnsetType" = UNSET
    half_spread_bps: "float | UnsetType" = UNSET
    delay_bars: "int | UnsetType" = UNSET


class JitterOut(Struct, kw_only=True, frozen=True):
    """How the figures of a run spread when its numbers are shaken."""

    as_it_is: "ShakenRunOut"
    figures: "dict[str, DrawnFigureOut]"
    share_losing: "float | None"
    worst: "list[ShakenRunOut]"
    runs: "list[ShakenRunOut]"
    reasons: "dict[str, str]"


class JobOut(Struct, kw_only=True, frozen=True):
    """A background job: how far it is, and what came of it."""

    id: "UUID"
    kind: "str"
    state: "str"
    attempts: "int"
    progress: "float"
    message: "str"
    result: "dict[str, Any] | None"
    problems: "list[dict[str, Any]]"
    created_at: "datetime"
    finished_at: "datetime | None"


class KeyBody(Struct, kw_only=True, frozen=True):
    """A key to issue, with some of the caller's own permissions."""

    name: "str"
    scopes: "list[Scope]"
    expires_at: "datetime | UnsetType | None" = UNSET
    limits: "KeyLimitsBody | UnsetType" = UNSET


class KeyBudgetBody(Struct, kw_only=True, frozen=True):
    """What the orders of a key may come to in an account in a market day; null is any number or amount."""

    orders_a_day: "int | UnsetType | None" = UNSET
    notional_a_day: "Decimal | UnsetType | None" = UNSET
    loss_a_day: "Decimal | UnsetType | None" = UNSET


class KeyLimitsBody(Struct, kw_only=True, frozen=True):
    """What a key is kept to; null is anything. Kept to accounts or symbols, it has the verbs and no others."""

    accounts: "list[UUID] | UnsetType | None" = UNSET
    symbols: "list[str] | UnsetType | None" = UNSET
    verbs: "list[Verb] | UnsetType | None" = UNSET
    networks: "list[str] | UnsetType | None" = UNSET
    dry_run: "bool | UnsetType" = UNSET
    budget: "KeyBudgetBody | UnsetType | None" = UNSET
    requests_per_minute: "int | UnsetType | None" = UNSET
    approval_above: "Decimal | UnsetType | None" = UNSET


class KeyView(Struct, kw_only=True, frozen=True):
    """A key without its secret."""

    id: "UUID"
    key_id: "str"
    name: "str"
    scopes: "list[Scope]"
    expires_at: "datetime | None"
    created_at: "datetime"
    last_used_at: "datetime | None"
    user_id: "UUID"
    limits: "KeyLimitsBody"


class KindOut(Struct, kw_only=True, frozen=True):
    """A kind of market data: whether the tape has it, else why not, and where it is read."""

    kind: "Literal['bars', 'quotes', 'prints', 'depth', 'corporate_actions', 'options', 'figures']"
    read_at: "str"
    is_there: "bool"
    reason: "str | None"


class LeakCheckBody(Struct, kw_only=True, frozen=True):
    """A strategy to run over what a tape has shown, as it is and with less of the future and of the past."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET
    mode: "RunMode | UnsetType" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    ends_at: "datetime | UnsetType | None" = UNSET
    risk_free: "Decimal | UnsetType" = UNSET
    benchmark: "str | UnsetType | None" = UNSET
    close_at_end: "bool | UnsetType" = UNSET
    strategy: "str"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool] | UnsetType" = UNSET
    cuts: "int | UnsetType" = UNSET


class LeakOut(Struct, kw_only=True, frozen=True):
    """What moved at a bar when there was less of the data, which shows that it depends on what came later."""

    test: "LeakTest"
    cut_at: "datetime"
    bar_at: "datetime"
    what: "str"
    was: "str"
    came: "str"


class LeaksOut(Struct, kw_only=True, frozen=True):
    """Whether a strategy sees the future; it is clean if nothing moved."""

    is_clean: "bool"
    cuts: "int"
    leaks: "list[LeakOut]"
    leaks_in_all: "int"
    warm_up: "WarmUpOut"
    shift: "ShiftOut"


class LeftBehindOut(Struct, kw_only=True, frozen=True):
    """What was held of an instrument when an epoch ended."""

    instrument_id: "UUID"
    symbol: "str"
    quantity: "Decimal"
    cost_basis: "Decimal"


class LegBody(Struct, kw_only=True, frozen=True):
    """One leg: an OCC symbol, or the symbol of the underlying; signed contracts or units, and their price per unit."""

    symbol: "str"
    quantity: "Decimal"
    price: "Decimal"


class LegOut(Struct, kw_only=True, frozen=True):
    """One leg of one strategy, with what it cost per unit."""

    symbol: "str"
    quantity: "Decimal"
    price: "Decimal"


class LevelOut(Struct, kw_only=True, frozen=True):
    """A price of the book, and how much stands there."""

    price: "Decimal"
    size: "Decimal"


class LeverageBody(Struct, kw_only=True, frozen=True):
    """How many times what it brings itself the account buys a crypto pair for; 1 is paying in full. The mode says whether all of the account answers for the pair, or a margin of its own and nothing else."""

    symbol: "str"
    leverage: "int"
    margin_mode: "MarginMode | UnsetType | None" = UNSET


class LeverageOut(Struct, kw_only=True, frozen=True):
    """What an account chose, and the tiers; pairs that are not named are paid in full."""

    chosen: "list[ChosenLeverageOut]"
    tiers: "list[LeverageTierOut]"
    last_seq: "int"


class LeverageTierOut(Struct, kw_only=True, frozen=True):
    """A tier of what a pair cost: holding it needs the rate of all of the cost, less the amount."""

    above: "Decimal"
    maintenance_rate: "Decimal"
    amount: "Decimal"
    leverage_max: "int"


class LimitAlertOut(Struct, kw_only=True, frozen=True):
    """That a limit came up to a state: what it measured then, and who has taken note."""

    number: "int"
    id: "UUID"
    account_id: "UUID"
    limit_id: "UUID"
    kind: "LimitKind"
    symbol: "str | None"
    state: "LimitState"
    unit: "LimitUnit"
    value: "Decimal"
    threshold: "Decimal"
    measured: "Decimal | None"
    reason: "str | None"
    at: "datetime"
    recorded_at: "datetime"
    acknowledged_at: "datetime | None"
    acknowledged_by: "str | None"


class LimitBody(Struct, kw_only=True, frozen=True):
    """A limit that an account is watched by: of one symbol, or without one of all it holds."""

    kind: "LimitKind"
    value: "Decimal"
    symbol: "str | UnsetType | None" = UNSET
    warning: "Decimal | UnsetType" = UNSET
    critical: "Decimal | UnsetType" = UNSET
    breached: "Decimal | UnsetType" = UNSET
    is_enabled: "bool | UnsetType" = UNSET


class LimitChangeBody(Struct, kw_only=True, frozen=True):
    """What changes of a limit; what is left out stays."""

    value: "Decimal | UnsetType | None" = UNSET
    warning: "Decimal | UnsetType | None" = UNSET
    critical: "Decimal | UnsetType | None" = UNSET
    breached: "Decimal | UnsetType | None" = UNSET
    is_enabled: "bool | UnsetType | None" = UNSET


class LimitOut(Struct, kw_only=True, frozen=True):
    """A limit, and how far it was used when it was looked at."""

    id: "UUID"
    account_id: "UUID"
    kind: "LimitKind"
    symbol: "str | None"
    unit: "LimitUnit"
    value: "Decimal"
    warning: "Decimal"
    critical: "Decimal"
    breached: "Decimal"
    is_enabled: "bool"
    state: "LimitState | None"
    measured: "Decimal | None"
    utilisation: "Decimal | None"
    reason: "str | None"
    looked_at: "datetime | None"
    set_at: "datetime"


class LimitSightingOut(Struct, kw_only=True, frozen=True):
    """A bar of a run at which a limit was looked at; `measured` is null where it is endless."""

    bar: "int"
    at: "datetime"
    measured: "Decimal | None"
    reason: "str | None"


class LimitTermsBody(Struct, kw_only=True, frozen=True):
    """A limit: of one symbol, or without one of all that is held."""

    kind: "LimitKind"
    value: "Decimal"
    symbol: "str | UnsetType | None" = UNSET
    warning: "Decimal | UnsetType" = UNSET
    critical: "Decimal | UnsetType" = UNSET
    breached: "Decimal | UnsetType" = UNSET


class LinkBody(Struct, kw_only=True, frozen=True):
    """Where to send a link."""

    email: "str"


class LiveActionOut(Struct, kw_only=True, frozen=True):
    """A cash dividend (amount) or a split (new units for old ones)."""

    symbol: "str"
    ex_on: "date"
    pay_on: "date | None"
    announced_on: "date | None"
    amount: "Decimal | None"
    is_special: "bool"
    new_units: "Decimal | None"
    old_units: "Decimal | None"


class LiveActionsOut(Struct, kw_only=True, frozen=True):
    """Corporate actions by ex-date."""

    told: "ToldOut"
    items: "list[LiveActionOut]"


class LiveBarOut(Struct, kw_only=True, frozen=True):
    """One raw bar of history."""

    opens_at: "datetime"
    open: "Decimal"
    high: "Decimal"
    low: "Decimal"
    close: "Decimal"
    volume: "Decimal | None"


class LiveBarsOut(Struct, kw_only=True, frozen=True):
    """One page of history, oldest first."""

    told: "ToldOut"
    symbol: "str"
    length: "str"
    items: "list[LiveBarOut]"
    next_page: "str | None"


class LiveChainOut(Struct, kw_only=True, frozen=True):
    """An option chain by expiry and strike."""

    told: "ToldOut"
    underlying: "str"
    items: "list[LiveContractOut]"


class LiveContractOut(Struct, kw_only=True, frozen=True):
    """One contract of a chain with its source's own figures."""

    symbol: "str"
    expires_on: "date"
    strike: "Decimal"
    right: "str"
    quote: "LiveQuoteOut"
    implied_volatility: "Decimal | None"
    delta: "Decimal | None"
    gamma: "Decimal | None"
    theta: "Decimal | None"
    vega: "Decimal | None"
    open_interest: "int | None"


class LiveInstrumentOut(Struct, kw_only=True, frozen=True):
    """An instrument that a source knows."""

    symbol: "str"
    name: "str"
    kind: "Kind"
    exchange: "str | None"
    is_active: "bool"


class LiveInstrumentsOut(Struct, kw_only=True, frozen=True):
    """What a search found."""

    told: "ToldOut"
    items: "list[LiveInstrumentOut]"


class LiveQuoteOut(Struct, kw_only=True, frozen=True):
    """The latest of a symbol; what its source does not tell is null, and so is everything with a reason."""

    symbol: "str"
    bid: "Decimal | UnsetType | None" = UNSET
    ask: "Decimal | UnsetType | None" = UNSET
    bid_size: "Decimal | UnsetType | None" = UNSET
    ask_size: "Decimal | UnsetType | None" = UNSET
    quoted_at: "datetime | UnsetType | None" = UNSET
    last: "Decimal | UnsetType | None" = UNSET
    last_size: "Decimal | UnsetType | None" = UNSET
    printed_at: "datetime | UnsetType | None" = UNSET
    open: "Decimal | UnsetType | None" = UNSET
    high: "Decimal | UnsetType | None" = UNSET
    low: "Decimal | UnsetType | None" = UNSET
    volume: "Decimal | UnsetType | None" = UNSET
    previous_close: "Decimal | UnsetType | None" = UNSET
    reason: "str | UnsetType | None" = UNSET


class LiveQuotesOut(Struct, kw_only=True, frozen=True):
    """The latest of some symbols."""

    told: "ToldOut"
    items: "list[LiveQuoteOut]"


class LiveTapeBody(Struct, kw_only=True, frozen=True):
    """A live tape: what it is called, and what it watches."""

    name: "str"
    symbols: "list[str]"
    shared: "bool | UnsetType" = UNSET


class LiveYieldOut(Struct, kw_only=True, frozen=True):
    """A yield of one day in percent; null on a day for which none was published."""

    on: "date"
    percent: "Decimal | None"


class LiveYieldsOut(Struct, kw_only=True, frozen=True):
    """A Treasury yield by day."""

    told: "ToldOut"
    series: "str"
    items: "list[LiveYieldOut]"


class LoginBody(Struct, kw_only=True, frozen=True):
    """Either the token of a sign-in link, or an e-mail address and a password; and a code where it is needed."""

    link_token: "str | UnsetType | None" = UNSET
    email: "str | UnsetType | None" = UNSET
    password: "str | UnsetType | None" = UNSET
    code: "str | UnsetType | None" = UNSET


class LoginOnFileView(Struct, kw_only=True, frozen=True):
    """A login of yours that stands."""

    id: "UUID"
    way_in: "WayIn"
    program: "str"
    created_at: "datetime"
    expires_at: "datetime"
    is_current: "bool"


class LoginView(Struct, kw_only=True, frozen=True):
    """A login that has begun; send the access token as a bearer token. Browsers hold one of their own in a cookie."""

    access_token: "str"
    expires_at: "datetime"
    refresh_token: "str"
    user: "UserView"


class LotOut(Struct, kw_only=True, frozen=True):
    """Units that were bought, or sold short, together and are still there; name its id in `lots` of an order."""

    id: "UUID"
    symbol: "str"
    opened_at: "datetime"
    quantity: "Decimal"
    cost: "Decimal"
    added_basis: "Decimal"


class MadeNotificationRuleOut(Struct, kw_only=True, frozen=True):
    """A new rule, and what its messages are signed with; that is shown this once."""

    rule: "NotificationRuleOut"
    secret: "str | None"


class MarginBody(Struct, kw_only=True, frozen=True):
    """Whether and how an account may owe money and units, what both and funding cost, and whose rules hold."""

    kind: "MarginKind | UnsetType" = UNSET
    regime: "MarginRegime | UnsetType" = UNSET
    borrow: "BorrowBody | UnsetType" = UNSET
    interest: "InterestBody | UnsetType" = UNSET
    rules_as_of: "RulesAsOf | UnsetType" = UNSET
    funding: "FundingBody | UnsetType" = UNSET


class MarginOut(Struct, kw_only=True, frozen=True):
    """What a margined account needs and has; unknown while a position has no price. `memorandum` is the special memorandum account of Regulation T, `buying_power` for how much shares could be bought now, `overnight_buying_power` how much of that can be held over the close."""

    kind: "MarginKind"
    regime: "MarginRegime"
    initial_requirement: "Decimal | None"
    maintenance_requirement: "Decimal | None"
    maintenance_excess: "Decimal | None"
    set_aside: "Decimal | None"
    isolated: "Decimal | None"
    memorandum: "Decimal"
    buying_power: "Decimal | None"
    overnight_buying_power: "Decimal | None"
    day_trades: "int"
    is_warned: "bool"
    calls: "list[CallOut]"
    recalls: "list[RecallOut]"
    frozen_until: "date | None"
    scan: "list[ScannedOut] | None"


class MeView(Struct, kw_only=True, frozen=True):
    """Who is calling, and what they may do."""

    user: "UserView"
    tenant: "TenantView"
    role: "KernelRole"
    tier: "Tier"
    scopes: "list[Scope]"
    key_id: "str | None"


class MemberView(Struct, kw_only=True, frozen=True):
    """Somebody of the tenant."""

    id: "UUID"
    email: "str"
    name: "str"
    role: "KernelRole"
    verification: "Verification"
    tier: "Tier"
    is_active: "bool"
    joined_at: "datetime"
    deactivated_at: "datetime | None"


class MissingOrderOut(Struct, kw_only=True, frozen=True):
    """An order that one side lacks, and why as far as it can be told."""

    order: "ComparedOrderOut"
    reason: "str"


class MoneyGreeksOut(Struct, kw_only=True, frozen=True):
    """Greeks in money."""

    delta: "Decimal"
    gamma: "Decimal"
    theta: "Decimal"
    vega: "Decimal"
    rho: "Decimal"


class MonteCarloOut(Struct, kw_only=True, frozen=True):
    """How else a backtest might have come; what cannot be drawn is missing, with the reason."""

    backtest_id: "UUID"
    runs: "int"
    seed: "int"
    block: "int"
    drawdown_by_order: "DrawnFigureOut | None"
    by_returns: "dict[str, DrawnFigureOut]"
    reasons: "dict[str, str]"


class MoversOut(Struct, kw_only=True, frozen=True):
    """What rose most, what fell most and what most changed hands of in the last 24 hours."""

    source: "SourceKind"
    at: "datetime"
    gainers: "list[FiguresOut]"
    losers: "list[FiguresOut]"
    most_active: "list[FiguresOut]"


class NotificationOut(Struct, kw_only=True, frozen=True):
    """What you were told: an event of an order, and how the order stood right after it."""

    number: "int"
    id: "UUID"
    rule_id: "UUID"
    rule: "str"
    account_id: "UUID"
    seq: "int"
    event: "OrderEvent"
    order_id: "UUID"
    symbol: "str"
    state: "OrderStatus"
    quantity: "Decimal"
    filled_quantity: "Decimal"
    at: "datetime"
    job_id: "UUID | None"


class NotificationRuleBody(Struct, kw_only=True, frozen=True):
    """Which events of an account's orders to tell of, and how; a list that is left out means any."""

    account_id: "UUID"
    name: "str"
    events: "list[OrderEvent] | UnsetType" = UNSET
    states: "list[OrderStatus] | UnsetType" = UNSET
    symbols: "list[str] | UnsetType" = UNSET
    channels: "list[Way]"
    url: "str | UnsetType | None" = UNSET


class NotificationRuleOut(Struct, kw_only=True, frozen=True):
    """A rule."""

    id: "UUID"
    account_id: "UUID"
    name: "str"
    events: "list[OrderEvent]"
    states: "list[OrderStatus]"
    symbols: "list[str]"
    channels: "list[Way]"
    url: "str | None"


class OpenAccountBody(Struct, kw_only=True, frozen=True):
    """A new account on a tape, with its first cash."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET


class OpenTapeBody(Struct, kw_only=True, frozen=True):
    """A new run over a dataset or a preset, paused at a moment."""

    dataset_id: "UUID | UnsetType | None" = UNSET
    preset: "str | UnsetType | None" = UNSET
    seed: "int | UnsetType | None" = UNSET
    detail: "Detail | UnsetType | None" = UNSET
    sealed: "bool | UnsetType" = UNSET
    name: "str | UnsetType | None" = UNSET
    start_at: "datetime | UnsetType | None" = UNSET
    start_on: "date | UnsetType | None" = UNSET
    warm_up: "int | UnsetType" = UNSET
    shared: "bool | UnsetType" = UNSET


class OrderOut(Struct, kw_only=True, frozen=True):
    """An order as it stands; of a combo `symbol` is what it is on, its prices are net, and its legs are shown with it. A leg is an order of the role `leg` that fills with its combo."""

    id: "UUID"
    account_id: "UUID"
    client_order_id: "str"
    instrument_id: "UUID"
    symbol: "str"
    side: "Side"
    type: "OrderType"
    quantity: "Decimal"
    notional: "Decimal | None"
    limit_price: "Decimal | None"
    stop_price: "Decimal | None"
    trail_amount: "Decimal | None"
    trail_rate: "Decimal | None"
    watermark: "Decimal | None"
    trigger_source: "TriggerSource | None"
    triggered_at: "datetime | None"
    protection_rate: "Decimal | None"
    protection_price: "Decimal | None"
    time_in_force: "TimeInForce"
    post_only: "bool"
    reduce_only: "bool"
    do_not_reduce: "bool"
    order_class: "OrderClass"
    group_id: "UUID | None"
    parent_id: "UUID | None"
    role: "Role | None"
    leg: "int"
    ratio: "int | None"
    intent: "Intent | None"
    structure: "Strategy | None"
    legs: "list[OrderOut] | None"
    armed_quantity: "Decimal | None"
    replaces: "UUID | None"
    replaced_by: "UUID | None"
    lot_method: "LotMethod | None"
    lots: "list[UUID]"
    status: "OrderStatus"
    filled_quantity: "Decimal"
    average_fill_price: "Decimal | None"
    fees: "Decimal"
    accepted_at: "datetime"
    updated_at: "datetime"
    expires_at: "datetime"
    closed_reason: "str | None"
    waits_for: "str | None"
    warnings: "list[str]"
    seq: "int"


class OrderPairOut(Struct, kw_only=True, frozen=True):
    """One order on both sides, and how they differ."""

    run: "ComparedOrderOut"
    paper: "ComparedOrderOut"
    is_same: "bool"
    delay_s: "float"
    slippage_bps: "float | None"
    fees_beyond: "Decimal"


class OrderScoreOut(Struct, kw_only=True, frozen=True):
    """One order in both lives; null where it never was."""

    order_id: "UUID"
    symbol: "str"
    side: "Side"
    before: "FilledOut | None"
    after: "FilledOut | None"
    gain: "Decimal"


class OrderStateOut(Struct, kw_only=True, frozen=True):
    """An order as it stood right after an event; `subject` is who asked, or `tape` when the market brought it."""

    seq: "int"
    at: "datetime"
    recorded_at: "datetime"
    event: "str"
    subject: "str"
    origin: "str | None"
    status: "OrderStatus"
    quantity: "Decimal"
    filled_quantity: "Decimal"
    limit_price: "Decimal | None"
    stop_price: "Decimal | None"
    triggered_at: "datetime | None"
    closed_reason: "str | None"


class OrderStatisticsOut(Struct, kw_only=True, frozen=True):
    """Counts and sums over the orders of one epoch."""

    epoch: "int"
    orders: "int"
    by_status: "dict[str, int]"
    filled_orders: "int"
    fills: "int"
    fill_rate: "float | None"
    volume: "Decimal"
    median_seconds_to_fill: "float | None"
    mean_seconds_to_fill: "float | None"


class OutcomeOut(Struct, kw_only=True, frozen=True):
    """What came of one order: the order, or the problem that sending it alone would have been answered with."""

    order: "OrderOut | None"
    repeated: "bool"
    problem: "RefusalOut | None"


class OutcomesOut(Struct, kw_only=True, frozen=True):
    """What came of each, in the order they were sent."""

    outcomes: "list[OutcomeOut]"


class OutlierOut(Struct, kw_only=True, frozen=True):
    """A close far from the one before; it may well be true."""

    at: "datetime"
    change_rate: "Decimal"


class OutlookBody(Struct, kw_only=True, frozen=True):
    """A day before expiry and a market: the price of the underlying, and fractions a year."""

    on: "date"
    spot: "Decimal"
    vol: "Decimal"
    rate: "Decimal | UnsetType" = UNSET
    dividend_yield: "Decimal | UnsetType" = UNSET


class PageOfAccountGreeksOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[AccountGreeksOut]"
    next_cursor: "str | None"


class PageOfAccountOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[AccountOut]"
    next_cursor: "str | None"


class PageOfActivityOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[ActivityOut]"
    next_cursor: "str | None"


class PageOfApprovalOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[ApprovalOut]"
    next_cursor: "str | None"


class PageOfAuditLineView(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[AuditLineView]"
    next_cursor: "str | None"


class PageOfBacktestOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[BacktestOut]"
    next_cursor: "str | None"


class PageOfChainLineOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[ChainLineOut]"
    next_cursor: "str | None"


class PageOfContractOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[ContractOut]"
    next_cursor: "str | None"


class PageOfCorporateActionOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[CorporateActionOut]"
    next_cursor: "str | None"


class PageOfDatasetOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[DatasetOut]"
    next_cursor: "str | None"


class PageOfEntryOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[EntryOut]"
    next_cursor: "str | None"


class PageOfEpochOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[EpochOut]"
    next_cursor: "str | None"


class PageOfEquityPointOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[EquityPointOut]"
    next_cursor: "str | None"


class PageOfFillOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[FillOut]"
    next_cursor: "str | None"


class PageOfHaltOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[HaltOut]"
    next_cursor: "str | None"


class PageOfHeldOptionOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[HeldOptionOut]"
    next_cursor: "str | None"


class PageOfInstrumentOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[InstrumentOut]"
    next_cursor: "str | None"


class PageOfJobOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[JobOut]"
    next_cursor: "str | None"


class PageOfKeyView(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[KeyView]"
    next_cursor: "str | None"


class PageOfLimitAlertOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[LimitAlertOut]"
    next_cursor: "str | None"


class PageOfLimitOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[LimitOut]"
    next_cursor: "str | None"


class PageOfLoginOnFileView(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[LoginOnFileView]"
    next_cursor: "str | None"


class PageOfLotOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[LotOut]"
    next_cursor: "str | None"


class PageOfMemberView(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[MemberView]"
    next_cursor: "str | None"


class PageOfNotificationOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[NotificationOut]"
    next_cursor: "str | None"


class PageOfNotificationRuleOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[NotificationRuleOut]"
    next_cursor: "str | None"


class PageOfOrderOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[OrderOut]"
    next_cursor: "str | None"


class PageOfOrderStateOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[OrderStateOut]"
    next_cursor: "str | None"


class PageOfPerformedOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[PerformedOut]"
    next_cursor: "str | None"


class PageOfPositionOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[PositionOut]"
    next_cursor: "str | None"


class PageOfPresetOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[PresetOut]"
    next_cursor: "str | None"


class PageOfPriceAlertFiringOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[PriceAlertFiringOut]"
    next_cursor: "str | None"


class PageOfPriceAlertOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[PriceAlertOut]"
    next_cursor: "str | None"


class PageOfRoundTripBarOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RoundTripBarOut]"
    next_cursor: "str | None"


class PageOfRoundTripOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RoundTripOut]"
    next_cursor: "str | None"


class PageOfRunEventOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RunEventOut]"
    next_cursor: "str | None"


class PageOfRunFillOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RunFillOut]"
    next_cursor: "str | None"


class PageOfRunOrderOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RunOrderOut]"
    next_cursor: "str | None"


class PageOfRunPeriodOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RunPeriodOut]"
    next_cursor: "str | None"


class PageOfRunPointOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RunPointOut]"
    next_cursor: "str | None"


class PageOfRunPositionOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[RunPositionOut]"
    next_cursor: "str | None"


class PageOfSavedStrategyOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[SavedStrategyOut]"
    next_cursor: "str | None"


class PageOfShippedStrategyOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[ShippedStrategyOut]"
    next_cursor: "str | None"


class PageOfStrategyOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[MarketdataStrategyOut]"
    next_cursor: "str | None"


class PageOfStrategyTemplateOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[StrategyTemplateOut]"
    next_cursor: "str | None"


class PageOfStrategyVersionOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[StrategyVersionOut]"
    next_cursor: "str | None"


class PageOfStudyOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[StudyOut]"
    next_cursor: "str | None"


class PageOfSweepOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[SweepOut]"
    next_cursor: "str | None"


class PageOfTapeOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[TapeOut]"
    next_cursor: "str | None"


class PageOfToolOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[ToolOut]"
    next_cursor: "str | None"


class PageOfTrialOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[TrialOut]"
    next_cursor: "str | None"


class PageOfWalkForwardOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[WalkForwardOut]"
    next_cursor: "str | None"


class PageOfWalkPointOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[WalkPointOut]"
    next_cursor: "str | None"


class PageOfWatchlistOut(Struct, kw_only=True, frozen=True):
    """A shape."""

    items: "list[WatchlistOut]"
    next_cursor: "str | None"


class PairedOut(Struct, kw_only=True, frozen=True):
    """Legs that are margined together, what they need, and why."""

    strategy: "str"
    legs: "list[LegOut]"
    requirement: "Decimal"
    equity_needed: "Decimal"
    explanation: "str"


class ParameterOut(Struct, kw_only=True, frozen=True):
    """A parameter of a strategy: its default, and what it may be."""

    name: "str"
    default: "str"
    said: "str"
    at_least: "str | None"
    at_most: "str | None"
    choices: "list[str]"


class PartsOut(Struct, kw_only=True, frozen=True):
    """What a price is made of, in money per unit; the parts sum to the price exactly."""

    base: "Decimal"
    spread: "Decimal"
    impact: "Decimal"
    latency: "Decimal"
    volatility: "Decimal"
    time_of_day: "Decimal"
    noise: "Decimal"
    queue: "Decimal"
    rounding: "Decimal"


class PassedOverOut(Struct, kw_only=True, frozen=True):
    """A source that did not answer, and the code of why."""

    source: "str"
    code: "str"


class PasswordBody(Struct, kw_only=True, frozen=True):
    """Another password; the old one is needed unless you signed in by a link within the last quarter of an hour."""

    old_password: "str | UnsetType | None" = UNSET
    new_password: "str"


class PastQuoteOut(Struct, kw_only=True, frozen=True):
    """A quote that stood from an instant on."""

    at: "datetime"
    bid: "Decimal"
    ask: "Decimal"
    bid_size: "Decimal | None"
    ask_size: "Decimal | None"


class PastQuotesOut(Struct, kw_only=True, frozen=True):
    """The newest quotes of a symbol on a market day, oldest first; null with a reason where there are none."""

    source: "SourceKind"
    symbol: "str"
    on: "date"
    items: "list[PastQuoteOut] | None"
    reason: "str | None"


class PathOut(Struct, kw_only=True, frozen=True):
    """A whole past out of sample: the split that tested each group, and what came of it."""

    number: "int"
    splits: "list[int]"
    sharpe: "float | None"
    total_return: "float | None"
    max_drawdown: "float | None"


class PayoffBody(Struct, kw_only=True, frozen=True):
    """Legs to draw, and a market if their value before expiry is wanted too."""

    legs: "list[LegBody]"
    outlook: "OutlookBody | UnsetType | None" = UNSET


class PayoffLineOut(Struct, kw_only=True, frozen=True):
    """Profit at expiry: corners, the slope above the last one, and what follows; null is unbounded."""

    corners: "list[CornerOut]"
    slope: "Decimal"
    cost: "Decimal"
    max_profit: "Decimal | None"
    max_loss: "Decimal | None"
    break_evens: "list[Decimal]"


class PayoffOut(Struct, kw_only=True, frozen=True):
    """What legs are called, their payoff at expiry, and their value before it."""

    strategy: "Strategy"
    payoff: "PayoffLineOut | None"
    reason: "str | None"
    estimate: "EstimateOut | None"


class PerformedOut(Struct, kw_only=True, frozen=True):
    """What one backtest of a version came to; a figure that cannot be said is null, with the reason."""

    backtest_id: "UUID"
    version: "int"
    name: "str"
    tape_id: "UUID"
    ended_at: "datetime"
    figures: "dict[str, float | None]"
    reasons: "dict[str, str]"


class PickedOut(Struct, kw_only=True, frozen=True):
    """A symbol that a scan picked."""

    symbol: "str"
    at: "datetime"
    close: "Decimal"
    value: "Decimal"


class PointOut(Struct, kw_only=True, frozen=True):
    """What a class gains, or loses below zero, at one point of the scan: a price move, and volatilities by a factor."""

    price_move: "Decimal"
    vol_factor: "Decimal"
    result: "Decimal"


class PoolOut(Struct, kw_only=True, frozen=True):
    """Connections to the database: how many there may be, and how many are in use just now."""

    name: "str"
    size: "int"
    in_use: "int"


class PositionOut(Struct, kw_only=True, frozen=True):
    """A position at its mark."""

    instrument_id: "UUID"
    symbol: "str"
    quantity: "Decimal"
    reserved: "Decimal"
    cost_basis: "Decimal"
    average_price: "Decimal | None"
    mark: "Decimal | None"
    mark_source: "str | None"
    market_value: "Decimal | None"
    unrealised_pl: "Decimal | None"
    day_pl: "Decimal | None"
    reason: "str | None"
    leverage: "int"
    initial_margin: "Decimal | None"
    maintenance_margin: "Decimal | None"
    margin_mode: "MarginMode"
    liquidation_price: "Decimal | None"
    margin_reason: "str | None"


class PositionSizeOut(Struct, kw_only=True, frozen=True):
    """How much to buy, and what that was worked out from; rates are fractions, 0.05 is five percent."""

    symbol: "str"
    method: "Method"
    is_suggested: "bool"
    wanted_share: "Decimal"
    share: "Decimal"
    units: "Decimal"
    notional: "Decimal"
    rules: "list[str]"
    price: "Decimal"
    equity: "Decimal"
    cash: "Decimal"
    held: "int"
    volatility: "Decimal | None"
    average_range: "Decimal | None"
    win_rate: "Decimal | None"
    payoff: "Decimal | None"


class PostingOut(Struct, kw_only=True, frozen=True):
    """One line of an entry; one of fees names their kind."""

    book: "Book"
    currency: "str"
    amount: "Decimal"
    instrument_id: "UUID | None"
    quantity: "Decimal | None"
    fee_kind: "str | UnsetType | None" = UNSET


class PreferencesBody(Struct, kw_only=True, frozen=True):
    """What you prefer from now on: what is absent stays, and null is back to what it was at first."""

    time_zone: "str | UnsetType | None" = UNSET
    base_currency: "str | UnsetType | None" = UNSET
    locale: "str | UnsetType | None" = UNSET
    number_format: "NumberFormat | UnsetType | None" = UNSET
    default_account_id: "UUID | UnsetType | None" = UNSET


class PreferencesView(Struct, kw_only=True, frozen=True):
    """What you prefer, and the account that you start from."""

    time_zone: "str"
    base_currency: "str"
    locale: "str"
    number_format: "NumberFormat"
    default_account_id: "UUID | None"


class PresetOut(Struct, kw_only=True, frozen=True):
    """A tape that can be opened by name, beginning at `starts_at` or `starts_on` if nothing else is asked. A synthetic market is made from a seed, and its tapes begin on `begins_on` or later; a recorded or saved one plays a dataset."""

    name: "str"
    title: "str"
    summary: "str"
    kind: "Literal['synthetic', 'recorded', 'saved']"
    label: "str | UnsetType | None" = UNSET
    begins_on: "date | UnsetType | None" = UNSET
    starts_on: "date | UnsetType | None" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    dataset_id: "UUID | UnsetType | None" = UNSET
    warm_up: "int | UnsetType" = UNSET
    shared: "bool | UnsetType" = UNSET
    is_mine: "bool | UnsetType" = UNSET


class PriceAlertBody(Struct, kw_only=True, frozen=True):
    """An alert: a price to rise to (`above`) or to fall to (`below`), or a move of the session in percent."""

    tape_id: "UUID"
    symbol: "str"
    condition: "AlertCondition"
    level: "Decimal"
    rearms: "bool | UnsetType" = UNSET


class PriceAlertChangeBody(Struct, kw_only=True, frozen=True):
    """What changes of an alert; it is armed from then on."""

    level: "Decimal | UnsetType | None" = UNSET
    rearms: "bool | UnsetType | None" = UNSET


class PriceAlertFiringOut(Struct, kw_only=True, frozen=True):
    """One firing: the fact and the price that an alert had waited for."""

    seq: "int"
    alert_id: "UUID"
    symbol: "str"
    condition: "AlertCondition"
    level: "Decimal"
    cursor: "int"
    at: "datetime"
    price: "Decimal"
    change_percent: "Decimal | None"


class PriceAlertOut(Struct, kw_only=True, frozen=True):
    """A price alert, and whether it still waits."""

    id: "UUID"
    tape_id: "UUID"
    symbol: "str"
    condition: "AlertCondition"
    level: "Decimal"
    rearms: "bool"
    is_armed: "bool"
    is_beyond: "bool"
    set_at: "datetime"


class PrintOut(Struct, kw_only=True, frozen=True):
    """What was paid, and for how much where the source tells."""

    at: "datetime"
    kind: "PrintKind"
    price: "Decimal"
    size: "Decimal | None"


class PrintsOut(Struct, kw_only=True, frozen=True):
    """The newest prints of a symbol on a market day, oldest first; null with a reason where there are none."""

    source: "SourceKind"
    symbol: "str"
    on: "date"
    items: "list[PrintOut] | None"
    reason: "str | None"


class ProfileBody(Struct, kw_only=True, frozen=True):
    """What you are called from now on."""

    name: "str"


class PumpOut(Struct, kw_only=True, frozen=True):
    """Whether anybody moves the tapes; while nobody does, quotes stand still and no order fills."""

    are_moving: "bool"


class QualityOut(Struct, kw_only=True, frozen=True):
    """The quality report of a dataset as of an instant, symbol by symbol."""

    dataset_id: "UUID"
    at: "datetime"
    items: "list[SymbolQualityOut]"


class QuotaView(Struct, kw_only=True, frozen=True):
    """How many there may be, null for any number, and how many there are."""

    limit: "int | None"
    used: "int"


class QuotasBody(Struct, kw_only=True, frozen=True):
    """How much a tenant may have at once; null, and what is above the desk's own, is as much as that allows."""

    accounts: "int | UnsetType | None" = UNSET
    people: "int | UnsetType | None" = UNSET
    keys: "int | UnsetType | None" = UNSET
    jobs: "int | UnsetType | None" = UNSET
    streams: "int | UnsetType | None" = UNSET


class QuotasView(Struct, kw_only=True, frozen=True):
    """How much your tenant may have at once, and has."""

    accounts: "QuotaView"
    people: "QuotaView"
    keys: "QuotaView"
    jobs: "QuotaView"
    streams: "QuotaView"


class QuoteOut(Struct, kw_only=True, frozen=True):
    """The standing quote of an instrument; null with a reason where there is none yet."""

    symbol: "str"
    instrument_id: "UUID | None"
    at: "datetime | None"
    bid: "Decimal | None"
    ask: "Decimal | None"
    bid_size: "Decimal | None"
    ask_size: "Decimal | None"
    last: "Decimal | None"
    last_at: "datetime | None"
    previous_close: "Decimal | None"
    derived_from: "str | None"
    reason: "str | UnsetType | None" = UNSET
    halted: "HaltedOut | UnsetType | None" = UNSET


class QuotesOut(Struct, kw_only=True, frozen=True):
    """Standing quotes in the order they were asked for."""

    source: "SourceKind"
    items: "list[QuoteOut]"


class RatesBody(Struct, kw_only=True, frozen=True):
    """How often the people of a tenant may ask; null, and what is above the desk's own, is as often as that allows."""

    requests_per_minute: "int | UnsetType | None" = UNSET
    requests_per_second: "int | UnsetType | None" = UNSET
    settings_per_minute: "int | UnsetType | None" = UNSET
    administration_per_minute: "int | UnsetType | None" = UNSET


class RatesView(Struct, kw_only=True, frozen=True):
    """How often you may ask; null is as often as you like."""

    requests_per_minute: "int | None"
    requests_per_second: "int | None"
    settings_per_minute: "int | None"
    administration_per_minute: "int | None"


class ReadyOut(Struct, kw_only=True, frozen=True):
    """That the desk can be used, and what slows it down."""

    status: "Literal['ready']"
    database: "DatabaseOut"
    quotes: "PumpOut"
    cache: "CacheOut"


class RecallOut(Struct, kw_only=True, frozen=True):
    """A demand to give borrowed units back until the close of a day, else they are bought in."""

    symbol: "str"
    units: "Decimal"
    issued_on: "date"
    due_on: "date"


class ReconciledCloseOut(Struct, kw_only=True, frozen=True):
    """What the comparison after a session's close found new, through an event; only so many problems are listed."""

    closed_at: "datetime"
    through_seq: "int"
    balanced: "bool"
    found: "int"
    problems: "list[BrokerDifferenceOut]"
    recorded_at: "datetime"


class ReconciliationOut(Struct, kw_only=True, frozen=True):
    """Whether an account's events, ledger and balances agree, and where they do not; the last closes, newest first."""

    balanced: "bool"
    problems: "list[BrokerDifferenceOut]"
    closes: "list[ReconciledCloseOut]"


class RecoveryCodesView(Struct, kw_only=True, frozen=True):
    """Each of them stands for a code once, when your telephone is lost; in this answer and nowhere else."""

    recovery_codes: "list[str]"


class RefreshBody(Struct, kw_only=True, frozen=True):
    """What keeps a login alive."""

    refresh_token: "str"


class RefusalOut(Struct, kw_only=True, frozen=True):
    """Why an order would be refused: what placing it would answer."""

    code: "str"
    detail: "str"
    facts: "dict[str, Any]"


class RegisterBody(Struct, kw_only=True, frozen=True):
    """Somebody who registers; they choose a password once the link in their letter has let them in."""

    email: "str"
    name: "str"


class RepairBody(Struct, kw_only=True, frozen=True):
    """Where the missing bars are to come from."""

    from_dataset_id: "UUID"


class ReplaceOrderBody(Struct, kw_only=True, frozen=True):
    """What should change about a working order; the rest stays. A new order takes its place."""

    quantity: "Decimal | UnsetType | None" = UNSET
    limit_price: "Decimal | UnsetType | None" = UNSET
    stop_price: "Decimal | UnsetType | None" = UNSET
    trail: "Decimal | UnsetType | None" = UNSET
    time_in_force: "TimeInForce | UnsetType | None" = UNSET
    expires_on: "date | UnsetType | None" = UNSET
    client_order_id: "str | UnsetType | None" = UNSET


class RequirementOut(Struct, kw_only=True, frozen=True):
    """What the book of one underlying needs; exact when no pairing needs less."""

    requirement: "Decimal"
    equity_needed: "Decimal"
    is_exact: "bool"
    paired: "list[PairedOut]"


class RescoreAnswer(Struct, kw_only=True, frozen=True):
    """The re-score, or when it takes long the job that works it out; its result is the same."""

    rescore: "RescoreOut | None"
    job_id: "UUID | None"


class RescoreBody(Struct, kw_only=True, frozen=True):
    """Under which fill model an account's orders are to be filled again."""

    fill_model: "str"


class RescoreOut(Struct, kw_only=True, frozen=True):
    """An account's present epoch under its own fill model and under another; nothing of the account has changed."""

    fill_model: "str"
    other_model: "str"
    fills_before: "int"
    fills_after: "int"
    equity_before: "Decimal | None"
    equity_after: "Decimal | None"
    difference: "Decimal | None"
    orders: "list[OrderScoreOut]"
    equity: "list[EquityScoreOut]"
    impossible: "list[ImpossibleOut]"


class ResetBody(Struct, kw_only=True, frozen=True):
    """What the next epoch of an account begins with."""

    cash: "Decimal | UnsetType" = UNSET


class RiskBody(Struct, kw_only=True, frozen=True):
    """Whether risk is looked at, only warned of, or blocks orders, and by which figures and limits."""

    mode: "RiskMode | UnsetType" = UNSET
    figures: "RiskFiguresBody | UnsetType" = UNSET
    limits: "RiskLimitsBody | UnsetType | None" = UNSET
    sectors: "dict[str, Any] | UnsetType" = UNSET


class RiskFiguresBody(Struct, kw_only=True, frozen=True):
    """What orders are compared with; shares and rates are fractions of equity."""

    concentration: "Decimal | UnsetType" = UNSET
    sector: "Decimal | UnsetType" = UNSET
    leverage: "Decimal | UnsetType" = UNSET
    buying_power: "Decimal | UnsetType" = UNSET
    day_trades: "int | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    volatile_share: "Decimal | UnsetType" = UNSET
    volatile_vol: "Decimal | UnsetType" = UNSET
    margin_buffer: "Decimal | UnsetType" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    days_to_expiry: "int | UnsetType" = UNSET


class RiskLimitsBody(Struct, kw_only=True, frozen=True):
    """Limits of the account; one that is null is not kept."""

    position_value: "Decimal | UnsetType | None" = UNSET
    orders_a_day: "int | UnsetType | None" = UNSET
    contracts: "Decimal | UnsetType | None" = UNSET
    naked_contracts: "Decimal | UnsetType | None" = UNSET
    strike_distance: "Decimal | UnsetType | None" = UNSET
    days_to_expiry: "int | UnsetType | None" = UNSET
    delta: "Decimal | UnsetType | None" = UNSET
    theta: "Decimal | UnsetType | None" = UNSET
    vega: "Decimal | UnsetType | None" = UNSET


class RiskMeasuresOut(Struct, kw_only=True, frozen=True):
    """What limits measure of an account now; what is null says why under `reasons`."""

    account_id: "UUID"
    at: "datetime"
    cursor: "int"
    currency: "str"
    equity: "Decimal | None"
    gross_value: "Decimal | None"
    largest_position: "Decimal | None"
    unrealised_pl: "Decimal | None"
    day_pl: "Decimal | None"
    exposure: "Decimal | None"
    leverage: "Decimal | None"
    peak_equity: "Decimal | None"
    peak_at: "datetime | None"
    drawdown: "Decimal | None"
    maintenance_requirement: "Decimal | None"
    margin_ratio: "Decimal | None"
    reasons: "dict[str, str]"


class RoundTripBarOut(Struct, kw_only=True, frozen=True):
    """A bar of a round trip, and what was held at its close and had come of it, without fees."""

    at: "datetime"
    open: "Decimal | None"
    high: "Decimal | None"
    low: "Decimal | None"
    close: "Decimal"
    volume: "Decimal | None"
    quantity: "Decimal"
    unrealised_pl: "Decimal | None"


class RoundTripOut(Struct, kw_only=True, frozen=True):
    """What happened between holding nothing of a symbol and holding nothing again; an open one has no gain yet."""

    number: "int"
    symbol: "str"
    side: "str"
    decided_at: "datetime"
    entered_at: "datetime"
    delay_s: "float"
    left_at: "datetime | None"
    quantity: "Decimal"
    entry_price: "Decimal"
    exit_price: "Decimal | None"
    gain: "Decimal | None"
    gain_rate: "float | None"
    fees: "Decimal"
    bars: "int"
    adverse: "float | None"
    favourable: "float | None"
    entry_rule: "str | None"
    exit_rule: "str | None"
    exit_reason: "ExitReason | None"
    tag: "str | UnsetType | None" = UNSET
    exit_tag: "str | UnsetType | None" = UNSET
    is_ambiguous: "bool"


class RunEventOut(Struct, kw_only=True, frozen=True):
    """Something that happened to the account of a run, in order."""

    seq: "int"
    at: "datetime"
    kind: "str"
    order_id: "UUID | None"
    symbol: "str | None"
    reason: "str | None"
    tag: "str | UnsetType | None" = UNSET


class RunEvidenceOut(Struct, kw_only=True, frozen=True):
    """SHA-256 of what was asked, of the data and of the results, and the version that ran it."""

    config_hash: "str"
    dataset_hash: "str"
    inputs: "list[RunInputOut] | UnsetType" = UNSET
    code_version: "str"
    code_hash: "str | UnsetType | None" = UNSET
    parts: "dict[str, str] | UnsetType" = UNSET
    result_hash: "str"


class RunExitOut(Struct, kw_only=True, frozen=True):
    """What the round trips that were left for one reason brought, and what they cost; null is what is open still."""

    reason: "ExitReason | None"
    round_trips: "int"
    gain: "Decimal"
    fees: "Decimal"


class RunFailureOut(Struct, kw_only=True, frozen=True):
    """Where a strategy raised: at which bar, and in which line of which file."""

    at: "datetime"
    error: "str"
    file: "str"
    line: "int"


class RunFillOut(Struct, kw_only=True, frozen=True):
    """A fill of a run, in the order in which they were made; `order_number` is the place of its order, from 1."""

    number: "int"
    at: "datetime"
    order_number: "int"
    symbol: "str"
    side: "str"
    quantity: "Decimal"
    price: "Decimal"
    fee: "Decimal"
    rule: "str | None"
    is_ambiguous: "bool"


class RunInputOut(Struct, kw_only=True, frozen=True):
    """What the tape had shown of a symbol by the end of the run."""

    symbol: "str"
    rows: "int"
    hash: "str"


class RunLimitOut(Struct, kw_only=True, frozen=True):
    """How a limit was used in a run: the first bar at each threshold or beyond, and how often that was told of."""

    kind: "LimitKind"
    symbol: "str | None"
    unit: "LimitUnit"
    value: "Decimal"
    thresholds: "list[Decimal]"
    warning: "LimitSightingOut | None"
    critical: "LimitSightingOut | None"
    breached: "LimitSightingOut | None"
    highest: "LimitSightingOut | None"
    unknown_bars: "int"
    alerts: "dict[str, int]"
    state: "LimitState"


class RunOrderOut(Struct, kw_only=True, frozen=True):
    """An order that a strategy placed, as it ended."""

    id: "UUID"
    accepted_at: "datetime"
    symbol: "str"
    side: "str"
    type: "str"
    quantity: "Decimal"
    limit_price: "Decimal | None"
    stop_price: "Decimal | None"
    status: "str"
    filled_quantity: "Decimal"
    average_fill_price: "Decimal | None"
    fees: "Decimal"
    closed_reason: "str | None"
    tag: "str | UnsetType | None" = UNSET


class RunPeriodOut(Struct, kw_only=True, frozen=True):
    """A day, week, month or year of a run; its return counts from the last worth before it."""

    name: "str"
    began_at: "datetime"
    ended_at: "datetime"
    equity: "Decimal | None"
    gain: "Decimal | None"
    rate: "float | None"
    round_trips: "int"
    round_trip_gain: "Decimal"


class RunPointOut(Struct, kw_only=True, frozen=True):
    """What the account was worth at a close; null where something held had no price."""

    at: "datetime"
    equity: "Decimal | None"
    cash: "Decimal"
    invested: "Decimal | None"


class RunPositionOut(Struct, kw_only=True, frozen=True):
    """What was held of a symbol after a fill."""

    at: "datetime"
    symbol: "str"
    quantity: "Decimal"
    average_price: "Decimal | None"


class RunRefusalOut(Struct, kw_only=True, frozen=True):
    """Something the strategy asked for that was refused, and why."""

    at: "datetime"
    command: "str"
    symbol: "str | None"
    code: "str"
    message: "str"


class RunSymbolOut(Struct, kw_only=True, frozen=True):
    """What the closed round trips of a symbol brought, and what all trading of it cost."""

    symbol: "str"
    round_trips: "int"
    gain: "Decimal"
    fees: "Decimal"


class RunTagOut(Struct, kw_only=True, frozen=True):
    """What the closed round trips of a tag brought, and what all trading of it cost; null is what has no tag."""

    tag: "str | None"
    round_trips: "int"
    gain: "Decimal"
    fees: "Decimal"


class SavePresetBody(Struct, kw_only=True, frozen=True):
    """A tape of yours, or a dataset and a moment, under a name."""

    name: "str"
    title: "str"
    summary: "str"
    tape_id: "UUID | UnsetType | None" = UNSET
    dataset_id: "UUID | UnsetType | None" = UNSET
    start_at: "datetime | UnsetType | None" = UNSET
    start_on: "date | UnsetType | None" = UNSET
    warm_up: "int | UnsetType" = UNSET
    shared: "bool | UnsetType" = UNSET


class SavedStrategyBody(Struct, kw_only=True, frozen=True):
    """A shipped strategy to keep under a name, with its symbols, and its parameters, sizing among them."""

    name: "str"
    strategy: "str"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool] | UnsetType" = UNSET
    note: "str | UnsetType" = UNSET
    is_published: "bool | UnsetType" = UNSET


class SavedStrategyChangeBody(Struct, kw_only=True, frozen=True):
    """What of a saved strategy is to be otherwise; what is not named stays, each parameter for itself."""

    name: "str | UnsetType | None" = UNSET
    symbols: "list[str] | UnsetType | None" = UNSET
    parameters: "dict[str, str | int | float | bool] | UnsetType | None" = UNSET
    note: "str | UnsetType" = UNSET


class SavedStrategyOut(Struct, kw_only=True, frozen=True):
    """A saved strategy and its newest version, which is the one that runs."""

    id: "UUID"
    name: "str"
    strategy: "str"
    version: "int"
    is_active: "bool"
    is_published: "bool"
    is_mine: "bool"
    created_at: "datetime"
    changed_at: "datetime"
    newest: "StrategyVersionOut"


class SavedVersionOut(Struct, kw_only=True, frozen=True):
    """A version of a saved strategy."""

    id: "UUID"
    version: "int"


class ScanOut(Struct, kw_only=True, frozen=True):
    """What a scan picked out of a market by one measure of daily bars, the highest first."""

    items: "list[PickedOut]"
    next_cursor: "str | None"
    source: "SourceKind"
    at: "datetime"
    measure: "Literal['sma_20', 'sma_50', 'sma_200', 'ema_12', 'ema_26', 'macd', 'macd_signal', 'rsi_14', 'atr_14', 'atr_20', 'upper_band_20', 'lower_band_20', 'highest_20', 'lowest_20', 'vwap_20', 'volatility_20', 'return_1', 'return_20']"
    matching: "int"


class ScannedOut(Struct, kw_only=True, frozen=True):
    """Everything that moves with one underlying: its array, its worst point, and what it needs."""

    underlying: "str"
    requirement: "Decimal"
    minimum: "Decimal"
    paid_in_full: "Decimal"
    worst: "PointOut | None"
    array: "list[PointOut]"


class SecondFactorBody(Struct, kw_only=True, frozen=True):
    """Your password; it is not needed if you signed in by a link within the last quarter of an hour."""

    password: "str | UnsetType | None" = UNSET


class SecondFactorView(Struct, kw_only=True, frozen=True):
    """Whether nobody signs in as you without a code, since when, and how many recovery codes are left."""

    is_on: "bool"
    confirmed_at: "datetime | None"
    recovery_codes_left: "int"


class SectorOut(Struct, kw_only=True, frozen=True):
    """A sector, and the companies in it that the tape has shown."""

    sector: "str"
    symbols: "list[str]"


class SectorsOut(Struct, kw_only=True, frozen=True):
    """Companies by sector; null with a reason where the tape's source told none."""

    source: "SourceKind"
    items: "list[SectorOut] | None"
    reason: "str | None"


class SelectionOut(Struct, kw_only=True, frozen=True):
    """A run beside its family: all runs of one strategy on the same symbols of the same dataset."""

    trials: "int"
    deflated_sharpe: "float | None"
    sharpe_by_luck: "float | None"
    overfitting_probability: "float | None"
    reasons: "dict[str, str]"


class SessionGroupOut(Struct, kw_only=True, frozen=True):
    """A group of sessions; a return counts in the group in which it ends."""

    number: "int"
    began_at: "datetime"
    ended_at: "datetime"
    observations: "int"


class ShakenRunOut(Struct, kw_only=True, frozen=True):
    """A run and how it was shaken; as it is, it has the number 0 and nothing was done to it."""

    number: "int"
    parameters: "dict[str, Any]"
    fees: "float | None"
    slippage_bps: "float | None"
    half_spread_bps: "float | None"
    delay_bars: "int | None"
    total_return: "float | None"
    sharpe: "float | None"
    max_drawdown: "float | None"
    orders: "int | None"
    reason: "str | None"


class ShiftOut(Struct, kw_only=True, frozen=True):
    """A run as it is, and with every bar told one bar late; what that costs is for you to judge."""

    as_it_is: "ShiftedOut"
    a_bar_late: "ShiftedOut"


class ShiftedOut(Struct, kw_only=True, frozen=True):
    """What a run came to; null where it cannot be said."""

    total_return: "float | None"
    sharpe: "float | None"
    orders: "int | None"


class ShippedStrategyOut(Struct, kw_only=True, frozen=True):
    """A strategy that can be run by its name."""

    name: "str"
    version: "int"
    package: "str | UnsetType | None" = UNSET
    kind: "str"
    description: "str"
    symbols_least: "int"
    symbols_most: "int"
    parameters: "list[ParameterOut]"


class SideOut(Struct, kw_only=True, frozen=True):
    """One of the accounts that are compared, and what it filled since they parted, oldest first."""

    account_id: "UUID"
    number: "str"
    name: "str"
    tape_id: "UUID"
    at: "datetime"
    fill_model: "str"
    equity: "Decimal | None"
    fills: "list[FillOut]"


class SingleSignOnView(Struct, kw_only=True, frozen=True):
    """Whether there is a provider at which people sign in, and which."""

    is_offered: "bool"
    issuer: "str | None"


class SourceKeyBody(Struct, kw_only=True, frozen=True):
    """The key of a source; Alpaca's has an id as well."""

    secret: "str"
    key_id: "str | UnsetType | None" = UNSET


class SourceOut(Struct, kw_only=True, frozen=True):
    """One source, how it stands with your key, and what is left of its calls."""

    name: "str"
    tells: "list[Subject]"
    condition: "Literal['ready', 'no_key', 'resting', 'budget_used_up']"
    key_set_at: "datetime | None"
    calls_per_minute: "int"
    calls_left: "int"
    calls_today: "int"
    rests_until: "datetime | None"
    last_failure: "FailureOut | None"


class SourceRowBody(Struct, kw_only=True, frozen=True):
    """Which sources are asked about a subject, in turn until one answers."""

    sources: "list[str]"


class SourceRowOut(Struct, kw_only=True, frozen=True):
    """Who is asked about a subject, in turn."""

    subject: "Subject"
    sources: "list[str]"
    is_chosen: "bool"


class SourcesOut(Struct, kw_only=True, frozen=True):
    """Every source, and who is asked about what."""

    items: "list[SourceOut]"
    rows: "list[SourceRowOut]"


class SplitOut(Struct, kw_only=True, frozen=True):
    """A split: the groups it tests, and what it chose on the others; null where no trial had the measure."""

    number: "int"
    groups: "list[int]"
    chosen_on: "int"
    trial: "int | None"
    parameters: "dict[str, Any] | None"
    inside: "float | None"
    outside: "float | None"


class SpreadBody(Struct, kw_only=True, frozen=True):
    """A template on an expiry: its strikes, ascending, or a width around the price of the underlying."""

    tape_id: "UUID"
    template: "SpreadTemplate"
    underlying: "str"
    expires_on: "date"
    strikes: "list[Decimal] | UnsetType" = UNSET
    width: "Decimal | UnsetType | None" = UNSET
    units: "Decimal | UnsetType" = UNSET
    rate: "Decimal | UnsetType" = UNSET
    dividend_yield: "Decimal | UnsetType" = UNSET


class SpreadOut(Struct, kw_only=True, frozen=True):
    """A spread with its payoff at expiry and what a model says before; null with a reason."""

    template: "SpreadTemplate"
    spot: "Decimal"
    legs: "list[BuiltLegOut]"
    strategy: "Strategy | None"
    payoff: "PayoffLineOut | None"
    payoff_reason: "str | None"
    volatility: "Decimal | None"
    estimate: "EstimateOut | None"
    estimate_reason: "str | None"


class StatisticsOut(Struct, kw_only=True, frozen=True):
    """24-hour figures as of the tape's time, by symbol."""

    source: "SourceKind"
    at: "datetime"
    items: "list[FiguresOut]"


class StepsBody(Struct, kw_only=True, frozen=True):
    """Numbers from one to another, both of them within, a step apart."""

    at_least: "Decimal"
    at_most: "Decimal"
    step: "Decimal | UnsetType" = UNSET


class StrategiesOut(Struct, kw_only=True, frozen=True):
    """The strategies that positions make, and for an account with margin what maintaining their books needs."""

    items: "list[BrokerStrategyOut]"
    requirements: "list[RequirementOut]"


class StrategyPerformanceOut(Struct, kw_only=True, frozen=True):
    """What a saved strategy has brought by its backtests; what no run has shown is null, with the reason."""

    saved_strategy_id: "UUID"
    measure: "str"
    runs: "int"
    latest: "PerformedOut | None"
    best: "PerformedOut | None"
    versions: "list[VersionPerformanceOut]"
    reasons: "dict[str, str]"


class StrategyRunBody(Struct, kw_only=True, frozen=True):
    """What a saved strategy is run over, and the account it begins with."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET
    mode: "RunMode | UnsetType" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    ends_at: "datetime | UnsetType | None" = UNSET
    risk_free: "Decimal | UnsetType" = UNSET
    benchmark: "str | UnsetType | None" = UNSET
    close_at_end: "bool | UnsetType" = UNSET


class StrategyTemplateOut(Struct, kw_only=True, frozen=True):
    """A shipped strategy and the parameters to start from."""

    name: "str"
    description: "str"
    strategy: "str"
    parameters: "dict[str, str | int]"


class StrategyVersionOut(Struct, kw_only=True, frozen=True):
    """What is traded and how, from an instant on; a version never changes."""

    number: "int"
    code_version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    note: "str"
    made_at: "datetime"


class StrikesOut(Struct, kw_only=True, frozen=True):
    """The strikes of options on an underlying, ascending."""

    underlying: "str"
    items: "list[Decimal]"


class StudyOut(Struct, kw_only=True, frozen=True):
    """A study of one strategy: what is asked, how it is studied, and how far it is."""

    id: "UUID"
    kind: "StudyKind"
    name: "str"
    tape_id: "UUID"
    dataset_id: "UUID"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    plan: "dict[str, Any]"
    fill_model: "str"
    mode: "RunMode"
    currency: "str"
    cash: "Decimal"
    after_cursor: "int"
    upto_cursor: "int"
    asked_at: "datetime"
    ended_at: "datetime | None"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    progress: "float"
    message: "str"
    job_id: "UUID"


class StudyResultsOut(Struct, kw_only=True, frozen=True):
    """A study with what came of it, under the name of its kind; null where it has not ended."""

    id: "UUID"
    kind: "StudyKind"
    name: "str"
    tape_id: "UUID"
    dataset_id: "UUID"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    plan: "dict[str, Any]"
    fill_model: "str"
    mode: "RunMode"
    currency: "str"
    cash: "Decimal"
    after_cursor: "int"
    upto_cursor: "int"
    asked_at: "datetime"
    ended_at: "datetime | None"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    progress: "float"
    message: "str"
    job_id: "UUID"
    cross_validation: "CrossValidationOut | None"
    leaks: "LeaksOut | None"
    jitter: "JitterOut | None"
    trial: "TrialOut | None"
    selection: "SelectionOut | None"


class SweepBody(Struct, kw_only=True, frozen=True):
    """A strategy to run with many parameters, and of what came of each everything or the end alone."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET
    mode: "RunMode | UnsetType" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    ends_at: "datetime | UnsetType | None" = UNSET
    risk_free: "Decimal | UnsetType" = UNSET
    benchmark: "str | UnsetType | None" = UNSET
    close_at_end: "bool | UnsetType" = UNSET
    strategy: "str"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool] | UnsetType" = UNSET
    ranges: "dict[str, StepsBody | list[str | int | float | bool]]"
    search: "Search | UnsetType" = UNSET
    trials: "int | UnsetType | None" = UNSET
    search_seed: "int | UnsetType" = UNSET
    objective: "Objective | UnsetType" = UNSET
    only_end: "bool | UnsetType" = UNSET


class SweepOut(Struct, kw_only=True, frozen=True):
    """A sweep: what is searched, and how far it is."""

    id: "UUID"
    name: "str"
    tape_id: "UUID"
    dataset_id: "UUID"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    axes: "dict[str, list[Any]]"
    search: "Search"
    search_seed: "int"
    mode: "RunMode"
    objective: "Objective"
    only_end: "bool"
    currency: "str"
    cash: "Decimal"
    fill_model: "str"
    after_cursor: "int"
    upto_cursor: "int"
    asked_at: "datetime"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    trials: "int"
    ended_trials: "int"
    progress: "float"
    message: "str"
    job_ids: "list[UUID]"


class SweepResultsOut(Struct, kw_only=True, frozen=True):
    """A sweep with the best of its trials, and what of that may be owed to having tried often."""

    id: "UUID"
    name: "str"
    tape_id: "UUID"
    dataset_id: "UUID"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    axes: "dict[str, list[Any]]"
    search: "Search"
    search_seed: "int"
    mode: "RunMode"
    objective: "Objective"
    only_end: "bool"
    currency: "str"
    cash: "Decimal"
    fill_model: "str"
    after_cursor: "int"
    upto_cursor: "int"
    asked_at: "datetime"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    trials: "int"
    ended_trials: "int"
    progress: "float"
    message: "str"
    job_ids: "list[UUID]"
    best: "TrialOut | None"
    selection: "SelectionOut | None"


class SymbolQualityOut(Struct, kw_only=True, frozen=True):
    """How good the rows of one symbol are; lists name the first of what the totals count."""

    symbol: "str"
    rows: "int"
    first_at: "datetime | None"
    last_at: "datetime | None"
    bar_length_s: "int | None"
    coverage_rate: "Decimal | None"
    missing: "int"
    behind: "int"
    gaps_total: "int"
    gaps: "list[GapOut]"
    unchanged_max: "int"
    outliers_total: "int"
    outliers: "list[OutlierOut]"
    crossed: "int"
    locked: "int"


class TapeOut(Struct, kw_only=True, frozen=True):
    """A tape: what it is made of, and where its clock stands."""

    id: "UUID"
    parent_id: "UUID | None"
    name: "str"
    dataset_id: "UUID"
    kind: "SourceKind"
    source: "str"
    licence: "str | None"
    provenance: "str | None"
    price_basis: "PriceBasis"
    fields: "list[str]"
    has_volume: "bool"
    survivorship: "str | None"
    label: "str | None"
    warnings: "list[str]"
    shared: "bool"
    at: "datetime"
    cursor: "int"
    reached: "bool"
    state: "TapeState"
    speed: "str"
    skip_closed: "bool"
    waits_for: "Awaited | None"
    stopped_by: "Stop | None"
    acknowledged: "int | None"
    has_ended: "bool"
    starts_at: "datetime"
    session_open: "bool"
    next_open_at: "datetime"
    next_close_at: "datetime"
    can_control: "bool"
    preset: "str | UnsetType | None" = UNSET
    detail: "Detail | UnsetType | None" = UNSET
    seed: "int | UnsetType | None" = UNSET
    seed_salt: "str | UnsetType | None" = UNSET
    seed_commitment: "str | UnsetType | None" = UNSET


class TenantView(Struct, kw_only=True, frozen=True):
    """A tenant: everything a desk owns belongs to one."""

    id: "UUID"
    name: "str"


class TierBody(Struct, kw_only=True, frozen=True):
    """How much of the desk somebody may use from now on."""

    tier: "Tier"


class TokensView(Struct, kw_only=True, frozen=True):
    """The next tokens of a login; the refresh token that fetched them is spent."""

    access_token: "str"
    expires_at: "datetime"
    refresh_token: "str"


class ToldOut(Struct, kw_only=True, frozen=True):
    """Where an answer came from, and whom its source stands in for."""

    source: "str"
    feed: "str"
    as_of: "datetime"
    is_delayed: "bool"
    stands_in_for: "list[PassedOverOut]"


class ToolOut(Struct, kw_only=True, frozen=True):
    """A tool for models: what it is for, what a key needs for it, and what it takes."""

    name: "str"
    toolset: "str"
    purpose: "str"
    scope: "Scope"
    changes_nothing: "bool"
    arguments: "dict[str, Any]"


class TradingOut(Struct, kw_only=True, frozen=True):
    """Whether orders are taken and meet the market: how many commands wait for the one who decides, of how many."""

    orders_are_taken: "bool"
    waiting: "int"
    waiting_max: "int"
    quotes: "PumpOut"


class TransferBody(Struct, kw_only=True, frozen=True):
    """Cash to put in, or with a minus sign to take out."""

    amount: "Decimal"


class TransferOut(Struct, kw_only=True, frozen=True):
    """The entry a transfer made."""

    id: "UUID"
    number: "int"
    at: "datetime"
    description: "str"
    amount: "Decimal"


class TrialOut(Struct, kw_only=True, frozen=True):
    """What came of one set of parameters; a measure that cannot be said is null, with the reason."""

    number: "int"
    parameters: "dict[str, Any]"
    total_return: "float | None"
    cagr: "float | None"
    volatility: "float | None"
    sharpe: "float | None"
    max_drawdown: "float | None"
    calmar: "float | None"
    equity_after: "Decimal | None"
    orders: "int | None"
    refusals: "int | None"
    reason: "str | None"


class TruthOut(Struct, kw_only=True, frozen=True):
    """The true coefficients of one instrument, on daily simple returns in excess of cash."""

    symbol: "str"
    betas: "dict[str, float]"
    market_beta: "float"
    rate_sensitivity: "float"
    residual_volatility: "float"


class TruthsOut(Struct, kw_only=True, frozen=True):
    """What estimates on the synthetic market should find."""

    factor_funds: "list[str]"
    items: "list[TruthOut]"


class UnderlyingGreeksOut(Struct, kw_only=True, frozen=True):
    """What the positions in one underlying and its options come to; null where one of them is unknown."""

    underlying: "str"
    spot: "Decimal | None"
    delta: "Decimal | None"
    gamma: "Decimal | None"
    money: "MoneyGreeksOut | None"
    missing: "dict[str, str]"


class UserView(Struct, kw_only=True, frozen=True):
    """A person."""

    id: "UUID"
    email: "str"
    name: "str"


class VerdictOut(Struct, kw_only=True, frozen=True):
    """Whether a capsule was reproduced bit for bit; otherwise what differs, and what may be why."""

    capsule_hash: "str"
    is_reproduced: "bool"
    causes: "list[CauseOut]"
    differences: "list[BacktestsDifferenceOut]"


class VerificationBody(Struct, kw_only=True, frozen=True):
    """A head that you wrote down, if you did: the chain must still hold it."""

    head: "str | UnsetType | None" = UNSET


class VerificationView(Struct, kw_only=True, frozen=True):
    """How far the chain of seals holds; whoever writes the head down elsewhere finds out if its end is cut off."""

    holds: "bool"
    head: "str | None"
    lines: "int"
    events: "int"
    unsealed_lines: "int"
    broken: "AuditBreakView | None"


class VersionPerformanceOut(Struct, kw_only=True, frozen=True):
    """What the ended backtests of one version came to."""

    version: "int"
    runs: "int"
    latest: "PerformedOut"
    best: "PerformedOut | None"


class WalkForwardBody(Struct, kw_only=True, frozen=True):
    """A sweep in every fold: so many sessions to choose parameters on, and so many to trade with them."""

    name: "str"
    tape_id: "UUID"
    currency: "str | UnsetType | None" = UNSET
    cash: "Decimal | UnsetType" = UNSET
    fill_model: "str | UnsetType" = UNSET
    fill_on_arrival: "bool | UnsetType" = UNSET
    margin: "MarginBody | UnsetType" = UNSET
    seed: "int | UnsetType" = UNSET
    fees: "str | FeeScheduleBody | UnsetType" = UNSET
    auto_exercise: "bool | UnsetType" = UNSET
    early_assignment: "bool | UnsetType" = UNSET
    option_level: "int | UnsetType" = UNSET
    lot_method: "LotMethod | UnsetType" = UNSET
    risk: "RiskBody | UnsetType" = UNSET
    bar_path: "BarPath | UnsetType" = UNSET
    mode: "RunMode | UnsetType" = UNSET
    starts_at: "datetime | UnsetType | None" = UNSET
    ends_at: "datetime | UnsetType | None" = UNSET
    risk_free: "Decimal | UnsetType" = UNSET
    benchmark: "str | UnsetType | None" = UNSET
    close_at_end: "bool | UnsetType" = UNSET
    strategy: "str"
    symbols: "list[str]"
    parameters: "dict[str, str | int | float | bool] | UnsetType" = UNSET
    ranges: "dict[str, StepsBody | list[str | int | float | bool]]"
    search: "Search | UnsetType" = UNSET
    trials: "int | UnsetType | None" = UNSET
    search_seed: "int | UnsetType" = UNSET
    objective: "Objective | UnsetType" = UNSET
    walk: "Walk | UnsetType" = UNSET
    choose_on: "int"
    trade_on: "int"


class WalkForwardOut(Struct, kw_only=True, frozen=True):
    """A walk forward: what is searched in every fold, and how far it is; progress counts folds."""

    id: "UUID"
    name: "str"
    tape_id: "UUID"
    dataset_id: "UUID"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    axes: "dict[str, list[Any]]"
    search: "Search"
    search_seed: "int"
    mode: "RunMode"
    objective: "Objective"
    only_end: "bool"
    currency: "str"
    cash: "Decimal"
    fill_model: "str"
    after_cursor: "int"
    upto_cursor: "int"
    asked_at: "datetime"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    trials: "int"
    ended_trials: "int"
    progress: "float"
    message: "str"
    job_ids: "list[UUID]"
    walk: "Walk"
    choose_on: "int"
    trade_on: "int"
    fold_count: "int"
    ended_folds: "int"


class WalkForwardResultsOut(Struct, kw_only=True, frozen=True):
    """What came of a walk forward: every fold, and all that was traded as one curve."""

    id: "UUID"
    name: "str"
    tape_id: "UUID"
    dataset_id: "UUID"
    strategy: "str"
    version: "int"
    symbols: "list[str]"
    parameters: "dict[str, Any]"
    axes: "dict[str, list[Any]]"
    search: "Search"
    search_seed: "int"
    mode: "RunMode"
    objective: "Objective"
    only_end: "bool"
    currency: "str"
    cash: "Decimal"
    fill_model: "str"
    after_cursor: "int"
    upto_cursor: "int"
    asked_at: "datetime"
    state: "Literal['waiting', 'running', 'done', 'failed', 'cancelled']"
    trials: "int"
    ended_trials: "int"
    progress: "float"
    message: "str"
    job_ids: "list[UUID]"
    walk: "Walk"
    choose_on: "int"
    trade_on: "int"
    fold_count: "int"
    ended_folds: "int"
    folds: "list[FoldOut]"
    figures: "dict[str, float | None]"
    sharpe_kept: "float | None"
    return_kept: "float | None"
    family_trials: "int"
    reasons: "dict[str, str]"


class WalkPointOut(Struct, kw_only=True, frozen=True):
    """What the account was worth at a close, had it gone on from fold to fold."""

    at: "datetime"
    equity: "float"


class WarmUpOut(Struct, kw_only=True, frozen=True):
    """How many bars a strategy says it looks back at, and after how many its indicators no longer depend on more."""

    declared: "int"
    settled: "int | None"
    reason: "str | None"


class WatchBody(Struct, kw_only=True, frozen=True):
    """What a live tape watches as well from now on."""

    symbols: "list[str]"


class WatchlistBody(Struct, kw_only=True, frozen=True):
    """A list: its name, and its symbols in the order they are shown."""

    name: "str"
    symbols: "list[str]"


class WatchlistOut(Struct, kw_only=True, frozen=True):
    """A list of symbols."""

    id: "UUID"
    name: "str"
    symbols: "list[str]"
    created_at: "datetime"
    changed_at: "datetime"


class BacktestsDifferenceOut(Struct, kw_only=True, frozen=True):
    """A part that came out otherwise, and its first row that differs; null where there is none, or it is not kept."""

    part: "Literal['orders', 'fills', 'fees', 'curve', 'figures', 'refusals']"
    said: "str"
    rows_before: "int"
    rows_now: "int"
    numbers: "list[int]"
    before: "dict[str, Any] | None"
    now: "dict[str, Any] | None"


class BrokerDifferenceOut(Struct, kw_only=True, frozen=True):
    """Two records of an account that do not agree."""

    code: "str"
    message: "str"


class BrokerStrategyOut(Struct, kw_only=True, frozen=True):
    """A strategy, so many times; its payoff is null with a reason where legs end on different days."""

    strategy: "Strategy"
    underlying: "str"
    units: "Decimal"
    legs: "list[LegOut]"
    payoff: "PayoffLineOut | None"
    reason: "str | None"


class MarketdataStrategyOut(Struct, kw_only=True, frozen=True):
    """A strategy that the tape waits for, and the cursor it has acknowledged."""

    name: "str"
    acknowledged: "int"


class PlaceOrderBody(Struct, kw_only=True, frozen=True):
    """An order. `client_order_id` makes it safe to send again."""

    account_id: "UUID"
    symbol: "str"
    side: "Side"
    type: "OrderType"
    quantity: "Decimal | UnsetType | None" = UNSET
    notional: "Decimal | UnsetType | None" = UNSET
    limit_price: "Decimal | UnsetType | None" = UNSET
    stop_price: "Decimal | UnsetType | None" = UNSET
    trail_amount: "Decimal | UnsetType | None" = UNSET
    trail_rate: "Decimal | UnsetType | None" = UNSET
    time_in_force: "TimeInForce | UnsetType" = UNSET
    expires_on: "date | UnsetType | None" = UNSET
    post_only: "bool | UnsetType" = UNSET
    reduce_only: "bool | UnsetType" = UNSET
    do_not_reduce: "bool | UnsetType" = UNSET
    intent: "Intent | UnsetType | None" = UNSET
    order_class: "OrderClass | UnsetType" = UNSET
    take_profit: "TakeProfitBody | UnsetType | None" = UNSET
    stop_loss: "StopLossBody | UnsetType | None" = UNSET
    lot_method: "LotMethod | UnsetType | None" = UNSET
    lots: "list[UUID] | UnsetType | None" = UNSET
    protection_rate: "Decimal | UnsetType | None" = UNSET
    trigger_source: "TriggerSource | UnsetType | None" = UNSET
    client_order_id: "str | UnsetType | None" = UNSET


class StopLossBody(Struct, kw_only=True, frozen=True):
    """The exit at a loss: a stop order, or with a limit price a stop-limit order."""

    stop_price: "Decimal"
    limit_price: "Decimal | UnsetType | None" = UNSET


class TakeProfitBody(Struct, kw_only=True, frozen=True):
    """The exit at a gain: a limit order."""

    limit_price: "Decimal"


class PlaceComboBody(Struct, kw_only=True, frozen=True):
    """Several legs on one underlying as one order, all of them or none, at one net price. The limit is per unit of an option: above zero is the most to pay, below zero the least to receive."""

    account_id: "UUID"
    legs: "list[ComboLegBody]"
    quantity: "Decimal"
    type: "OrderType"
    limit_price: "Decimal | UnsetType | None" = UNSET
    time_in_force: "TimeInForce | UnsetType" = UNSET
    expires_on: "date | UnsetType | None" = UNSET
    structure: "Strategy | UnsetType | None" = UNSET
    order_class: "Literal['combo'] | UnsetType" = UNSET
    client_order_id: "str | UnsetType | None" = UNSET


class ComboLegBody(Struct, kw_only=True, frozen=True):
    """One leg of a combo: `side` or `intent` says which way it goes, and both have to agree when both are given."""

    symbol: "str"
    side: "Side | UnsetType | None" = UNSET
    intent: "Intent | UnsetType | None" = UNSET
    ratio: "Decimal | UnsetType" = UNSET


class OrderPreviewOut(Struct, kw_only=True, frozen=True):
    """What placing an order would come to; nothing was stored. `before` is the account as it is, `accepted` with the order in it, and `filled` after the fill that it can expect."""

    would_be_accepted: "bool"
    refusal: "RefusalOut | None"
    order: "OrderOut | None"
    before: "FootingOut"
    accepted: "FootingOut | None"
    filled: "FootingOut | None"
    expected_fill: "ExpectedFillOut | None"
    unfilled_reason: "str | None"
    borrow_rate: "Decimal | None"
    risk: "RiskOut | None"
    warnings: "list[str]"


class ExpectedFillOut(Struct, kw_only=True, frozen=True):
    """The fill an order would get if what stands were the next that it meets. `cost` is what it takes out of cash with its fees, below zero what it brings."""

    quantity: "Decimal"
    price: "Decimal"
    cost: "Decimal"
    fees: "dict[str, Decimal]"
    reference: "Decimal"
    parts: "PartsOut"
    rules: "list[str]"
    legs: "list[ExpectedFillOut] | None"


class FindingOut(Struct, kw_only=True, frozen=True):
    """A rule that spoke: what it measured, what that is compared with, and what to do about it."""

    code: "str"
    severity: "RiskLevel"
    message: "str"
    suggestion: "str"
    measured: "str"
    figure: "str"


class FootingOut(Struct, kw_only=True, frozen=True):
    """An account at one moment of a preview; `position` is what it holds of the instrument. `margin_reason` says what the margin has to cover, or why it is not known; null where the account cannot owe."""

    cash: "Decimal"
    held_cash: "Decimal"
    buying_power: "Decimal | None"
    position: "Decimal | None"
    margin: "MarginOut | None"
    margin_reason: "str | None"


class RiskOut(Struct, kw_only=True, frozen=True):
    """How risky an order would be: the worst finding is its level, and `blocks` says whether an extreme one refuses."""

    level: "RiskLevel"
    blocks: "bool"
    findings: "list[FindingOut]"
    unmeasured: "list[UnmeasuredOut]"


class UnmeasuredOut(Struct, kw_only=True, frozen=True):
    """A rule that could not speak, and why."""

    code: "str"
    reason: "str"


class PlaceManyBody(Struct, kw_only=True, frozen=True):
    """Orders, for one account or several; each is judged after the ones before it."""

    orders: "list[Any]"
