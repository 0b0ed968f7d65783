"""Every fill explains itself: the parts sum to the price, and the sentence says it in words."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paperdesk.core.broker.explanation import Explanation, Luck, explain
from paperdesk.core.broker.fill_models import ALPACA_PAPER, FILL_MODELS, REALISTIC, FillModel, Parts
from paperdesk.core.broker.matching import match_order
from paperdesk.core.broker.orders import Order, OrderType, Side
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import PriceFact
from tests.scenery import PER_SHARE, fact_close, fact_open, fact_quote, fact_range, order_of, quote_of, rules, stop_of
from tests.stories import Story
from tests.strategies import price_facts, waiting_orders, working_orders


def explained(order: Order, fact: PriceFact, model: FillModel = REALISTIC) -> Explanation:
    execution = match_order(order, fact, model, ZERO)
    assert execution is not None
    return explain(model, fact, execution, {}, Luck(0))


@pytest.mark.parametrize("model", list(FILL_MODELS.values()), ids=list(FILL_MODELS))
@given(order=st.one_of(working_orders(), waiting_orders()), fact=price_facts(), used=st.integers(0, 30))
def test_the_parts_sum_to_the_price_exactly_whatever_fills(
    model: FillModel, order: Order, fact: PriceFact, used: int
) -> None:
    execution = match_order(order, fact, model, Decimal(used))
    assume(execution is not None)
    assert execution is not None
    told = explain(model, fact, execution, {}, Luck(0))
    parts = (getattr(told.parts, name) for name in ("base", "spread", "impact", "latency", "queue", "rounding"))
    assert sum(parts, ZERO) == execution.price
    against = told.parts.rounding if order.side is Side.BUY else -told.parts.rounding
    assert execution.price == order.instrument.tick or ZERO <= against < order.instrument.tick
    assert told.rules[0] == execution.rule


@pytest.mark.parametrize(
    ("order", "fact", "base", "parts"),
    [
        (
            order_of(),
            fact_open("100", volume="1000"),
            "open",
            Parts(*map(Decimal, ("100", "0.008", "0.05", "0.002", "0", "0"))),
        ),
        (order_of(), fact_close("100"), "close", Parts(*map(Decimal, ("100", "0.008", "0", "0.002", "0", "0")))),
        (order_of(), fact_quote(quote_of("99", "101")), "mid", Parts(Decimal(100), Decimal(1))),
        (order_of(Side.SELL), fact_quote(quote_of("99", "101")), "mid", Parts(Decimal(100), Decimal(-1))),
        (order_of(limit=Decimal(99)), fact_range("98", "102"), "limit", Parts(Decimal(99))),
        (
            stop_of(OrderType.STOP_LIMIT, Side.BUY, "100", "101"),
            fact_range("98", "102"),
            "stop",
            Parts(*map(Decimal, ("100", "0.008", "0", "0.002", "0.99", "0"))),
        ),
        (
            replace(order_of(limit=Decimal(105)), post_only=True),
            fact_open("100"),
            "open",
            Parts(Decimal(100), queue=Decimal(5)),
        ),
    ],
)
def test_each_part_is_money_per_unit(order: Order, fact: PriceFact, base: str, parts: Parts) -> None:
    told = explained(order, fact)
    assert (told.base, told.parts) == (base, parts)


def test_it_says_what_was_seen() -> None:
    seen = explained(order_of(), fact_quote(quote_of("99", "101", ("4", "6")))).seen
    assert seen == {"bid": Decimal(99), "ask": Decimal(101), "bid_size": Decimal(4), "ask_size": Decimal(6)}
    assert explained(order_of(), fact_open("100", volume="1000")).seen == {
        "price": Decimal(100),
        "trailing_volume": Decimal(1000),
    }


@pytest.mark.parametrize(
    ("order", "fact", "sentence"),
    [
        (
            order_of(),
            fact_open("100", volume="1000"),
            (
                "The bar opened at 100; half the spread added 0.008, its own impact added 0.05, "
                "latency added 0.002: 100.06."
            ),
        ),
        (
            order_of(Side.SELL),
            fact_close("100.05"),
            (
                "The bar closed at 100.05; half the spread took 0.008004, latency took 0.002001, rounding to the tick "
                "took 0.009995: 100.03. The tape has no volume here, so nothing limited its size."
            ),
        ),
        (
            order_of(limit=Decimal(99)),
            fact_range("98", "102", volume="10000"),
            "Its limit was 99; nothing was added: 99.",
        ),
        (
            order_of(),
            fact_quote(quote_of("99", "101", ("4", "6"))),
            "The middle of the quote was 100; half the spread added 1: 101. It got no more because no more was quoted.",
        ),
    ],
)
def test_a_trader_understands_the_sentence(order: Order, fact: PriceFact, sentence: str) -> None:
    assert explained(order, fact).sentence() == sentence


def test_a_fill_carries_its_explanation_with_fees_and_luck() -> None:
    story = Story(rules=rules(ALPACA_PAPER, PER_SHARE, seed=7))
    story.quote("99", "101")
    story.buy("10")
    story.quote("99", "101")
    told: Any = story.fills[0].explanation
    assert (told.model, told.rules_version, told.fact) == ("alpaca_paper", 1, "quote")
    assert told.fees == {"commission": Decimal(1)}
    assert (told.luck.seed, set(told.luck.draws)) == (7, {"partial"})
    assert told.sentence().endswith("Fees: commission 1.")
