"""Compiled runs by REST: what came of them is what the exact engine comes to, and what they cannot be is said."""

from typing import Any

import pytest

from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

QUICK = {"parameters": {"fast": 2, "slow": 4}, "fill_model": "ideal"}
LISTS = ("equity", "orders", "round-trips")


async def came_of(desk: RunningDesk, tape_id: str, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Run the crossing averages, and read all that came of it; ids of orders are the run's own."""
    run_id = await ran_backtest(desk, tape_id, "sma_cross", **{**QUICK, **asked})
    path = f"/v1/backtests/{run_id}"
    lists = {name: await desk.mine.rows(f"{path}/{name}") for name in LISTS}
    for order in lists["orders"]:
        del order["id"]
    return {**lists, "results": await desk.mine.get(f"{path}/results")}


@pytest.mark.parametrize(
    "asked",
    [
        {"fees": {"value_rate": "0.001"}},
        {"fees": {"per_share": "0.005", "order_minimum": "1"}, "cash": "9990", "starts_at": FIRST_CLOSE},
        {"fill_model": "deterministic", "ends_at": "2024-07-05T00:00:00Z"},
    ],
)
async def test_a_compiled_run_comes_to_the_same_to_the_cent(desk: RunningDesk, asked: dict[str, Any]) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    exact = await came_of(desk, tape_id, **asked)
    assert await came_of(desk, tape_id, mode="compiled", **asked) == exact
    assert exact["results"]["fills"] > 1


async def test_a_bar_that_is_open_still_fills_and_values_what_is_held(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=3)
    seen = []
    for _ in range(10):
        await desk.mine.step(tape_id, unit="fact", count=1)
        exact = await came_of(desk, tape_id)
        assert await came_of(desk, tape_id, mode="compiled") == exact
        seen.append(exact["results"]["fills"])
    assert seen[-1] > seen[0]


@pytest.mark.parametrize(
    ("asked", "features"),
    [
        ({"fill_model": "realistic"}, ["impact", "participation"]),
        ({"margin": {"kind": "reg_t"}}, ["margin"]),
        ({"strategy": "grid", "parameters": {}}, ["strategy_without_targets"]),
    ],
)
async def test_what_it_cannot_express_is_refused_by_name(
    desk: RunningDesk, asked: dict[str, Any], features: list[str]
) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    body = {"name": "A run", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], "cash": "100000"}
    answer = await desk.mine.ask("POST", "/v1/backtests", json={**body, **QUICK, "mode": "compiled", **asked})
    problem = refused(answer, 422, "not_expressible")
    assert problem["features"] == features
