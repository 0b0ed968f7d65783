"""What a run leaves behind, by REST: round trips with their evidence, positions, events, periods, measures, hashes."""

from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

import numpy as np
import pytest

from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest


@pytest.fixture
async def run(desk: RunningDesk) -> tuple[RunningDesk, str]:
    """A run of crossing averages over forty days, with fees, beside another symbol; and its address."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    terms = {"fees": {"per_share": "0.01"}, "fill_model": "ideal", "risk_free": "0.02", "benchmark": "BOLT"}
    parameters = {"fast": 3, "slow": 8}
    more = {"parameters": parameters, "starts_at": FIRST_CLOSE, **terms}
    return desk, f"/v1/backtests/{await ran_backtest(desk, tape_id, 'sma_cross', **more)}"


async def test_a_run_tells_its_round_trips_positions_events_and_periods(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    results = await desk.mine.get(f"{path}/results")
    trips = await desk.mine.rows(f"{path}/round-trips")
    closed = [each for each in trips if each["left_at"]]
    assert [each["number"] for each in trips] == list(range(1, len(trips) + 1))
    for each in closed:
        assert each["decided_at"] < each["entered_at"] < each["left_at"]
        bought, sold = (Decimal(each[name]) for name in ("entry_price", "exit_price"))
        assert Decimal(each["gain"]) == (sold - bought) * Decimal(each["quantity"]) - Decimal(each["fees"])
        assert each["adverse"] <= min(0, float(sold / bought) - 1)
        assert (each["entry_rule"], each["exit_rule"], each["exit_reason"]) == ("open", "open", "signal")
    figures = results["figures"]
    assert figures["round_trips"] == len(closed) == figures["won"] + figures["lost"] + figures["broke_even"]
    edge, units = (figures["won"] - figures["lost"]) / len(closed), 100_000 / figures["average_loss"]
    assert figures["risk_of_ruin"] == (1 if edge <= 0 else pytest.approx(((1 - edge) / (1 + edge)) ** units))
    assert sum(float(each["gain"]) for each in closed) == pytest.approx(figures["long_gain"])
    (symbol,) = results["by_symbol"]
    assert (symbol["symbol"], Decimal(symbol["fees"])) == ("ACME", Decimal(results["fees"]))
    positions = await desk.mine.rows(f"{path}/positions", symbol="ACME")
    assert [each["quantity"] for each in positions] == ["100", "0"] * (len(positions) // 2) + ["100"] * (
        len(positions) % 2
    )
    assert await desk.mine.rows(f"{path}/positions", symbol="BOLT") == []


async def test_what_an_account_is_worth_changes_by_what_its_books_say(run: tuple[RunningDesk, str]) -> None:
    """Money is conserved: the change of equity is the gains of what was closed and of what is held."""
    desk, path = run
    results = await desk.mine.get(f"{path}/results")
    trips = await desk.mine.rows(f"{path}/round-trips")
    gained = sum((Decimal(each["gain"]) for each in trips if each["gain"] is not None), Decimal(0))
    last = (await desk.mine.rows(f"{path}/equity"))[-1]
    for each in trips:
        if each["gain"] is None:
            gained += Decimal(last["invested"]) - Decimal(each["entry_price"]) * Decimal(each["quantity"])
            gained -= Decimal(each["fees"])
    assert Decimal(results["equity_after"]) - Decimal(results["equity_before"]) == gained


async def test_events_stand_in_order_with_their_reasons(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    events = await desk.mine.rows(f"{path}/events")
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    filled = await desk.mine.rows(f"{path}/events", kind="order_filled")
    assert {(each["symbol"], each["reason"]) for each in filled} == {("ACME", "open")}
    assert len(filled) == (await desk.mine.get(f"{path}/results"))["fills"]


@pytest.mark.parametrize("by", ["day", "week", "month", "year"])
async def test_periods_compound_to_the_total_return(run: tuple[RunningDesk, str], by: str) -> None:
    desk, path = run
    periods = await desk.mine.rows(f"{path}/periods", by=by)
    *_, total = accumulate((1 + each["rate"] for each in periods), lambda one, other: one * other)
    results = await desk.mine.get(f"{path}/results")
    assert total - 1 == pytest.approx(results["figures"]["total_return"])
    assert sum(each["round_trips"] for each in periods) == results["figures"]["round_trips"]


async def test_a_round_trip_is_replayed_bar_by_bar(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    trip = (await desk.mine.rows(f"{path}/round-trips"))[0]
    bars = await desk.mine.rows(f"{path}/replay", round_trip=1)
    assert (bars[0]["at"], bars[0]["quantity"]) == (trip["decided_at"], "0")
    held = [each for each in bars if each["quantity"] != "0"]
    assert len(held) == trip["bars"]
    worst = min(Decimal(each["low"]) for each in held)
    assert float(worst / Decimal(trip["entry_price"]) - 1) == pytest.approx(trip["adverse"])
    first = held[0]
    gain = (Decimal(first["close"]) - Decimal(trip["entry_price"])) * Decimal(trip["quantity"])
    assert Decimal(first["unrealised_pl"]) == gain
    refused(await desk.mine.ask("GET", f"{path}/replay?round_trip=99"), 404, "unknown_round_trip")


async def test_measures_stand_beside_a_benchmark_and_a_rate_without_risk(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    asked, results = await desk.mine.get(path), await desk.mine.get(f"{path}/results")
    assert (asked["risk_free"], asked["benchmark"]) == ("0.02", "BOLT")
    figures = results["figures"]
    assert all(figures[name] is not None for name in ("benchmark_return", "beta", "alpha", "sharpe", "sortino", "cagr"))
    assert figures["calmar"] == pytest.approx(figures["cagr"] / -figures["max_drawdown"])
    assert figures["simple_annual"] != figures["cagr"]
    assert "max_drawdown_days" in figures


async def test_measures_are_those_of_the_equity_curve(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    rows = await desk.mine.rows(f"{path}/equity")
    at = [datetime.fromisoformat(each["at"]) for each in rows]
    curve = np.array([float(each["equity"]) for each in rows])
    steps, years = np.diff(curve) / curve[:-1], (at[-1] - at[0]).total_seconds() / 86_400 / 365.25
    excess = steps - 0.02 / 252
    falls = curve / np.maximum.accumulate(curve) - 1
    cagr = (curve[-1] / curve[0]) ** (1 / years) - 1
    figures = (await desk.mine.get(f"{path}/results"))["figures"]
    wanted = {
        "total_return": curve[-1] / curve[0] - 1,
        "simple_annual": (curve[-1] / curve[0] - 1) / years,
        "cagr": cagr,
        "volatility": steps.std(ddof=1) * 252**0.5,
        "sharpe": excess.mean() / steps.std(ddof=1) * 252**0.5,
        "sortino": excess.mean() / np.sqrt((np.minimum(excess, 0) ** 2).mean()) * 252**0.5,
        "max_drawdown": falls.min(),
        "calmar": cagr / -falls.min(),
    }
    assert {name: figures[name] for name in wanted} == pytest.approx(wanted)
    peak = int(curve[: falls.argmin() + 1].argmax())
    back = np.flatnonzero(curve[falls.argmin() :] >= curve[peak])
    fallen_for = (at[int(falls.argmin() + back[0])] - at[peak]).total_seconds() / 86_400 if len(back) else None
    assert figures["max_drawdown_days"] == fallen_for
    assert figures["exposure"] == pytest.approx(np.mean([Decimal(each["invested"]) > 0 for each in rows]))


async def test_equal_runs_give_equal_hashes_and_another_parameter_another(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    asked = await desk.mine.get(path)
    terms: dict[str, Any] = {
        "fees": {"per_share": "0.01"}, "fill_model": "ideal", "risk_free": "0.02", "benchmark": "BOLT",
        "starts_at": FIRST_CLOSE,
    }  # fmt: skip
    same, other = [
        await ran_backtest(desk, asked["tape_id"], "sma_cross", **terms, parameters={"fast": fast, "slow": 8})
        for fast in (3, 4)
    ]
    first, second, third = [
        (await desk.mine.get(f"{one}/results"))["evidence"]
        for one in (path, f"/v1/backtests/{same}", f"/v1/backtests/{other}")
    ]
    assert first == second
    assert first["dataset_hash"] == third["dataset_hash"]
    assert first["config_hash"] != third["config_hash"]
    assert first["result_hash"] != third["result_hash"]
