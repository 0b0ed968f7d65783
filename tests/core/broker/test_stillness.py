"""What leaves an account as it is; the machine of orders sees to that too, after every fact that it is told."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.fill_models import fill_model
from paperdesk.core.broker.margin_book import MarginBook, Recall, Unsettled
from paperdesk.core.broker.margin_rules import InterestRates, MarginRules
from paperdesk.core.broker.orders import OrderClass, OrderType, Side, TimeInForce, TriggerSource
from paperdesk.core.broker.stillness import EVERYWHERE, Stillness, leaves_alone, stillness
from paperdesk.core.kernel.money import MAGNITUDE_MAX, ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import SessionClosed, SessionOpened
from tests.pit import VERTICAL, desk
from tests.scenery import (
    ACME,
    FIRST_CLOSE,
    FIRST_OPEN,
    GLOBEX,
    REG_T,
    fact_close,
    fact_open,
    fact_quote,
    fact_range,
    quote_of,
    rules,
)
from tests.stories import Story

OPENS = SessionOpened(8, FIRST_OPEN, FIRST_OPEN.date())
CLOSES = SessionClosed(9, FIRST_CLOSE, FIRST_CLOSE.date())
STOP, TRAILING, IF_TOUCHED = OrderType.STOP, OrderType.TRAILING_STOP, OrderType.MARKET_IF_TOUCHED


@pytest.fixture
def holder() -> Story:
    """Tell of an account that bought ten units at 100, and waits for nothing."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.open("100")
    return story


def bounds(story: Story) -> tuple[Decimal, Decimal] | None:
    """Return between which prices of ACME nothing happens."""
    found = stillness(story.account)
    return None if found is None else found.prices[ACME.id]


def test_shares_that_are_paid_for_are_left_alone_by_prices_and_bells(holder: Story) -> None:
    assert stillness(holder.account) == EVERYWHERE
    assert all(leaves_alone(holder.account, fact) for fact in (fact_open("50"), fact_close("500"), OPENS, CLOSES))


@pytest.mark.parametrize(
    ("side", "terms", "low", "high"),
    [
        (Side.BUY, {"limit": "90"}, Decimal(90), MAGNITUDE_MAX),
        (Side.SELL, {"limit": "110"}, ZERO, Decimal(110)),
        (Side.SELL, {"order_type": STOP, "stop_price": "95"}, Decimal(95), MAGNITUDE_MAX),
        (Side.BUY, {"order_type": STOP, "stop_price": "105"}, ZERO, Decimal(105)),
        (Side.BUY, {"order_type": IF_TOUCHED, "stop_price": "97"}, Decimal(97), MAGNITUDE_MAX),
        (Side.SELL, {"order_type": IF_TOUCHED, "stop_price": "103"}, ZERO, Decimal(103)),
        (Side.SELL, {"order_type": TRAILING, "trail_amount": "4"}, Decimal(96), Decimal(100)),
        (Side.BUY, {"order_type": TRAILING, "trail_amount": "4"}, Decimal(100), Decimal(104)),
    ],
)
def test_an_order_waits_for_its_price(
    holder: Story, side: Side, terms: dict[str, str], low: Decimal, high: Decimal
) -> None:
    holder.place(side, "1", **terms)  # type: ignore[arg-type]
    assert bounds(holder) == (low, high)


def test_of_several_orders_the_nearest_counts_until_the_first_of_them_ends(holder: Story) -> None:
    holder.buy("1", "90")
    holder.buy("1", "92", time_in_force=TimeInForce.GTC)
    holder.sell("1", "120")
    assert bounds(holder) == (Decimal(92), Decimal(120))
    account = holder.account
    assert leaves_alone(account, fact_range("93", "119"))
    assert not leaves_alone(account, fact_range("92", "119"))
    assert not leaves_alone(account, fact_close("120"))
    assert leaves_alone(account, fact_close("120", of=GLOBEX))
    assert not leaves_alone(account, CLOSES)
    assert leaves_alone(account, replace(CLOSES, at=holder.at))


def test_exits_that_wait_for_their_entry_wait_for_no_price() -> None:
    story = Story()
    story.open("100")
    story.buy(
        "5", "90", order_class=OrderClass.BRACKET, take_profit=TakeProfit(Decimal(95)), stop_loss=StopLoss(Decimal(85))
    )
    assert bounds(story) == (Decimal(90), MAGNITUDE_MAX)


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"limit": "90", "time_in_force": TimeInForce.IOC},
        {"limit": "90", "time_in_force": TimeInForce.OPG},
        {"order_type": STOP, "stop_price": "105", "trigger_source": TriggerSource.QUOTE},
    ],
)
def test_what_any_fact_may_meet_says_nothing(terms: dict[str, str]) -> None:
    story = Story()
    story.quote("99", "101")
    story.buy("1", **terms)  # type: ignore[arg-type]
    assert stillness(story.account) is None
    assert not leaves_alone(story.account, fact_close("100"))


def test_neither_do_orders_under_chance_or_combos(holder: Story) -> None:
    holder.buy("1", "90")
    chancy = replace(holder.account.rules, fill_model=fill_model("alpaca_paper"))
    assert stillness(replace(holder.account, rules=chancy)) is None
    pit = desk()
    pit.combo(VERTICAL, "1.00")
    assert stillness(pit.account) is None


def test_nor_accounts_that_owe_earn_or_hold_what_ends(holder: Story) -> None:
    account, position = holder.account, holder.position()
    recall = Recall(ACME.id, "ACME", Decimal(1), FIRST_CLOSE.date(), FIRST_CLOSE.date())
    coming = Unsettled(FIRST_CLOSE.date(), received=account.cash + 1)
    earning = MarginRules(interest=InterestRates(credit_rate=Decimal("0.01")))
    for each in (
        replace(account, rules=rules(margin=REG_T)),
        replace(account, rules=rules(margin=earning)),
        replace(account, book=MarginBook(recalls=(recall,))),
        replace(account, book=MarginBook(unsettled=(coming,))),
        replace(account, positions={ACME.id: replace(position, quantity=Decimal(-1))}),
    ):
        assert stillness(each) is None


def test_a_quote_is_always_looked_at(holder: Story) -> None:
    assert not leaves_alone(holder.account, fact_quote(quote_of("99", "101"), 7))
    assert Stillness({}) == EVERYWHERE
