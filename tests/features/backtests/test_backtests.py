"""Backtests by REST: asked for, run as jobs, read, stopped and deleted; what cannot be run is refused at once."""

import asyncio
from typing import Any

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.library.trend import MovingAverageCross
from paperdesk.features.backtests import backtests as kept
from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest


async def ask(desk: RunningDesk, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Ask for a run on a tape that has shown forty days."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    body = {"name": "Cross", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], "cash": "100000"}
    return dict(await desk.mine.post("/v1/backtests", {**body, "parameters": {"fast": 3, "slow": 8}, **more}))


async def test_a_run_is_a_job_and_what_came_of_it_can_be_read(lab: RunningDesk) -> None:
    asked = await ask(lab, fill_model="ideal", fees={"per_share": "0.01"})
    assert asked["state"] == "waiting"
    assert asked["parameters"].items() >= {"fast": 3, "slow": 8, "quantity": "100", "sizing": "fixed_size"}.items()
    assert (await lab.mine.ended(asked["job_id"]))["result"] == {"backtest_id": asked["id"]}
    path = f"/v1/backtests/{asked['id']}"
    found = await lab.mine.get(path)
    assert (found["state"], found["progress"], found["fill_model"]) == ("done", 1.0, "ideal")
    results = await lab.mine.get(f"{path}/results")
    trips, orders = await lab.mine.rows(f"{path}/round-trips"), await lab.mine.rows(f"{path}/orders")
    assert results["fills"] == len([each for each in orders if each["status"] == "filled"]) > 2
    assert results["frames"] == 40
    assert results["figures"]["total_return"] == pytest.approx(float(results["equity_after"]) / 100_000 - 1)
    closed = [each for each in trips if each["left_at"]]
    won = [each for each in closed if float(each["gain"]) > 0]
    assert results["figures"]["win_rate"] == pytest.approx(len(won) / len(closed))
    equity = await lab.mine.rows(f"{path}/equity")
    assert (equity[0]["at"], equity[0]["equity"]) == (FIRST_CLOSE, "100000")
    assert equity[-1]["equity"] == results["equity_after"]
    assert [each["id"] for each in await lab.mine.rows("/v1/backtests", strategy="sma_cross")] == [asked["id"]]
    assert await lab.mine.rows("/v1/backtests", strategy="grid") == []
    assert await lab.mine.rows("/v1/backtests", symbol="BOLT") == []
    assert await lab.mine.rows("/v1/backtests", state="failed") == []


async def test_filters_that_no_text_can_be_are_refused(desk: RunningDesk) -> None:
    for path in ("/v1/backtests?strategy=%00", "/v1/backtests?symbol=%00", "/v1/jobs?kind=%00"):
        refused(await desk.mine.ask("GET", path), 422, "malformed_request")


async def test_round_trips_come_as_a_file_too(lab: RunningDesk) -> None:
    asked = await ask(lab)
    await lab.mine.ended(asked["job_id"])
    answer = await lab.mine.ask("GET", f"/v1/backtests/{asked['id']}/round-trips", headers={"Accept": "text/csv"})
    head, *lines = answer.text.splitlines()
    assert head.startswith("number,symbol,side,decided_at,entered_at")
    assert len(lines) == len(await lab.mine.rows(f"/v1/backtests/{asked['id']}/round-trips"))


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"strategy": "sma_cros"}, 404, "no_such_strategy"),
        ({"parameters": {"fats": 3}}, 422, "unknown_parameter"),
        ({"parameters": {"fast": 0}}, 422, "parameter_out_of_range"),
        ({"symbols": ["ACME", "BOLT"]}, 422, "wrong_number_of_symbols"),
        ({"symbols": ["NONE"]}, 404, "unknown_symbol"),
        ({"symbols": []}, 422, "malformed_request"),
        ({"strategy": "buy_and_hold", "symbols": ["ACME", "ACME"]}, 422, "malformed_request"),
        ({"ends_at": "2024-06-01T00:00:00Z"}, 422, "ends_before_it_begins"),
        ({"starts_at": "2024-06-08T00:00:00Z", "ends_at": "2024-06-08T12:00:00Z"}, 422, "nothing_to_run"),
        ({"fill_model": "hopeful"}, 422, "unknown_fill_model"),
    ],
)
async def test_what_cannot_be_run_is_refused_at_once(
    desk: RunningDesk, wrong: dict[str, Any], status: int, code: str
) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=10)
    body = {"name": "Cross", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], **wrong}
    refused(await desk.mine.ask("POST", "/v1/backtests", json=body), status, code)
    assert await desk.mine.rows("/v1/backtests") == []


async def test_a_run_never_goes_past_the_clock_of_its_tape(lab: RunningDesk) -> None:
    tape_id = await lab.mine.open_tape(lab.markets["waves"].id)
    tape = await lab.mine.step(tape_id, count=12)
    body = {"name": "Hold", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    asked = await lab.mine.post("/v1/backtests", {**body, "ends_at": "2030-01-01T00:00:00Z"})
    await lab.mine.ended(asked["job_id"])
    equity = await lab.mine.rows(f"/v1/backtests/{asked['id']}/equity")
    assert (asked["upto_cursor"], equity[-1]["at"]) == (tape["cursor"], tape["at"])


async def test_a_run_that_waits_has_no_report_and_is_cancelled_or_deleted(desk: RunningDesk) -> None:
    asked = await ask(desk)
    path = f"/v1/backtests/{asked['id']}"
    refused(await desk.mine.ask("GET", f"{path}/results"), 409, "no_report_yet")
    assert (await desk.mine.post(f"{path}/cancel", {}))["state"] == "cancelled"
    assert (await desk.mine.post(f"{path}/cancel", {}))["state"] == "cancelled"
    assert (await desk.mine.ask("DELETE", path)).status_code == 204
    refused(await desk.mine.ask("GET", path), 404, "unknown_backtest")


class Breaking(MovingAverageCross):
    """Breaks at its first bar."""

    def on_bar(self, context: Context) -> None:
        raise ValueError("no idea")


async def test_a_strategy_that_raises_fails_its_job_and_keeps_what_it_came_to(
    lab: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "KNOWN", {**SHIPPED, "sma_cross": Breaking})
    asked = await ask(lab, parameters={})
    job = await lab.mine.ended(asked["job_id"])
    assert (job["state"], job["problems"][0]["code"]) == ("failed", "strategy_raised")
    results = await lab.mine.get(f"/v1/backtests/{asked['id']}/results")
    assert results["failure"]["error"] == "ValueError: no idea"
    assert results["failure"]["file"] == "test_backtests.py"


async def test_strategies_are_listed_with_what_their_parameters_may_be(desk: RunningDesk) -> None:
    listed = {each["name"]: each for each in await desk.mine.rows("/v1/strategies")}
    assert listed.keys() == SHIPPED.keys()
    fast = next(each for each in listed["sma_cross"]["parameters"] if each["name"] == "fast")
    assert (fast["default"], fast["said"]) == ("10", "a whole number from 1 to 1000")
    assert listed["martingale"]["description"].startswith("Buy a piece, a greater one after every fall")


async def test_strategies_tell_their_type_and_their_defaults(desk: RunningDesk) -> None:
    listed = {each["name"]: each for each in await desk.mine.rows("/v1/strategies")}
    kinds = {each["kind"] for each in listed.values()}
    assert kinds >= {"grid", "cost_averaging", "martingale", "trend_following", "mean_reversion", "scalping", "holding"}
    defaults = {
        name: {parameter["name"]: parameter["default"] for parameter in each["parameters"]}
        for name, each in listed.items()
    }
    assert (defaults["grid"]["levels"], defaults["grid"]["step"]) == ("10", "0.01")
    assert [defaults["rsi_reversion"][name] for name in ("length", "buy_below", "sell_above")] == ["14", "30", "70"]
    assert [defaults["scalping"][name] for name in ("fast", "slow", "target", "stop")] == ["5", "13", "0.005", "0.002"]
    assert (defaults["load_test"]["every"], defaults["load_test"]["quantity"]) == ("2", "0.01")


async def test_every_template_can_be_run_as_it_stands(desk: RunningDesk) -> None:
    templates = {each["name"]: each for each in await desk.mine.rows("/v1/strategies/templates")}
    assert len(templates) >= 7
    assert templates["grid_trading"]["parameters"] == {"levels": 10, "step": "0.01"}
    assert templates["momentum"]["parameters"] == {"length": 14, "threshold": "0.02"}
    assert templates["mean_reversion"]["parameters"] == {"length": 20, "deviations": "2"}
    assert templates["trend_following"]["parameters"] == {"fast": 50, "slow": 200}
    for each in templates.values():
        asked = await ask(desk, strategy=each["strategy"], parameters=each["parameters"])
        assert {name: asked["parameters"][name] for name in each["parameters"]} == each["parameters"]


async def test_the_load_test_trades_at_every_quote_and_changes_sides_every_two(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["quotes"].id, "2024-06-03T14:00:00Z")
    await desk.mine.step(tape_id, count=60)
    parameters = {"quantity": "1", "cap": "3"}
    path = f"/v1/backtests/{await ran_backtest(desk, tape_id, 'load_test', parameters=parameters)}"
    sides = [each["side"] for each in await desk.mine.rows(f"{path}/orders")]
    frames = (await desk.mine.get(f"{path}/results"))["frames"]
    assert len(sides) == frames >= 4
    assert sides == (["buy", "buy", "sell", "sell"] * frames)[:frames]


async def test_two_runs_at_once_do_not_meet(lab: RunningDesk) -> None:
    asked = await asyncio.gather(ask(lab), ask(lab))
    for each in asked:
        await lab.mine.ended(each["job_id"])
    one, other = [await lab.mine.get(f"/v1/backtests/{each['id']}/results") for each in asked]
    assert one == other
