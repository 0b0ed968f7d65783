"""Leverage and margin in runs: from 1 to 125, and looked at when an order is placed and again before it fills."""

from typing import Any

from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

REG_T = {"kind": "reg_t", "borrow": {"easy_rate": "0"}, "interest": {"debit_rate": "0"}}


async def ran(desk: RunningDesk, market: str, parameters: dict[str, Any], **more: Any) -> str:  # noqa: ANN401 - any JSON
    tape_id = await desk.mine.open_tape(desk.markets[market].id)
    await desk.mine.step(tape_id, count=60)
    terms = {"parameters": parameters, "margin": REG_T, "fill_model": "ideal", **more}
    return f"/v1/backtests/{await ran_backtest(desk, tape_id, 'buy_and_hold', **terms)}"


async def refusals(desk: RunningDesk, path: str) -> list[str]:
    return [each["code"] for each in (await desk.mine.get(f"{path}/results"))["refusals"]]


async def test_margin_is_checked_before_each_fill_and_an_order_it_does_not_carry_ends_there(desk: RunningDesk) -> None:
    """Decided on a close of 103.00 and opened at 103.50, nearly four times the equity is a little too much then."""
    path = await ran(desk, "daily", {"share": "3.99"})
    first = (await desk.mine.rows(f"{path}/orders"))[0]
    told = (first["status"], first["closed_reason"], first["filled_quantity"])
    assert told == ("cancelled", "insufficient_buying_power_at_release", "0")
    held = await ran(desk, "daily", {"share": "3.9"})
    assert (await desk.mine.rows(f"{held}/orders"))[0]["status"] == "filled"


async def test_more_than_margin_lends_is_refused_when_it_is_asked_for(desk: RunningDesk) -> None:
    assert set(await refusals(desk, await ran(desk, "daily", {"share": "4.5"}))) == {"insufficient_buying_power"}


async def test_a_pair_is_bought_with_the_leverage_that_was_chosen_up_to_125(desk: RunningDesk) -> None:
    of_pair = {"symbols": ["BTC/USD"], "cash": "6000"}
    # One of 49,000 is in the first tier, which lends up to 125 times; six thousand carry it at ten times.
    path = await ran(desk, "coins", {"share": "9", "leverage": 10}, **of_pair)
    (order,) = await desk.mine.rows(f"{path}/orders")
    assert (order["status"], order["filled_quantity"]) == ("filled", "1")
    # Without leverage the pair is paid in full, and six thousand do not.
    assert set(await refusals(desk, await ran(desk, "coins", {"share": "9"}, **of_pair))) == {
        "insufficient_buying_power"
    }


async def test_leverage_beyond_its_tier_and_beyond_its_range_is_refused(desk: RunningDesk) -> None:
    many = {"symbols": ["BTC/USD"], "cash": "10000"}
    codes = await refusals(desk, await ran(desk, "coins", {"share": "100", "leverage": 125}, **many))
    assert "leverage_too_high" in codes
    tape_id = await desk.mine.open_tape(desk.markets["coins"].id)
    await desk.mine.step(tape_id, count=2)
    asked = {"name": "A run", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["BTC/USD"], "margin": REG_T}
    answer = await desk.mine.ask("POST", "/v1/backtests", json=asked | {"parameters": {"leverage": 126}})
    assert refused(answer, 422, "parameter_out_of_range")["parameter"] == "leverage"


async def test_an_account_that_owes_nothing_has_no_leverage_to_choose(desk: RunningDesk) -> None:
    of_pair = {"symbols": ["BTC/USD"], "cash": "60000", "margin": {"kind": "cash"}}
    path = await ran(desk, "coins", {"share": "0.9", "leverage": 10}, **of_pair)
    assert "leverage_not_allowed" in await refusals(desk, path)
