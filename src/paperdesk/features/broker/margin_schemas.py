"""What margin looks like from outside: the rules that are asked for, and how an account stands under them."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.fees import RulesAsOf
from paperdesk.core.broker.margin import Standing, buying_power, overnight_buying_power
from paperdesk.core.broker.margin_book import CallKind
from paperdesk.core.broker.margin_rules import (
    BorrowTable,
    FundingRate,
    InterestRates,
    MarginKind,
    MarginRegime,
    MarginRules,
)
from paperdesk.core.broker.risk_array import Scanned
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.infra.http import Body, Line, NumberText


class CallOut(BaseModel):
    """A demand for cash, or for smaller positions, until the close of a day."""

    kind: CallKind
    amount: NumberText
    issued_on: date
    due_on: date


class RecallOut(BaseModel):
    """A demand to give borrowed units back until the close of a day, else they are bought in."""

    symbol: str
    units: NumberText
    issued_on: date
    due_on: date


class PointOut(BaseModel):
    """What a class gains, or loses below zero, at one point of the scan: a price move, and volatilities by a factor."""

    price_move: NumberText
    vol_factor: NumberText
    result: NumberText


class ScannedOut(BaseModel):
    """Everything that moves with one underlying: its array, its worst point, and what it needs."""

    underlying: str
    requirement: NumberText
    minimum: NumberText = Field(description="37.5 cents times the multiplier for each option contract.")
    paid_in_full: NumberText = Field(description="The value of what belongs to no class that is scanned.")
    worst: PointOut | None
    array: list[PointOut]

    @classmethod
    def of(cls, found: Scanned, currency: str) -> "ScannedOut":
        """Show a class."""
        array = [
            PointOut(price_move=point.price_move, vol_factor=point.vol_factor, result=money(result, currency))
            for point, result in zip(found.points, found.results, strict=True)
        ]
        return cls(
            underlying=found.underlying,
            requirement=money(found.needed, currency),
            minimum=money(found.minimum, currency),
            paid_in_full=money(found.in_full, currency),
            worst=None if found.worst is None else array[found.worst],
            array=array,
        )


class MarginOut(BaseModel):
    """What a margined account needs and has; unknown while a position has no price.

    `memorandum` is the special memorandum account of Regulation T, `buying_power` for how much shares could be
    bought now, `overnight_buying_power` how much of that can be held over the close.
    """

    kind: MarginKind
    regime: MarginRegime
    initial_requirement: NumberText | None
    maintenance_requirement: NumberText | None
    maintenance_excess: NumberText | None
    set_aside: NumberText | None = Field(
        description="What pairs bought with leverage need above maintenance to be opened; nothing else can use it."
    )
    isolated: NumberText | None = Field(
        description="What pairs with a margin of their own are worth with it: both requirements have it, nothing else "
        "can use it, and nothing else answers for them."
    )
    memorandum: NumberText
    buying_power: NumberText | None
    overnight_buying_power: NumberText | None = Field(description="Null under portfolio margin.")
    day_trades: int
    is_warned: bool
    calls: list[CallOut]
    recalls: list[RecallOut]
    frozen_until: date | None
    scan: list[ScannedOut] | None = Field(description="Under portfolio margin, the classes of the book; else null.")

    @classmethod
    def of(cls, account: Account, stands: Standing | None) -> "MarginOut | None":
        """Show how a margined account stands, nothing of an account that cannot owe."""
        if not account.rules.margin.is_margined:
            return None
        return cls(
            kind=account.rules.margin.kind,
            regime=account.rules.margin.regime,
            initial_requirement=None if stands is None else money(stands.initial, account.currency),
            maintenance_requirement=None if stands is None else money(stands.maintenance, account.currency),
            maintenance_excess=None if stands is None else money(stands.maintenance_excess, account.currency),
            set_aside=None if stands is None else money(stands.set_aside, account.currency),
            isolated=None if stands is None else money(stands.isolated, account.currency),
            memorandum=account.book.memorandum,
            buying_power=None if stands is None else buying_power(account, stands),
            overnight_buying_power=None if account.rules.margin.is_portfolio else overnight_buying_power(account),
            day_trades=len(account.book.day_trades),
            is_warned=account.book.is_warned,
            calls=[
                CallOut(kind=each.kind, amount=each.amount, issued_on=each.issued_on, due_on=each.due_on)
                for each in account.book.calls
            ],
            recalls=[
                RecallOut(symbol=each.symbol, units=each.units, issued_on=each.issued_on, due_on=each.due_on)
                for each in account.book.recalls
            ],
            frozen_until=account.book.frozen_until,
            scan=None
            if stands is None or stands.scan is None
            else [ScannedOut.of(each, account.currency) for each in stands.scan],
        )


class BorrowBody(Body):
    """What borrowing to sell short costs a year, as fractions: 0.003 is 0.3 percent; null is not lent at all.

    What has a rate of its own is hard to borrow, and is recalled with the chance of `recall_rate` at each close.
    """

    easy_rate: NumberText = Decimal("0.003")
    rates: dict[str, NumberText | None] = Field(default_factory=dict)
    source: Line = "rule of the account"
    recall_rate: NumberText = Field(default=ZERO, ge=0, le=1)


class InterestBody(Body):
    """What owing cash costs a year and what having it earns, as fractions: 0.08 is eight percent."""

    debit_rate: NumberText = Decimal("0.08")
    credit_rate: NumberText = ZERO
    source: Line = "rule of the account"


class FundingBody(Body):
    """What holding a crypto pair costs a day, as a fraction of its value: 0.0003 is 0.03 percent, 0 is no funding.

    A third of it is settled at 00:00, 08:00 and 16:00 UTC. Below zero, who holds a pair receives it.
    """

    daily_rate: NumberText = Field(default=ZERO, gt=-1, lt=1)
    source: Line = "rule of the account"


class MarginBody(Body):
    """Whether and how an account may owe money and units, what both and funding cost, and whose rules hold."""

    kind: MarginKind = MarginKind.CASH
    regime: MarginRegime = MarginRegime.REALTIME_BLOCK
    borrow: BorrowBody = BorrowBody()
    interest: InterestBody = InterestBody()
    rules_as_of: RulesAsOf = RulesAsOf.OPENING
    funding: FundingBody = FundingBody()

    def rules(self) -> MarginRules:
        """Return them as a value."""
        table = BorrowTable(self.borrow.easy_rate, self.borrow.rates, self.borrow.source, self.borrow.recall_rate)
        rates = InterestRates(self.interest.debit_rate, self.interest.credit_rate, self.interest.source)
        funding = FundingRate(self.funding.daily_rate, self.funding.source)
        return MarginRules(self.kind, self.regime, table, rates, self.rules_as_of, funding)
