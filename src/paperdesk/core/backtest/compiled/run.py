"""A compiled run of a strategy, told as the exact engine does.

Of one symbol it is driven by all of its targets at once or by its hooks, of several by the shares that are due.
"""

from collections.abc import Sequence

import numpy as np

from paperdesk.core.backtest.compiled import portfolio
from paperdesk.core.backtest.compiled.arithmetic import EXACT, Ints
from paperdesk.core.backtest.compiled.baskets import bring_shares, panel_of
from paperdesk.core.backtest.compiled.hooks import run_by_hooks
from paperdesk.core.backtest.compiled.kernel import BAR, FEE, FREE, KEEP, NEEDED, PRICE, STATE, UNITS, WHY
from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.scaling import inexpressible, refusal
from paperdesk.core.backtest.compiled.signals import Leftover, hold_targets
from paperdesk.core.backtest.compiled.telling import Accepted, Denied, Telling
from paperdesk.core.backtest.compiled.track import Course, check_all_prices
from paperdesk.core.backtest.compiled.words import Holding, pay_last_nights, points_of
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import KeepGoing
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.strategy import Shares, Strategy, Targets


def check_expressible(strategy: Strategy, rules: Rules, instruments: Sequence[Instrument], currency: str) -> None:
    """Refuse by name what no compiled run could be; raises NotExpressible."""
    found = {"higher_timeframes": bool(strategy.timeframes), "options": strategy.with_options}
    names = [name for name, is_so in found.items() if is_so]
    for each in instruments:
        names += [name for name in inexpressible(rules, each, currency) if name not in names]
    if names:
        raise refusal(names)


def check_together(courses: Sequence[Course], strategy: Strategy, means: Means) -> None:
    """Refuse by name symbols whose bars do not go together, or a strategy of several that says no shares.

    Closes alone are enough for targets of one symbol, held with cash by market orders.
    """
    if len(courses) > 1 or means.rules.margin.is_margined or strategy.targets(courses[0].history) is None:
        check_all_prices([each.bars for each in courses])
    if len(courses) > 1:
        _due(courses, strategy)
        panel_of([each.bars for each in courses], means)


def run_compiled(
    courses: Sequence[Course], strategy: Strategy, account: Account, keep_going: KeepGoing = lambda _: True
) -> Result:
    """Run a strategy from an account that has nothing but cash, over the course of each of its symbols.

    Raises NotExpressible.
    """
    if len(courses) > 1:
        return _run_together(courses, strategy, account)
    (course,) = courses
    found = strategy.targets(course.history)
    return run_by_hooks(course, strategy, account, keep_going) if found is None else _hold(course, found, account)


def _hold(course: Course, found: Targets, account: Account) -> Result:
    wanted = _in_lots(found, course.bars.instrument)[course.first :][: course.frames]
    means = Means(account.cash, account.rules, account.currency, account.book.memorandum)
    outcome = hold_targets(course.bars, wanted, means, Leftover(course.unfinished, course.bell_at))
    result = Result(account, course.began_at, course.ended_at, frames=course.frames)
    accepted = [Accepted(row[BAR], 0, row[UNITS], row[STATE], row[PRICE], row[FEE]) for row in outcome.orders.tolist()]
    denied = [Denied(row[BAR], 0, row[UNITS], row[NEEDED], row[FREE], row[WHY]) for row in outcome.refused.tolist()]
    Telling([course.bars], outcome.worths, accepted, denied).into(result)
    changes = np.zeros(len(course.bars), np.int64)
    changes[outcome.fills[:, BAR] + 1] = outcome.fills[:, UNITS]
    holdings = [Holding(np.cumsum(changes), outcome.bars.close)]
    result.points = points_of(outcome.worths, result, outcome.equity, holdings, course.session_bars())
    pay_last_nights(result.points, outcome.worths.money(outcome.end.cash))
    return result


def _run_together(courses: Sequence[Course], strategy: Strategy, account: Account) -> Result:
    first, shares = courses[0], _due(courses, strategy)
    means = Means(account.cash, account.rules, account.currency)
    panel = panel_of([each.bars for each in courses], means)
    brought = bring_shares(panel, shares, means)
    result = Result(account, first.began_at, first.ended_at, frames=first.frames)
    accepted = [Accepted(*row) for row in brought.orders.tolist()]
    denied = [Denied(*row[: len(Denied._fields)]) for row in brought.refused.tolist()]
    Telling(panel.bars, brought.worths, accepted, denied).into(result)
    changes = np.zeros(panel.close.shape, np.int64)
    fills = brought.fills
    changes[fills[:, portfolio.BAR] + 1, fills[:, portfolio.SYMBOL]] = fills[:, portfolio.UNITS]
    holdings = [Holding(*each) for each in zip(np.cumsum(changes, axis=0).T, panel.close.T, strict=True)]
    result.points = points_of(brought.worths, result, brought.ledger.equity, holdings, first.session_bars())
    return result


def _due(courses: Sequence[Course], strategy: Strategy) -> Shares:
    """Return what is due at each bar on which somebody acts."""
    first = courses[0]
    if len({(each.first, each.frames, each.unfinished, len(each.bars)) for each in courses}) > 1:
        raise refusal(["uneven_bars"])
    histories = {each.bars.instrument.symbol: each.history for each in courses}
    found = strategy.shares(histories, first.first)
    if found is None:
        raise refusal(["several_symbols"])
    due = np.full(len(first.bars), -1, np.int64)
    due[: first.frames] = found.due[first.first :][: first.frames]
    return replace(found, due=due)


def _in_lots(found: Targets, instrument: Instrument) -> Ints:
    if found.units % instrument.lot_step or found.units <= ZERO:
        raise refusal(["parts_of_lots"])
    lots = found.wanted * float(found.units / instrument.lot_step)
    is_kept = np.isnan(lots)
    if bool(np.any(np.abs(lots) >= EXACT)):
        raise refusal(["numbers_too_large"])
    if not np.array_equal(lots, np.rint(lots), equal_nan=True):
        raise refusal(["parts_of_lots"])
    return np.where(is_kept, KEEP, np.where(is_kept, 0, lots).astype(np.int64))
