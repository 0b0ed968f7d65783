"""Cost averaging spends the same money at intervals: so many seconds or bars, in parts of a pair or in whole shares."""

from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED, made
from tests.desk import FIRST_CLOSE, RunningDesk
from tests.features.backtests.at_once import ran_backtest
from tests.features.backtests.by_rest import Trader

STARTS = {"hours": "2024-06-03T00:00:00Z", "daily": FIRST_CLOSE}


async def bought(desk: RunningDesk, market: str, **more: Any) -> tuple[str, list[dict[str, Any]]]:  # noqa: ANN401
    tape_id = await desk.mine.open_tape(desk.markets[market].id, STARTS[market])
    await desk.mine.step(tape_id, count=60)
    run_id = await ran_backtest(desk, tape_id, "dollar_cost_averaging", fill_model="ideal", **more)
    orders = await desk.mine.rows(f"/v1/backtests/{run_id}/orders")
    return tape_id, orders


async def test_ten_are_spent_every_hour_whatever_a_unit_costs(desk: RunningDesk) -> None:
    parameters = {"amount": "10", "interval_s": 3600}
    _, orders = await bought(desk, "hours", symbols=["BTC/USD"], parameters=parameters, cash="1000")
    filled = [each for each in orders if each["status"] == "filled"]
    assert len(filled) > 40
    for each in filled:
        spent = Decimal(each["filled_quantity"]) * Decimal(each["average_fill_price"])
        assert spent.quantize(Decimal("0.01")) == 10
    at = [datetime.fromisoformat(each["accepted_at"]) for each in orders]
    assert {(other - one).total_seconds() for one, other in pairwise(at)} == {3600}


async def test_an_interval_without_a_bar_is_over_and_the_next_one_keeps_its_hour(desk: RunningDesk) -> None:
    """Bars come every half hour; every 2,700 seconds one is due, and is bought for at the first bar from then on."""
    parameters = {"amount": "10", "interval_s": 2700}
    _, orders = await bought(desk, "hours", symbols=["BTC/USD"], parameters=parameters, cash="1000")
    at = [datetime.fromisoformat(each["accepted_at"]) for each in orders[:4]]
    assert [(each - at[0]).total_seconds() for each in at] == [0, 3600, 5400, 9000]


async def test_by_rest_it_buys_the_same(desk: RunningDesk) -> None:
    parameters = {"amount": "10", "interval_s": 3600}
    tape_id = await desk.mine.open_tape(desk.markets["hours"].id, STARTS["hours"])
    account_id = await desk.mine.open_account(tape_id, cash="1000", fill_model="ideal")
    trader = Trader(
        desk.mine, tape_id, account_id, made(SHIPPED, "dollar_cost_averaging", ["BTC/USD"], parameters), "30m"
    )
    await trader.start()
    while await trader.frame():
        pass
    lived = await desk.mine.rows("/v1/orders", account_id=account_id)
    _, orders = await bought(desk, "hours", symbols=["BTC/USD"], parameters=parameters, cash="1000")
    told = ("filled_quantity", "status", "accepted_at")
    assert [[each[name] for name in told] for each in reversed(lived)] == [
        [each[name] for name in told] for each in orders
    ]


@pytest.mark.parametrize(("buys", "units"), [("money", "9"), ("whole_units", "9")])
async def test_shares_are_bought_whole_for_the_amount_at_most(desk: RunningDesk, buys: str, units: str) -> None:
    parameters = {"amount": "1000", "every": 100, "buys": buys}
    _, (order,) = await bought(desk, "daily", parameters=parameters)
    assert (order["filled_quantity"], order["average_fill_price"]) == (units, "103.5")
