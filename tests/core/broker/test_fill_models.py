"""A market price becomes a customer's price: rounded once, to the tick, against the customer."""

from decimal import Decimal

import pytest
from hypothesis import given

from paperdesk.core.broker.fill_models import (
    FILL_MODELS,
    HARSH,
    IDEAL,
    REALISTIC,
    Parts,
    UnknownFillModel,
    crossed_price,
    fill_model,
    impact_rate,
    is_reached,
    printed,
    quoted,
    units_within,
    unquoted,
)
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.values import replace
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
    assert is_reached(IDEAL, Side.BUY, Decimal(limit), (low, high), CENT) is touched
    assert is_reached(REALISTIC, Side.BUY, Decimal(limit), (low, high), CENT) is through
    mirrored = low + high - Decimal(limit)
    assert is_reached(IDEAL, Side.SELL, mirrored, (low, high), CENT) is touched
    assert is_reached(REALISTIC, Side.SELL, mirrored, (low, high), CENT) is through


def test_models_are_found_by_name_and_unknown_ones_refused_with_the_names_there_are() -> None:
    assert {name: fill_model(name) for name in FILL_MODELS} == FILL_MODELS
    with pytest.raises(UnknownFillModel) as refusal:
        fill_model("lucky")
    assert refusal.value.facts == {"known": [*sorted(FILL_MODELS), "spread:…", "size:…", "noise:…", "blend:…"]}


def test_the_parts_of_an_unquoted_price_are_those_of_the_model() -> None:
    parts = unquoted(HARSH, Side.SELL, Decimal(100), CENT, Decimal("0.001"))
    assert parts == Parts(
        base=Decimal(100),
        spread=Decimal("-0.03"),
        impact=Decimal("-0.1"),
        latency=Decimal("-0.02"),
        rounding=Decimal(0),
    )
    assert parts.price == Decimal("99.85")


@pytest.mark.parametrize(
    ("share", "bought_at", "sold_at"),
    [("1", "101", "99"), ("0", "100", "100"), ("1.5", "101.5", "98.5"), ("-1", "99", "101")],
)
def test_of_a_quoted_spread_a_customer_pays_the_share_of_the_model(share: str, bought_at: str, sold_at: str) -> None:
    model = replace(IDEAL, spread_share=Decimal(share))
    for side, price in ((Side.BUY, bought_at), (Side.SELL, sold_at)):
        parts = quoted(model, side, Decimal(99), Decimal(101), CENT)
        assert (parts.base, parts.price) == (Decimal(100), Decimal(price))


def test_an_auction_costs_no_spread() -> None:
    assert printed(Side.BUY, Decimal(100), CENT).price == Decimal(100)
    assert printed(Side.SELL, Decimal("100.005"), CENT).price == Decimal(100)


@pytest.mark.parametrize(
    ("units", "volume", "rate"),
    [
        ("1000", "1000", "0.005"),  # all of it: the 50 basis points of the model
        ("10", "1000", "0.0005"),  # a hundredth of the volume: a tenth of the impact
        ("1", "3", "0.002886752"),  # 0.005 / sqrt(3) = 0.00288675134..., rounded up
        ("0", "1000", "0"),
    ],
)
def test_impact_goes_with_the_square_root_of_size_and_is_rounded_up_to_a_billionth(
    units: str, volume: str, rate: str
) -> None:
    assert impact_rate(REALISTIC, Decimal(units), Decimal(volume)) == Decimal(rate)


@pytest.mark.parametrize("volume", [None, Decimal(0)])
def test_without_volume_the_impact_is_the_flat_one_of_the_model(volume: Decimal | None) -> None:
    assert impact_rate(REALISTIC, Decimal(10), volume) == 0
    assert impact_rate(HARSH, Decimal(10), volume) == Decimal("0.001")


@given(decimals(1, 10**9, 0), decimals(1, 10**9, 9))
def test_the_units_within_an_impact_have_no_more_than_that_impact(volume: Decimal, rate: Decimal) -> None:
    units = units_within(REALISTIC, rate, volume)
    assert impact_rate(REALISTIC, units - Decimal("0.000000001"), volume) <= rate


@pytest.mark.parametrize(("low", "is_filled"), [("98.01", False), ("98.00", False), ("97.99", False), ("97.98", True)])
def test_the_harsh_model_wants_the_price_two_ticks_beyond_a_limit(low: str, *, is_filled: bool) -> None:
    assert is_reached(HARSH, Side.BUY, Decimal(98), (Decimal(low), Decimal(102)), CENT) is is_filled
    mirrored = Decimal(98) - (Decimal(low) - Decimal(98))
    assert is_reached(HARSH, Side.SELL, Decimal(98), (Decimal(90), mirrored), CENT) is is_filled


def test_only_models_that_draw_are_chancy() -> None:
    assert {name for name, model in FILL_MODELS.items() if model.is_chancy} == {"harsh", "alpaca_paper"}


@pytest.mark.parametrize(
    ("name", "bought_at", "sold_at"),
    [
        ("midpoint", "100.10", "100.10"),
        ("spread:0", "100.10", "100.10"),
        ("spread:1", "100.20", "100.00"),
        ("spread:0.5", "100.15", "100.05"),
        ("spread:-0.5", "100.05", "100.15"),
        ("spread:-1", "100.00", "100.20"),
        ("inside", "100.20", "100.00"),
    ],
)
def test_a_model_pays_its_share_of_the_half_spread(name: str, bought_at: str, sold_at: str) -> None:
    model = fill_model(name)
    prices = [quoted(model, side, Decimal(100), Decimal("100.20"), CENT).price for side in (Side.BUY, Side.SELL)]
    assert prices == [Decimal(bought_at), Decimal(sold_at)]


@pytest.mark.parametrize(
    "name", ["spread:1.5", "spread:-2", "size:-0.1", "size:", "spread:x", "share:0.5", "spread:1e0"]
)
def test_a_figure_that_no_model_may_have_is_refused(name: str) -> None:
    with pytest.raises(UnknownFillModel):
        fill_model(name)


def test_a_model_with_a_figure_is_named_by_it_however_it_was_written() -> None:
    assert fill_model("spread:0.50") == fill_model("spread:0.5")
    assert fill_model("size:0.10").name == "size:0.1"


@given(decimals(1, 10_000, 2), decimals(0, 500, 2), decimals(-10_000, 10_000, 4))
def test_no_share_up_to_the_touch_costs_more_than_the_touch(bid: Decimal, spread: Decimal, share: Decimal) -> None:
    model, ask = fill_model(f"spread:{share}"), bid + spread
    for tick in (CENT, Decimal("0.05")):
        bought = quoted(model, Side.BUY, bid, ask, tick)
        sold = quoted(model, Side.SELL, bid, ask, tick)
        assert bought.price <= max(ask, tick)
        assert sold.price >= bid or sold.price >= bid - tick
