"""What walks forward and draws from a backtest look like from outside."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.backtest.measures import Measured
from paperdesk.core.backtest.monte_carlo import Spread
from paperdesk.core.backtest.walking import Walk, kept_of
from paperdesk.features.research.queries import Progress
from paperdesk.features.research.read_monte_carlo import Draws, MonteCarlo
from paperdesk.features.research.request_walk_forward import RequestWalkForward
from paperdesk.features.research.schemas import SearchBody, SweepOut
from paperdesk.features.research.sweeps import Sweep, TradedFold

Sessions = Annotated[int, Field(ge=1, le=10_000)]
NOT_KEPT = "no fold has it both before and after, or there was nothing to keep"


class WalkForwardBody(SearchBody):
    """A sweep in every fold: so many sessions to choose parameters on, and so many to trade with them."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Averages, year by year",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "strategy": "sma_cross",
                    "symbols": ["AAPL"],
                    "ranges": {"fast": [5, 10, 20], "slow": [50, 100, 200]},
                    "fill_model": "ideal",
                    "mode": "compiled",
                    "choose_on": 504,
                    "trade_on": 126,
                }
            ]
        },
    )
    walk: Walk = Field(
        default=Walk.ROLLING, description="rolling chooses on the newest sessions, anchored on all from the beginning."
    )
    choose_on: Sessions = Field(description="How many sessions parameters are chosen on; the first ones if anchored.")
    trade_on: Sessions = Field(description="How many sessions are then traded with them.")

    def walk_forward(self) -> RequestWalkForward:
        """Return what is asked as a command."""
        return RequestWalkForward(self.searched(), self.walk, self.choose_on, self.trade_on)


class FoldOut(BaseModel):
    """What was chosen on one stretch, and what it brought there and when it was traded."""

    number: int
    parameters: dict[str, Any] | None = Field(description="Null where no trial had the objective.")
    trials: int
    sharpe_before: float | None = Field(description="Where it was chosen.")
    return_before: float | None
    sharpe: float | None = Field(description="Where it was traded.")
    total_return: float | None
    max_drawdown: float | None
    orders: int | None
    reason: str | None

    @classmethod
    def of(cls, fold: TradedFold) -> "FoldOut":
        """Show a fold."""
        return cls.model_validate({name: getattr(fold, name) for name in cls.model_fields})


class WalkForwardOut(SweepOut):
    """A walk forward: what is searched in every fold, and how far it is; progress counts folds."""

    walk: Walk
    choose_on: int
    trade_on: int
    fold_count: int
    ended_folds: int

    @classmethod
    def at(cls, sweep: Sweep, progress: Progress) -> "WalkForwardOut":
        """Show a walk forward."""
        plan = sweep.plan
        assert plan is not None, "a walk forward has a plan"
        share = progress.ended / len(plan.folds)
        shown = dict(SweepOut.of(sweep, progress)) | {"ended_trials": progress.ended * sweep.trials, "progress": share}
        terms = {"walk": plan.walk, "choose_on": plan.choose_on, "trade_on": plan.trade_on}
        counts = {"fold_count": len(plan.folds), "ended_folds": progress.ended}
        return cls.model_validate({**shown, **terms, **counts})


class WalkForwardResultsOut(WalkForwardOut):
    """What came of a walk forward: every fold, and all that was traded as one curve."""

    folds: list[FoldOut]
    figures: dict[str, float | None] = Field(description="Measures of the curve of all that was traded.")
    sharpe_kept: float | None = Field(description="The mean Sharpe ratio where it was traded over where it was chosen.")
    return_kept: float | None = Field(description="The same of the returns a session.")
    family_trials: int = Field(description="How many runs the family of the strategy has had, these among them.")
    reasons: dict[str, str]

    @classmethod
    def beside(
        cls, shown: WalkForwardOut, folds: Sequence[TradedFold], measured: Measured, family_trials: int
    ) -> "WalkForwardResultsOut":
        """Show a walk forward with its folds."""
        kept = _kept(folds, shown)
        reasons = dict(measured.reasons) | {name: NOT_KEPT for name, value in kept.items() if value is None}
        rows = [FoldOut.of(each) for each in folds]
        told = {"figures": dict(measured.figures), "family_trials": family_trials, "reasons": reasons, "folds": rows}
        return cls.model_validate({**dict(shown), **kept, **told})


class WalkPointOut(BaseModel):
    """What the account was worth at a close, had it gone on from fold to fold."""

    at: datetime
    equity: float

    @classmethod
    def of(cls, at: float, equity: float) -> "WalkPointOut":
        """Show a step."""
        return cls(at=datetime.fromtimestamp(at, UTC), equity=equity)


class DrawnFigureOut(BaseModel):
    """What a figure comes to over many draws."""

    was: float = Field(description="What it was in the run itself.")
    quantiles: dict[str, float] = Field(description="By the share of draws at or below.", examples=[{"0.05": -0.21}])
    share_worse: float = Field(description="How many draws came out below what it was, from 0 to 1.")

    @classmethod
    def of(cls, found: Spread) -> "DrawnFigureOut":
        """Show a spread."""
        return cls(
            was=found.was,
            quantiles={str(each): value for each, value in found.quantiles.items()},
            share_worse=found.share_worse,
        )


class MonteCarloOut(BaseModel):
    """How else a backtest might have come; what cannot be drawn is missing, with the reason."""

    backtest_id: UUID
    runs: int
    seed: int
    block: int
    drawdown_by_order: DrawnFigureOut | None = Field(
        description="The deepest drawdown with round trips in another order."
    )
    by_returns: dict[str, DrawnFigureOut] = Field(
        description="total_return, max_drawdown and sharpe (of one period), with blocks of returns drawn again."
    )
    reasons: dict[str, str]

    @classmethod
    def of(cls, backtest_id: UUID, draws: Draws, found: MonteCarlo) -> "MonteCarloOut":
        """Show what was drawn."""
        by_order = found.drawdown_by_order
        return cls(
            backtest_id=backtest_id,
            runs=draws.runs,
            seed=draws.seed,
            block=draws.block,
            drawdown_by_order=None if by_order is None else DrawnFigureOut.of(by_order),
            by_returns={name: DrawnFigureOut.of(each) for name, each in found.by_returns.items()},
            reasons=dict(found.reasons),
        )


def _kept(folds: Sequence[TradedFold], shown: WalkForwardOut) -> Mapping[str, float | None]:
    before = [None if each.return_before is None else each.return_before / shown.choose_on for each in folds]
    after = [None if each.total_return is None else each.total_return / shown.trade_on for each in folds]
    return {
        "sharpe_kept": kept_of([each.sharpe_before for each in folds], [each.sharpe for each in folds]),
        "return_kept": kept_of(before, after),
    }
