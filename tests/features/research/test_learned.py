"""Searches that learn, by REST and by themselves: each trial is chosen by those before, and repeated it is the same."""

from typing import Any

import pytest

from paperdesk.core.backtest.search import Axes
from paperdesk.features.research.learner import Learner, SearchNotInstalled, check_installed
from tests.desk import FIRST_CLOSE, RunningDesk
from tests.features.research.swept import ran_jobs, ran_sweep, ran_walk

RANGES = {"fast": {"at_least": "1", "at_most": "20"}, "slow": {"at_least": "2", "at_most": "20"}}
AXES: Axes = {"fast": list(range(1, 61)), "slow": list(range(1, 61)), "on": ["open", "close"]}


def found_by(seed: int, trials: int) -> list[dict[str, Any]]:
    """What a learner tries where the best is at 20 and 40, on the close."""
    learner, tried = Learner(AXES, seed), []
    for _ in range(trials):
        asked, chosen = learner.ask()
        tried.append(dict(chosen))
        away = abs(int(chosen["fast"]) - 20) + abs(int(chosen["slow"]) - 40)
        learner.tell(asked, None if chosen["fast"] == 1 else -float(away) - 30 * (chosen["on"] == "open"))
    return tried


def test_what_it_tries_comes_nearer_to_the_best_and_repeats_by_its_seed() -> None:
    tried = found_by(3, 80)
    assert tried == found_by(3, 80)

    def away(some: list[dict[str, Any]]) -> float:
        return float(sum(abs(each["fast"] - 20) + abs(each["slow"] - 40) for each in some) / len(some))

    assert away(tried[-20:]) < away(tried[:10])
    assert sum(each["on"] == "close" for each in tried[-20:]) > 10


def test_without_its_package_it_is_refused_with_what_to_install() -> None:
    check_installed()
    with pytest.raises(SearchNotInstalled, match=r"paperdesk\[research\]"):
        check_installed(lambda _: None)


async def test_a_sweep_may_learn_and_goes_on_where_it_stopped(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    terms = {"ranges": RANGES, "search": "learned", "trials": 12, "search_seed": 4, "objective": "total_return"}
    sweep_id = await ran_sweep(desk, tape_id, **terms)
    sweep = await desk.mine.get(f"/v1/sweeps/{sweep_id}")
    trials = await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials", by="total_return")
    assert (sweep["state"], sweep["trials"], len(sweep["job_ids"])) == ("done", 12, 1)
    assert sweep["best"] == trials[0]
    assert sweep["selection"]["trials"] == len({str(each["parameters"]) for each in trials})
    # Begun again it runs nothing, and asked again it tries the same.
    await ran_jobs(desk, sweep)
    again = await ran_sweep(desk, tape_id, **terms, mode="compiled")
    assert await desk.mine.rows(f"/v1/sweeps/{again}/trials", by="total_return") == trials


async def test_every_fold_of_a_walk_may_learn_from_its_own_stretch_alone(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    terms = {"ranges": RANGES, "search": "learned", "trials": 6, "search_seed": 4, "objective": "total_return"}
    walk_id = await ran_walk(desk, tape_id, **terms, starts_at=FIRST_CLOSE)
    found = await desk.mine.get(f"/v1/walk-forwards/{walk_id}")
    assert (found["state"], [each["trials"] for each in found["folds"]]) == ("done", [6, 6, 6])
    curve = await desk.mine.rows(f"/v1/walk-forwards/{walk_id}/equity")
    sweep_id = await ran_sweep(desk, tape_id, **terms, starts_at=FIRST_CLOSE, ends_at=curve[0]["at"])
    best = (await desk.mine.get(f"/v1/sweeps/{sweep_id}"))["best"]
    first = found["folds"][0]
    assert {name: best["parameters"][name] for name in ("fast", "slow")} == first["parameters"]
    assert first["return_before"] == pytest.approx(best["total_return"])
