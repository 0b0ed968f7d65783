"""A sweep as it is kept: one question, asked again with other parameters; a walk forward is one for each fold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from paperdesk.core.backtest.search import Axes, Search, combinations_of
from paperdesk.core.backtest.trials import AT_ITS_END
from paperdesk.core.backtest.walking import Walk
from paperdesk.core.kernel.ids import derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.catalogue import made
from paperdesk.features.backtests.backtests import Backtest, RunMode
from paperdesk.infra.strategy_packages import KNOWN

# So many trials are one job: what a worker that dies loses, and what is waited for when it stops.
_A_CHUNK: Final = {RunMode.EVENTS: 20, RunMode.COMPILED: 1000}


class Objective(StrEnum):
    """The measure by which one trial is better than another; more is better of each."""

    SHARPE = "sharpe"
    TOTAL_RETURN = "total_return"
    CAGR = "cagr"
    CALMAR = "calmar"
    MAX_DRAWDOWN = "max_drawdown"

    @property
    def needs_the_way(self) -> bool:
        """Say whether it is not known from the end alone."""
        return self not in AT_ITS_END


@dataclass(frozen=True, slots=True)
class WalkPlan:
    """How a walk forward goes, in sessions, and three cursors of each fold: chosen after, traded after, and the end."""

    walk: Walk
    choose_on: int
    trade_on: int
    folds: Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is searched: `asked` is the question with the parameters that stay; trials are numbered from 1.

    With a `plan` it is a walk forward, which tries all of them in every fold. Where only the end counts, nothing is
    measured on the way there.
    """

    asked: Backtest
    job_ids: Sequence[UUID]
    axes: Axes
    search: Search
    seed: int
    trials: int
    objective: Objective
    plan: WalkPlan | None = None
    only_end: bool = False

    @property
    def id(self) -> UUID:
        """Return its id, which is that of its trials in the ledger too."""
        return self.asked.id

    def questions(self, first: int = 1, stop: int | None = None) -> list[tuple[int, Backtest]]:
        """Return trials from one number to before another, or all of them: the number of each and its question."""
        found = combinations_of(self.axes, self.search, self.trials, self.seed)
        numbers = range(first, len(found) + 1 if stop is None else stop)
        return [(number, self.question(number, found[number - 1])) for number in numbers]

    def question(self, number: int, chosen: Mapping[str, Any]) -> Backtest:
        """Return the question of a trial with the parameters that were chosen for it."""
        values = made(KNOWN, self.asked.strategy, self.asked.symbols, {**self.asked.parameters, **chosen}).values
        return replace(self.asked, id=derived(self.asked.id, "trial", number), parameters=values)

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Yield the first number of each job and the one after its last."""
        # What is learned from what came before is learned in one place.
        size = self.trials if self.search is Search.LEARNED else _A_CHUNK[self.asked.mode]
        for first in range(1, self.trials + 1, size):
            yield first, min(first + size, self.trials + 1)


@dataclass(frozen=True, slots=True)
class TradedFold:
    """What came of a fold: what was chosen, what it brought before, and what it brought when it was traded.

    `at` are seconds since 1970 with what the account was worth then; none where there was nothing to choose.
    """

    number: int
    trials: int
    parameters: Mapping[str, Any] | None = None
    sharpe_before: float | None = None
    return_before: float | None = None
    sharpe: float | None = None
    total_return: float | None = None
    max_drawdown: float | None = None
    orders: int | None = None
    reason: str | None = None
    at: Sequence[float] = ()
    equity: Sequence[float] = ()
