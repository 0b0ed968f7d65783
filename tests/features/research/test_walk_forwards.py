"""Walks forward and draws by REST: what is traded was chosen before it, and together it is one curve."""

from datetime import datetime
from typing import Any

import pytest

from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.research.swept import ran_folds, ran_sweep, ran_walk, sweep_body

TERMS = {"fees": {"value_rate": "0.001"}, "starts_at": FIRST_CLOSE}


@pytest.fixture
async def tape_id(desk: RunningDesk) -> str:
    """A tape that has shown forty days."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    return tape_id


@pytest.mark.parametrize("asked", [{"walk": "rolling"}, {"walk": "anchored", "mode": "compiled"}])
async def test_a_walk_trades_what_it_chose_before_and_tells_what_was_kept(
    desk: RunningDesk, tape_id: str, asked: dict[str, Any]
) -> None:
    walk_id = await ran_walk(desk, tape_id, **TERMS, **asked)
    found = await desk.mine.get(f"/v1/walk-forwards/{walk_id}")
    folds = found["folds"]
    assert (found["state"], found["ended_folds"], found["fold_count"]) == ("done", len(folds), len(folds))
    assert [each["number"] for each in folds] == [1, 2, 3]
    assert all(each["trials"] == 6 and each["parameters"].keys() == {"fast", "slow"} for each in folds)
    assert found["family_trials"] == 18
    # What a fold chose is what a sweep over the same days finds best, and brought what the run by itself brings.
    curve = await desk.mine.rows(f"/v1/walk-forwards/{walk_id}/equity")
    begins, ends = curve[0]["at"], found["folds"][0]
    chosen = await ran_sweep(desk, tape_id, **{**TERMS, **asked_of(asked), "ends_at": begins})
    best = (await desk.mine.get(f"/v1/sweeps/{chosen}"))["best"]
    assert {name: best["parameters"][name] for name in ("fast", "slow")} == ends["parameters"]
    assert best["sharpe"] == pytest.approx(ends["sharpe_before"])
    grown = 1.0
    for each in folds:
        grown *= 1 + each["total_return"]
    assert found["figures"]["total_return"] == pytest.approx(grown - 1)
    assert curve[-1]["equity"] / curve[0]["equity"] == pytest.approx(grown)
    instants = [datetime.fromisoformat(each["at"]) for each in curve]
    assert instants == sorted(instants)


def asked_of(walk: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in walk.items() if name != "walk"}


async def test_a_walk_without_room_is_refused_and_a_sweep_is_none(desk: RunningDesk, tape_id: str) -> None:
    body = sweep_body(tape_id, choose_on=90, trade_on=5)
    refused(await desk.mine.ask("POST", "/v1/walk-forwards", json=body), 422, "too_short_to_walk")
    sweep_id = await ran_sweep(desk, tape_id, mode="compiled")
    refused(await desk.mine.ask("GET", f"/v1/walk-forwards/{sweep_id}"), 404, "unknown_walk_forward")
    walk = await desk.mine.post("/v1/walk-forwards", sweep_body(tape_id, choose_on=20, trade_on=10))
    path = f"/v1/walk-forwards/{walk['id']}"
    refused(await desk.mine.ask("GET", f"/v1/sweeps/{walk['id']}"), 404, "unknown_sweep")
    waiting = await desk.mine.get(path)
    assert (waiting["state"], waiting["figures"]) == ("waiting", {"total_return": None})
    assert (await desk.mine.post(f"{path}/cancel", {}))["state"] == "cancelled"
    (await desk.mine.ask("DELETE", path)).raise_for_status()
    assert await desk.mine.rows("/v1/walk-forwards") == []


async def test_a_walk_that_was_stopped_runs_the_folds_that_are_missing(desk: RunningDesk, tape_id: str) -> None:
    body = sweep_body(tape_id, **TERMS, choose_on=15, trade_on=10, mode="compiled")
    asked = await desk.mine.post("/v1/walk-forwards", body)
    path = f"/v1/walk-forwards/{asked['id']}"
    refused(await desk.mine.ask("POST", f"{path}/resume", json={}), 409, "walk_forward_still_runs")
    await ran_folds(desk, asked["job_ids"][1:2])
    stopped = await desk.mine.post(f"{path}/cancel", {})
    assert (stopped["ended_folds"], stopped["fold_count"]) == (1, 3)
    resumed = await desk.mine.post(f"{path}/resume", {})
    assert (len(resumed["job_ids"]), resumed["ended_folds"], resumed["fold_count"]) == (2, 1, 3)
    await ran_folds(desk, resumed["job_ids"])
    found = await desk.mine.get(path)
    assert (found["state"], [each["number"] for each in found["folds"]]) == ("done", [1, 2, 3])
    # It comes to what it had come to without a stop, and asks for nothing more.
    whole = await desk.mine.get(f"/v1/walk-forwards/{await ran_walk(desk, tape_id, **TERMS, mode='compiled')}")
    assert (found["figures"], found["folds"]) == (whole["figures"], whole["folds"])
    assert (await desk.mine.post(f"{path}/resume", {}))["job_ids"] == resumed["job_ids"]


async def test_a_run_is_drawn_again_by_its_round_trips_and_by_its_returns(desk: RunningDesk, tape_id: str) -> None:
    run_id = await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 2, "slow": 4}, fill_model="ideal")
    path = f"/v1/backtests/{run_id}/monte-carlo"
    one, same = [await desk.mine.get(path, runs=200, seed=5, block=5) for _ in range(2)]
    assert one == same != await desk.mine.get(path, runs=200, seed=6, block=5)
    figures = (await desk.mine.get(f"/v1/backtests/{run_id}/results"))["figures"]
    told = one["by_returns"]
    assert told["total_return"]["was"] == pytest.approx(figures["total_return"])
    assert told["max_drawdown"]["was"] == pytest.approx(figures["max_drawdown"])
    assert told["total_return"]["quantiles"]["0.05"] <= told["total_return"]["quantiles"]["0.95"]
    assert one["drawdown_by_order"]["was"] <= 0
    held = await ran_backtest(desk, tape_id, "buy_and_hold", fill_model="ideal")
    alone = await desk.mine.get(f"/v1/backtests/{held}/monte-carlo")
    assert (alone["drawdown_by_order"], alone["reasons"].keys()) == (None, {"drawdown_by_order"})
