"""What fits together in one order; each refusal by its name, in its place."""

from decimal import Decimal
from itertools import product

import pytest

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.orders import CONDITIONAL, LASTING, OrderClass, OrderType, Side, TimeInForce
from paperdesk.core.broker.terms import TIMES, TYPES
from paperdesk.core.kernel.errors import PaperdeskError
from tests.order_terms import PlacedTerms
from tests.stories import Story

BUY, SELL = Side.BUY, Side.SELL
MARKET, LIMIT, STOP = OrderType.MARKET, OrderType.LIMIT, OrderType.STOP
STOP_LIMIT, TRAILING = OrderType.STOP_LIMIT, OrderType.TRAILING_STOP
BRACKET, OCO, OTO = OrderClass.BRACKET, OrderClass.OCO, OrderClass.OTO
TARGET, LOSS = TakeProfit(Decimal(110)), StopLoss(Decimal(90))
BOTH: PlacedTerms = {"order_class": BRACKET, "take_profit": TARGET, "stop_loss": LOSS}


def exits(target: str, stop: str, limit: str | None = None) -> PlacedTerms:
    loss = StopLoss(Decimal(stop), None if limit is None else Decimal(limit))
    return {"order_class": BRACKET, "take_profit": TakeProfit(Decimal(target)), "stop_loss": loss}


def quoted() -> Story:
    story = Story()
    story.quote("99", "100")
    return story


# Each line breaks its own check and, where it can, later ones; what is refused is the first.
REFUSED: list[tuple[str, Side, str, str | None, PlacedTerms]] = [
    ("instrument_not_tradable", BUY, "-1", None, {"symbol": "ACME_CALL"}),
    ("notional_not_allowed", BUY, "1", None, {"notional": "-1"}),
    ("notional_not_allowed", BUY, "0", "100", {"notional": "-1"}),
    ("notional_not_allowed", SELL, "0", None, {"notional": "100"}),
    ("notional_not_allowed", BUY, "0", None, {"notional": "100", "time_in_force": TimeInForce.GTC}),
    ("notional_not_allowed", BUY, "0", None, {"notional": "100", **BOTH}),
    ("amount_not_positive", BUY, "0", None, {"notional": "0"}),
    ("amount_too_precise", BUY, "0", None, {"notional": "0.001"}),
    ("insufficient_buying_power", BUY, "0", None, {"notional": "10000.01"}),
    ("quantity_not_positive", BUY, "0", None, {"order_class": BRACKET}),
    ("legs_not_fitting", BUY, "1", None, {"order_class": BRACKET, "stop_loss": LOSS, "order_type": TRAILING}),
    ("legs_not_fitting", BUY, "1", None, {"order_class": OTO, "stop_loss": LOSS, "take_profit": TARGET}),
    ("legs_not_fitting", BUY, "1", None, {"order_class": OTO}),
    ("legs_not_fitting", SELL, "1", "110", {"order_class": OCO, "take_profit": TARGET}),
    ("legs_not_fitting", BUY, "1", None, {"stop_loss": LOSS}),
    ("type_not_allowed", SELL, "1", None, {**BOTH, "order_type": TRAILING}),
    ("type_not_allowed", BUY, "1", None, {"order_class": OCO, "stop_loss": LOSS}),
    ("side_not_allowed", SELL, "1", None, {**BOTH, "time_in_force": TimeInForce.IOC}),
    ("side_not_allowed", BUY, "1", "110", {"order_class": OCO, "stop_loss": LOSS}),
    ("post_only_not_allowed", BUY, "1", None, {"post_only": True, "time_in_force": TimeInForce.IOC}),
    ("time_in_force_not_allowed", BUY, "1", "0", {"post_only": True, "time_in_force": TimeInForce.IOC}),
    ("time_in_force_not_allowed", BUY, "1", "0", {**BOTH, "time_in_force": TimeInForce.OPG}),
    ("time_in_force_not_allowed", BUY, "1", "0", {"order_type": STOP, "time_in_force": TimeInForce.FOK}),
    ("limit_price_not_allowed", BUY, "1", "0", {"order_type": STOP}),
    ("limit_price_missing", BUY, "1", None, {"order_type": STOP_LIMIT}),
    ("stop_price_missing", BUY, "1", None, {"order_type": STOP, "trail_rate": "0"}),
    ("stop_price_missing", BUY, "1", "0", {"order_type": STOP_LIMIT}),
    ("stop_price_not_allowed", BUY, "1", "0", {"stop_price": "0"}),
    ("stop_price_not_allowed", BUY, "1", None, {"order_type": TRAILING, "stop_price": "90"}),
    ("trail_not_allowed", BUY, "1", "0", {"trail_amount": "1"}),
    ("trail_missing", BUY, "1", None, {"order_type": TRAILING}),
    ("trail_ambiguous", BUY, "1", None, {"order_type": TRAILING, "trail_amount": "0", "trail_rate": "0"}),
    ("trail_out_of_range", BUY, "1", None, {"order_type": TRAILING, "trail_rate": "0"}),
    ("trail_out_of_range", BUY, "1", None, {"order_type": TRAILING, "trail_rate": "1"}),
    ("price_not_positive", BUY, "1", None, {"order_type": TRAILING, "trail_amount": "0"}),
    ("price_not_positive", BUY, "1", None, {"order_type": STOP, "stop_price": "-1"}),
    ("price_off_tick", BUY, "1", None, {"order_type": STOP, "stop_price": "1.001"}),
    ("price_off_tick", BUY, "1", "100", exits("110.001", "200")),
    ("price_off_tick", BUY, "1", "100", exits("80", "90.001")),
    ("price_not_positive", BUY, "1", "100", exits("80", "90", "0")),
    ("bracket_prices_inverted", BUY, "1", "100", exits("100", "90")),
    ("bracket_prices_inverted", BUY, "1", "100", exits("110", "100")),
    ("bracket_prices_inverted", BUY, "1", None, exits("100", "90")),
    ("bracket_prices_inverted", BUY, "1", None, {**exits("110", "105"), "order_type": STOP, "stop_price": "105"}),
    ("bracket_prices_inverted", SELL, "1", "90", {"order_class": OCO, "stop_loss": LOSS}),
    ("post_only_would_cross", BUY, "1000", "100", {"post_only": True}),
    ("insufficient_buying_power", BUY, "1000", None, {"order_type": STOP, "stop_price": "105"}),
    ("insufficient_shares", SELL, "1", "110", {"order_class": OCO, "stop_loss": LOSS}),
    ("insufficient_shares", SELL, "1", None, {"order_type": TRAILING, "trail_rate": "0.10"}),
]


@pytest.mark.parametrize(("code", "side", "quantity", "limit", "terms"), REFUSED)
def test_terms_that_do_not_fit_are_refused_by_name(
    code: str, side: Side, quantity: str, limit: str | None, terms: PlacedTerms
) -> None:
    story = quoted()
    before = story.account
    with pytest.raises(PaperdeskError) as refused:
        story.place(side, quantity, limit, **terms)
    assert refused.value.code == code
    assert story.account is before


@pytest.mark.parametrize(("kind", "time_in_force"), list(product(OrderType, TimeInForce)))
def test_the_matrix_of_types_and_times(kind: OrderType, time_in_force: TimeInForce) -> None:
    assert (time_in_force in TIMES[kind]) is (time_in_force in LASTING or kind not in CONDITIONAL)


def test_the_matrix_names_every_type_and_class() -> None:
    assert set(TIMES) == set(OrderType)
    assert set(TYPES) == set(OrderClass)


def test_a_market_bracket_before_any_price_has_no_base_to_compare_with() -> None:
    with pytest.raises(PaperdeskError) as refused:
        Story().buy("1", **BOTH)
    assert refused.value.code == "no_price_yet"


def test_a_refused_price_is_named() -> None:
    with pytest.raises(PaperdeskError) as refused:
        quoted().buy("1", "100", **exits("110", "-1"))
    assert (str(refused.value), refused.value.facts) == (
        "The stop loss price must be above zero.",
        {"stop_loss_price": "-1"},
    )
