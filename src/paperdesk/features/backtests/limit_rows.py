"""How the limits of a run were used, as it is kept and told beside its report."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from paperdesk.core.backtest.limit_course import LimitCourse, Sighting, limit_courses
from paperdesk.core.backtest.result import Result
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.watched_limits import TOLD, WatchedLimit, rounded
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.backtests.backtests import AskedLimit, Backtest
from paperdesk.features.backtests.tape_market import TapeMarket


def limit_rows(backtest: Backtest, market: TapeMarket, account: Account, result: Result) -> list[dict[str, Any]]:
    """Write down how each limit of a run was used, in the order in which they were asked for."""
    limits = [watched(each, market) for each in backtest.limits]
    courses = limit_courses(market, account, result, limits, backtest.stretch)
    return [_row(*each) for each in zip(backtest.limits, courses, strict=True)]


def watched(asked: AskedLimit, market: TapeMarket) -> WatchedLimit:
    """Return the limit that is asked for."""
    of = None if asked.symbol is None else market.instrument(asked.symbol)
    assert asked.symbol is None or of is not None, "who asked for the run made sure of that"
    return WatchedLimit(asked.kind, asked.value, asked.thresholds, None if of is None else of.id)


def _row(asked: AskedLimit, course: LimitCourse) -> dict[str, Any]:
    return {
        "kind": asked.kind.value,
        "symbol": asked.symbol,
        "unit": course.limit.unit.value,
        "value": plain(asked.value),
        "thresholds": [plain(each) for each in astuple(asked.thresholds)],
        "state": course.state.value,
        "highest": _sighting(course.highest),
        "unknown_bars": course.unknown,
        **{each.value: _sighting(course.first.get(each)) for each in TOLD},
        "alerts": {each.value: course.told[each] for each in TOLD},
    }


def _sighting(seen: Sighting | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    amount, reason = seen.measured.amount, seen.measured.reason
    shown = rounded(amount)
    told = None if shown is None else plain(shown)
    return {"bar": seen.bar, "at": instant_text(seen.at), "measured": told, "reason": reason}


def symbols_of(limits: Sequence[AskedLimit]) -> list[str]:
    """Return the symbols that limits are about."""
    return [each.symbol for each in limits if each.symbol is not None]
