"""What a run beside a paper account looks like from outside."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.backtest.against_paper import ComparedOrder, Day, Pair
from paperdesk.core.kernel.money import ZERO
from paperdesk.features.research.compare_with_paper import AgainstPaper, Missing
from paperdesk.infra.http import NumberText


class ComparedOrderOut(BaseModel):
    """An order of a side, as it ended."""

    id: UUID
    at: datetime
    symbol: str
    side: str
    type: str
    quantity: NumberText
    status: str
    filled: NumberText
    price: NumberText | None = Field(description="The average of its fills.")
    fees: NumberText

    @classmethod
    def of(cls, order: ComparedOrder) -> "ComparedOrderOut":
        """Show an order."""
        return cls.model_validate({name: getattr(order, name) for name in cls.model_fields})


class OrderPairOut(BaseModel):
    """One order on both sides, and how they differ."""

    run: ComparedOrderOut
    paper: ComparedOrderOut
    is_same: bool = Field(description="Whether it was placed at one instant, and the same came of it.")
    delay_s: float = Field(description="How much later it was placed on paper.")
    slippage_bps: float | None = Field(description="By how much paper paid more or got less; null without fills.")
    fees_beyond: NumberText = Field(description="What paper paid in fees beyond the run.")

    @classmethod
    def of(cls, pair: Pair) -> "OrderPairOut":
        """Show a pair."""
        return cls(
            run=ComparedOrderOut.of(pair.run),
            paper=ComparedOrderOut.of(pair.paper),
            is_same=pair.is_same,
            delay_s=pair.delay_s,
            slippage_bps=pair.slippage_bps,
            fees_beyond=pair.paper.fees - pair.run.fees,
        )


class MissingOrderOut(BaseModel):
    """An order that one side lacks, and why as far as it can be told."""

    order: ComparedOrderOut
    reason: str

    @classmethod
    def of(cls, missing: Missing) -> "MissingOrderOut":
        """Show what is missing."""
        return cls(order=ComparedOrderOut.of(missing.order), reason=missing.reason)


class DriftOut(BaseModel):
    """Both sides at a close that both know; returns count from the first of them."""

    at: datetime
    run_equity: NumberText
    paper_equity: NumberText
    run_return: float
    paper_return: float
    drift: float = Field(description="What paper has returned beyond the run.")

    @classmethod
    def of(cls, day: Day) -> "DriftOut":
        """Show a close."""
        return cls.model_validate({name: getattr(day, name) for name in cls.model_fields})


class AgainstPaperOut(BaseModel):
    """A backtest beside what a paper account did over the same time."""

    backtest_id: UUID
    account_id: UUID
    began_at: datetime = Field(description="The later of both beginnings.")
    ended_at: datetime = Field(description="The earlier of both ends.")
    same_orders: int = Field(description="How many orders were placed at one instant and came to the same.")
    orders: list[OrderPairOut]
    missing_on_paper: list[MissingOrderOut]
    missing_in_run: list[MissingOrderOut]
    run_fees: NumberText
    paper_fees: NumberText
    days: list[DriftOut]
    drift: float | None = Field(description="At the last close that both know.")
    notes: list[str] = Field(description="What is to be known before anything is read from this.")

    @classmethod
    def of(cls, backtest_id: UUID, account_id: UUID, found: AgainstPaper) -> "AgainstPaperOut":
        """Show both side by side."""
        pairs = found.orders.pairs
        ours = [*(each.run for each in pairs), *found.orders.only_run]
        theirs = [*(each.paper for each in pairs), *found.orders.only_paper]
        return cls(
            backtest_id=backtest_id,
            account_id=account_id,
            began_at=found.began_at,
            ended_at=found.ended_at,
            same_orders=sum(each.is_same for each in pairs),
            orders=[OrderPairOut.of(each) for each in pairs],
            missing_on_paper=[MissingOrderOut.of(each) for each in found.missing_on_paper],
            missing_in_run=[MissingOrderOut.of(each) for each in found.missing_in_run],
            run_fees=sum((each.fees for each in ours), ZERO),
            paper_fees=sum((each.fees for each in theirs), ZERO),
            days=[DriftOut.of(each) for each in found.days],
            drift=found.days[-1].drift if found.days else None,
            notes=list(found.notes),
        )
