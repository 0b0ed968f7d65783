"""Jitter by REST: a run and what small changes make of it, each of them counted."""

from typing import Any

import pytest

from paperdesk.features.research.jobs import JOBS
from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.research.studied import ran_study

STILL = {"shake_parameters": 0, "shake_fees": 0, "slippage_bps": 0, "half_spread_bps": 0}
PARAMETERS = {"fast": 3, "slow": 8}


@pytest.fixture
async def tape_id(desk: RunningDesk) -> str:
    """A tape that has shown forty days."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    return tape_id


async def shaken(desk: RunningDesk, tape_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    body = {
        "name": "Shaken", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], "fill_model": "realistic",
        "parameters": PARAMETERS, "fees": {"value_rate": "0.001"}, "cash": "100000", "runs": 12, **more,
    }  # fmt: skip
    study_id = await ran_study(desk, "jitter", body, JOBS["shake"])
    study = await desk.mine.get(f"/v1/studies/{study_id}")
    assert (study["kind"], study["state"]) == ("jitter", "done")
    found: dict[str, Any] = study["jitter"]
    return found


@pytest.mark.parametrize("mode", ["events", "compiled"])
async def test_equal_seeds_shake_alike_and_every_run_is_counted(desk: RunningDesk, tape_id: str, mode: str) -> None:
    one = await shaken(desk, tape_id, jitter_seed=7, delay_bars=1, mode=mode, fill_model="ideal")
    same = await shaken(desk, tape_id, jitter_seed=7, delay_bars=1, mode=mode, fill_model="ideal")
    assert one == same
    assert one["as_it_is"]["number"] == 0
    assert (one["as_it_is"]["fees"], one["as_it_is"]["delay_bars"]) == (None, None)
    assert {each["delay_bars"] for each in one["runs"]} == {0, 1}
    found = sorted(each["total_return"] for each in one["runs"])
    assert [each["total_return"] for each in one["worst"]] == found[:5]
    assert one["share_losing"] == sum(each < 0 for each in found) / 12
    spread = one["figures"]["total_return"]
    assert spread["was"] == one["as_it_is"]["total_return"]
    assert spread["quantiles"]["0.05"] <= spread["quantiles"]["0.95"]
    run_id = await ran_backtest(
        desk, tape_id, "sma_cross", parameters=PARAMETERS, fill_model="ideal", fees={"value_rate": "0.001"}
    )
    results = await desk.mine.get(f"/v1/backtests/{run_id}/results")
    assert results["figures"]["total_return"] == pytest.approx(spread["was"])
    # Twelve shaken runs and the one as it is, which the backtest asked again.
    assert results["selection"]["trials"] == 13


async def test_a_run_that_is_not_shaken_comes_to_the_same_every_time(desk: RunningDesk, tape_id: str) -> None:
    found = await shaken(desk, tape_id, **STILL, runs=3)
    assert {each["total_return"] for each in found["runs"]} == {found["as_it_is"]["total_return"]}
    assert found["figures"]["sharpe"]["share_worse"] == 0


async def test_dearer_fills_bring_less(desk: RunningDesk, tape_id: str) -> None:
    found = await shaken(desk, tape_id, **{**STILL, "slippage_bps": 50, "half_spread_bps": 50})
    by_cost = sorted(found["runs"], key=lambda each: each["slippage_bps"] + each["half_spread_bps"])
    brought = [each["total_return"] for each in by_cost]
    assert brought == sorted(brought, reverse=True)
    assert brought[0] < found["as_it_is"]["total_return"]


async def test_what_shakes_too_far_is_refused(desk: RunningDesk, tape_id: str) -> None:
    body = {"name": "S", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    for wrong in ({"runs": 501}, {"shake_parameters": 1.5}, {"delay_bars": -1}, {"slippage_bps": "NaN"}):
        refused(await desk.mine.ask("POST", "/v1/studies/jitter", json=body | wrong), 422, "malformed_request")
