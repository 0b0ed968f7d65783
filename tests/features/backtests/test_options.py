"""Strategies with options on a tape that quotes them: by REST and as a backtest the same, through their expiry."""

from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED, made
from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.backtests.by_rest import Trader

STARTS = "2024-06-03T14:00:00Z"
REG_T = {"kind": "reg_t", "borrow": {"easy_rate": "0"}, "interest": {"debit_rate": "0"}}
TERMS: dict[str, Any] = {"cash": "100000", "margin": REG_T, "option_level": 3, "fill_model": "ideal"}
SHORT: dict[str, dict[str, Any]] = {
    "covered_call": {"days": 2, "away": "0.02"},
    "cash_secured_put": {"days": 2, "away": "0.02"},
    "collar": {"days": 2, "away": "0.05"},
    "iron_condor": {"days": 2, "away": "0.05", "wing": "0.05"},
}


async def lived(desk: RunningDesk, name: str) -> tuple[str, str]:
    """Let a strategy trade by REST to the end of its tape; return the tape and the account."""
    tape_id = await desk.mine.open_tape(desk.markets["weeks"].id, STARTS)
    account_id = await desk.mine.open_account(tape_id, **TERMS)
    trader = Trader(desk.mine, tape_id, account_id, made(SHIPPED, name, ["ACME"], SHORT[name]))
    await trader.start()
    while await trader.frame():
        pass
    return tape_id, account_id


@pytest.mark.parametrize("name", SHORT)
async def test_options_come_to_the_same_in_a_backtest_and_by_rest(desk: RunningDesk, name: str) -> None:
    tape_id, account_id = await lived(desk, name)
    run_id = await ran_backtest(desk, tape_id, name, parameters=SHORT[name], starts_at=STARTS, **TERMS)
    path = f"/v1/backtests/{run_id}"
    results, account = await desk.mine.get(f"{path}/results"), await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (results["failure"], results["refusals"]) == (None, [])
    fills = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert len(fills) > 2, "it did something"
    assert results["fills"] == len(fills)
    last = (await desk.mine.rows(f"{path}/equity"))[-1]
    assert (last["cash"], results["equity_after"]) == (account["cash"], account["equity"])
    books = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])


async def test_a_condor_and_a_collar_are_each_one_order_of_several_legs(desk: RunningDesk) -> None:
    for name, legs in (("iron_condor", 4), ("collar", 2)):
        _, account_id = await lived(desk, name)
        orders = await desk.mine.rows("/v1/orders", account_id=account_id)
        combos = [each for each in orders if each["order_class"] == "combo" and each["role"] is None]
        of = {each["id"]: [leg for leg in orders if leg["parent_id"] == each["id"]] for each in combos}
        assert {len(each) for each in of.values()} == {legs}
        assert "filled" in {each["status"] for each in combos}


async def test_calls_are_written_on_shares_that_are_held_and_called_away(desk: RunningDesk) -> None:
    """The shares are bought at 107.59 and called away at 100, and the calls keep what was paid for them."""
    trips = await trips_of(desk, "covered_call")
    told = [(each["symbol"], each["side"], each["exit_reason"], each["exit_rule"]) for each in trips if each["left_at"]]
    assert told == [
        ("ACME", "buy", "time_exit", "assignment"),
        ("ACME240607C00110000", "sell", "time_exit", "expiry"),
        ("ACME240614C00100000", "sell", "time_exit", "assignment"),
    ]
    shares, expired, called = trips[:3]
    assert (shares["entry_price"], shares["exit_price"]) == ("107.59", "100.5")
    assert (expired["gain"], called["gain"]) == ("47", "0")


async def test_shares_that_a_put_brings_are_sold_again(desk: RunningDesk) -> None:
    trips = await trips_of(desk, "cash_secured_put")
    put, shares = trips[:2]
    assert (put["exit_rule"], put["gain"]) == ("assignment", "0")
    assert (shares["symbol"], shares["side"], shares["entry_rule"], shares["exit_reason"]) == (
        "ACME", "buy", "assignment", "signal",
    )  # fmt: skip
    assert (shares["entry_price"], shares["exit_price"]) == ("104.49", "95.47")


async def trips_of(desk: RunningDesk, name: str) -> list[dict[str, Any]]:
    """Run a strategy as a backtest; what its closed round trips gained and its open ones cost is its whole gain."""
    tape_id = await desk.mine.open_tape(desk.markets["weeks"].id, STARTS)
    await desk.mine.step(tape_id, unit="bar", count=100)
    run_id = await ran_backtest(desk, tape_id, name, parameters=SHORT[name], **TERMS)
    trips = await desk.mine.rows(f"/v1/backtests/{run_id}/round-trips")
    assert not [each for each in trips if each["left_at"] and each["gain"] is None]
    return trips


async def test_only_what_is_listed_then_and_has_not_expired_is_written(desk: RunningDesk) -> None:
    """Each contract that is ordered ends at least so many days later, and the expired are written no more."""
    _, account_id = await lived(desk, "cash_secured_put")
    orders = await desk.mine.rows("/v1/orders", account_id=account_id)
    for each in orders:
        if len(each["symbol"]) > 4:
            expires_on = f"20{each['symbol'][4:6]}-{each['symbol'][6:8]}-{each['symbol'][8:10]}"
            assert expires_on > each["accepted_at"][:10]
    assert Decimal(len({each["symbol"] for each in orders})) > 1


async def test_compiled_runs_refuse_options_by_name(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["weeks"].id, STARTS)
    await desk.mine.step(tape_id, unit="bar", count=3)
    asked = {"name": "A run", "tape_id": tape_id, "strategy": "covered_call", "symbols": ["ACME"], "mode": "compiled"}
    answer = await desk.mine.ask("POST", "/v1/backtests", json=asked | {"fill_model": "ideal"})
    assert "options" in refused(answer, 422, "not_expressible")["features"]
