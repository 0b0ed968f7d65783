"""A run with all that a report tells of it: its curve in numbers, its benchmark, its family, and what is dubious."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from paperdesk.core.backtest.trials import Selection
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.strategy.indicators import Floats
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.capsules import NotToBeProven, capsule_of
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.broker.rows import rules_value

FEW_ROUND_TRIPS: Final = 30
LIKELY: Final = 0.95
_FEES: Final = frozenset(
    ("per_share", "order_minimum", "per_contract", "value_rate", "order_maximum", "maker_rate", "taker_rate",
     "regulatory")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run, what came of it, and what is told beside: `at` and `curve` are the points whose worth is known.

    `benchmark` is what buying it with the same money and holding it came to at the same instants, NaN before its first
    price; None where there is none.
    """

    backtest: Backtest
    report: Mapping[str, Any]
    selection: Selection
    capsule_hash: str | None
    at: Sequence[datetime]
    curve: Floats
    benchmark: Floats | None
    periods_a_year: float
    friction: str
    warnings: Sequence[str]


def told_run(backtest: Backtest, report: Mapping[str, Any], selection: Selection, market: TapeMarket) -> ToldRun:
    """Gather what a report tells of a run."""
    points = [each for each in report["equity"] if each["equity"] is not None]
    at = [datetime.fromisoformat(each["at"]) for each in points]
    curve = np.array([float(each["equity"]) for each in points])
    return ToldRun(
        backtest=backtest,
        report=report,
        selection=selection,
        capsule_hash=_capsule_hash(backtest, report, selection),
        at=at,
        curve=curve,
        benchmark=_benchmark(backtest, market, at, curve),
        periods_a_year=market.periods_a_year,
        friction=_friction(backtest),
        warnings=list(_warnings(report, selection, market)),
    )


def _capsule_hash(backtest: Backtest, report: Mapping[str, Any], selection: Selection) -> str | None:
    try:
        return str(capsule_of(backtest, report, selection)["hash"])
    except NotToBeProven:
        return None


def _benchmark(backtest: Backtest, market: TapeMarket, at: Sequence[datetime], curve: Floats) -> Floats | None:
    if backtest.benchmark is None or not at:
        return None
    history = market.history_of(backtest.benchmark, backtest.stretch.upto)
    instants = np.array([microseconds(each) for each in at], np.int64)
    places = np.searchsorted(history.at, instants, side="right") - 1
    closes = history.columns["close"]
    held = np.where(places >= 0, closes[np.maximum(places, 0)] if len(closes) else np.nan, np.nan)
    known = held[np.isfinite(held)]
    return None if not len(known) else held / known[0] * curve[0]


def _friction(backtest: Backtest) -> str:
    rules = rules_value(backtest.rules)
    owed = {name: each for name, each in rules["fees"].items() if name in _FEES and each not in (None, "0", False)}
    said = ", ".join(f"{name.replace('_', ' ')} {'' if each is True else each}".strip() for name, each in owed.items())
    return f"fills {rules['fill_model']}, fees: {said or 'none'}"


def _warnings(report: Mapping[str, Any], selection: Selection, market: TapeMarket) -> Iterator[str]:
    failure, manifest = report["failure"], market.dataset.manifest
    if failure is not None:
        yield f"The strategy broke at {failure['at']}: {failure['error']}"
    if report["is_cancelled"]:
        yield "The run was cancelled; this is what it had come to."
    if report["ambiguous_fills"]:
        yield f"{report['ambiguous_fills']} fills are on bars that do not tell what came first; the worse was taken."
    if report["refusals"]:
        first, count = report["refusals"][0], len(report["refusals"])
        yield f"{count} orders or cancellations were refused; the first at {first['at']}: {first['message']}"
    closed = sum(each["left_at"] is not None for each in report["round_trips"])
    if closed < FEW_ROUND_TRIPS:
        yield f"Only {closed} round trips were closed: a few of them decide every figure."
    skill = selection.deflated_sharpe
    if skill is not None and skill < LIKELY:
        yield f"After {selection.trials} trials it is {skill:.0%} likely that this is more than luck."
    if len(report["equity"]) != _known(report):
        yield "At some closes something held had no price; they are left out of the drawings."
    if manifest.survivorship is None:
        yield "Nobody said whether the dataset has companies that have vanished since; results may be too good."
    yield from (f"Of the dataset: {each}" for each in manifest.warnings)


def _known(report: Mapping[str, Any]) -> int:
    return sum(each["equity"] is not None for each in report["equity"])
