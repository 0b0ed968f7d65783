"""The written table of matching, each cell; a buy on the left, its mirror on the right."""

from decimal import Decimal

import pytest
from hypothesis import assume, given

from paperdesk.core.broker.fill_models import FILL_MODELS, IDEAL, REALISTIC, FillModel
from paperdesk.core.broker.matching import Execution, ends_unfilled, match_order
from paperdesk.core.broker.orders import IMMEDIATE, Order, OrderType, Side, TimeInForce, TriggerSource
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import PriceFact, QuoteFact, RangeFact
from tests.scenery import fact_close, fact_open, fact_quote, fact_range, order_of, quote_of, stop_of
from tests.strategies import price_facts, working_orders

OPEN, CLOSE, RANGE = fact_open("100"), fact_close("100"), fact_range("98", "102")
QUOTE = fact_quote(quote_of("99", "101"))

NOTHING = None
CELLS = [
    # fact, model, buy: limit and price, sell: limit and price
    (OPEN, IDEAL, None, "100", None, "100"),
    (OPEN, REALISTIC, None, "100.01", None, "99.99"),
    (CLOSE, IDEAL, None, "100", None, "100"),
    (CLOSE, REALISTIC, None, "100.01", None, "99.99"),
    (RANGE, IDEAL, None, NOTHING, None, NOTHING),
    (RANGE, REALISTIC, None, NOTHING, None, NOTHING),
    (QUOTE, REALISTIC, None, "101", None, "99"),
    (OPEN, IDEAL, "100", "100", "100", "100"),
    (OPEN, REALISTIC, "100", NOTHING, "100", NOTHING),
    (OPEN, REALISTIC, "100.01", "100.01", "99.99", "99.99"),
    (OPEN, REALISTIC, "105", "100.01", "95", "99.99"),
    (CLOSE, IDEAL, "99.99", NOTHING, "100.01", NOTHING),
    (CLOSE, REALISTIC, "105", "100.01", "95", "99.99"),
    (RANGE, IDEAL, "98", "98", "102", "102"),
    (RANGE, REALISTIC, "98", NOTHING, "102", NOTHING),
    (RANGE, REALISTIC, "98.01", "98.01", "101.99", "101.99"),
    (RANGE, REALISTIC, "97.99", NOTHING, "102.01", NOTHING),
    (QUOTE, REALISTIC, "101", "101", "99", "99"),
    (QUOTE, REALISTIC, "100.99", NOTHING, "99.01", NOTHING),
    (QUOTE, REALISTIC, "110", "101", "90", "99"),
]


BUY, SELL = Side.BUY, Side.SELL
STOP, STOP_LIMIT, TOUCHED = OrderType.STOP, OrderType.STOP_LIMIT, OrderType.MARKET_IF_TOUCHED
WAITING_CELLS = [
    # fact, order; what it gets of the realistic model, and by which rule
    (OPEN, stop_of(STOP, BUY, "99"), "100.01", "stop_at_open"),
    (OPEN, stop_of(STOP, BUY, "100"), "100.01", "stop_at_open"),
    (OPEN, stop_of(STOP, BUY, "100.01"), NOTHING, ""),
    (OPEN, stop_of(STOP, SELL, "100"), "99.99", "stop_at_open"),
    (OPEN, stop_of(STOP, SELL, "99.99"), NOTHING, ""),
    (CLOSE, stop_of(STOP, BUY, "99"), "100.01", "stop_at_close"),
    (CLOSE, stop_of(STOP, SELL, "101"), "99.99", "stop_at_close"),
    (RANGE, stop_of(STOP, BUY, "102"), "102.02", "stop_in_range"),
    (RANGE, stop_of(STOP, BUY, "102.01"), NOTHING, ""),
    (RANGE, stop_of(STOP, BUY, "97"), NOTHING, ""),
    (RANGE, stop_of(STOP, SELL, "98"), "97.99", "stop_in_range"),
    (RANGE, stop_of(STOP, SELL, "97.99"), NOTHING, ""),
    (RANGE, stop_of(STOP, SELL, "103"), NOTHING, ""),
    (QUOTE, stop_of(STOP, BUY, "90"), NOTHING, ""),
    (OPEN, stop_of(STOP_LIMIT, BUY, "99", "100.01"), "100.01", "stop_limit_at_open"),
    (OPEN, stop_of(STOP_LIMIT, BUY, "99", "100"), NOTHING, ""),
    (OPEN, stop_of(STOP_LIMIT, SELL, "101", "99.99"), "99.99", "stop_limit_at_open"),
    (CLOSE, stop_of(STOP_LIMIT, BUY, "99", "101"), "100.01", "stop_limit_at_close"),
    (RANGE, stop_of(STOP_LIMIT, BUY, "101", "103"), "103", "stop_limit_in_range"),
    (RANGE, stop_of(STOP_LIMIT, BUY, "101", "101"), NOTHING, ""),
    (RANGE, stop_of(STOP_LIMIT, SELL, "99", "98.98"), "98.98", "stop_limit_in_range"),
    (RANGE, stop_of(STOP_LIMIT, SELL, "99", "99"), NOTHING, ""),
    (OPEN, stop_of(TOUCHED, BUY, "100"), "100.01", "market_if_touched_at_open"),
    (OPEN, stop_of(TOUCHED, BUY, "99.99"), NOTHING, ""),
    (OPEN, stop_of(TOUCHED, SELL, "99"), "99.99", "market_if_touched_at_open"),
    (RANGE, stop_of(TOUCHED, BUY, "99"), "99.01", "market_if_touched_in_range"),
    (RANGE, stop_of(TOUCHED, SELL, "101"), "100.98", "market_if_touched_in_range"),
    (RANGE, stop_of(TOUCHED, SELL, "102.01"), NOTHING, ""),
    (OPEN, replace(order_of(limit=Decimal(100)), post_only=True), NOTHING, ""),
    (OPEN, replace(order_of(limit=Decimal(105)), post_only=True), "105", "open"),
    (OPEN, replace(order_of(SELL, limit=Decimal(95)), post_only=True), "95", "open"),
    (RANGE, replace(order_of(limit=Decimal(99)), post_only=True), "99", "limit_in_range"),
    (QUOTE, replace(order_of(limit=Decimal(101)), post_only=True), NOTHING, ""),
    (QUOTE, replace(order_of(limit=Decimal(102)), post_only=True), "102", "quote"),
    (QUOTE, replace(stop_of(STOP, BUY, "101"), trigger_source=TriggerSource.QUOTE), "101", "stop_at_quote"),
    (QUOTE, replace(stop_of(STOP, SELL, "98.99"), trigger_source=TriggerSource.QUOTE), NOTHING, ""),
]


@pytest.mark.parametrize(("fact", "order", "price", "rule"), WAITING_CELLS)
def test_every_cell_of_those_who_wait_or_only_give(fact: PriceFact, order: Order, price: str | None, rule: str) -> None:
    execution = match_order(order, fact, REALISTIC, ZERO)
    assert price_of(execution) == decimal_or_none(price)
    assert execution is None or execution.rule == rule


def price_of(execution: Execution | None) -> Decimal | None:
    return execution.price if execution else None


def decimal_or_none(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(("fact", "model", "buy_limit", "bought_at", "sell_limit", "sold_at"), CELLS)
def test_every_cell_of_the_table(
    fact: PriceFact,
    model: FillModel,
    buy_limit: str | None,
    bought_at: str | None,
    sell_limit: str | None,
    sold_at: str | None,
) -> None:
    buy = order_of(Side.BUY, limit=decimal_or_none(buy_limit))
    sell = order_of(Side.SELL, limit=decimal_or_none(sell_limit))
    assert price_of(match_order(buy, fact, model, ZERO)) == decimal_or_none(bought_at)
    assert price_of(match_order(sell, fact, model, ZERO)) == decimal_or_none(sold_at)


@pytest.mark.parametrize(
    ("fact", "limit", "reference", "rule"),
    [
        (OPEN, None, "100", "open"),
        (CLOSE, None, "100", "close"),
        (QUOTE, None, "101", "quote"),
        (RANGE, "99", "99", "limit_in_range"),
    ],
)
def test_an_execution_tells_the_price_it_was_made_from_and_the_rule(
    fact: PriceFact, limit: str | None, reference: str, rule: str
) -> None:
    execution = match_order(order_of(limit=decimal_or_none(limit)), fact, REALISTIC, ZERO)
    assert execution is not None
    assert (execution.quantity, execution.reference, execution.rule) == (Decimal(10), Decimal(reference), rule)


@pytest.mark.parametrize(
    ("sizes", "size_used", "filled"),
    [
        (None, "0", "10"),
        (("20", "20"), "0", "10"),
        (("4", "6"), "0", "6"),
        (("4", "6"), "5", "1"),
        (("4", "6"), "6", None),
        (("4", "0"), "0", None),
        (("4", "6.9"), "0", "6"),
        (("4", "0.9"), "0", None),
    ],
)
def test_a_quote_fills_up_to_what_is_left_of_its_size_in_whole_lots(
    sizes: tuple[str, str] | None, size_used: str, filled: str | None
) -> None:
    fact = fact_quote(quote_of("99", "101", sizes))
    execution = match_order(order_of(), fact, REALISTIC, Decimal(size_used))
    assert (execution.quantity if execution else None) == decimal_or_none(filled)


def test_a_sell_takes_the_size_of_the_bid() -> None:
    execution = match_order(order_of(Side.SELL), fact_quote(quote_of("99", "101", ("4", "6"))), REALISTIC, ZERO)
    assert execution is not None
    assert (execution.quantity, execution.price, execution.rule) == (Decimal(4), Decimal(99), "quote")


def test_fill_or_kill_takes_all_or_nothing() -> None:
    order = order_of(time_in_force=TimeInForce.FOK)
    assert match_order(order, fact_quote(quote_of("99", "101", ("9", "9"))), REALISTIC, ZERO) is None
    assert match_order(order, fact_quote(quote_of("99", "101", ("9", "10"))), REALISTIC, ZERO) is not None


@pytest.mark.parametrize("time_in_force", list(TimeInForce))
def test_only_orders_that_rest_meet_a_range(time_in_force: TimeInForce) -> None:
    execution = match_order(order_of(limit=Decimal(100), time_in_force=time_in_force), RANGE, REALISTIC, ZERO)
    assert (execution is None) is (time_in_force in IMMEDIATE)


@pytest.mark.parametrize("fact", [OPEN, CLOSE, QUOTE, RANGE])
@pytest.mark.parametrize("time_in_force", list(TimeInForce))
def test_the_one_chance_of_an_immediate_order_is_a_print_or_a_quote(
    fact: PriceFact, time_in_force: TimeInForce
) -> None:
    ends = time_in_force in IMMEDIATE and not isinstance(fact, RangeFact)
    assert ends_unfilled(order_of(time_in_force=time_in_force), fact) is ends


@pytest.mark.parametrize("model", list(FILL_MODELS.values()), ids=list(FILL_MODELS))
@given(order=working_orders(), fact=price_facts())
def test_no_execution_is_worse_than_the_limit_or_larger_than_the_order(
    model: FillModel, order: Order, fact: PriceFact
) -> None:
    execution = match_order(order, fact, model, ZERO)
    assume(execution is not None)
    assert execution is not None
    assert ZERO < execution.quantity <= order.remaining
    assert execution.price % order.instrument.tick == ZERO
    if order.type is OrderType.LIMIT:
        assert order.limit_price is not None
        gain = order.limit_price - execution.price
        assert gain >= ZERO if order.side is Side.BUY else gain <= ZERO
    assert execution.parts.price == execution.price
    if isinstance(fact, QuoteFact) and model.heeds_quoted_size:
        size = fact.ask_size if order.side is Side.BUY else fact.bid_size
        assert size is None or execution.quantity <= size


@given(order=working_orders(), fact=price_facts())
def test_the_realistic_model_never_fills_better_than_the_ideal_one(order: Order, fact: PriceFact) -> None:
    realistic, ideal = (match_order(order, fact, model, ZERO) for model in (REALISTIC, IDEAL))
    assume(realistic is not None)
    assert realistic is not None
    assert ideal is not None
    worse = realistic.price - ideal.price
    assert worse >= ZERO if order.side is Side.BUY else worse <= ZERO
