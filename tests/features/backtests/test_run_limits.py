"""A run may be watched by limits: its results tell at which bar each first warned, alarmed and was breached."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

KINDS = ("position_size", "daily_loss", "drawdown", "leverage", "exposure")


async def run_of(desk: RunningDesk, *limits: dict[str, Any], **more: Any) -> str:  # noqa: ANN401 - any JSON
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    given = {"parameters": {"fast": 2, "slow": 5}, "fill_model": "ideal", **more}
    return f"/v1/backtests/{await ran_backtest(desk, tape_id, 'sma_cross', limits=list(limits), **given)}"


def reckoned(points: list[dict[str, Any]]) -> dict[str, list[Decimal]]:
    """Return what limits measure at each close, from the run's own curve; the last point is the end, told twice."""
    worth = [Decimal(each["equity"]) for each in points[:-1]]
    held = [abs(Decimal(each["invested"])) for each in points[1:-1]]
    peaks = [max(worth[: bar + 1]) for bar in range(1, len(worth))]
    return {
        "position_size": held,
        "daily_loss": [max(before - now, Decimal(0)) for before, now in pairwise(worth)],
        "drawdown": [(peak - now) / peak for peak, now in zip(peaks, worth[1:], strict=True)],
        "leverage": [size / now for size, now in zip(held, worth[1:], strict=True)],
        "exposure": [size / now for size, now in zip(held, worth[1:], strict=True)],
    }


async def test_a_run_tells_at_which_bar_each_limit_first_warned_alarmed_and_was_breached(desk: RunningDesk) -> None:
    points = await desk.mine.rows(f"{await run_of(desk)}/equity")
    expected = reckoned(points)
    assert all(max(amounts) > 0 for amounts in expected.values()), "something happened to every kind"
    values = {kind: round(max(expected[kind]) * Decimal("0.99"), 8) for kind in KINDS}
    path = await run_of(desk, *({"kind": kind, "value": str(value)} for kind, value in values.items()))
    found = (await desk.mine.get(f"{path}/results"))["limits"]
    assert [each["kind"] for each in found] == list(KINDS)
    for each in found:
        amounts, value = expected[each["kind"]], values[each["kind"]]
        for name, part in (("warning", "0.8"), ("critical", "0.95"), ("breached", "1")):
            bar = next(bar for bar, amount in enumerate(amounts, 1) if amount >= value * Decimal(part))
            assert (each[name]["bar"], each[name]["at"]) == (bar, points[bar]["at"]), (each["kind"], name)
            assert Decimal(each[name]["measured"]) == round(amounts[bar - 1], 6)
        assert Decimal(each["highest"]["measured"]) == round(max(amounts), 6)
        assert each["alerts"]["breached"] >= 1
        assert each["unknown_bars"] == 0


async def test_limits_change_nothing_about_a_run(desk: RunningDesk) -> None:
    plain = await desk.mine.get(f"{await run_of(desk)}/results")
    path = await run_of(desk, {"kind": "exposure", "value": "0.000001", "symbol": "ACME", "warning": "0.5"})
    watched = await desk.mine.get(f"{path}/results")
    assert watched["evidence"] == plain["evidence"]
    assert (plain["limits"], watched["limits"][0]["thresholds"]) == ([], ["0.5", "0.95", "1"])
    assert watched["limits"][0]["state"] in {"normal", "breached"}


async def test_a_limit_that_is_never_reached_says_so(desk: RunningDesk) -> None:
    results = await desk.mine.get(f"{await run_of(desk, {'kind': 'leverage', 'value': '9'})}/results")
    (found,) = results["limits"]
    assert (found["warning"], found["critical"], found["breached"], found["state"]) == (None, None, None, "normal")
    assert found["alerts"] == {"warning": 0, "critical": 0, "breached": 0}


async def test_what_limits_cannot_be_is_refused_before_the_run_becomes_a_job(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=10)
    asked = {"name": "A run", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"], "cash": "1000"}
    size = {"kind": "position_size", "value": "100"}
    for limits, code, more in (
        ([{"kind": "drawdown", "value": "0.1", "symbol": "ACME"}], "limit_of_whole_account", {}),
        ([{"kind": "drawdown", "value": "10"}], "limit_without_meaning", {}),
        ([{**size, "critical": "0.1"}], "thresholds_out_of_order", {}),
        ([size] * 21, "malformed_request", {}),
        ([size], "not_expressible", {"mode": "compiled"}),
    ):
        answer = await desk.mine.ask("POST", "/v1/backtests", json={**asked, "limits": limits, **more})
        problem = refused(answer, 422, code)
        assert code != "not_expressible" or problem["features"] == ["limits"]
    unknown = {**asked, "limits": [{**size, "symbol": "NOBODY"}]}
    refused(await desk.mine.ask("POST", "/v1/backtests", json=unknown), 404, "unknown_symbol")
    assert await desk.mine.rows("/v1/backtests") == []
