"""Combos: several legs as one order, at one net price, all of them or none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.checks import MarketClosed
from paperdesk.core.broker.combo_prices import legs_of, net_of
from paperdesk.core.broker.combo_terms import (
    RatiosNotReduced,
)
from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.commands import ExerciseOption
from paperdesk.core.broker.events import ComboFilled, OrderFilled
from paperdesk.core.broker.fill_models import ALPACA_PAPER, FILL_MODELS, HARSH, FillModel
from paperdesk.core.broker.orders import (
    BY_REQUEST,
    BY_VENUE,
    NOT_FILLED_AT_ONCE,
    SERIES_ADJUSTED,
    UNITS_DELIVERED,
    OrderStatus,
    TimeInForce,
)
from paperdesk.core.broker.replacement import NotReplaceable
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CashDividend, Split
from tests.pit import BUY_WRITE, CREDIT, HIGH, LOW, LOW_PUT, PRICES, PUT, TODAY, VERTICAL, desk, leg_statuses, quoted
from tests.scenery import PER_SHARE, SECOND, action_of


def test_a_debit_spread_of_550_against_275_takes_exactly_275_dollars() -> None:
    story = desk()
    combo = story.combo(VERTICAL, "2.75")
    quoted(story)
    order = story.order(combo)
    assert (order.status, order.average_fill_price, order.structure) == (
        OrderStatus.FILLED, Decimal("2.75"), Strategy.VERTICAL,
    )  # fmt: skip
    assert story.account.cash == Decimal(20_000) - Decimal("275.00")
    assert (story.position(LOW).quantity, story.position(HIGH).quantity) == (Decimal(1), Decimal(-1))
    assert story.account.held == 0


def test_a_credit_spread_brings_its_net_price_and_holds_its_worst_loss_less_the_credit() -> None:
    story = desk()
    combo = story.combo(CREDIT, "-2.50", "2")
    assert story.account.held == Decimal(2 * (500 - 250))
    quoted(story)
    assert story.order(combo).average_fill_price == Decimal("-2.55")
    assert story.account.cash == Decimal(20_000) + 2 * Decimal("255.00")


def test_all_legs_are_booked_at_one_fact_with_an_explanation_each_or_nothing_is() -> None:
    story = desk()
    story.combo(VERTICAL, "2.75")
    seq = len(story.events)
    quoted(story)
    first, second = story.fills
    assert first.fact_seq == second.fact_seq
    assert {type(event) for event in story.events[seq:]} == {OrderFilled, ComboFilled}
    for fill, of in ((first, LOW), (second, HIGH)):
        assert fill.explanation is not None
        assert fill.explanation.parts.price == fill.price
        assert fill.explanation.seen["bid"] == Decimal(PRICES[of][0])


@given(
    st.sampled_from([replace(each, reject_rate=Decimal(0)) for each in FILL_MODELS.values()]),
    st.lists(st.sampled_from(["+1", "-1", "+2", "-2", "-3"]), min_size=4, max_size=4),
    st.integers(1, 7),
)
def test_the_parts_of_the_legs_sum_to_the_net_price_and_the_net_price_to_what_was_paid(
    model: FillModel, ratios: list[str], quantity: int
) -> None:
    story = desk("1000000", 4, model=model, fees=PER_SHARE)
    before = story.account.cash
    words = " ".join(f"{ratio} {of.symbol}" for ratio, of in zip(ratios, PRICES, strict=True))
    try:
        combo = story.combo(words, None, str(quantity))
    except RatiosNotReduced:
        return
    quoted(story)
    order, members = story.order(combo), legs_of(story.account, story.order(combo))
    done = [event for event in story.events if isinstance(event, ComboFilled)]
    assert sum((each.quantity for each in done), Decimal(0)) == order.filled_quantity
    assert order.fees == sum((leg.fees for leg in members), Decimal(0)) == sum(each.fee for each in done)
    assert before - story.account.cash == order.filled_value * 100 + order.fees
    for each in done:
        assert each.parts.price == each.price
    for leg in members:
        assert leg.filled_quantity == order.filled_quantity * (leg.ratio or 0)
    if order.filled_quantity:
        prices = [leg.average_fill_price or Decimal(0) for leg in members]
        assert net_of(members, prices) == order.average_fill_price


def test_a_buy_write_counts_its_shares_by_the_multiplier_of_the_option() -> None:
    story = desk(level=1)
    combo = story.combo(BUY_WRITE, "94.62", structure=Strategy.COVERED_CALL)
    story.quote("100", "100.02")
    quoted(story)
    assert story.order(combo).average_fill_price == Decimal("94.62")
    assert story.account.cash == Decimal(20_000) - Decimal(9462)
    assert (story.position().quantity, story.position(LOW).quantity) == (Decimal(100), Decimal(-1))


def test_a_limit_that_the_legs_do_not_reach_waits_and_fills_once_they_do() -> None:
    story = desk()
    combo = story.combo(VERTICAL, "2.50", time_in_force=TimeInForce.GTC)
    quoted(story)
    assert story.order(combo).status is OrderStatus.ACCEPTED
    quoted(story, **{LOW.symbol: ("5.10", "5.20")})
    assert story.order(combo).average_fill_price == Decimal("2.45")


def test_an_even_exchange_has_a_limit_of_zero() -> None:
    story = desk()
    combo = story.combo(f"+1 {PUT.symbol} -2 {LOW_PUT.symbol} +1 {HIGH.symbol} -1 {LOW.symbol}", "0", quantity="1")
    assert story.order(combo).limit_price == 0
    quoted(story, **{LOW.symbol: ("2.95", "3.00")})
    assert story.order(combo).average_fill_price == Decimal(0)


def test_a_combo_fills_in_whole_combos_as_the_smallest_quote_allows_and_the_rest_by_new_quotes() -> None:
    story = desk("100000")
    combo = story.combo(VERTICAL, None, "5")
    quoted(story, ("2", "3"))
    assert (story.order(combo).status, story.order(combo).filled_quantity) == (OrderStatus.PARTIALLY_FILLED, Decimal(2))
    assert leg_statuses(story, combo) == [OrderStatus.PARTIALLY_FILLED] * 2
    held = story.account.held
    quoted(story, ("1", "3"))
    assert story.order(combo).filled_quantity == 3
    assert story.account.held < held
    quoted(story)
    assert leg_statuses(story, combo) == [OrderStatus.FILLED] * 2
    assert story.account.held == 0


def test_a_leg_that_nobody_quotes_makes_it_wait() -> None:
    story = desk()
    combo = story.combo(VERTICAL)
    story.quote("5.40", "5.50", of=LOW)
    assert story.order(combo).status is OrderStatus.ACCEPTED
    story.close("2.75", of=HIGH)
    assert story.order(combo).status is OrderStatus.ACCEPTED
    story.quote("2.75", "2.85", of=HIGH)
    assert story.order(combo).status is OrderStatus.FILLED


def test_quotes_of_different_moments_are_no_price() -> None:
    story = desk()
    combo = story.combo(VERTICAL)
    story.quote("5.40", "5.50", of=LOW)
    story.at += 10 * SECOND
    story.quote("2.75", "2.85", of=HIGH)
    assert story.order(combo).status is OrderStatus.ACCEPTED
    story.quote("5.40", "5.50", of=LOW)
    assert story.order(combo).status is OrderStatus.FILLED


def test_a_side_with_nobody_on_it_is_no_counterpart() -> None:
    story = desk()
    combo = story.combo(VERTICAL)
    quoted(story, **{HIGH.symbol: ("0", "0.05")})
    assert story.order(combo).status is OrderStatus.ACCEPTED


def test_two_combos_do_not_take_the_same_size() -> None:
    story = desk("100000")
    first, second = story.combo(VERTICAL, None, "2"), story.combo(VERTICAL, None, "2")
    story.quote("5.40", "5.50", ("3", "3"), of=LOW)
    story.quote("2.75", "2.85", ("3", "3"), of=HIGH)
    assert [story.order(each).filled_quantity for each in (first, second)] == [2, 1]


def test_legs_stand_and_fall_together() -> None:
    for which in ("combo", "leg", "all", "symbol"):
        story = desk()
        combo = story.combo(VERTICAL, "1.00")
        match which:
            case "combo":
                story.cancel(combo)
            case "leg":
                story.cancel(legs_of(story.account, story.order(combo))[1].id)
            case "all":
                story.cancel_all()
            case _:
                story.cancel_all(HIGH.symbol)
        assert {story.order(combo).status, *leg_statuses(story, combo)} == {OrderStatus.CANCELLED}
        assert story.order(combo).closed_reason == BY_REQUEST
        assert story.account.held == 0


def test_a_replaced_combo_leaves_its_place_to_one_with_legs_of_its_own() -> None:
    story = desk()
    first = story.combo(VERTICAL, "1.00")
    second = story.replace(first, limit_price="2.80", quantity="2")
    assert (story.order(first).replaced_by, story.order(second).replaces) == (second, first)
    assert leg_statuses(story, first) == [OrderStatus.REPLACED] * 2
    assert story.account.held == Decimal(560)
    quoted(story)
    assert story.order(second).filled_quantity == 2
    assert story.order(second).structure is Strategy.VERTICAL


def test_what_filled_counts_when_a_combo_is_replaced() -> None:
    story = desk("100000")
    first = story.combo(VERTICAL, "2.80", "5", time_in_force=TimeInForce.GTC)
    quoted(story, ("2", "2"))
    second = story.replace(first, quantity="4", time_in_force=TimeInForce.DAY)
    assert story.order(second).quantity == 2
    leg = legs_of(story.account, story.order(second))[0]
    with pytest.raises(NotReplaceable):
        story.replace(leg.id, quantity="9")
    with pytest.raises(NotReplaceable):
        story.replace(second, stop_price="1")


def test_a_combo_ends_with_the_session_and_with_the_leg_that_ends_first() -> None:
    story = desk()
    combo = story.combo(VERTICAL, "1.00")
    story.quote("1.00", "1.10", of=TODAY)
    lasting = story.combo(f"-1 {TODAY.symbol} +1 {HIGH.symbol}", "1.00", time_in_force=TimeInForce.GTC)
    story.session_closes()
    assert {story.order(combo).status, *leg_statuses(story, combo)} == {OrderStatus.EXPIRED}
    assert {story.order(lasting).status, *leg_statuses(story, lasting)} == {OrderStatus.EXPIRED}


def test_ioc_takes_what_is_there_and_fok_all_or_nothing() -> None:
    story = desk("100000")
    first = story.combo(VERTICAL, None, "5", time_in_force=TimeInForce.IOC)
    second = story.combo(VERTICAL, None, "5", time_in_force=TimeInForce.FOK)
    quoted(story, ("2", "2"))
    assert (story.order(first).filled_quantity, story.order(first).closed_reason) == (Decimal(2), NOT_FILLED_AT_ONCE)
    assert (story.order(second).filled_quantity, story.order(second).closed_reason) == (Decimal(0), NOT_FILLED_AT_ONCE)
    story.session_closes()
    with pytest.raises(MarketClosed):
        story.combo(VERTICAL, None, time_in_force=TimeInForce.IOC)


def test_a_split_cancels_it_and_a_dividend_leaves_its_net_price() -> None:
    story = desk()
    combo = story.combo(BUY_WRITE, "90.00", time_in_force=TimeInForce.GTC)
    story.goes_ex(action_of(CashDividend(Decimal(1))))
    assert story.order(combo).limit_price == Decimal("90.00")
    story.goes_ex(action_of(Split(Decimal(2), Decimal(1))))
    assert (story.order(combo).status, story.order(combo).closed_reason) == (OrderStatus.CANCELLED, SERIES_ADJUSTED)


def test_a_venue_that_turns_it_away_turns_all_of_it_away() -> None:
    story = desk(model=replace(HARSH, reject_rate=Decimal(1)))
    combo = story.combo(VERTICAL)
    assert {story.order(combo).status, *leg_statuses(story, combo)} == {OrderStatus.REJECTED}
    assert story.order(combo).closed_reason == BY_VENUE


def test_parts_by_chance_are_whole_combos() -> None:
    story = desk("100000", model=replace(ALPACA_PAPER, partial_rate=Decimal(1)))
    combo = story.combo(VERTICAL, None, "7")
    quoted(story)
    order = story.order(combo)
    assert 0 < order.filled_quantity < 7
    assert order.filled_quantity % 1 == 0
    assert [leg.filled_quantity for leg in legs_of(story.account, order)] == [order.filled_quantity] * 2


def test_it_arrives_against_standing_quotes_where_the_account_trades_by_hand() -> None:
    story = desk(fill_on_arrival=True)
    combo = story.combo(VERTICAL)
    story.arrives(combo)
    assert story.order(combo).average_fill_price == Decimal("2.75")
    story.close("2.75", of=HIGH)
    assert story.arrives(story.combo(VERTICAL)) == ()


def test_exercising_an_option_ends_the_combos_with_a_leg_in_it() -> None:
    story = desk()
    story.buy("1", symbol=LOW.symbol)
    quoted(story)
    combo = story.combo(VERTICAL, "1.00")
    story.asks(ExerciseOption(story.account.id, LOW.symbol))
    assert {story.order(combo).status, *leg_statuses(story, combo)} == {OrderStatus.CANCELLED}
    assert story.order(combo).closed_reason == UNITS_DELIVERED
