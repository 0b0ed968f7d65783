"""A backtest beside a paper account by REST: the same where the same was done, and named where it was not."""

from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED, made
from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.backtests.by_rest import Trader

RULES = {"fill_model": "realistic", "fees": {"per_share": "0.005"}, "seed": 11}
CROSS = {"fast": 3, "slow": 8}


async def traded(desk: RunningDesk, frames: int | None = None) -> tuple[str, str]:
    """Let crossing averages trade by REST on a tape, and return the tape and the account."""
    tape_id, account_id = await desk.market("waves", cash="100000", **RULES)
    trader = Trader(desk.mine, tape_id, account_id, made(SHIPPED, "sma_cross", ["ACME"], CROSS))
    await trader.start()
    told = 0
    while (frames is None or told < frames) and await trader.frame():
        told += 1
    return tape_id, account_id


async def run(desk: RunningDesk, tape_id: str, **more: Any) -> str:  # noqa: ANN401 - any JSON
    return await ran_backtest(
        desk, tape_id, "sma_cross", **{"parameters": CROSS, "starts_at": FIRST_CLOSE, **RULES, **more}
    )


async def test_what_was_done_alike_is_the_same_to_the_cent_and_does_not_drift(desk: RunningDesk) -> None:
    tape_id, account_id = await traded(desk)
    run_id = await run(desk, tape_id)
    found = await desk.mine.get(f"/v1/backtests/{run_id}/against/{account_id}")
    assert found["orders"]
    assert found["same_orders"] == len(found["orders"])
    assert {(each["delay_s"], each["fees_beyond"]) for each in found["orders"]} == {(0.0, "0")}
    assert {each["slippage_bps"] for each in found["orders"]} <= {0.0, None}
    assert (found["missing_on_paper"], found["missing_in_run"], found["notes"]) == ([], [], [])
    assert found["run_fees"] == found["paper_fees"] != "0"
    assert len(found["days"]) > 30
    assert {each["drift"] for each in found["days"]} == {0.0}
    assert all(each["run_equity"] == each["paper_equity"] for each in found["days"])
    assert found["drift"] == 0


async def test_what_one_side_lacks_is_named_with_the_reason(desk: RunningDesk) -> None:
    tape_id, account_id = await traded(desk)
    run_id = await run(desk, tape_id, parameters={**CROSS, "quantity": "40"})
    path = f"/v1/backtests/{run_id}/against/{account_id}"
    found = await desk.mine.get(path)
    # The same crossings with fewer units: every order has its like, and none is the same.
    assert (found["same_orders"], found["missing_on_paper"], found["missing_in_run"]) == (0, [], [])
    assert {(each["run"]["quantity"], each["paper"]["quantity"]) for each in found["orders"]} == {("40", "100")}
    assert found["drift"] != 0
    assert Decimal(found["paper_fees"]) > Decimal(found["run_fees"])
    # Other averages cross at other times: within no time at all, nothing is alike.
    other = await run(desk, tape_id, parameters={"fast": 2, "slow": 12})
    strict = await desk.mine.get(f"/v1/backtests/{other}/against/{account_id}", within_s=0)
    reasons = {each["reason"] for each in (*strict["missing_on_paper"], *strict["missing_in_run"])}
    assert reasons == {"the account has no order like it within 0 s", "the run has no order like it within 0 s"}
    bolt = await ran_backtest(desk, tape_id, "buy_and_hold", symbols=["BOLT"], starts_at=FIRST_CLOSE, **RULES)
    apart = await desk.mine.get(f"/v1/backtests/{bolt}/against/{account_id}")
    assert {each["reason"] for each in apart["missing_in_run"]} == {"the run does not trade this symbol"}


async def test_an_account_that_began_later_or_was_paid_into_says_so(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=20)
    account_id = await desk.mine.open_account(tape_id, cash="100000", **RULES)
    await desk.mine.step(tape_id, count=40)
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "500"})
    run_id = await run(desk, tape_id, starts_at=FIRST_CLOSE)
    found = await desk.mine.get(f"/v1/backtests/{run_id}/against/{account_id}")
    assert "the account was opened later" in {each["reason"] for each in found["missing_on_paper"]}
    assert found["began_at"] > FIRST_CLOSE
    assert [each.split(";")[0] for each in found["notes"]] == [
        "cash was paid into the account or out of it, or it was reset, 1 times"
    ]


async def test_an_account_on_another_market_or_a_run_without_a_report_is_refused(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=20)
    _, account_id = await desk.market("daily")
    run_id = await run(desk, tape_id)
    path = f"/v1/backtests/{run_id}/against/{account_id}"
    refused(await desk.mine.ask("GET", path), 422, "another_market")
    body = {"name": "Waits", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    waiting = await desk.mine.post("/v1/backtests", body)
    refused(await desk.mine.ask("GET", f"/v1/backtests/{waiting['id']}/against/{account_id}"), 409, "no_report_yet")


@pytest.mark.parametrize("within", [-1, 10 * 86_400 + 1])
async def test_a_distance_that_is_none_is_refused(desk: RunningDesk, within: int) -> None:
    nobody = "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"
    path = f"/v1/backtests/{nobody}/against/{nobody}"
    refused(await desk.mine.ask("GET", path, params={"within_s": str(within)}), 422, "malformed_request")
