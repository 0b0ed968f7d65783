"""Open orders reserve what they may need: money for buys, units for sells; ending gives it back."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import InsufficientShares
from paperdesk.core.broker.events import OrderCancelled
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.margin_checks import InsufficientBuyingPower
from paperdesk.core.broker.orders import BY_REQUEST, OrderStatus, Side
from tests.scenery import rules
from tests.stories import Story


@pytest.fixture
def holder() -> Story:
    """Tell of an account that holds ten units bought at 100."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.close("100")
    return story


def test_a_limit_buy_reserves_its_limit_and_a_market_buy_the_standing_price_with_its_spread() -> None:
    story = Story(rules=rules(REALISTIC))
    story.open("100")
    story.buy("10", limit="90")
    assert story.account.held == Decimal(900)
    story.buy("10")
    assert story.account.held == Decimal("1900.10")
    assert story.account.buying_power == Decimal("8099.90")


def test_a_market_buy_reserves_the_ask_of_a_real_quote() -> None:
    story = Story(rules=rules(REALISTIC))
    story.quote("99", "100")
    story.buy("10")
    assert story.account.held == Decimal(1000)


def test_reserved_cash_cannot_be_spent_twice() -> None:
    story = Story(cash="1000")
    story.buy("10", limit="100")
    with pytest.raises(InsufficientBuyingPower):
        story.buy("1", limit="0.01")


def test_cancelling_releases_the_cash() -> None:
    story = Story(cash="1000")
    order_id = story.buy("10", limit="100")
    story.cancel(order_id)
    assert isinstance(story.events[-1], OrderCancelled)
    assert story.order(order_id).status is OrderStatus.CANCELLED
    assert story.order(order_id).closed_reason == BY_REQUEST
    assert (story.account.held, story.account.buying_power) == (Decimal(0), Decimal(1000))


def test_cancelling_a_partly_filled_order_releases_only_what_is_left() -> None:
    story = Story(cash="1000")
    order_id = story.buy("10", limit="100")
    story.quote("99", "100", sizes=("4", "4"))
    story.cancel(order_id)
    assert (story.account.cash, story.account.held) == (Decimal(600), Decimal(0))
    assert story.order(order_id).filled_quantity == 4


def test_a_sell_reserves_units_and_no_cash(holder: Story) -> None:
    holder.sell("6", limit="120")
    position = holder.position()
    assert (position.quantity, position.reserved, position.closable(Side.SELL)) == (Decimal(10), Decimal(6), Decimal(4))
    assert holder.account.held == 0


def test_units_promised_once_cannot_be_promised_again(holder: Story) -> None:
    holder.sell("6", limit="120")
    with pytest.raises(InsufficientShares) as refused:
        holder.sell("5", limit="130")
    assert refused.value.facts == {"needed": "5", "available": "4", "symbol": "ACME"}


def test_cancelling_a_sell_gives_the_units_back(holder: Story) -> None:
    order_id = holder.sell("6", limit="120")
    holder.cancel(order_id)
    assert holder.position().closable(Side.SELL) == 10


def test_the_reservation_of_a_sell_follows_its_fills(holder: Story) -> None:
    holder.sell("6", limit="100")
    holder.quote("100", "101", sizes=("4", "4"))
    assert (holder.position().quantity, holder.position().reserved) == (Decimal(6), Decimal(2))
    holder.quote("100", "101")
    assert (holder.position().quantity, holder.position().reserved) == (Decimal(4), Decimal(0))


def test_an_expired_sell_gives_the_units_back(holder: Story) -> None:
    holder.sell("10", limit="120")
    holder.session_closes()
    assert holder.position().closable(Side.SELL) == 10


def test_a_better_price_than_reserved_gives_the_rest_back() -> None:
    story = Story(cash="1000")
    story.buy("10", limit="100")
    story.open("90")
    assert (story.account.cash, story.account.held) == (Decimal(100), Decimal(0))
