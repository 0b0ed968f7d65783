"""What studies look like from outside."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.backtest.cross_validation import Folding
from paperdesk.core.backtest.jitter import Shaking
from paperdesk.core.backtest.leaks import LeakTest
from paperdesk.core.backtest.search import Search
from paperdesk.core.broker.chance import SEED_MAX
from paperdesk.features.backtests.backtests import RunMode
from paperdesk.features.backtests.result_schemas import SelectionOut
from paperdesk.features.backtests.schemas import QuestionBody, State, question_members
from paperdesk.features.research.request_cross_validation import RequestCrossValidation
from paperdesk.features.research.request_jitter import RequestJitter
from paperdesk.features.research.request_leak_check import RequestLeakCheck
from paperdesk.features.research.schemas import SearchBody, TrialOut
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.features.research.study_queries import Examined, findings_in
from paperdesk.features.research.walk_schemas import DrawnFigureOut
from paperdesk.infra.http import NumberText
from paperdesk.infra.jobs import Standing


class CrossValidationBody(SearchBody):
    """A sweep whose choice is tested out of sample in every combination of groups of sessions."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Averages, crossed",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "strategy": "sma_cross",
                    "symbols": ["AAPL"],
                    "ranges": {"fast": [5, 10, 20], "slow": [50, 100, 200]},
                    "fill_model": "ideal",
                    "mode": "compiled",
                    "groups": 6,
                    "tested": 2,
                    "purge": 5,
                    "embargo": 20,
                }
            ]
        },
    )
    search: Search = Field(default=Search.GRID, description="grid tries every combination, random draws some.")
    groups: int = Field(default=6, ge=3, le=20, description="In how many groups the sessions are cut.")
    tested: int = Field(default=2, ge=1, le=10, description="How many of them a split tests; it chooses on the others.")
    purge: int = Field(
        default=1, ge=0, le=1000, description="Sessions before and after a tested stretch that nothing is chosen on."
    )
    embargo: int = Field(default=5, ge=0, le=1000, description="So many more after it.")

    def cross_validation(self) -> RequestCrossValidation:
        """Return what is asked as a command."""
        return RequestCrossValidation(self.searched(), Folding(self.groups, self.tested, self.purge, self.embargo))


class SessionGroupOut(BaseModel):
    """A group of sessions; a return counts in the group in which it ends."""

    number: int
    began_at: datetime
    ended_at: datetime
    observations: int


class SplitOut(BaseModel):
    """A split: the groups it tests, and what it chose on the others; null where no trial had the measure."""

    number: int
    groups: list[int]
    chosen_on: int = Field(description="How many observations purge and embargo leave to choose on.")
    trial: int | None
    parameters: dict[str, Any] | None
    inside: float | None = Field(description="The objective where it was chosen.")
    outside: float | None = Field(description="The objective where it was tested.")


class PathOut(BaseModel):
    """A whole past out of sample: the split that tested each group, and what came of it."""

    number: int
    splits: list[int]
    sharpe: float | None
    total_return: float | None
    max_drawdown: float | None


class CrossValidationOut(BaseModel):
    """What choosing parameters brings out of sample, over every path; what cannot be said is null, with the reason."""

    observations: int = Field(description="Returns from close to close.")
    trials: int = Field(description="How many ran to their end and were chosen from.")
    left_out: int = Field(description="How many did not, or held something without a price.")
    groups: list[SessionGroupOut]
    splits: list[SplitOut]
    paths: list[PathOut]
    sharpe_quantiles: dict[str, float] = Field(
        description="Of the Sharpe ratios of the paths, by the share of paths at or below.", examples=[{"0.05": -0.4}]
    )
    share_losing: float | None = Field(description="How many paths lost money, from 0 to 1.")
    overfitting_probability: float | None = Field(
        description="How often the best of one half of the time was no better than the middle in the other half."
    )
    reasons: dict[str, str]


class LeakCheckBody(QuestionBody):
    """A strategy to run over what a tape has shown, as it is and with less of the future and of the past."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Does it look ahead?",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "strategy": "sma_cross",
                    "symbols": ["AAPL"],
                    "cuts": 24,
                }
            ]
        },
    )
    cuts: int = Field(
        default=24,
        ge=2,
        le=500,
        description="At how many bars the data end; half of them where it asked for something.",
    )

    def leak_check(self) -> RequestLeakCheck:
        """Return what is asked as a command."""
        return RequestLeakCheck(self.request(), self.cuts)


class LeakOut(BaseModel):
    """What moved at a bar when there was less of the data, which shows that it depends on what came later."""

    test: LeakTest
    cut_at: datetime = Field(description="Where the data ended, or began.")
    bar_at: datetime = Field(description="The first bar that moved.")
    what: str = Field(description="An indicator, an order, or the strategy itself.", examples=["sma(20) of AAPL"])
    was: str = Field(description="With all the data.")
    came: str = Field(description="With less of them.")


class WarmUpOut(BaseModel):
    """How many bars a strategy says it looks back at, and after how many its indicators no longer depend on more."""

    declared: int
    settled: int | None = Field(description="Null where it has no indicator, or there were too few bars.")
    reason: str | None


class ShiftedOut(BaseModel):
    """What a run came to; null where it cannot be said."""

    total_return: float | None
    sharpe: float | None
    orders: int | None


class ShiftOut(BaseModel):
    """A run as it is, and with every bar told one bar late; what that costs is for you to judge."""

    as_it_is: ShiftedOut
    a_bar_late: ShiftedOut


class LeaksOut(BaseModel):
    """Whether a strategy sees the future; it is clean if nothing moved."""

    is_clean: bool
    cuts: int = Field(description="At how many bars the data ended.")
    leaks: list[LeakOut] = Field(description="The first 100.")
    leaks_in_all: int
    warm_up: WarmUpOut
    shift: ShiftOut


class JitterBody(QuestionBody):
    """A strategy to run over what a tape has shown, as it is and with its numbers shaken a little."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "How firm does it stand?",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "strategy": "sma_cross",
                    "symbols": ["AAPL"],
                    "runs": 200,
                    "shake_parameters": 0.2,
                    "delay_bars": 1,
                }
            ]
        },
    )
    runs: int = Field(default=100, ge=1, le=500, description="How often it is shaken.")
    jitter_seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = Field(default=0, description="Equal seeds shake alike.")
    shake_parameters: float = Field(
        default=0.1, ge=0, le=1, description="Numbers move within this share of themselves; whole ones by one at least."
    )
    shake_fees: float = Field(default=0.5, ge=0, le=1, description="Fees are times a factor within this share of one.")
    slippage_bps: float = Field(default=2, ge=0, le=1000, description="Up to so much more of the price at every fill.")
    half_spread_bps: float = Field(
        default=1, ge=0, le=1000, description="Up to so much more on each side of a price that nobody quoted."
    )
    delay_bars: int = Field(default=0, ge=0, le=100, description="Bars are told up to so many bars late.")

    def jitter(self) -> RequestJitter:
        """Return what is asked as a command."""
        frictions = self.slippage_bps, self.half_spread_bps, self.delay_bars
        shaking = Shaking(self.shake_parameters, self.shake_fees, *frictions)
        return RequestJitter(self.request(), shaking, self.runs, self.jitter_seed)


class ShakenRunOut(BaseModel):
    """A run and how it was shaken; as it is, it has the number 0 and nothing was done to it."""

    number: int
    parameters: dict[str, Any]
    fees: float | None = Field(description="The factor of all fees.")
    slippage_bps: float | None
    half_spread_bps: float | None
    delay_bars: int | None
    total_return: float | None
    sharpe: float | None
    max_drawdown: float | None
    orders: int | None
    reason: str | None


class JitterOut(BaseModel):
    """How the figures of a run spread when its numbers are shaken."""

    as_it_is: ShakenRunOut
    figures: dict[str, DrawnFigureOut] = Field(description="total_return, sharpe and max_drawdown.")
    share_losing: float | None = Field(description="How many shaken runs lost money, from 0 to 1.")
    worst: list[ShakenRunOut] = Field(description="The five that brought least, the worst first.")
    runs: list[ShakenRunOut]
    reasons: dict[str, str]


class StudyOut(BaseModel):
    """A study of one strategy: what is asked, how it is studied, and how far it is."""

    id: UUID
    kind: StudyKind
    name: str
    tape_id: UUID
    dataset_id: UUID
    strategy: str
    version: int
    symbols: list[str]
    parameters: dict[str, Any] = Field(description="Those that stay the same.")
    plan: dict[str, Any] = Field(description="How it is studied, as it was asked.")
    fill_model: str
    mode: RunMode
    currency: str
    cash: NumberText
    after_cursor: int
    upto_cursor: int
    asked_at: datetime
    ended_at: datetime | None
    state: State
    progress: float = Field(description="From 0 to 1.")
    message: str
    job_id: UUID

    @classmethod
    def of(cls, study: Study, standing: Standing | None) -> "StudyOut":
        """Show a study beside its job; without one, what was kept says how it ended."""
        return cls(**_shown(study, standing))


class StudyResultsOut(StudyOut):
    """A study with what came of it, under the name of its kind; null where it has not ended."""

    cross_validation: CrossValidationOut | None
    leaks: LeaksOut | None
    jitter: JitterOut | None
    trial: TrialOut | None = Field(
        description="What was examined: the run as it is, or the best trial of a cross-validation over all sessions."
    )
    selection: SelectionOut | None = Field(description="Of that trial, beside all trials of its family.")

    @classmethod
    def beside(cls, study: Study, standing: Standing | None, examined: Examined | None) -> "StudyResultsOut":
        """Show a study with what came of it, and what of that may be owed to having tried often."""
        found: dict[str, Any] = {kind.value: findings_in(study, kind) for kind in StudyKind}
        found["trial"] = None if examined is None else TrialOut.of(examined.trial)
        found["selection"] = None if examined is None else SelectionOut.of(examined.selection)
        return cls.model_validate(_shown(study, standing) | found)


def _shown(study: Study, standing: Standing | None) -> dict[str, Any]:
    asked = study.asked
    state = "cancelled" if standing is None else standing.state
    return {
        **question_members(asked),
        "job_id": asked.job_id,
        "ended_at": asked.ended_at,
        "kind": study.kind,
        "plan": dict(study.plan),
        "state": state if asked.ended_at is None else "done",
        "progress": 1.0 if standing is None else standing.progress,
        "message": "" if standing is None else standing.message,
    }
