"""Alpaca's own trading client places, reads, changes and cancels orders here, without knowing the difference."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderClass, OrderSide, OrderStatus, OrderType, QueryOrderStatus, TimeInForce
from alpaca.trading.models import Order, Position
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrderByIdRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    OrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
)

from paperdesk.infra.clock import FrozenClock
from tests.dialect import Dialect, said


def market(quantity: float, side: OrderSide = OrderSide.BUY, **more: Any) -> MarketOrderRequest:  # noqa: ANN401
    more = {"time_in_force": TimeInForce.DAY, **more}
    return MarketOrderRequest(symbol="ACME", qty=quantity, side=side, **more)


def limit(quantity: float, price: float, side: OrderSide = OrderSide.BUY, **more: Any) -> LimitOrderRequest:  # noqa: ANN401
    more = {"time_in_force": TimeInForce.GTC, **more}
    return LimitOrderRequest(symbol="ACME", qty=quantity, side=side, limit_price=price, **more)


async def place(dialect: Dialect, order: OrderRequest) -> Order:
    placed = await said(dialect.trading.submit_order, order)
    assert isinstance(placed, Order)
    return placed


async def order_of(dialect: Dialect, order: Order) -> Order:
    found = await said(dialect.trading.get_order_by_id, order.id, GetOrderByIdRequest(nested=True))
    assert isinstance(found, Order)
    return found


@pytest.fixture
async def trader(dialect: Dialect) -> Dialect:
    """The clients, with an account on daily bars whose first session has closed."""
    await dialect.open()
    return dialect


async def test_the_account_is_the_one_the_key_speaks_for(trader: Dialect) -> None:
    await place(trader, market(10))
    await trader.step()
    account = await said(trader.trading.get_account)
    shown = await trader.desk.mine.get(f"/v1/accounts/{trader.account_id}")
    assert str(account.id) == trader.account_id
    assert (account.cash, account.equity, account.buying_power) == (shown["cash"], shown["equity"], shown["cash"])
    assert account.last_equity == "10000"
    assert account.status == "ACTIVE"


async def test_a_key_bound_to_nothing_speaks_for_the_first_account(dialect: Dialect) -> None:
    _, first = await dialect.desk.market()
    clock = dialect.desk.runtime.clock
    assert isinstance(clock, FrozenClock)
    clock.advance(timedelta(seconds=1))
    await dialect.desk.market("closes")
    assert str((await said(dialect.trading.get_account)).id) == first


async def test_the_clock_is_the_tapes(trader: Dialect) -> None:
    clock = await said(trader.trading.get_clock)
    assert clock.timestamp.isoformat() == "2024-06-03T16:00:00-04:00"
    assert (clock.is_open, clock.next_open.isoformat()) == (False, "2024-06-04T09:30:00-04:00")
    day = clock.timestamp.date()
    (session,) = await said(trader.trading.get_calendar, GetCalendarRequest(start=day, end=day))
    assert (session.open.hour, session.open.minute, session.close.hour) == (9, 30, 16)


async def test_assets_are_what_the_tape_has_shown(trader: Dialect) -> None:
    assets = await said(trader.trading.get_all_assets, GetAssetsRequest())
    assert [(asset.symbol, asset.tradable, asset.fractionable) for asset in assets] == [("ACME", True, False)]
    acme = await said(trader.trading.get_asset, "ACME")
    assert (await said(trader.trading.get_asset, str(acme.id))).symbol == "ACME"
    with pytest.raises(APIError) as refusal:
        await said(trader.trading.get_asset, "BOLT")  # it begins two days later
    assert (refusal.value.status_code, refusal.value.code) == (404, 40410000)


async def test_a_market_order_waits_for_the_open_and_fills(trader: Dialect) -> None:
    placed = await place(trader, market(10, client_order_id="mine"))
    assert (placed.status, placed.qty, placed.filled_qty) == (OrderStatus.ACCEPTED, "10", "0")
    await trader.step()
    filled = await order_of(trader, placed)
    assert (filled.status, filled.filled_qty, filled.filled_at) == (OrderStatus.FILLED, "10", filled.updated_at)
    position = await said(trader.trading.get_open_position, "ACME")
    assert isinstance(position, Position)
    assert (position.qty, position.avg_entry_price, position.side) == ("10", filled.filled_avg_price, "long")
    assert position.lastday_price == "100"
    assert (await said(trader.trading.get_order_by_client_id, "mine")).id == placed.id


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        (limit(1, 99.5), {"type": "limit", "limit_price": "99.5", "time_in_force": "gtc"}),
        (
            StopOrderRequest(symbol="ACME", qty=1, side="buy", time_in_force="gtc", stop_price=110),
            {"type": "stop", "stop_price": "110"},
        ),
        (
            StopLimitOrderRequest(
                symbol="ACME", qty=1, side="buy", time_in_force="day", stop_price=110, limit_price=111.25
            ),
            {"type": "stop_limit", "stop_price": "110", "limit_price": "111.25"},
        ),
        (
            TrailingStopOrderRequest(symbol="ACME", qty=1, side="buy", time_in_force="day", trail_percent=5),
            {"type": "trailing_stop", "trail_percent": "5", "hwm": "100", "stop_price": "105"},
        ),
        (
            TrailingStopOrderRequest(symbol="ACME", qty=1, side="buy", time_in_force="gtc", trail_price=2.5),
            {"type": "trailing_stop", "trail_price": "2.5", "stop_price": "102.5"},
        ),
        (
            MarketOrderRequest(symbol="ACME", notional=500.5, side="buy", time_in_force="day"),
            {"type": "market", "notional": "500.5", "qty": None},
        ),
        (
            MarketOrderRequest(symbol="ACME", qty=1, side="buy", time_in_force="opg"),
            {"type": "market", "time_in_force": "opg"},
        ),
    ],
)
async def test_every_kind_of_order_is_placed(trader: Dialect, request_: OrderRequest, shown: dict[str, object]) -> None:
    placed = await place(trader, request_)
    assert {name: getattr(placed, name) for name in shown} == shown
    assert await order_of(trader, placed) == placed


async def test_a_bracket_shows_its_legs_nested_and_flat(trader: Dialect) -> None:
    target, stop = TakeProfitRequest(limit_price=120), StopLossRequest(stop_price=90)
    placed = await place(
        trader,
        market(5, order_class=OrderClass.BRACKET, time_in_force=TimeInForce.GTC, take_profit=target, stop_loss=stop),
    )
    assert placed.legs is not None
    assert [(leg.type, leg.status) for leg in placed.legs] == [("limit", "held"), ("stop", "held")]
    nested = await said(trader.trading.get_orders, GetOrdersRequest(nested=True))
    assert [(order.id, len(order.legs)) for order in nested] == [(placed.id, 2)]
    assert len(await said(trader.trading.get_orders)) == 3
    await trader.step()
    entry = await order_of(trader, placed)
    assert entry.status == OrderStatus.FILLED
    assert [leg.status for leg in entry.legs or []] == [OrderStatus.NEW, OrderStatus.NEW]


async def test_an_exit_pair_and_a_triggered_exit(trader: Dialect) -> None:
    await place(trader, market(5))
    await trader.step()
    pair = LimitOrderRequest(
        symbol="ACME",
        qty=5,
        side=OrderSide.SELL,
        time_in_force=TimeInForce.GTC,
        order_class=OrderClass.OCO,
        take_profit=TakeProfitRequest(limit_price=120),
        stop_loss=StopLossRequest(stop_price=90, limit_price=89),
    )
    placed = await place(trader, pair)
    assert (placed.order_class, placed.limit_price) == (OrderClass.OCO, "120")
    assert [(leg.type, leg.stop_price, leg.limit_price) for leg in placed.legs or []] == [("stop_limit", "90", "89")]
    await said(trader.trading.cancel_order_by_id, placed.id)
    triggered = await place(trader, limit(1, 95, order_class=OrderClass.OTO, stop_loss=StopLossRequest(stop_price=80)))
    assert [leg.type for leg in triggered.legs or []] == [OrderType.STOP]


async def test_orders_are_found_by_everything_their_filter_knows(trader: Dialect) -> None:
    first, second = await place(trader, limit(1, 50)), await place(trader, limit(2, 51))
    await trader.step()
    third = await place(trader, market(1, OrderSide.BUY))
    await said(trader.trading.cancel_order_by_id, first.id)

    async def found(**wanted: Any) -> list[UUID]:  # noqa: ANN401
        orders = await said(trader.trading.get_orders, GetOrdersRequest(**wanted))
        return [order.id for order in orders if isinstance(order, Order)]

    assert await found() == [third.id, second.id]
    assert await found(status=QueryOrderStatus.CLOSED) == [first.id]
    assert await found(status=QueryOrderStatus.ALL, direction="asc") == [first.id, second.id, third.id]
    assert await found(status=QueryOrderStatus.ALL, limit=1) == [third.id]
    assert await found(after=second.submitted_at) == [third.id]
    assert await found(until=third.submitted_at) == [second.id]
    assert await found(symbols=["BOLT"]) == []
    assert await found(symbols=["BOLT", "ACME"], side=OrderSide.BUY) == [third.id, second.id]
    assert await found(side=OrderSide.SELL) == []


async def test_a_replacement_is_a_new_order(trader: Dialect) -> None:
    placed = await place(trader, limit(1, 50))
    replaced = await said(
        trader.trading.replace_order_by_id, placed.id, ReplaceOrderRequest(qty=3, limit_price=51, client_order_id="b")
    )
    assert isinstance(replaced, Order)
    assert (replaced.replaces, replaced.qty, replaced.limit_price) == (placed.id, "3", "51")
    old = await order_of(trader, placed)
    assert (old.status, old.replaced_by) == (OrderStatus.REPLACED, replaced.id)
    trailing = await place(
        trader, TrailingStopOrderRequest(symbol="ACME", qty=1, side="buy", time_in_force="day", trail_percent=5)
    )
    wider = await said(trader.trading.replace_order_by_id, trailing.id, ReplaceOrderRequest(trail=10))
    assert isinstance(wider, Order)
    assert wider.trail_percent == "10"


async def test_everything_is_cancelled_at_once(trader: Dialect) -> None:
    orders = [await place(trader, limit(1, price)) for price in (50, 51)]
    answers = await said(trader.trading.cancel_orders)
    assert {answer.id for answer in answers} == {order.id for order in orders}
    assert {answer.status for answer in answers} == {200}
    assert await said(trader.trading.get_orders) == []


async def test_positions_are_closed_in_part_and_in_whole(trader: Dialect) -> None:
    await place(trader, market(10))
    await trader.step()
    half = await said(trader.trading.close_position, "ACME", ClosePositionRequest(percentage="50"))
    assert isinstance(half, Order)
    assert (half.side, half.qty) == (OrderSide.SELL, "5")
    refused, *others = await said(trader.trading.close_all_positions, cancel_orders=False)
    assert (refused.status, others) == (403, [])
    assert refused.body.code == 40310000
    (closed,) = await said(trader.trading.close_all_positions, cancel_orders=True)
    assert closed.status == 200
    await trader.step()
    assert await said(trader.trading.get_all_positions) == []
    with pytest.raises(APIError) as refusal:
        await said(trader.trading.close_position, "ACME")
    assert (refusal.value.status_code, refusal.value.code) == (404, 40410000)


async def test_the_configuration_stays_what_it_is(trader: Dialect) -> None:
    configuration = await said(trader.trading.get_account_configurations)
    assert await said(trader.trading.set_account_configurations, configuration) == configuration
    changed = configuration.model_copy(update={"suspend_trade": True})
    with pytest.raises(APIError) as refusal:
        await said(trader.trading.set_account_configurations, changed)
    assert refusal.value.status_code == 422


async def test_history_counts_gains_and_not_deposits(trader: Dialect) -> None:
    await place(trader, market(10))
    await trader.step(2)
    deposit = f"/v1/accounts/{trader.account_id}/transfers"
    await trader.desk.mine.post(deposit, {"amount": "500"})
    history = await said(trader.trading.get_portfolio_history, GetPortfolioHistoryRequest(period="1W"))
    points = await trader.desk.mine.rows(f"/v1/accounts/{trader.account_id}/equity")
    assert history.equity == [float(point["equity"]) for point in points]
    assert history.base_value == 10_000
    assert history.profit_loss[-1] == pytest.approx(history.equity[-1] - 10_500)
    assert history.timeframe == "1D"


async def test_activities_tell_fills_and_cash(trader: Dialect) -> None:
    placed = await place(trader, market(10))
    await trader.step()
    fill, deposit = await said(trader.trading.get, "/account/activities", {"page_size": 100})
    assert (fill["activity_type"], fill["order_id"], fill["qty"]) == ("FILL", str(placed.id), "10")
    assert (fill["type"], fill["cum_qty"], fill["leaves_qty"]) == ("fill", "10", "0")
    assert (deposit["activity_type"], deposit["net_amount"]) == ("CSD", "10000")
    assert await said(trader.trading.get, "/account/activities/FILL") == [fill]
    assert await said(trader.trading.get, "/account/activities", {"page_token": fill["id"]}) == [deposit]


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        (market(1_000_000), 403, 40310000),
        (market(1, OrderSide.SELL), 403, 40310000),
        (limit(1, 99.999), 422, 42210000),
        (MarketOrderRequest(symbol="NOPE", qty=1, side="buy", time_in_force="day"), 422, 42210000),
        (limit(1, 99, extended_hours=True, time_in_force="day"), 422, 42210000),
        (market(1, client_order_id="taken"), 422, 40010001),
    ],
)
async def test_refusals_have_alpacas_numbers(trader: Dialect, order: OrderRequest, status: int, code: int) -> None:
    await place(trader, limit(1, 50, client_order_id="taken"))
    before = await trader.desk.footprint(trader.account_id)
    with pytest.raises(APIError) as refusal:
        await said(trader.trading.submit_order, order)
    assert (refusal.value.status_code, refusal.value.code) == (status, code)
    assert refusal.value.message
    assert await trader.desk.footprint(trader.account_id) == before


async def test_an_option_is_exercised_or_let_lapse(dialect: Dialect) -> None:
    await dialect.open("chain", cash="50000")
    call = "ACME240607C00100000"
    await place(dialect, MarketOrderRequest(symbol=call, qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY))
    await dialect.step()
    lapsed = await dialect.ask("POST", f"/v2/positions/{call}/do-not-exercise")
    assert (lapsed.status_code, lapsed.content) == (200, b"")
    await said(dialect.trading.exercise_options_position, call)
    positions = await said(dialect.trading.get_all_positions)
    assert [(position.symbol, position.qty) for position in positions] == [("ACME", "100")]
    types = [each["activity_type"] for each in await said(dialect.trading.get, "/account/activities")]
    assert types == ["OPEXC", "FILL", "CSD"]
    (exercise,) = await said(dialect.trading.get, "/account/activities/OPEXC")
    assert exercise["net_amount"] == "-10000"


async def test_an_order_that_has_to_wait_for_a_person_is_refused_with_its_approval(trader: Dialect) -> None:
    limits = {"approval_above": "300", "accounts": [trader.account_id]}
    key = await trader.desk.mine.post("/v1/keys", {"name": "Bot", "scopes": ["read", "trade"], "limits": limits})
    bot = TradingClient(key["key_id"], key["secret"], url_override=trader.url)
    with pytest.raises(APIError) as refusal:
        await said(bot.submit_order, market(5, client_order_id="dear"))
    assert (refusal.value.status_code, refusal.value.code) == (403, 40310000)
    (wait,) = await trader.desk.mine.rows("/v1/approvals", status="waiting")
    assert wait["id"] in refusal.value.message
    await trader.desk.mine.post(f"/v1/approvals/{wait['id']}/approve", None)
    assert (await said(bot.get_order_by_client_id, "dear")).qty == "5"
