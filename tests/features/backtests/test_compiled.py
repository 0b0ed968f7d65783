"""Compiled runs by REST: what came of them is what the exact engine comes to, and what they cannot be is said."""

from typing import Any

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED
from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

QUICK = {"parameters": {"fast": 2, "slow": 4}, "fill_model": "ideal"}
LISTS = ("equity", "orders", "round-trips")


async def came_of(desk: RunningDesk, tape_id: str, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Run a strategy, crossing averages unless told, and read all that came of it; ids of orders are the run's own."""
    run_id = await ran_backtest(desk, tape_id, **{"strategy": "sma_cross", **QUICK, **asked})
    path = f"/v1/backtests/{run_id}"
    lists = {name: await desk.mine.rows(f"{path}/{name}") for name in LISTS}
    for order in lists["orders"]:
        del order["id"]
    return {**lists, "results": await desk.mine.get(f"{path}/results")}


@pytest.mark.parametrize(
    "asked",
    [
        {"fees": {"value_rate": "0.001"}},
        {"fees": {"value_rate": "0.00123", "rounding": "exact"}},
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


@pytest.mark.parametrize(
    "asked",
    [
        {"fees": {"value_rate": "0.001"}},
        {"fees": {"per_share": "0.005", "order_minimum": "1"}, "cash": "9990", "starts_at": FIRST_CLOSE},
        {"fill_model": "deterministic", "ends_at": "2024-07-05T00:00:00Z"},
    ],
)
async def test_closes_alone_come_to_the_same_too(desk: RunningDesk, asked: dict[str, Any]) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["tides"].id)
    await desk.mine.step(tape_id, count=60)
    exact = await came_of(desk, tape_id, **asked)
    assert await came_of(desk, tape_id, mode="compiled", **asked) == exact
    assert exact["results"]["fills"] > 1


@pytest.mark.parametrize("asked", [{"strategy": "breakout"}, {"margin": {"kind": "reg_t"}}])
async def test_closes_alone_do_not_tell_what_else_a_compiled_run_needs(
    desk: RunningDesk, asked: dict[str, Any]
) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["tides"].id)
    await desk.mine.step(tape_id, count=60)
    body = {"name": "Closes", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], "mode": "compiled"}
    problem = refused(
        await desk.mine.ask("POST", "/v1/backtests", json={**body, "fill_model": "ideal", **asked}),
        422,
        "not_expressible",
    )
    assert problem["features"] == ["bars_without_price"]


# Those of one symbol by their own hooks, quick enough to do something within sixty days.
# Refused by name, because compiled matching knows the tape's own bars alone.
OF_TIMEFRAMES = "setup_trigger"
BY_HOOKS: dict[str, dict[str, Any]] = {
    "rsi_reversion": {"length": 4, "buy_below": 40},
    "breakout": {"entry": 6, "leave": 4, "stop_rate": "0.02"},
    "grid": {"step": "0.01"},
    "dollar_cost_averaging": {"every": 5, "amount": "2000", "buys": "whole_units"},
    "martingale": {"fall": "0.02", "gain": "0.01", "fall_scale": "1.2", "stop": "0.05"},
    "buy_and_hold": {},
    "volatility_target": {"length": 5, "target": "0.2"},
    "monthly_rebalance": {},
    "momentum": {"length": 3, "threshold": "0.01"},
    "band_reversion": {"length": 6, "deviations": "1"},
    "scalping": {"fast": 2, "slow": 5, "target": "0.02", "stop": "0.01"},
    "load_test": {"quantity": "1", "cap": "3"},
}


async def test_every_strategy_of_one_symbol_comes_to_the_same_to_the_cent(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    for strategy, parameters in BY_HOOKS.items():
        asked = {"strategy": strategy, "parameters": parameters, "fees": {"per_share": "0.005"}}
        exact = await came_of(desk, tape_id, **asked)
        assert await came_of(desk, tape_id, mode="compiled", **asked) == exact, strategy
        assert exact["results"]["fills"] > 0, strategy
    assert {*BY_HOOKS, "sma_cross", OF_TIMEFRAMES} == {
        name for name, kind in SHIPPED.items() if kind.symbols_least == 1 and not kind.with_options
    }


TOGETHER: list[dict[str, Any]] = [
    {"strategy": "monthly_rebalance", "parameters": {}},
    {"strategy": "monthly_rebalance", "parameters": {"share": "0.5"}, "starts_at": FIRST_CLOSE, "cash": "3000"},
    {"strategy": "momentum_rotation", "parameters": {"lookback": 3, "every": 2, "count": 1}},
    {"strategy": "momentum_rotation", "parameters": {"lookback": 2, "every": 1, "count": 3}, "cash": "7000"},
    {"strategy": "monthly_rebalance", "parameters": {}, "fees": {"value_rate": "0.00123", "rounding": "exact"}},
]


@pytest.mark.parametrize("asked", TOGETHER)
async def test_several_symbols_come_to_the_same_to_the_cent(desk: RunningDesk, asked: dict[str, Any]) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    asked = {"symbols": ["BOLT", "ACME"], "fees": {"value_rate": "0.001"}, **asked}
    exact = await came_of(desk, tape_id, **asked)
    assert await came_of(desk, tape_id, mode="compiled", **asked) == exact
    assert exact["results"]["fills"] > 1


async def test_several_symbols_whose_last_bar_is_open_come_to_the_same(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=8)
    asked: dict[str, Any] = {"symbols": ["ACME", "BOLT"], "strategy": "momentum_rotation"}
    asked |= {"parameters": {"lookback": 1, "every": 1, "count": 2}}
    refusals = 0
    for _ in range(8):
        await desk.mine.step(tape_id, unit="fact", count=1)
        exact = await came_of(desk, tape_id, **asked)
        body = {"name": "A run", "tape_id": tape_id, "cash": "100000", "mode": "compiled", **QUICK, **asked}
        answer = await desk.mine.ask("POST", "/v1/backtests", json=body)
        if answer.status_code == 422:
            # One of them has opened and the other has not: their bars do not go together.
            assert refused(answer, 422, "not_expressible")["features"] == ["uneven_bars"]
            refusals += 1
        else:
            assert await came_of(desk, tape_id, mode="compiled", **asked) == exact
    assert 0 < refusals < 8


async def test_a_bar_that_is_open_still_fills_and_values_what_is_held(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=3)
    seen = []
    entries = {"strategy": "scalping", "parameters": {"fast": 1, "slow": 2, "target": "0.002", "stop": "0.002"}}
    for _ in range(10):
        await desk.mine.step(tape_id, unit="fact", count=1)
        exact = await came_of(desk, tape_id)
        assert await came_of(desk, tape_id, mode="compiled") == exact
        assert await came_of(desk, tape_id, mode="compiled", **entries) == await came_of(desk, tape_id, **entries)
        seen.append(exact["results"]["fills"])
    assert seen[-1] > seen[0]


@pytest.mark.parametrize(
    ("asked", "features"),
    [
        ({"fill_model": "realistic"}, ["impact", "participation"]),
        ({"margin": {"kind": "portfolio"}}, ["portfolio_margin"]),
        ({"margin": {"funding": {"daily_rate": "0.0003"}}}, ["funding"]),
        ({"strategy": "pairs", "symbols": ["ACME", "BOLT"], "parameters": {}}, ["several_symbols"]),
        ({"strategy": "setup_trigger", "parameters": {"timeframe": "1w"}}, ["higher_timeframes"]),
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
