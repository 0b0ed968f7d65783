"""Run trials of a sweep: by the exact engine one by one, or by compiled code many at once where that comes to the same.

What compiled code cannot express of a single trial is run by the exact engine.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import run_backtest
from paperdesk.core.backtest.trials import Rates, Trial, measured, trial_of, untried
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import TenantId
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.library.trend import MovingAverageCross
from paperdesk.core.strategy.sized import FIXED_SIZE
from paperdesk.features.backtests.backtests import Backtest, RunMode
from paperdesk.features.backtests.tape_market import TapeMarket

if TYPE_CHECKING:
    from paperdesk.core.backtest.compiled.sweeping import Averages, OwingSweep, Sweep
    from paperdesk.core.backtest.compiled.track import Course

Numbered = tuple[int, Backtest]
KeepGoing = Callable[[int], bool]
# So many trials are run between two looks at whether anybody still wants them.
AT_ONCE: Final = {RunMode.EVENTS: 1, RunMode.COMPILED: 250}


@dataclass(frozen=True, slots=True)
class Bench:
    """The market that trials run on, whose they are, and whether only their ends count."""

    market: TapeMarket
    tenant_id: TenantId
    keep_going: KeepGoing
    only_end: bool = False

    def run(self, questions: Sequence[Numbered]) -> list[Trial]:
        """Run trials of one sweep to their ends; what cannot be run says why."""
        if questions[0][1].mode is RunMode.EVENTS:
            return [self._exact(*each) for each in questions]
        found = {each.number: each for each in self._compiled(questions)}
        return [found[number] if number in found else self._exact(number, asked) for number, asked in questions]

    def result(self, asked: Backtest) -> Result:
        """Run one question to its end, by compiled code where it was asked for and comes to the same."""
        if asked.mode is RunMode.COMPILED:
            from paperdesk.core.backtest.compiled.run import run_compiled  # noqa: PLC0415 - loads a compiler
            from paperdesk.core.backtest.compiled.scaling import NotExpressible  # noqa: PLC0415 - as above
            from paperdesk.features.backtests.compiled_course import courses_of  # noqa: PLC0415 - as above

            with suppress(NotExpressible):
                courses, strategy = courses_of(self.market, asked.made_strategy(), asked.stretch), asked.made_strategy()
                return run_compiled(courses, strategy, asked.account_at(self.tenant_id, courses[0].began_at))
        account = asked.account_at(self.tenant_id, self.market.at_of(asked.stretch.after))
        return run_backtest(self.market, account, asked.made_strategy(), asked.stretch, self.keep_going)

    def trial(self, number: int, asked: Backtest) -> tuple[Trial, Result | None]:
        """Run one question to its end, and return it as a trial with all that came of it; nothing if it was refused."""
        try:
            result = self.result(asked)
        except PaperdeskError as refused:
            return untried(number, asked.parameters, refused.message), None
        return trial_of(result, asked.parameters, self.rates(asked), number), result

    def _exact(self, number: int, asked: Backtest) -> Trial:
        return self.trial(number, replace(asked, mode=RunMode.EVENTS))[0]

    def _compiled(self, questions: Sequence[Numbered]) -> Iterator[Trial]:
        """Yield the trials that compiled code can express."""
        from paperdesk.core.backtest.compiled.scaling import NotExpressible  # noqa: PLC0415 - loads a compiler
        from paperdesk.features.backtests.compiled_course import courses_of  # noqa: PLC0415 - as above

        asked = questions[0][1]
        courses = courses_of(self.market, asked.made_strategy(), asked.stretch)

        def kind(question: Numbered) -> tuple[bool, str]:
            # On a bar that is not finished nobody acts, which a sweep does not know; such runs are compiled one by one.
            is_swept = not courses[0].unfinished and _crossing(question[1]) is not None
            return is_swept, str(question[1].parameters.get("quantity"))

        for (is_swept, _), group in groupby(questions, kind):
            run = self._swept if is_swept else self._one_by_one
            try:
                yield from run(courses, list(group))
            except NotExpressible:
                continue

    def _one_by_one(self, courses: "Sequence[Course]", questions: Sequence[Numbered]) -> Iterator[Trial]:
        from paperdesk.core.backtest.compiled.run import run_compiled  # noqa: PLC0415 - as above
        from paperdesk.core.backtest.compiled.scaling import NotExpressible  # noqa: PLC0415 - as above

        for number, asked in questions:
            account = asked.account_at(self.tenant_id, courses[0].began_at)
            with suppress(NotExpressible):  # of this one; of the next it may express everything
                result = run_compiled(courses, asked.made_strategy(), account, self.keep_going)
                yield trial_of(result, asked.parameters, self.rates(asked), number)

    def _swept(self, courses: "Sequence[Course]", questions: Sequence[Numbered]) -> Iterator[Trial]:
        from paperdesk.core.backtest.compiled.scaling import money_places_of  # noqa: PLC0415 - as above
        from paperdesk.core.backtest.compiled.sweeping import scores_of  # noqa: PLC0415 - as above

        asked, course = questions[0][1], courses[0]
        swept, count = _laid_out(course, questions), len(questions)
        places, at = money_places_of(asked.rules, asked.currency), (course.began_at, course.ended_at)
        scores = scores_of(swept.ended(0, count) if self.only_end else swept.part(0, count))
        began = np.full(count, float(asked.cash.scaleb(places)))
        curves = np.stack([began, scores.equity], 1) if self.only_end else swept.curves(0, count)
        for place, (number, each) in enumerate(questions):
            if np.isnan(scores.equity[place]):
                continue
            ended = Decimal(int(scores.equity[place])).scaleb(-places)
            counts = scores.orders[place].item(), scores.refused[place].item()
            bare = Trial(number, each.parameters, {}, ended, *counts)
            yield measured(bare, at, curves[place] / 10**places, self.rates(each))

    def rates(self, asked: Backtest) -> Rates:
        """Return what the returns of a question are measured by."""
        return Rates(self.market.periods_a_year, asked.risk_free, self.only_end)


def _crossing(asked: Backtest) -> MovingAverageCross | None:
    """Return the strategy of a question where it crosses averages and holds fixed sizes, which arrays can say."""
    strategy = asked.made_strategy()
    return strategy if isinstance(strategy, MovingAverageCross) and strategy.sizing == FIXED_SIZE else None


def _laid_out(course: "Course", questions: Sequence[Numbered]) -> "Sweep | OwingSweep":
    """Lay out crossings of averages; raises NotExpressible."""
    from paperdesk.core.backtest.compiled.means import Means  # noqa: PLC0415 - loads a compiler
    from paperdesk.core.backtest.compiled.sweeping import Around, sweep_of  # noqa: PLC0415 - as above

    asked, step = questions[0][1], course.bars.instrument.lot_step
    pairs = [_averages(each, step) for _, each in questions]
    means = Means(asked.cash, asked.rules, asked.currency)
    return sweep_of(course.bars, pairs, means, Around(course.began_at, course.bell_at, course.closes_before))


def _averages(asked: Backtest, lot_step: Decimal) -> "Averages":
    from paperdesk.core.backtest.compiled.scaling import refusal  # noqa: PLC0415 - loads a compiler
    from paperdesk.core.backtest.compiled.sweeping import Averages  # noqa: PLC0415 - as above

    strategy = _crossing(asked)
    assert strategy is not None, "others are run one by one"
    lots = strategy.quantity / lot_step
    if lots != lots.to_integral_value():
        raise refusal(["parts_of_lots"])
    return Averages(strategy.fast, strategy.slow, int(lots), -int(lots) if strategy.below == "short" else 0)
