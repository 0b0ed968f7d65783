"""Sweeps by REST: each trial is the run by itself, what cannot be searched is refused, what was stopped goes on."""

from typing import Any

import pytest

from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.research.swept import ran_jobs, ran_sweep, sweep_body

MEASURES = ("total_return", "cagr", "volatility", "sharpe", "max_drawdown", "calmar")


@pytest.fixture
async def tape_id(desk: RunningDesk) -> str:
    """A tape that has shown forty days."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    return tape_id


@pytest.mark.parametrize("mode", ["events", "compiled"])
@pytest.mark.parametrize("begins", [{}, {"starts_at": FIRST_CLOSE}, {"starts_at": "2024-06-20T00:00:00Z"}])
async def test_each_trial_is_what_the_run_by_itself_comes_to(
    desk: RunningDesk, tape_id: str, mode: str, begins: dict[str, str]
) -> None:
    terms = {"fill_model": "ideal", "fees": {"value_rate": "0.001"}, "risk_free": "0.02", "cash": "50000", **begins}
    sweep_id = await ran_sweep(desk, tape_id, mode=mode, **terms)
    found = {each["number"]: each for each in await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials")}
    assert [(each["parameters"]["fast"], each["parameters"]["slow"]) for _, each in sorted(found.items())] == [
        (2, 4), (2, 6), (2, 8), (3, 4), (3, 6), (3, 8),
    ]  # fmt: skip
    for number in (1, 6):
        trial = found[number]
        run_id = await ran_backtest(desk, tape_id, "sma_cross", parameters=trial["parameters"], **terms)
        results = await desk.mine.get(f"/v1/backtests/{run_id}/results")
        alone = {name: results["figures"][name] for name in MEASURES}
        assert {name: trial[name] for name in MEASURES} == pytest.approx(alone, rel=1e-12)
        assert trial["equity_after"] == results["equity_after"]
        assert trial["orders"] == len(await desk.mine.rows(f"/v1/backtests/{run_id}/orders"))


async def test_closes_alone_are_swept_to_the_same(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["tides"].id)
    await desk.mine.step(tape_id, count=60)
    terms = {"fees": {"value_rate": "0.001"}, "cash": "50000"}
    swept = []
    for mode in ("events", "compiled"):
        sweep_id = await ran_sweep(desk, tape_id, mode=mode, **terms)
        trials = await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials")
        swept.append({each["number"]: (each["equity_after"], each["orders"], each["refusals"]) for each in trials})
    assert swept[0] == swept[1]
    assert len(set(swept[0].values())) > 1


async def test_a_sweep_goes_short_and_sizes_as_the_runs_by_themselves_do(desk: RunningDesk, tape_id: str) -> None:
    # Ten thousand in cash carry a hundred shares on margin either way, and now and then not a hundred and fifty.
    margin = {"kind": "reg_t", "interest": {"debit_rate": "0.0825"}}
    ranges = {"fast": [2], "slow": [4, 6], "below": ["nothing", "short"], "quantity": ["100", "150"]}
    ranges["sizing"] = ["fixed_size", "percent_equity"]
    terms = {"fill_model": "ideal", "fees": {"value_rate": "0.001"}, "cash": "10000", "margin": margin}
    swept: dict[str, list[Any]] = {}
    for mode in ("events", "compiled"):
        sweep_id = await ran_sweep(desk, tape_id, ranges=ranges, mode=mode, **terms)
        trials = await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials")
        swept[mode] = sorted(trials, key=lambda each: int(each["number"]))
    for exact, compiled in zip(swept["events"], swept["compiled"], strict=True):
        kept = ("parameters", "equity_after", "orders", "refusals")
        assert {name: compiled[name] for name in kept} == {name: exact[name] for name in kept}
        found = {name: compiled[name] for name in MEASURES}
        assert found == pytest.approx({name: exact[name] for name in MEASURES}, rel=1e-12)
    assert len({each["equity_after"] for each in swept["compiled"]}) > 4


@pytest.mark.parametrize("mode", ["events", "compiled"])
async def test_a_sweep_for_the_ends_alone_ends_as_the_whole_one(desk: RunningDesk, tape_id: str, mode: str) -> None:
    terms = {"fill_model": "ideal", "fees": {"value_rate": "0.001"}, "mode": mode, "objective": "total_return"}
    told = []
    for only_end in (True, False):
        sweep_id = await ran_sweep(desk, tape_id, **terms, only_end=only_end)
        told.append(
            (await desk.mine.get(f"/v1/sweeps/{sweep_id}"), await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials"))
        )
    (ends, ended), (whole, trials) = told
    assert (whole["only_end"], ends["only_end"]) == (False, True)
    assert ends["best"]["parameters"] == whole["best"]["parameters"]
    known = ("total_return", "cagr", "equity_after", "orders", "refusals")
    by_parameters = {str(each["parameters"]): {name: each[name] for name in known} for each in trials}
    for each in ended:
        assert {name: each[name] for name in known} == pytest.approx(by_parameters[str(each["parameters"])])
        assert {each[name] for name in ("sharpe", "volatility", "max_drawdown", "calmar")} == {None}
        assert each["reason"] == "only its end was asked for"
    # What luck has to do with it is not known of ends, and says so; that they were tried is counted.
    selection = ends["selection"]
    assert (selection["trials"], selection["deflated_sharpe"], selection["overfitting_probability"]) == (6, None, None)
    # Who asks again for everything is told: the same question counts once, as the trial of which more is known.
    assert (whole["selection"]["trials"], whole["selection"]["reasons"]) == (6, {})
    assert selection["reasons"]["deflated_sharpe"] == "only its end was asked for"


async def test_ends_alone_do_not_say_which_trial_is_best_by_what_happened_before(
    desk: RunningDesk, tape_id: str
) -> None:
    body = sweep_body(tape_id) | {"only_end": True, "objective": "sharpe"}
    problem = refused(await desk.mine.ask("POST", "/v1/sweeps", json=body), 422, "not_measured")
    assert problem["known"] == ["total_return", "cagr"]


async def test_a_sweep_tells_its_best_trial_and_what_luck_has_to_do_with_it(desk: RunningDesk, tape_id: str) -> None:
    sweep_id = await ran_sweep(desk, tape_id)
    sweep = await desk.mine.get(f"/v1/sweeps/{sweep_id}")
    trials = await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials")
    assert (sweep["state"], sweep["ended_trials"], sweep["trials"], sweep["progress"]) == ("done", 6, 6, 1.0)
    assert sweep["best"] == trials[0]
    assert trials[0]["sharpe"] == max(each["sharpe"] for each in trials)
    lowest = await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials", by="max_drawdown", order="asc")
    assert lowest[0]["max_drawdown"] == min(each["max_drawdown"] for each in trials)
    selection = sweep["selection"]
    assert selection["trials"] == 6
    assert 0 <= selection["deflated_sharpe"] <= 1
    assert selection["sharpe_by_luck"] > 0
    assert 0 <= selection["overfitting_probability"] <= 1


async def test_a_heat_map_tells_of_two_parameters_the_mean_or_the_best_of_the_others(
    desk: RunningDesk, tape_id: str
) -> None:
    ranges = {"fast": [2, 3], "slow": [4, 6], "quantity": ["10", "20"]}
    sweep_id = await ran_sweep(desk, tape_id, ranges=ranges, mode="compiled")
    trials = await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials")
    path = f"/v1/sweeps/{sweep_id}/heat-map"
    for of, told in (("mean", lambda values: sum(values) / len(values)), ("best", max)):
        answer = await desk.mine.get(path, x="fast", y="slow", measure="total_return", of=of)
        assert (answer["x_values"], answer["y_values"]) == ([2, 3], [4, 6])
        for row, slow in enumerate(answer["y_values"]):
            for column, fast in enumerate(answer["x_values"]):
                same = [
                    each["total_return"]
                    for each in trials
                    if (each["parameters"]["fast"], each["parameters"]["slow"]) == (fast, slow)
                ]
                assert answer["cells"][row][column] == {"value": pytest.approx(told(same)), "trials": 2}
    refused(await desk.mine.ask("GET", path, params={"x": "fast", "y": "slow_"}), 422, "not_swept")


async def test_every_run_of_a_family_is_counted_once_and_stays_counted(desk: RunningDesk, tape_id: str) -> None:
    async def counted(run_id: str) -> int:
        return int((await desk.mine.get(f"/v1/backtests/{run_id}/results"))["selection"]["trials"])

    terms = {"fill_model": "ideal", "cash": "100000"}
    first = await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 5, "slow": 9}, **terms)
    assert await counted(first) == 1
    alone = (await desk.mine.get(f"/v1/backtests/{first}/results"))["selection"]
    assert (alone["overfitting_probability"], "overfitting_probability" in alone["reasons"]) == (None, True)
    # Six more by a sweep, of which one is asked again by itself, and one that is no more asked for.
    sweep_id = await ran_sweep(desk, tape_id, **terms)
    await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 2, "slow": 4}, **terms)
    assert await counted(first) == 7
    (await desk.mine.ask("DELETE", f"/v1/sweeps/{sweep_id}")).raise_for_status()
    refused(await desk.mine.ask("GET", f"/v1/sweeps/{sweep_id}"), 404, "unknown_sweep")
    assert await counted(first) == 7
    # Another strategy is another family, and another tape on the same market is not.
    other = await ran_backtest(desk, tape_id, "buy_and_hold", **terms)
    assert await counted(other) == 1
    again = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(again, count=60)
    await ran_backtest(desk, again, "sma_cross", parameters={"fast": 6, "slow": 9}, **terms)
    assert await counted(first) == 8


async def test_a_random_search_draws_by_its_seed(desk: RunningDesk, tape_id: str) -> None:
    async def drawn(seed: int) -> list[Any]:
        more = {"search": "random", "trials": 4, "search_seed": seed, "mode": "compiled"}
        ranges = {"fast": {"at_least": "1", "at_most": "30"}, "slow": {"at_least": "2", "at_most": "30"}}
        sweep_id = await ran_sweep(desk, tape_id, ranges=ranges, **more)
        trials = await desk.mine.rows(f"/v1/sweeps/{sweep_id}/trials")
        return [each["parameters"] for each in sorted(trials, key=lambda each: int(each["number"]))]

    one, same, other = [await drawn(seed) for seed in (7, 7, 8)]
    assert one == same
    assert len(one) == 4
    assert one != other


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"ranges": {"fast": []}}, "empty_range"),
        ({"ranges": {}}, "nothing_to_search"),
        ({"ranges": {"fast": {"at_least": "9", "at_most": "3"}}}, "empty_range"),
        ({"ranges": {"fats": [3]}}, "unknown_parameter"),
        ({"ranges": {"fast": [0, 3]}}, "parameter_out_of_range"),
        ({"parameters": {"fast": 3}}, "parameter_twice"),
        ({"ranges": {name: {"at_least": "2", "at_most": "200"} for name in ("fast", "slow")}}, "too_many_trials"),
        ({"fill_model": "realistic", "mode": "compiled"}, "not_expressible"),
        ({"strategy": "sma_crossing"}, "no_such_strategy"),
        ({"symbols": ["NONE"]}, "unknown_symbol"),
    ],
)
async def test_what_cannot_be_swept_is_refused_and_leaves_no_job(
    desk: RunningDesk, tape_id: str, asked: dict[str, Any], code: str
) -> None:
    answer = await desk.mine.ask("POST", "/v1/sweeps", json=sweep_body(tape_id, **asked))
    refused(answer, 404 if code in {"no_such_strategy", "unknown_symbol"} else 422, code)
    assert await desk.mine.rows("/v1/jobs") == await desk.mine.rows("/v1/sweeps") == []


async def test_a_sweep_is_cut_in_jobs_and_what_was_stopped_goes_on_with_the_rest(
    desk: RunningDesk, tape_id: str
) -> None:
    ranges = {"fast": {"at_least": "1", "at_most": "30"}}
    sweep = await desk.mine.post("/v1/sweeps", sweep_body(tape_id, ranges=ranges))
    path = f"/v1/sweeps/{sweep['id']}"
    first, second = sweep["job_ids"]
    assert (sweep["state"], sweep["ended_trials"]) == ("waiting", 0)
    assert (await desk.mine.get(path))["best"] is None
    await ran_jobs(desk, {"job_ids": [first]})
    refused(await desk.mine.ask("POST", f"{path}/resume"), 409, "sweep_still_runs")
    stopped = await desk.mine.post(f"{path}/cancel", {})
    assert (stopped["state"], stopped["ended_trials"], stopped["progress"]) == ("cancelled", 20, pytest.approx(20 / 30))
    going_on = await desk.mine.post(f"{path}/resume", {})
    assert second not in going_on["job_ids"]
    await ran_jobs(desk, going_on)
    ended = await desk.mine.get(path)
    assert (len(going_on["job_ids"]), ended["state"], ended["ended_trials"]) == (1, "done", 30)
    assert len(await desk.mine.rows(f"{path}/trials", limit=500)) == 30


async def test_a_chunk_that_is_run_twice_runs_only_what_is_missing(desk: RunningDesk, tape_id: str) -> None:
    sweep = await desk.mine.post("/v1/sweeps", sweep_body(tape_id))
    await ran_jobs(desk, sweep)
    before = await desk.mine.rows(f"/v1/sweeps/{sweep['id']}/trials")
    await ran_jobs(desk, sweep)
    assert await desk.mine.rows(f"/v1/sweeps/{sweep['id']}/trials") == before


async def test_workers_share_the_trials_of_sweeps_and_the_folds_of_walks(lab: RunningDesk) -> None:
    tape_id = await lab.mine.open_tape(lab.markets["waves"].id)
    await lab.mine.step(tape_id, count=60)
    ranges = {"fast": {"at_least": "1", "at_most": "21"}}
    sweep = await lab.mine.post("/v1/sweeps", sweep_body(tape_id, ranges=ranges))
    walk = await lab.mine.post("/v1/walk-forwards", sweep_body(tape_id, choose_on=15, trade_on=10))
    assert (len(sweep["job_ids"]), len(walk["job_ids"])) == (2, 3)
    for job_id in (*sweep["job_ids"], *walk["job_ids"]):
        assert (await lab.mine.ended(job_id))["state"] == "done"
    for address in (f"/v1/sweeps/{sweep['id']}", f"/v1/walk-forwards/{walk['id']}"):
        ended = await lab.mine.get(address)
        assert (ended["state"], ended["progress"]) == ("done", 1)
