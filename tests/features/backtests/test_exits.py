"""Why positions are left, by REST: each reason that a run can have is brought about by a strategy that is shipped."""

from typing import Any

import pytest

from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

REG_T = {"kind": "reg_t", "borrow": {"easy_rate": "0"}, "interest": {"debit_rate": "0"}}
CROSS = {"fast": 3, "slow": 8}
SCALP = {"fast": 2, "slow": 5, "target": "0.02", "stop": "0.01"}
FOLLOW = {"entry": 6, "leave": 15, "stop_rate": "0.02", "stop": "trailing"}
# The market, the strategy with its parameters, and what the account begins with.
RUNS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "signal": ("waves", "sma_cross", CROSS, {}),
    "stop_loss": ("waves", "scalping", SCALP | {"stop": "0.001"}, {}),
    "take_profit": ("waves", "scalping", SCALP, {}),
    "trailing_stop": ("waves", "breakout", FOLLOW, {}),
    "time_exit": ("waves", "scalping", SCALP | {"target": "0.5", "stop": "0.5", "bars_most": 3}, {}),
    "end_of_data": ("waves", "buy_and_hold", {}, {"close_at_end": True}),
    "margin_call": ("plunge", "buy_and_hold", {"share": "1.9"}, {"margin": REG_T}),
    "liquidation": (
        "coins",
        "buy_and_hold",
        {"share": "14", "leverage": 15},
        {"margin": REG_T, "cash": "3700", "symbols": ["BTC/USD"]},
    ),
}


async def ran(desk: RunningDesk, market: str, strategy: str, parameters: dict[str, Any], more: dict[str, Any]) -> str:
    tape_id = await desk.mine.open_tape(desk.markets[market].id)
    await desk.mine.step(tape_id, count=60)
    run_id = await ran_backtest(desk, tape_id, strategy, parameters=parameters, fill_model="ideal", **more)
    return f"/v1/backtests/{run_id}"


@pytest.mark.parametrize("reason", RUNS)
async def test_every_reason_to_leave_is_named(desk: RunningDesk, reason: str) -> None:
    path = await ran(desk, *RUNS[reason])
    trips = await desk.mine.rows(f"{path}/round-trips")
    assert reason in [each["exit_reason"] for each in trips]
    assert all((each["exit_reason"] is None) is (each["left_at"] is None) for each in trips)
    results = await desk.mine.get(f"{path}/results")
    counted = {each["reason"]: each["round_trips"] for each in results["by_exit_reason"]}
    assert counted[reason] == sum(each["exit_reason"] == reason for each in trips)


async def test_what_a_call_closes_is_closed_by_the_day_it_was_due_and_liquidation_waits_for_nobody(
    desk: RunningDesk,
) -> None:
    """A call of Regulation T gives two sessions; a pair bought with leverage is sold at the next price there is."""
    called, sold = [
        (await desk.mine.rows(f"{await ran(desk, *RUNS[each])}/round-trips"))[0]
        for each in ("margin_call", "liquidation")
    ]
    assert called["left_at"].startswith("2024-06-11")  # it fell on the 6th, and the 10th was two sessions later
    assert sold["left_at"].startswith("2024-06-06")  # it fell on the 5th


async def test_an_isolated_pair_is_liquidated_where_its_margin_ends_and_costs_no_more(desk: RunningDesk) -> None:
    parameters = {"share": "2.5", "leverage": 14, "margin_mode": "isolated"}
    more = {"margin": REG_T, "cash": "20000", "symbols": ["BTC/USD"]}
    path = await ran(desk, "coins", "buy_and_hold", parameters, more)
    trip = (await desk.mine.rows(f"{path}/round-trips"))[0]
    told = ("exit_reason", "quantity", "entry_price", "exit_price")
    assert [trip[name] for name in told] == ["liquidation", "1", "49000", "45745"]
    assert trip["left_at"].startswith("2024-06-05")
    assert (trip["gain"], trip["fees"]) == ("-3500", "245")
    assert "pair_liquidated" in [each["kind"] for each in await desk.mine.rows(f"{path}/events")]


async def test_nothing_is_held_at_the_end_where_that_was_asked_for(desk: RunningDesk) -> None:
    path = await ran(desk, "waves", "buy_and_hold", {}, {"close_at_end": True})
    (trip,) = await desk.mine.rows(f"{path}/round-trips")
    bars = await desk.mine.get("/v1/bars", tape_id=(await desk.mine.get(path))["tape_id"], symbol="ACME")
    last = bars["items"][-1]
    assert (trip["exit_price"], trip["left_at"][:10]) == (last["open"], last["at"][:10])
    assert (await desk.mine.rows(f"{path}/equity"))[-1]["invested"] == "0"
    assert (await desk.mine.get(path))["close_at_end"] is True


async def test_compiled_runs_refuse_by_name_to_leave_everything_at_the_end(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    asked = {"name": "A run", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], "fill_model": "ideal"}
    body = {**asked, "mode": "compiled", "close_at_end": True}
    answer = await desk.mine.ask("POST", "/v1/backtests", json=body)
    assert refused(answer, 422, "not_expressible")["features"] == ["close_at_end"]
