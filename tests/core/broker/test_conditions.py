"""What a moment does to a price: how much the market moves, the time of day, and noise from the seed."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.conditions import moment_of
from paperdesk.core.broker.fill_models import (
    CONSERVATIVE,
    FILL_MODELS,
    IDEAL,
    REALISTIC,
    REALISTIC_DAY,
    FillModel,
    Strain,
    UnknownFillModel,
    fill_model,
)
from paperdesk.core.broker.marks import LAST_PRINT, Circumstances, Mark
from paperdesk.core.broker.matching import Execution, match_order
from paperdesk.core.broker.orders import Order, OrderType, Side, TimeInForce
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import PriceFact
from paperdesk.core.market.sessions import Session
from tests.pit import VERTICAL, desk, quoted
from tests.scenery import (
    ACME,
    FIRST_CLOSE,
    FIRST_OPEN,
    fact_close,
    fact_open,
    fact_quote,
    fact_range,
    order_of,
    quote_of,
    rules,
    stop_of,
)
from tests.strategies import decimals, price_facts, waiting_orders, working_orders

SESSION = Session(FIRST_OPEN.date(), FIRST_OPEN, FIRST_CLOSE)
NOON = FIRST_OPEN + timedelta(hours=2)
CALM, WILD = Decimal("0.32"), Decimal("0.48")


def met(
    order: Order,
    fact: PriceFact,
    model: FillModel = REALISTIC_DAY,
    around: Circumstances | None = None,
    seed: int = 0,
) -> Execution | None:
    """Return what an order gets of a fact in its circumstances."""
    where = Circumstances(CALM, SESSION, fact.at) if around is None else around
    mark = Mark(ACME, Decimal(100), LAST_PRINT, fact.at, circumstances=lambda: where)
    moment = moment_of(rules(model, seed=seed), order, fact, {ACME.id: mark})
    execution = match_order(order, fact, moment.model, ZERO)
    return None if execution is None else moment.noted(order, execution)


def filled(
    order: Order, fact: PriceFact, model: FillModel = REALISTIC_DAY, around: Circumstances | None = None, seed: int = 0
) -> Execution:
    """Return what an order that fills gets."""
    execution = met(order, fact, model, around, seed)
    assert execution is not None
    return execution


@pytest.mark.parametrize(
    ("at", "edge"),
    [
        (FIRST_OPEN, "first_half_hour"),
        (FIRST_OPEN + timedelta(minutes=30), "first_half_hour"),
        (FIRST_OPEN + timedelta(minutes=30, seconds=1), None),
        (FIRST_CLOSE - timedelta(minutes=30, seconds=1), None),
        (FIRST_CLOSE - timedelta(minutes=30), "last_half_hour"),
        (FIRST_CLOSE, "last_half_hour"),
        (FIRST_OPEN - timedelta(minutes=1), None),
        (FIRST_CLOSE + timedelta(minutes=1), None),
    ],
)
def test_crossing_costs_a_third_more_in_the_first_and_last_half_hour(at: datetime, edge: str | None) -> None:
    done = filled(order_of(), fact_open("100", at=at))
    assert (done.parts.spread, done.parts.time_of_day) == (Decimal("0.008"), Decimal("0.0024") if edge else ZERO)
    assert [rule for rule in done.rules if rule.endswith("hour")] == ([edge] if edge else [])


@pytest.mark.parametrize(
    ("volatility", "added"),
    [("0.16", "0"), ("0.32", "0"), ("0.48", "0.004"), ("0.64", "0.008"), ("0.96", "0.016"), ("9", "0.016")],
)
def test_crossing_costs_in_proportion_to_unusual_volatility_up_to_three_times(volatility: str, added: str) -> None:
    done = filled(order_of(), fact_open("100", at=NOON), around=Circumstances(Decimal(volatility), SESSION, NOON))
    assert done.parts.volatility == Decimal(added)
    assert done.seen == {"volatility": Decimal(volatility)}
    sold = filled(
        order_of(Side.SELL), fact_open("100", at=NOON), around=Circumstances(Decimal(volatility), SESSION, NOON)
    )
    assert sold.parts.volatility == -Decimal(added)


def test_where_nobody_can_tell_how_much_a_market_moves_it_costs_nothing_and_says_so() -> None:
    done = filled(order_of(), fact_open("100", at=NOON), around=Circumstances())
    assert (done.parts.volatility, done.seen) == (ZERO, {})
    assert "volatility_unknown" in done.rules
    unmarked = moment_of(rules(REALISTIC_DAY), order_of(), fact_open("100"), {})
    assert unmarked.rules == ("volatility_unknown",)


def test_volatility_time_of_day_spread_and_size_come_together_at_a_quote() -> None:
    model = replace(REALISTIC_DAY, size_share=Decimal("0.5"))
    quote = fact_quote(quote_of("99", "101", ("20", "20")))
    parts = filled(order_of(), quote, model, Circumstances(WILD, SESSION, FIRST_OPEN)).parts
    # Half the spread is 1, ten of twenty at half the spread of 2 is 0.5; half as volatile again, and three tenths more.
    assert (parts.spread, parts.impact, parts.volatility) == (Decimal(1), Decimal("0.5"), Decimal("0.75"))
    assert (parts.time_of_day, parts.price) == (Decimal("0.675"), Decimal("102.93"))


def test_a_range_is_of_a_half_hour_only_when_its_whole_bar_is() -> None:
    stop = stop_of(OrderType.STOP, Side.BUY, "100")
    early = fact_range("98", "102", at=FIRST_OPEN + timedelta(minutes=5))
    assert "first_half_hour" in filled(stop, early, around=Circumstances(CALM, SESSION, FIRST_OPEN)).rules
    whole_day = fact_range("98", "102", at=FIRST_CLOSE)
    for began_at in (FIRST_OPEN, None):
        assert filled(stop, whole_day, around=Circumstances(CALM, SESSION, began_at)).parts.time_of_day == ZERO


def test_who_rests_at_a_limit_or_meets_an_auction_pays_nothing_for_the_moment() -> None:
    around = Circumstances(WILD, SESSION, FIRST_OPEN)
    resting = filled(order_of(limit=Decimal(99)), fact_range("98", "102", at=FIRST_OPEN), around=around)
    giving = filled(replace(order_of(limit=Decimal(105)), post_only=True), fact_open("100"), around=around)
    auction = replace(order_of(), time_in_force=TimeInForce.OPG, auction_at=FIRST_OPEN)
    for done in (resting, giving, filled(auction, fact_open("100"), around=around)):
        assert (done.parts.volatility, done.parts.time_of_day, done.seen) == (ZERO, ZERO, {})
        assert not {"first_half_hour", "volatility_unknown"} & set(done.rules)


def test_a_limit_leaves_room_for_what_the_moment_makes_of_its_impact() -> None:
    order = order_of(quantity=Decimal(100_000), limit=Decimal("100.05"))
    fact = fact_close("100", volume="1000000")
    calm = filled(order, fact, around=Circumstances(CALM, SESSION, NOON))
    wild = filled(order, fact, around=Circumstances(WILD, SESSION, NOON))
    assert ZERO < wild.quantity < calm.quantity
    assert max(wild.price, calm.price) <= Decimal("100.05")


def test_noise_is_drawn_from_the_seed_for_the_order_and_the_fact_and_stays_inside_its_bound() -> None:
    model = fill_model("noise:0.01")
    facts = [fact_open("100", seq) for seq in range(1, 40)]
    prices = [filled(order_of(), fact, model, seed=7).price for fact in facts]
    assert prices == [filled(order_of(), fact, model, seed=7).price for fact in facts]
    assert prices != [filled(order_of(), fact, model, seed=8).price for fact in facts]
    assert Decimal(99) <= min(prices) < 100 < max(prices) <= Decimal("101.01")
    done = filled(order_of(), facts[0], model, seed=7)
    (draw,) = done.draws.values()
    assert done.parts.noise == (100 * Decimal("0.01") * (2 * draw - 1)).quantize(Decimal("1e-9"), "ROUND_CEILING")
    assert (model.is_chancy, model.heeds_moment, IDEAL.heeds_moment) == (True, True, False)


def test_a_price_that_noise_moves_beyond_a_limit_is_left_alone() -> None:
    model = fill_model("noise:0.01")
    reached = [met(order_of(limit=Decimal(100)), fact_open("100", seq), model) for seq in range(1, 40)]
    prices = [each.price for each in reached if each is not None]
    assert 0 < len(prices) < len(reached)
    assert max(prices) <= 100


def test_each_leg_of_a_combo_has_the_moment_and_the_luck_of_its_own() -> None:
    story = desk(model=fill_model("blend:realistic_day=0.9+noise:0.01=0.1"), seed=7)
    story.combo(VERTICAL)
    quoted(story)
    told = [each.explanation for each in story.fills]
    assert len(told) == 2
    draws = []
    for fill, why in zip(story.fills, told, strict=True):
        assert why is not None
        assert ("combo" in why.rules, why.rules[-1]) == (True, "volatility_unknown")
        assert why.parts.price == fill.price
        draws.append(why.luck.draws)
    assert draws[0] != draws[1]


@pytest.mark.parametrize("model", list(FILL_MODELS.values()), ids=list(FILL_MODELS))
@given(
    order=st.one_of(working_orders(), waiting_orders()),
    fact=price_facts(),
    strain=st.builds(Strain, decimals(0, 2, 4), decimals(0, 1, 1), st.builds(lambda it: it - 1, decimals(0, 2, 9))),
)
def test_the_parts_sum_to_the_price_exactly_at_every_moment(
    model: FillModel, order: Order, fact: PriceFact, strain: Strain
) -> None:
    execution = match_order(order, fact, replace(model, strain=strain), ZERO)
    calm = match_order(order, fact, model, ZERO)
    if execution is None:
        return
    parts = execution.parts
    amounts = (parts.base, parts.spread, parts.impact, parts.latency, parts.volatility, parts.time_of_day, parts.noise)
    assert sum(amounts, parts.queue + parts.rounding) == execution.price == parts.price
    against = parts.rounding if order.side is Side.BUY else -parts.rounding
    assert execution.price == order.instrument.tick or ZERO <= against < order.instrument.tick
    if calm is not None and not parts.noise and calm.quantity == execution.quantity:
        worse = execution.price - calm.price if order.side is Side.BUY else calm.price - execution.price
        assert worse >= ZERO


# --- names -----------------------------------------------------------------------------------------


def test_a_blend_prices_between_its_parts_by_their_weights() -> None:
    blend = fill_model("blend:spread:0=0.25+spread:1=0.75")
    quote = fact_quote(quote_of("99", "101"))
    assert filled(order_of(), quote, blend).price == Decimal("100.75")
    assert blend.name == "blend:spread:0=0.25+spread:1=0.75"
    assert fill_model(blend.name) == blend
    assert not blend.heeds_moment


def test_a_blend_weighs_what_can_be_weighed_and_takes_the_stricter_of_the_rest() -> None:
    blend = fill_model("blend:harsh=0.50+ideal=0.3+inside=0.2")
    assert blend.name == "blend:harsh=0.5+ideal=0.3+inside=0.2"
    assert (blend.half_spread_bps, blend.impact_bps, blend.reject_rate) == tuple(map(Decimal, ("1.5", "100", "0.01")))
    assert (blend.participation_rate, blend.through_ticks, blend.heeds_quoted_size) == (Decimal("0.02"), 2, True)
    # Options: 1.5 and 1 of the half spread, and the 0.4 that inside has for them alone.
    assert (blend.spread_share, blend.option_spread_share) == (Decimal("1.25"), Decimal("1.13"))
    easy = fill_model("blend:test=0.5+deterministic=0.5")
    assert (easy.participation_rate, easy.heeds_quoted_size, easy.option_spread_share) == (None, False, None)
    assert fill_model("blend:realistic_day=0.5+realistic=0.5").edge_rate == Decimal("0.15")


@pytest.mark.parametrize(
    "name",
    [
        "blend:",
        "blend:realistic=1",
        "blend:realistic=0.5+harsh=0.4",
        "blend:realistic=1+harsh=0",
        "blend:realistic=0.5+lucky=0.5",
        "blend:realistic+harsh",
        "blend:blend:ideal=0.5+harsh=0.5=0.5+ideal=0.5",
        "blend:" + "+".join(["ideal=0.2"] * 4 + ["ideal=0.1"] * 2),
        "noise:0.3",
        "noise:-0.1",
        "noise:",
    ],
)
def test_a_blend_or_a_noise_that_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises(UnknownFillModel):
        fill_model(name)


def test_presets_are_named_for_what_they_assume() -> None:
    quote, one = fact_quote(quote_of("99", "101", at=NOON)), {}
    for name in ("conservative", "realistic_day", "realistic", "options", "aggressive", "test"):
        one[name] = filled(order_of(), quote, fill_model(name), Circumstances(CALM, SESSION, NOON)).price
    assert one["conservative"] > one["realistic_day"] == one["realistic"] == one["options"] > one["aggressive"]
    assert one["test"] == 101
    assert CONSERVATIVE.participation_rate == Decimal("0.05")
    assert fill_model("test") == replace(fill_model("deterministic"), name="test")
    assert fill_model("options") == replace(
        REALISTIC, name="options", version=1, option_spread_share=fill_model("inside").option_spread_share
    )
