"""A market price becomes a customer's price: rounded once, to the tick, against the customer."""

from decimal import Decimal

import pytest
from hypothesis import given

from paperdesk.core.broker.fill_models import (
    FILL_MODELS,
    IDEAL,
    REALISTIC,
    UnknownFillModel,
    crossed_price,
    fill_model,
    is_reached,
)
from paperdesk.core.broker.orders import Side
from tests.strategies import decimals

CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("price", "bought_at", "sold_at"),
    [("100", "100.01", "99.99"), ("1000", "1000.10", "999.90"), ("1", "1.01", "0.99"), ("0.01", "0.02", "0.01")],
)
def test_half_the_spread_is_paid_and_rounded_against_the_customer(price: str, bought_at: str, sold_at: str) -> None:
    assert crossed_price(REALISTIC, Side.BUY, Decimal(price), CENT) == Decimal(bought_at)
    assert crossed_price(REALISTIC, Side.SELL, Decimal(price), CENT) == Decimal(sold_at)


def test_the_ideal_model_gives_the_market_price_itself() -> None:
    assert crossed_price(IDEAL, Side.BUY, Decimal("99.87"), CENT) == Decimal("99.87")
    assert crossed_price(IDEAL, Side.SELL, Decimal("99.87"), CENT) == Decimal("99.87")


@given(decimals(1, 10**7, 4))
def test_a_round_trip_at_one_price_never_earns_and_both_prices_are_on_the_tick(price: Decimal) -> None:
    bought, sold = (crossed_price(REALISTIC, side, price, CENT) for side in (Side.BUY, Side.SELL))
    assert bought >= sold > 0
    assert bought >= price
    assert sold <= price or sold == CENT
    assert not bought % CENT
    assert not sold % CENT


@pytest.mark.parametrize(
    ("limit", "touched", "through"),
    [("98.01", True, True), ("98.00", True, False), ("97.99", False, False)],
)
def test_a_resting_buy_needs_the_price_to_touch_or_to_go_through(limit: str, *, touched: bool, through: bool) -> None:
    low, high = Decimal(98), Decimal(102)
    assert is_reached(IDEAL, Side.BUY, Decimal(limit), low, high) is touched
    assert is_reached(REALISTIC, Side.BUY, Decimal(limit), low, high) is through
    mirrored = low + high - Decimal(limit)
    assert is_reached(IDEAL, Side.SELL, mirrored, low, high) is touched
    assert is_reached(REALISTIC, Side.SELL, mirrored, low, high) is through


def test_models_are_found_by_name_and_unknown_ones_refused_with_the_names_there_are() -> None:
    assert {name: fill_model(name) for name in FILL_MODELS} == FILL_MODELS
    with pytest.raises(UnknownFillModel) as refusal:
        fill_model("lucky")
    assert refusal.value.facts == {"known": ["ideal", "realistic"]}
