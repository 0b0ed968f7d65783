"""Higher bars in a backtest by REST: seen once they are over, and what follows from them fills on later facts."""

from typing import Any

from tests.desk import FIRST_CLOSE, RunningDesk, refused

LAST = "2024-07-12T20:00:00Z"


def wished(tape_id: str, strategy: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - any parameter
    return {
        "name": "Two timeframes", "tape_id": tape_id, "strategy": strategy, "symbols": ["ACME"], "cash": "100000",
        "parameters": parameters, "starts_at": FIRST_CLOSE, "fill_model": "ideal",
    }  # fmt: skip


async def test_a_setup_of_a_week_is_acted_on_in_its_window_by_later_facts_alone(lab: RunningDesk) -> None:
    tape_id = await lab.mine.open_tape(lab.markets["waves"].id, LAST)
    terms = {"timeframe": "1w", "length": 2, "trigger": 2, "window": 10_000}
    ran = await lab.mine.post("/v1/backtests", wished(tape_id, "setup_trigger", **terms))
    assert (await lab.mine.ended(ran["job_id"]))["state"] == "done"
    weeks = (await lab.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME", interval="1w"))["items"]
    orders = await lab.mine.rows(f"/v1/backtests/{ran['id']}/orders")
    trips = await lab.mine.rows(f"/v1/backtests/{ran['id']}/round-trips")
    entered = {each["decided_at"]: each["entered_at"] for each in trips}
    bought = [each for each in orders if each["side"] == "buy"]
    assert bought
    for order in bought:
        over = [place for place, week in enumerate(weeks) if week["at"] <= order["accepted_at"]][-1]
        closes = [float(week["close"]) for week in weeks[over - 1 : over + 1]]
        assert closes[1] > sum(closes) / 2
        assert entered[order["accepted_at"]] > order["accepted_at"]


async def test_a_martingale_begins_only_while_its_higher_bars_rise(lab: RunningDesk) -> None:
    tape_id = await lab.mine.open_tape(lab.markets["waves"].id, LAST)
    parameters = {"fall": "0.02", "gain": "0.01", "stop": "0.05"}
    first = {}
    for name, trend in (("any", {}), ("rising", {"trend": 2, "trend_of": "1w"})):
        ran = await lab.mine.post("/v1/backtests", wished(tape_id, "martingale", **parameters, **trend))
        assert (await lab.mine.ended(ran["job_id"]))["state"] == "done"
        first[name] = (await lab.mine.rows(f"/v1/backtests/{ran['id']}/orders"))[0]["accepted_at"]
    weeks = (await lab.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME", interval="1w"))["items"]
    assert first["any"] < weeks[1]["at"] <= first["rising"]
    template = next(
        each for each in (await lab.mine.get("/v1/strategies/templates"))["items"] if each["name"] == "martingale"
    )
    wanted = {"additions": 5, "fall": "0.01", "size_scale": "2", "fall_scale": "1.5", "gain": "0.015", "stop": "0.1"}
    assert template["parameters"].items() >= {**wanted, "trend": 20, "trend_of": "4h"}.items()


async def test_a_timeframe_that_the_bars_of_a_tape_do_not_fit_into_is_refused(lab: RunningDesk) -> None:
    tape_id = await lab.mine.open_tape(lab.markets["waves"].id, LAST)
    ran = await lab.mine.post("/v1/backtests", wished(tape_id, "setup_trigger", timeframe="1h"))
    job = await lab.mine.ended(ran["job_id"])
    assert (job["state"], job["problems"][0]["code"]) == ("failed", "bars_do_not_fit")
    strange = await lab.mine.ask("POST", "/v1/backtests", json=wished(tape_id, "setup_trigger", timeframe="1y"))
    refused(strange, 422, "parameter_out_of_range")
