"""Runs side by side by REST: on the days that all know, the best marked, and refused where there are none."""

from typing import Any
from uuid import uuid4

import pytest

from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest


async def tape_of_sixty_days(desk: RunningDesk) -> str:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    return tape_id


async def compared(desk: RunningDesk, first: str, *others: str) -> Any:  # noqa: ANN401 - any JSON
    answer = await desk.mine.ask("GET", f"/v1/backtests/{first}/comparison", params={"with": [*others]})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_runs_stand_side_by_side_on_the_days_that_all_know(desk: RunningDesk) -> None:
    tape_id = await tape_of_sixty_days(desk)
    early, late = {"ends_at": "2024-07-10T21:00:00Z"}, {"starts_at": "2024-06-14T00:00:00Z"}
    runs = [
        await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 3, "slow": 8}, **early),
        await ran_backtest(desk, tape_id, "buy_and_hold", **late),
        await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 2, "slow": 5}),
    ]
    found = await compared(desk, *runs)
    assert [each["id"] for each in found["runs"]] == runs
    assert [each["selection"]["trials"] for each in found["runs"]] == [2, 1, 2]
    curves = [
        {each["at"][:10]: float(each["equity"]) for each in await desk.mine.rows(f"/v1/backtests/{run}/equity")}
        for run in runs
    ]
    days = sorted(set.intersection(*map(set, curves)))
    assert [each["on"] for each in found["points"]] == days
    for place, curve in enumerate(curves):
        growth = [curve[day] / curve[days[0]] for day in days]
        assert [each["growth"][place] for each in found["points"]] == pytest.approx(growth)
        common = {each["name"]: each["values"][place] for each in found["common_measures"]}
        assert common["total_return"] == pytest.approx(growth[-1] - 1)
    assert all(each["difference"][0] == 0 for each in found["points"])
    last = found["points"][-1]
    assert last["difference"][1] == pytest.approx(last["growth"][1] - last["growth"][0])

    assert found["correlations"][0][0] == pytest.approx(1)
    assert abs(found["correlations"][0][2]) <= 1


async def test_the_best_of_every_measure_is_marked(desk: RunningDesk) -> None:
    tape_id = await tape_of_sixty_days(desk)
    parameters = [{"fast": 3, "slow": 8}, {"fast": 2, "slow": 5}]
    runs = [await ran_backtest(desk, tape_id, "sma_cross", parameters=each) for each in parameters]
    found = await compared(desk, *runs)
    measures = {each["name"]: each for each in found["measures"]}
    for run, place in zip(runs, range(2), strict=True):
        figures = (await desk.mine.get(f"/v1/backtests/{run}/results"))["figures"]
        assert {name: measures[name]["values"][place] for name in figures} == figures
    for name, is_more in (("sharpe", True), ("max_drawdown", True), ("volatility", False)):
        values, best = measures[name]["values"], max if is_more else min
        assert measures[name]["best"] == [values.index(best(values))]
    assert (measures["round_trips"]["best"], measures["round_trips"]["more_is_better"]) == ([], None)
    same = await compared(desk, runs[0], await ran_backtest(desk, tape_id, "sma_cross", parameters=parameters[0]))
    assert all(each["best"] == [] for each in same["measures"])


async def test_what_cannot_be_compared_is_refused(desk: RunningDesk) -> None:
    tape_id = await tape_of_sixty_days(desk)
    first = await ran_backtest(desk, tape_id, "buy_and_hold", ends_at="2024-06-20T21:00:00Z")
    later = await ran_backtest(desk, tape_id, "buy_and_hold", starts_at="2024-07-01T00:00:00Z")
    path = f"/v1/backtests/{first}/comparison"
    refused(await desk.mine.ask("GET", f"{path}?with={later}"), 409, "nothing_in_common")
    refused(await desk.mine.ask("GET", f"{path}?with={first}"), 422, "wrong_number_of_runs")
    many = "&".join(f"with={uuid4()}" for _ in range(8))
    refused(await desk.mine.ask("GET", f"{path}?{many}"), 422, "wrong_number_of_runs")
    refused(await desk.mine.ask("GET", f"{path}?with={uuid4()}"), 404, "unknown_backtest")
    refused(await desk.mine.ask("GET", path), 422, "malformed_request")
    asked = {"name": "N", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    waiting = (await desk.mine.post("/v1/backtests", asked))["id"]
    refused(await desk.mine.ask("GET", f"{path}?with={waiting}"), 409, "no_report_yet")
