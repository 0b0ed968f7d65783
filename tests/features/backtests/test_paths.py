"""What comes first inside a bar, chosen for a run: stated by it, and the same event by event and compiled."""

from typing import Any

import pytest

from tests.desk import RunningDesk
from tests.features.backtests.at_once import ran_backtest

# So near that one bar often reaches both.
NEAR = {"fast": 2, "slow": 5, "target": "0.004", "stop": "0.004"}


async def trips(desk: RunningDesk, tape_id: str, **more: str) -> tuple[list[Any], dict[str, Any]]:
    run_id = await ran_backtest(desk, tape_id, "scalping", parameters=NEAR, fill_model="ideal", **more)
    path = f"/v1/backtests/{run_id}"
    rows = await desk.mine.rows(f"{path}/round-trips")
    told = ("exit_reason", "exit_price", "is_ambiguous", "gain")
    run, results = await desk.mine.get(path), await desk.mine.get(f"{path}/results")
    stated = {"run": run["bar_path"], "results": results["bar_path"]}
    return [[each[name] for name in told] for each in rows], {**stated, "hash": results["evidence"]["result_hash"]}


@pytest.mark.parametrize("path", ["neutral", "optimistic", "realistic"])
async def test_a_run_states_its_path_and_compiled_code_goes_it_too(desk: RunningDesk, path: str) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    exact, stated = await trips(desk, tape_id, bar_path=path)
    compiled, again = await trips(desk, tape_id, bar_path=path, mode="compiled")
    assert (stated["run"], stated["results"]) == (path, path)
    assert (compiled, again) == (exact, stated)
    unsure = {reason for reason, _, is_ambiguous, _ in exact if is_ambiguous}
    assert unsure == {"optimistic": {"take_profit"}, "neutral": {"stop_loss"}}.get(path, unsure)
    assert unsure, "some bar reached both"


async def test_neutral_is_what_a_run_does_that_says_nothing(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    assert await trips(desk, tape_id) == await trips(desk, tape_id, bar_path="neutral")
