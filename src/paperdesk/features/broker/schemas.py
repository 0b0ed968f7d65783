"""What accounts, orders and the ledger look like from outside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.chance import SEED_MAX
from paperdesk.core.broker.day_result import DayResult
from paperdesk.core.broker.explanation import Explanation
from paperdesk.core.broker.fees import FeeRounding, FeeSchedule, RulesAsOf, fee_schedule
from paperdesk.core.broker.fill_models import fill_model
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.lots import LotMethod
from paperdesk.core.broker.orders import Side
from paperdesk.core.broker.risk_rules import RiskMode
from paperdesk.core.kernel.errors import Problem
from paperdesk.core.kernel.ids import TapeId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.features.broker.margin_schemas import MarginBody, MarginOut
from paperdesk.features.broker.open_account import OpenAccount
from paperdesk.features.broker.queries import Capital, Worth
from paperdesk.features.broker.risk_schemas import RiskBody
from paperdesk.infra.db import Row
from paperdesk.infra.http import Body, Line, NumberText

Fee = Annotated[NumberText, Field(ge=0)]
FeeRate = Annotated[NumberText, Field(ge=0, lt=1)]


class AccountOut(BaseModel):
    """An account and what it is worth at its tape's clock; what cannot be known is null with a reason."""

    id: UUID
    number: str
    name: str
    owner_id: UUID | None = Field(description="The user who opened it.")
    currency: str
    tape_id: UUID
    parent_id: UUID | None = Field(description="The account that it was forked from.")
    fork_seq: int | None = Field(description="The last event of that account that it shares.")
    epoch: int
    at: datetime
    opened_at: datetime = Field(description="When it was opened, by the clock of its tape.")
    starting_cash: NumberText = Field(description="What its epoch began with.")
    contributed: NumberText = Field(description="What its owner has put in since its epoch began, less what was taken.")
    cash: NumberText
    held_cash: NumberText
    unsettled_cash: NumberText
    good_faith_violations: list[date]
    restricted_until: date | None = Field(description="A cash account buys with settled cash alone until this day.")
    buying_power: NumberText | None
    invested: NumberText = Field(description="What its positions cost; what shorts brought counts against it.")
    market_value: NumberText | None
    claims: NumberText = Field(description="Dividends that were earned, or are owed when negative, and not paid yet.")
    equity: NumberText | None
    equity_reason: str | None
    gain: NumberText | None = Field(description="Equity less what was contributed: a loss when it is negative.")
    day_began_at: datetime = Field(description="The previous close, or when its epoch began if that was later.")
    equity_before: NumberText | None = Field(description="What it was worth when the day began.")
    day_pl: NumberText | None = Field(description="What the day has brought so far; what its owner moved is no gain.")
    day_reason: str | None = Field(description="Why that cannot be known.")
    fill_model: str
    fill_on_arrival: bool
    margin: MarginOut | None
    seed: int
    fees: str
    funding_daily_rate: NumberText = Field(description="What holding crypto pairs costs a day, as a fraction.")
    lot_method: LotMethod
    bar_path: BarPath
    risk_mode: RiskMode
    last_seq: int
    status: str
    created_at: datetime

    @classmethod
    def of(cls, account: Mapping[str, Any], found: Worth, capital: Capital, day: DayResult) -> "AccountOut":
        """Show a row of accounts with its worth at the instant its day stands at."""
        worth, margin = found.valuation, MarginOut.of(found.account, found.standing)
        same = "id number name owner_id currency tape_id parent_id fork_seq epoch cash opened_at last_seq status"
        return cls(
            **{name: account[name] for name in same.split()},
            at=day.span.at,
            day_began_at=day.span.began_at,
            equity_before=day.equity_before,
            day_pl=day.result,
            day_reason=day.reason,
            starting_cash=capital.starting_cash,
            contributed=capital.contributed,
            invested=sum((each.position.cost for each in worth.positions), ZERO),
            gain=None if worth.equity is None else worth.equity - capital.contributed,
            held_cash=account["held"],
            unsettled_cash=found.account.book.unsettled_cash(found.on),
            good_faith_violations=list(found.account.book.violations),
            restricted_until=found.account.book.frozen_until if margin is None else None,
            buying_power=found.account.buying_power if margin is None else margin.buying_power,
            market_value=worth.market_value,
            claims=worth.claims,
            equity=worth.equity,
            equity_reason=worth.reason,
            fill_model=account["rules"]["fill_model"],
            fill_on_arrival=account["rules"]["fill_on_arrival"],
            margin=margin,
            seed=account["rules"].get("seed", 0),
            fees=account["rules"]["fees"]["name"],
            funding_daily_rate=found.account.rules.margin.funding.daily_rate,
            lot_method=found.account.rules.lot_method,
            bar_path=found.account.rules.bar_path,
            risk_mode=found.account.rules.risk.mode,
            created_at=account["recorded_at"],
        )


class FeeScheduleBody(Body):
    """A fee schedule of the account's own; rates are fractions of the value, a maker rate may be a rebate."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    per_share: Fee = ZERO
    per_contract: Fee = ZERO
    value_rate: FeeRate = ZERO
    order_minimum: Fee = ZERO
    order_maximum: Fee | None = None
    maker_rate: Annotated[NumberText, Field(gt=-1, lt=1)] = ZERO
    taker_rate: FeeRate = ZERO
    regulatory: bool = False
    rules_as_of: RulesAsOf = RulesAsOf.OPENING
    rounding: FeeRounding = Field(
        default=FeeRounding.POSTING,
        description="Posting rounds fees to the cent; exact keeps fractions of one, as other backtesters do.",
    )

    def schedule(self) -> FeeSchedule:
        """Return the schedule; what has no name of ours is called custom."""
        return FeeSchedule(name="custom", **{name: getattr(self, name) for name in type(self).model_fields})


class OpenAccountBody(Body):
    """A new account on a tape, with its first cash."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Practice",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "currency": "USD",
                    "cash": "100000.00",
                }
            ]
        },
    )
    name: Line
    tape_id: UUID
    currency: str | None = Field(default=None, description="Your base currency unless you name another.")
    cash: NumberText = Decimal(100_000)
    fill_model: str = "realistic"
    fill_on_arrival: bool = False
    margin: MarginBody = MarginBody()
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 0
    fees: str | FeeScheduleBody = "commission_free"
    auto_exercise: bool = True
    early_assignment: bool = True
    option_level: Annotated[int, Field(ge=0, le=4)] = 2
    lot_method: LotMethod = LotMethod.FIFO
    risk: RiskBody = RiskBody()
    bar_path: BarPath = Field(
        default=BarPath.NEUTRAL,
        description="What came first in a bar that reaches the stop and the target of a position: neutral the stop, "
        "optimistic the target, realistic the one nearer to the open.",
    )

    def command(self) -> OpenAccount:
        """Return what is asked as a command; the cash is a transfer of its own."""
        rules = Rules(
            fill_model=fill_model(self.fill_model),
            fill_on_arrival=self.fill_on_arrival,
            margin=self.margin.rules(),
            seed=self.seed,
            fees=fee_schedule(self.fees) if isinstance(self.fees, str) else self.fees.schedule(),
            auto_exercise=self.auto_exercise,
            early_assignment=self.early_assignment,
            option_level=self.option_level,
            lot_method=self.lot_method,
            risk=self.risk.rules(),
            bar_path=self.bar_path,
        )
        return OpenAccount(self.name, TapeId(self.tape_id), self.currency, rules, self.cash)


class TransferBody(Body):
    """Cash to put in, or with a minus sign to take out."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"amount": "2500.00"}]})
    amount: NumberText


class FillOut(BaseModel):
    """One execution, with the market price it was made from and the rule that made it."""

    id: UUID
    order_id: UUID
    symbol: str
    side: Side
    quantity: NumberText
    price: NumberText
    fee: NumberText
    realised: NumberText = Field(description="What it brought above the cost of what it closed; zero when it opened.")
    at: datetime
    fact_seq: int
    reference: NumberText
    rule: str
    ambiguous: bool
    seq: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "FillOut":
        """Show a row of fills."""
        return cls(**{name: row[name] for name in cls.model_fields})


class PartsOut(BaseModel):
    """What a price is made of, in money per unit; the parts sum to the price exactly."""

    base: NumberText
    spread: NumberText
    impact: NumberText
    latency: NumberText
    volatility: NumberText
    time_of_day: NumberText
    noise: NumberText
    queue: NumberText
    rounding: NumberText


class ExplanationOut(BaseModel):
    """How one fill came about: what was seen, the parts of the price, the rules, the fees and the luck.

    `base` says what the base of the parts is: the mid of a quote, the open or close, the limit or the stop.
    `draws` are what the seed gave, by purpose, from 0 up to 1; empty when the fill model draws nothing.
    """

    fill_id: UUID
    order_id: UUID
    symbol: str
    side: Side
    quantity: NumberText
    price: NumberText
    at: datetime
    fact_seq: int
    fact: str
    seen: dict[str, NumberText]
    base: str
    parts: PartsOut
    rules: list[str]
    fees: dict[str, NumberText]
    fill_model: str
    rules_version: int
    seed: int
    draws: dict[str, NumberText]
    ambiguous: bool
    sentence: str

    @classmethod
    def of(cls, row: Mapping[str, Any], told: Explanation) -> "ExplanationOut":
        """Show a row of fills with its explanation."""
        same = ("order_id", "symbol", "side", "quantity", "price", "at", "fact_seq", "ambiguous")
        return cls(
            **{name: row[name] for name in same},
            fill_id=row["id"],
            fact=told.fact,
            seen=dict(told.seen),
            base=told.base,
            parts=PartsOut.model_validate(told.parts, from_attributes=True),
            rules=list(told.rules),
            fees=dict(told.fees),
            fill_model=told.model,
            rules_version=told.rules_version,
            seed=told.luck.seed,
            draws=dict(told.luck.draws),
            sentence=f"{_DONE[row['side']]} {plain(row['quantity'])} {row['symbol']} at {plain(row['price'])}. "
            f"{told.sentence()}",
        )


_DONE = {Side.BUY: "Bought", Side.SELL: "Sold"}


class PostingOut(BaseModel):
    """One line of an entry; one of fees names their kind."""

    book: Book
    currency: str
    amount: NumberText
    instrument_id: UUID | None
    quantity: NumberText | None
    fee_kind: str | None = None


class EntryOut(BaseModel):
    """One entry of the journal, with the cash after it."""

    id: UUID
    number: int
    seq: int
    at: datetime
    recorded_at: datetime
    kind: EntryKind
    order_id: UUID | None = Field(description="The order whose fill it books; null when no order caused it.")
    description: str
    postings: list[PostingOut]
    cash_change: NumberText
    cash_after: NumberText

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "EntryOut":
        """Show a row of entries."""
        return cls(**{name: row[name] for name in cls.model_fields})


class TransferOut(BaseModel):
    """The entry a transfer made."""

    id: UUID
    number: int
    at: datetime
    description: str
    amount: NumberText


class DifferenceOut(BaseModel):
    """Two records of an account that do not agree."""

    code: str
    message: str


class ReconciledCloseOut(BaseModel):
    """What the comparison after a session's close found new, through an event; only so many problems are listed."""

    closed_at: datetime
    through_seq: int
    balanced: bool
    found: int
    problems: list[DifferenceOut]
    recorded_at: datetime


class ReconciliationOut(BaseModel):
    """Whether an account's events, ledger and balances agree, and where they do not; the last closes, newest first."""

    balanced: bool
    problems: list[DifferenceOut]
    closes: list[ReconciledCloseOut]

    @classmethod
    def of(cls, problems: Sequence[Problem], closes: Sequence[Row]) -> "ReconciliationOut":
        """Show what a reconciliation finds now, and what those at the last closes found."""
        found = [DifferenceOut(code=problem.code, message=problem.message) for problem in problems]
        shown = [ReconciledCloseOut(**row, balanced=not row["found"]) for row in closes]
        return cls(balanced=not found, problems=found, closes=shown)


class EquityPointOut(BaseModel):
    """What the account was worth at a session's close, or is now; null where a price is missing."""

    at: datetime
    equity: NumberText | None
    cash: NumberText
