"""Looks for leaks by REST: what is shipped sees no future, on higher bars as well."""

import pytest

from paperdesk.features.research.jobs import JOBS
from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.backtests.test_options import SHORT, STARTS
from tests.features.backtests.test_options import TERMS as OPTION_TERMS
from tests.features.backtests.test_parity import QUICK
from tests.features.research.studied import ran_study

TERMS = {"name": "Leaks", "cash": "100000", "symbols": ["ACME"], "fill_model": "ideal"}


@pytest.fixture
async def tape_id(desk: RunningDesk) -> str:
    """A tape that has shown forty days."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    return tape_id


@pytest.mark.parametrize("strategy", ["sma_cross", "setup_trigger", "martingale"])
async def test_a_shipped_strategy_sees_no_future(desk: RunningDesk, tape_id: str, strategy: str) -> None:
    body = {**TERMS, "tape_id": tape_id, "strategy": strategy, "parameters": QUICK[strategy], "cuts": 10}
    study_id = await ran_study(desk, "leaks", body, JOBS["check_leaks"])
    study = await desk.mine.get(f"/v1/studies/{study_id}")
    found = study["leaks"]
    assert (study["kind"], study["state"], study["cross_validation"]) == ("leaks", "done", None)
    assert (found["is_clean"], found["leaks"], found["leaks_in_all"]) == (True, [], 0)
    assert 2 <= found["cuts"] <= 10
    assert found["warm_up"]["declared"] >= 1
    assert found["shift"]["as_it_is"]["orders"] is not None


@pytest.mark.parametrize("strategy", SHORT)
async def test_strategies_with_options_see_no_future_and_their_chains_come_late_as_well(
    desk: RunningDesk, strategy: str
) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["weeks"].id, STARTS)
    await desk.mine.step(tape_id, count=15)
    body = {"name": "Leaks", "symbols": ["ACME"], "tape_id": tape_id, "starts_at": STARTS, **OPTION_TERMS}
    asked = {**body, "strategy": strategy, "parameters": SHORT[strategy], "cuts": 6}
    study_id = await ran_study(desk, "leaks", asked, JOBS["check_leaks"])
    found = (await desk.mine.get(f"/v1/studies/{study_id}"))["leaks"]
    assert (found["is_clean"], found["leaks"]) == (True, [])
    assert found["shift"]["as_it_is"]["orders"] > 1, "it did something"
    assert found["shift"]["as_it_is"] != found["shift"]["a_bar_late"]


async def test_a_run_that_is_looked_at_for_leaks_is_counted_and_a_late_one_differs(
    desk: RunningDesk, tape_id: str
) -> None:
    body = {**TERMS, "tape_id": tape_id, "strategy": "sma_cross", "parameters": QUICK["sma_cross"], "mode": "compiled"}
    study_id = await ran_study(desk, "leaks", body, JOBS["check_leaks"])
    study = await desk.mine.get(f"/v1/studies/{study_id}")
    assert study["leaks"]["warm_up"] == {"declared": 9, "settled": 7, "reason": None}
    shift = study["leaks"]["shift"]
    assert shift["as_it_is"]["total_return"] != shift["a_bar_late"]["total_return"]
    # The same question asked as a backtest is the trial that was counted.
    run_id = await ran_backtest(desk, tape_id, "sma_cross", parameters=QUICK["sma_cross"], fill_model="ideal")
    results = await desk.mine.get(f"/v1/backtests/{run_id}/results")
    assert results["selection"]["trials"] == 1
    assert results["figures"]["total_return"] == pytest.approx(shift["as_it_is"]["total_return"])
    assert (study["trial"]["number"], study["selection"]) == (1, results["selection"])


async def test_what_cannot_be_run_cannot_be_looked_at(desk: RunningDesk, tape_id: str) -> None:
    body = {**TERMS, "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["NONE"]}
    refused(await desk.mine.ask("POST", "/v1/studies/leaks", json=body), 404, "unknown_symbol")
    early = {**TERMS, "tape_id": tape_id, "strategy": "buy_and_hold", "starts_at": FIRST_CLOSE, "cuts": 1}
    refused(await desk.mine.ask("POST", "/v1/studies/leaks", json=early), 422, "malformed_request")
