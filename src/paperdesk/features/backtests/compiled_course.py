"""What a tape has shown of instruments as bars for a compiled run, or the names of what it holds beyond bars."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.falls import falls
from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.run import check_expressible, check_together
from paperdesk.core.backtest.compiled.scaling import refusal
from paperdesk.core.backtest.compiled.track import Bars, Course
from paperdesk.core.backtest.runner import NothingToRun, Stretch
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.margin_rates import MARGINABLE
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import CloseFact, OpenFact, RangeFact, SessionClosed
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.strategy import Strategy
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.marketdata.feeds.columns import Ints

_PRICES: Final = ("open", "high", "low", "close")


def courses_of(market: TapeMarket, strategy: Strategy, stretch: Stretch) -> list[Course]:
    """Return the bars of a strategy's symbols that close in a stretch; raises NotExpressible or NothingToRun."""
    return [_course_of(market, each, stretch) for each in _instruments(market, strategy)]


def _instruments(market: TapeMarket, strategy: Strategy) -> Iterator[Instrument]:
    for symbol in strategy.symbols:
        instrument = market.instrument(symbol)
        assert instrument is not None, "who asked for the run made sure of that"
        yield instrument


def _course_of(market: TapeMarket, instrument: Instrument, stretch: Stretch) -> Course:
    names = [*_beyond_bars(market, instrument, stretch), *(["close_at_end"] if stretch.close_at_end else [])]
    if names:
        raise refusal(names)
    rows = market.dataset.closed_bars(instrument.id, stretch.upto)
    began_at, ended_at = market.at_of(stretch.after), market.at_of(stretch.upto)
    first = 0 if rows is None else int(np.searchsorted(rows.columns.at, microseconds(began_at), side="right"))
    if rows is None or first == len(rows.columns.at):
        raise NothingToRun("No bar closes between the beginning and the end.")
    columns = rows.columns
    closes_alone = not columns.complete[first:].any()
    prices: list[Ints] = [(columns.close if closes_alone else getattr(columns, name))[first:] for name in _PRICES]
    open_at, at = (columns.at if closes_alone else columns.open_at)[first:], columns.at[first:]
    last = market.dataset.last_print(instrument.id, stretch.upto)
    assert last is not None, "a bar has closed"
    after = list(market.dataset.facts_between(last.seq, stretch.upto, frozenset({instrument.id})))
    unfinished = _unfinished(market, last, stretch)
    if isinstance(last, OpenFact):
        # It stands at its open until it closes; its range may have come.
        spans = [each for each in after if isinstance(each, RangeFact)]
        unfinished += len(spans)
        shown = [last.price, *((spans[0].high, spans[0].low) if spans else (last.price, last.price)), last.price]
        open_at = np.append(open_at, microseconds(last.at))
        at = np.append(at, microseconds(spans[0].at if spans else last.at))
        prices = [np.append(column, int(each.scaleb(rows.scale))) for column, each in zip(prices, shown, strict=True)]
    open_, high, low, close = (np.ascontiguousarray(column) for column in prices)
    calendar = market.dataset.manifest.calendar
    bars = Bars(instrument, rows.scale, open_at, at, open_, high, low, close, calendar, closes_alone=closes_alone)
    if instrument.kind in MARGINABLE:
        before = columns.at[:first], columns.low[:first], columns.close[:first]
        known = [np.concatenate(pair) for pair in zip(before, (at, low, close), strict=True)]
        bars = replace(bars, fallen=falls(known[0], known[1], known[2], bars.session_closes)[first:])
    bells = (microseconds(each.at) for each in after if isinstance(each, SessionClosed))
    history = market.history(instrument, stretch.upto)
    last_bell = max(bells, default=-1)
    return Course(bars, history, first, began_at, ended_at, unfinished, last_bell, columns.close[:first])


def _unfinished(market: TapeMarket, last: OpenFact | CloseFact, stretch: Stretch) -> int:
    """Return how many facts have come of a bar on which nobody acts, told by its last print; 0 where somebody does."""
    if isinstance(last, OpenFact):
        return 1
    frame = market.next_frame(last.seq - 1)
    return 3 if frame is None or frame > stretch.upto else 0


def check_compiled(market: TapeMarket, strategy: Strategy, rules: Rules, currency: str, stretch: Stretch) -> None:
    """Refuse by name what no compiled run could be, before it becomes a job."""
    check_expressible(strategy, rules, list(_instruments(market, strategy)), currency)
    check_together(courses_of(market, strategy, stretch), strategy, Means(ZERO, rules, currency))


def _beyond_bars(market: TapeMarket, instrument: Instrument, stretch: Stretch) -> Iterator[str]:
    dataset = market.dataset
    began_on, ended_on = (dataset.calendar.day_of(dataset.at_of(each)) for each in (stretch.after, stretch.upto))
    actions = (each for each in dataset.actions if each.instrument.id == instrument.id)
    if any(began_on <= each.ex_on <= ended_on for each in actions):
        yield "corporate_actions"
    if any(each.seq > stretch.after for each in dataset.statuses(stretch.upto)):
        yield "halts"
    if dataset.last_quote(instrument.id, stretch.upto) is not None:
        yield "quotes"
