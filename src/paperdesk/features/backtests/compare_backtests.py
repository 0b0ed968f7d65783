"""Compare runs: their measures side by side with the best marked, and their curves on the days that all know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np

from paperdesk.core.backtest.side_by_side import SideBySide, side_by_side
from paperdesk.core.backtest.trials import Selection
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.strategy.indicators import Floats
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.queries import read_backtest, report_in
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.trial_store import read_selection
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.work import ReadOnly

RUNS_MAX: Final = 8


class WrongNumberOfRuns(Invalid):
    """Two to eight runs are compared, each named once."""


class WorthNotKnown(Conflict):
    """A run at whose closes something held had no price cannot be compared."""


@dataclass(frozen=True, slots=True)
class ComparedBacktests:
    """Runs, each beside its family, and all of them on the days that all know."""

    runs: Sequence[tuple[Backtest, Selection]]
    together: SideBySide


async def compare_backtests(work: ReadOnly, shelf: Shelf, ids: Sequence[UUID]) -> ComparedBacktests:
    """Return the comparison; raises WrongNumberOfRuns, UnknownBacktest, NoReportYet, WorthNotKnown, NothingInCommon.

    Measures of the common days are annualised by the closes a year of the first.
    """
    if not 1 < len(ids) <= RUNS_MAX or len(set(ids)) < len(ids):
        raise WrongNumberOfRuns(f"Name two to {RUNS_MAX} runs, each once.", at_most=RUNS_MAX)
    found = [await read_backtest(work, each, {"equity", "figures"}) for each in ids]
    curves = [_curve(each) for each in found]
    market = TapeMarket(*await on_tape(work, shelf, found[0].tape_id))
    together = side_by_side(curves, market.periods_a_year)
    return ComparedBacktests([(each, await read_selection(work, each)) for each in found], together)


def _curve(backtest: Backtest) -> tuple[list[datetime], Floats]:
    points = report_in(backtest)["equity"]
    if any(each["equity"] is None or float(each["equity"]) <= 0 for each in points):
        raise WorthNotKnown("A run was worth nothing, or something it held had no price.", backtest_id=str(backtest.id))
    return [datetime.fromisoformat(each["at"]) for each in points], np.array([float(each["equity"]) for each in points])
