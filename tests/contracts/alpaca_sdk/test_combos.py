"""Alpaca's own trading client trades several legs as one order, without knowing the difference."""

from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.enums import OrderClass, OrderSide, OrderStatus, PositionIntent, TimeInForce
from alpaca.trading.models import Order
from alpaca.trading.requests import (
    GetOrderByIdRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    OptionLegRequest,
    OrderRequest,
    ReplaceOrderRequest,
)

from tests.dialect import Dialect, said

LOW, HIGH = "ACME240621C00100000", "ACME240621C00105000"
LEGS = [
    OptionLegRequest(symbol=LOW, ratio_qty=1, position_intent=PositionIntent.BUY_TO_OPEN),
    OptionLegRequest(symbol=HIGH, ratio_qty=1, side=OrderSide.SELL, position_intent=PositionIntent.SELL_TO_OPEN),
]
SEVERAL: dict[str, Any] = {"time_in_force": TimeInForce.DAY, "order_class": OrderClass.MLEG, "legs": LEGS}


@pytest.fixture
async def trader(dialect: Dialect) -> Dialect:
    """The clients, with an account that may write spreads where options are quoted."""
    await dialect.open("pit", margin={"kind": "reg_t"}, option_level=3, fill_model="ideal", cash="20000")
    return dialect


async def place(trader: Dialect, order: OrderRequest) -> Order:
    placed = await said(trader.trading.submit_order, order)
    assert isinstance(placed, Order)
    return placed


async def test_a_debit_spread_is_placed_filled_and_read_with_its_legs(trader: Dialect) -> None:
    placed = await place(trader, LimitOrderRequest(qty=2, limit_price=2.75, **SEVERAL))
    assert (placed.order_class, placed.symbol, placed.side, placed.qty) == (OrderClass.MLEG, None, None, "2")
    assert [leg.symbol for leg in placed.legs or []] == [LOW, HIGH]
    await trader.step(4, "fact")
    order = await said(trader.trading.get_order_by_id, placed.id, GetOrderByIdRequest(nested=True))
    assert (order.status, order.filled_qty, order.filled_avg_price) == (OrderStatus.FILLED, "2", "2.75")
    low, high = order.legs
    assert (low.side, low.ratio_qty, low.filled_avg_price) == (OrderSide.BUY, "1", "5.5")
    assert (high.side, high.position_intent, high.filled_avg_price) == (
        OrderSide.SELL, PositionIntent.SELL_TO_OPEN, "2.75",
    )  # fmt: skip
    assert (low.order_class, low.type) == (OrderClass.MLEG, None)
    assert (await said(trader.trading.get_account)).cash == "19450"
    positions = await said(trader.trading.get_all_positions)
    assert {each.symbol: each.qty for each in positions} == {LOW: "2", HIGH: "-2"}


async def test_a_credit_has_a_negative_limit(trader: Dialect) -> None:
    legs = [
        OptionLegRequest(symbol=LOW, ratio_qty=1, side=OrderSide.SELL),
        OptionLegRequest(symbol=HIGH, ratio_qty=1, side=OrderSide.BUY),
    ]
    placed = await place(trader, LimitOrderRequest(qty=1, limit_price=-2.5, **{**SEVERAL, "legs": legs}))
    assert placed.limit_price == "-2.5"
    await trader.step(4, "fact")
    order = await said(trader.trading.get_order_by_id, placed.id)
    assert order.filled_avg_price == "-2.55"


async def test_legs_are_nested_or_rows_of_their_own(trader: Dialect) -> None:
    placed = await place(trader, LimitOrderRequest(qty=1, limit_price=1, **SEVERAL))
    (nested,) = await said(trader.trading.get_orders, GetOrdersRequest(nested=True))
    assert (nested.id, len(nested.legs)) == (placed.id, 2)
    rows = await said(trader.trading.get_orders, GetOrdersRequest())
    assert {each.id for each in rows} == {placed.id, *(leg.id for leg in nested.legs)}


async def test_it_is_replaced_and_cancelled_as_one(trader: Dialect) -> None:
    placed = await place(trader, LimitOrderRequest(qty=1, limit_price=1, **SEVERAL))
    replaced = await said(trader.trading.replace_order_by_id, placed.id, ReplaceOrderRequest(qty=2, limit_price=1.25))
    assert (replaced.replaces, replaced.qty, replaced.limit_price) == (placed.id, "2", "1.25")
    (gone,) = await said(trader.trading.cancel_orders)
    assert gone.id == replaced.id
    order = await said(trader.trading.get_order_by_id, replaced.id, GetOrderByIdRequest(nested=True))
    assert {order.status, *(leg.status for leg in order.legs)} == {OrderStatus.CANCELED}
    again = await place(trader, MarketOrderRequest(qty=1, **SEVERAL))
    await said(trader.trading.cancel_order_by_id, again.id)
    assert (await said(trader.trading.get_order_by_id, again.id)).status is OrderStatus.CANCELED


@pytest.mark.parametrize(
    "legs",
    [
        [{"symbol": "ACME", "ratio_qty": 100, "side": "buy"}, {"symbol": LOW, "ratio_qty": 1, "side": "sell"}],
        [{"symbol": LOW, "ratio_qty": 1, "side": "buy"}],
        [{"symbol": LOW, "ratio_qty": 1}, {"symbol": HIGH, "ratio_qty": 1, "side": "sell"}],
        [{"symbol": LOW, "ratio_qty": 2, "side": "buy"}, {"symbol": HIGH, "ratio_qty": 2, "side": "sell"}],
        [{"symbol": LOW, "ratio_qty": 1.5, "side": "buy"}, {"symbol": HIGH, "ratio_qty": 1, "side": "sell"}],
    ],
)
async def test_shares_and_crooked_legs_are_refused(trader: Dialect, legs: list[dict[str, Any]]) -> None:
    body = {"order_class": "mleg", "qty": "1", "type": "market", "time_in_force": "day", "legs": legs}
    before = await trader.desk.footprint(trader.account_id)
    answer = await trader.ask("POST", "/v2/orders", json=body)
    assert answer.status_code == 422
    assert {"code", "message"} <= answer.json().keys()
    assert await trader.desk.footprint(trader.account_id) == before


async def test_what_the_account_cannot_carry_is_told_as_alpaca_tells_it(trader: Dialect) -> None:
    with pytest.raises(APIError) as refusal:
        await place(trader, MarketOrderRequest(qty=500, **SEVERAL))
    assert (refusal.value.status_code, refusal.value.code) == (403, 40310000)
