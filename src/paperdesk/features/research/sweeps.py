"""A sweep as it is kept: one question, asked again with other parameters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from paperdesk.core.backtest.search import Axes, Search, combinations_of
from paperdesk.core.kernel.ids import derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.catalogue import SHIPPED, made
from paperdesk.features.backtests.backtests import Backtest, RunMode

# So many trials are one job: what a worker that dies loses, and what is waited for when it stops.
_A_CHUNK: Final = {RunMode.EVENTS: 20, RunMode.COMPILED: 1000}


class Objective(StrEnum):
    """The measure by which one trial is better than another; more is better of each."""

    SHARPE = "sharpe"
    TOTAL_RETURN = "total_return"
    CAGR = "cagr"
    CALMAR = "calmar"
    MAX_DRAWDOWN = "max_drawdown"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is searched: `asked` is the question with the parameters that stay; trials are numbered from 1."""

    asked: Backtest
    job_ids: Sequence[UUID]
    axes: Axes
    search: Search
    seed: int
    trials: int
    objective: Objective

    @property
    def id(self) -> UUID:
        """Return its id, which is that of its trials in the ledger too."""
        return self.asked.id

    def questions(self) -> list[Backtest]:
        """Return the question of each trial, in their order."""
        found = combinations_of(self.axes, self.search, self.trials, self.seed)
        return [self._question(number, each) for number, each in enumerate(found, 1)]

    def _question(self, number: int, chosen: Mapping[str, Any]) -> Backtest:
        values = made(SHIPPED, self.asked.strategy, self.asked.symbols, {**self.asked.parameters, **chosen}).values
        return replace(self.asked, id=derived(self.asked.id, "trial", number), parameters=values)

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Yield the first number of each job and the one after its last."""
        size = _A_CHUNK[self.asked.mode]
        for first in range(1, self.trials + 1, size):
            yield first, min(first + size, self.trials + 1)
