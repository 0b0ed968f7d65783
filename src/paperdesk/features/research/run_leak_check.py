"""Look for leaks as a job: the same run with less of the future, less of the past, and everything a bar late."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from paperdesk.core.backtest.leaks import (
    Leak,
    cuts_of,
    late_beginning,
    moved_by_truncation,
    moved_by_warm_up,
    settled_after,
    warm_up_of,
)
from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.backtest.trials import Trial, trial_of
from paperdesk.core.backtest.watched import AS_IT_IS, Sight, Watched, Window, watched
from paperdesk.features.backtests.run_backtest import check_went_through
from paperdesk.features.research.run_trials import while_wanted
from paperdesk.features.research.studied import Studied, counted, kept, studied_by
from paperdesk.infra.jobs import Job
from paperdesk.infra.work import jsonable

LEAKS_MAX: Final = 100
TOO_SHORT: Final = "there are too few bars to begin later"
_COMPARED: Final = ("total_return", "sharpe")


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What came of beginning later: how many bars the strategy says it looks back at, and how many it took."""

    declared: int
    settled: int | None = None
    reason: str | None = None


async def run_leak_check(job: Job) -> dict[str, str | int]:
    """Run as it is, and then with less; the run as it is is counted as a trial."""
    at = await studied_by(job)
    asked, market = at.study.asked, at.bench.market
    full = await _watched(job, at, (0.0, "As it is"), asked.stretch)
    check_went_through(full.result)
    trial = _trial(at, full)
    await counted(job, at, trial, asked)
    leaks: list[Leak] = []
    cuts = cuts_of(full, market, asked.stretch, int(at.study.plan["cuts"]))
    for place, cut in enumerate(cuts):
        told = (place + 1) / (len(cuts) + 3), f"The data end at {market.at_of(cut):%Y-%m-%d}"
        part = await _watched(job, at, told, Stretch(asked.stretch.after, cut))
        leaks += moved_by_truncation(full, part, market.at_of(cut))
    warm_up, moved = await _warmed_up(job, at, full)
    late = await _watched(job, at, (0.95, "A bar late"), asked.stretch, Sight(late=1))
    findings = _findings([*leaks, *moved], warm_up, {"as_it_is": trial, "a_bar_late": _trial(at, late)})
    await kept(job, at, {**findings, "cuts": len(cuts)})
    return {"study_id": str(at.study.id), "leaks": len(leaks) + len(moved)}


async def _watched(
    job: Job, at: Studied, told: tuple[float, str], stretch: Stretch, sight: Sight = AS_IT_IS
) -> Watched:
    asked, market = at.study.asked, at.bench.market
    account = asked.account_at(at.who.tenant_id, market.at_of(stretch.after))
    window = Window(market, stretch, sight)
    return await while_wanted(
        job, at.way, told, partial(watched, window, account, asked.made_strategy(), at.bench.keep_going)
    )


async def _warmed_up(job: Job, at: Studied, full: Watched) -> tuple[WarmUp, list[Leak]]:
    """Begin later, with as many bars before it as the strategy says that it looks back at."""
    asked, market = at.study.asked, at.bench.market
    lead = warm_up_of(asked.made_strategy(), full)
    begins = late_beginning(market, asked.stretch, full.histories[asked.symbols[0], None], lead)
    if begins is None:
        return WarmUp(lead, reason=TOO_SHORT), []
    stretch = Stretch(begins, asked.stretch.upto)
    long = await _watched(job, at, (0.85, "Begun later"), stretch)
    short = await _watched(job, at, (0.9, "Begun later, with less before it"), stretch, Sight(lead=lead))
    return WarmUp(lead, settled_after(long, short)), moved_by_warm_up(long, short, market.at_of(begins))


def _trial(at: Studied, run: Watched) -> Trial:
    return trial_of(run.result, at.study.asked.parameters, at.bench.rates(at.study.asked))


def _findings(leaks: Sequence[Leak], warm_up: WarmUp, runs: Mapping[str, Trial]) -> dict[str, Any]:
    return {
        "is_clean": not leaks,
        "leaks": [jsonable(asdict(each)) for each in leaks[:LEAKS_MAX]],
        "leaks_in_all": len(leaks),
        "warm_up": asdict(warm_up),
        "shift": {
            name: {**{figure: run.measures.get(figure) for figure in _COMPARED}, "orders": run.orders}
            for name, run in runs.items()
        },
    }
