"""Size costs: a bar gives a share of its volume, and taking it moves the price."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.fill_models import (
    ALPACA_PAPER,
    DETERMINISTIC,
    HARSH,
    IDEAL,
    REALISTIC,
    FillModel,
    fill_model,
)
from paperdesk.core.broker.liquidity import volume_of
from paperdesk.core.broker.orders import BY_VENUE, OrderClass, OrderStatus, Role, TimeInForce
from paperdesk.core.kernel.values import replace
from tests.scenery import fact_open, fact_quote, fact_range, leg, quote_of, rules
from tests.stories import Story


def told(story: Story) -> list[tuple[str, str]]:
    return [(str(fill.quantity), str(fill.price)) for fill in story.fills]


def test_a_large_order_fills_in_parts_over_time() -> None:
    story = Story(cash="1000000", rules=rules(REALISTIC))
    story.close("100", volume="4000")
    which = story.buy("250")
    story.open("100", volume="4000")  # a quarter of a tenth of 4000
    assert story.order(which).filled_quantity == 100
    story.range("99", "101", volume="2000")
    story.close("100", volume="2000")
    assert story.order(which).filled_quantity == 150
    story.open("100")
    assert story.order(which).status is OrderStatus.FILLED
    # 100 of 4000 have an impact of 50 bps x sqrt(1/40), 50 of 2000 the same, and unknown volume none.
    assert told(story) == [("100", "100.09"), ("50", "100.09"), ("100", "100.01")]


def test_the_orders_of_an_account_share_a_bar_in_the_order_they_were_accepted() -> None:
    story = Story(cash="1000000", rules=rules(REALISTIC))
    story.close("100")
    first, second, third = story.buy("60"), story.buy("60"), story.buy("60")
    story.open("100", volume="4000")
    assert [story.order(each).filled_quantity for each in (first, second, third)] == [60, 40, 0]
    prices = [fill.price for fill in story.fills]
    assert prices[0] < prices[1], "the impact is that of all the account takes"


def test_a_bar_without_volume_fills_nothing_where_volume_is_known() -> None:
    story = Story(rules=rules(REALISTIC))
    story.close("100")
    which = story.buy("10")
    story.open("100", volume="0")
    assert story.order(which).status is OrderStatus.ACCEPTED


def test_only_what_trades_beyond_a_limit_comes_to_it() -> None:
    story = Story(cash="1000000", rules=rules(REALISTIC))
    which = story.buy("500", limit="99")
    story.range("98", "102", volume="10000")  # half a tenth of it, and a quarter of that lies below 99
    assert story.order(which).filled_quantity == 125
    story.range("90", "98", volume="1000")  # all of it lies below
    assert story.order(which).filled_quantity == 175
    assert {fill.price for fill in story.fills} == {Decimal(99)}


def test_a_sell_limit_mirrors_it() -> None:
    story = Story(cash="1000000", rules=rules(REALISTIC))
    story.close("100")
    story.buy("200")
    story.open("100")
    which = story.sell("200", limit="101")
    story.range("98", "102", volume="10000")
    assert story.order(which).filled_quantity == 125


def test_a_limit_takes_no_more_than_it_leaves_room_for_impact() -> None:
    story = Story(cash="1000000", rules=rules(REALISTIC))
    story.close("100")
    which = story.buy("1000", limit="100.06")
    story.open("100", volume="100000")  # 5 bps of impact: a hundredth of the volume
    assert (story.order(which).filled_quantity, story.fills[0].price) == (Decimal(1000), Decimal("100.06"))
    story = Story(cash="1000000", rules=rules(REALISTIC))
    story.close("100")
    which = story.buy("1000", limit="100.05")
    story.open("100", volume="100000")  # 4 bps of impact: 64 of 10,000
    assert (story.order(which).filled_quantity, story.fills[0].price) == (Decimal(640), Decimal("100.05"))
    assert story.fills[0].explanation is not None
    assert "impact_within_limit" in story.fills[0].explanation.rules


def test_a_sell_limit_leaves_as_much_room() -> None:
    story = Story(cash="1000000", rules=rules(REALISTIC))
    story.close("100")
    story.buy("1000")
    story.open("100")
    which = story.sell("1000", limit="99.95")
    story.open("100", volume="100000")
    assert story.order(which).filled_quantity == 640


def test_a_limit_beyond_the_spread_gets_nothing_however_small() -> None:
    story = Story(rules=rules(REALISTIC))
    story.close("100")
    which = story.buy("1", limit="100")
    story.open("100", volume="100000")
    assert story.order(which).status is OrderStatus.ACCEPTED


def test_an_order_by_money_pays_its_own_impact_out_of_its_money() -> None:
    story = Story(cash="10000", rules=rules(REALISTIC))
    story.close("100")
    which = story.buy("0", notional="10000", symbol="GLOBEX")
    story.open("100", of=story.view.instruments["GLOBEX"], volume="4000")
    order = story.order(which)
    assert order.filled_value + order.fees <= 10000
    assert story.account.cash >= 0


def test_an_auction_pays_no_spread_and_says_which_price_was_used() -> None:
    story = Story(rules=rules(REALISTIC))
    story.close("99")
    story.buy("1", time_in_force=TimeInForce.OPG)
    story.session_closes()
    story.session_opens()
    story.open("101")
    story.buy("1", limit="103", time_in_force=TimeInForce.CLS)
    story.closing("102")
    prices = [fill.price for fill in story.fills]
    rules_named = [fill.explanation.rules for fill in story.fills if fill.explanation]
    assert prices == [Decimal(101), Decimal(102)]
    assert [names[-1] for names in rules_named] == ["official_open_used", "official_close_used"]


@pytest.mark.parametrize(("model", "filled"), [(IDEAL, "5"), (DETERMINISTIC, "10")])
def test_a_deterministic_account_fills_whole_whatever_was_quoted(model: FillModel, filled: str) -> None:
    story = Story(rules=rules(model))
    story.quote("99", "100")
    which = story.buy("10")
    story.quote("99", "100", sizes=("5", "5"))
    assert story.order(which).filled_quantity == Decimal(filled)


def test_about_one_fill_in_ten_of_alpaca_paper_is_a_part() -> None:
    parts, quantity = 0, Decimal(100)
    for seed in range(300):
        story = Story(cash="100000", rules=rules(ALPACA_PAPER, seed=seed))
        story.quote("99", "100")
        which = story.buy("100")
        story.quote("99", "100", sizes=("1", "1"))
        first = story.fills[0]
        assert first.explanation is not None
        draws = first.explanation.luck.draws
        is_part = first.quantity < quantity
        parts += is_part
        assert (draws["partial"] < ALPACA_PAPER.partial_rate) is is_part
        while story.order(which).is_open:
            story.quote("99", "100")
        assert sum(fill.quantity for fill in story.fills) == quantity
    assert 15 < parts < 50


def test_chance_never_breaks_what_must_fill_whole() -> None:
    always = replace(ALPACA_PAPER, partial_rate=Decimal(1))
    story = Story(cash="100000", rules=rules(always))
    story.quote("99", "100")
    whole, single = story.buy("100", time_in_force=TimeInForce.FOK), story.buy("1")
    story.quote("99", "100")
    assert {story.order(each).status for each in (whole, single)} == {OrderStatus.FILLED}


def test_orders_alike_have_their_own_luck() -> None:
    story = Story(cash="100000", rules=rules(ALPACA_PAPER))
    story.quote("99", "100")
    alike = [story.buy("1") for _ in range(3)]
    assert [story.order(each).nth for each in alike] == [0, 1, 2]
    assert story.order(story.buy("1", symbol="GLOBEX", limit="5")).nth == 0


def test_a_harsh_venue_rejects_an_order_and_its_exits_go_with_it() -> None:
    always = replace(HARSH, reject_rate=Decimal(1))
    story = Story(rules=rules(always))
    story.close("100")
    which = story.buy(
        "1",
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfit(Decimal(110)),
        stop_loss=StopLoss(Decimal(90)),
    )
    order = story.order(which)
    assert (order.status, order.closed_reason) == (OrderStatus.REJECTED, BY_VENUE)
    assert not any(story.order(leg(which, role)).is_open for role in (Role.TAKE_PROFIT, Role.STOP_LOSS))
    assert not story.account.held
    assert not story.fills


def test_a_harsh_venue_rejects_some_and_the_same_ones_again() -> None:
    def rejected(seed: int) -> list[int]:
        story = Story(cash="1000000", rules=rules(HARSH, seed=seed))
        story.close("100")
        orders = [story.order(story.buy("1")) for _ in range(200)]
        return [number for number, order in enumerate(orders) if order.status is OrderStatus.REJECTED]

    assert 0 < len(rejected(1)) < 12
    assert rejected(1) == rejected(1) != rejected(2)


def test_without_volume_a_harsh_account_pays_a_flat_impact() -> None:
    story = Story(rules=rules(replace(HARSH, reject_rate=Decimal(0))))
    story.close("100")
    story.buy("1")
    story.open("100")
    assert told(story) == [("1", "100.15")]  # 3 bps of spread, 10 of impact, 2 of latency


def test_a_quote_has_sizes_and_no_volume() -> None:
    assert volume_of(fact_quote(quote_of("99", "101", ("5", "5")))) is None
    assert volume_of(fact_range("99", "101", volume="7")) == volume_of(fact_open("99", volume="7")) == Decimal(7)


@pytest.mark.parametrize(
    ("model", "sizes", "prices"),
    [
        ("size:1", ("200", "100"), ["100.30", "99.95"]),  # half of the ask, a quarter of the bid: of 0.20
        ("size:0.5", ("200", "100"), ["100.25", "99.97"]),
        ("size:1", None, ["100.20", "100"]),
    ],
)
def test_taking_all_that_is_quoted_costs_a_share_of_the_spread_and_less_in_proportion(
    model: str, sizes: tuple[str, str] | None, prices: list[str]
) -> None:
    story = Story(cash="100000", rules=rules(fill_model(model)))
    story.quote("100.00", "100.20")
    story.buy("50")
    story.quote("100.00", "100.20", sizes)
    story.sell("50")
    story.quote("100.00", "100.20", sizes)
    assert [fill.price for fill in story.fills] == [Decimal(price) for price in prices]
