"""Writing options in a margined account: what it needs, who may, and what the pairing of the book saves."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.approvals import OptionLevelTooLow
from paperdesk.core.broker.checks import IntentNotFitting, OptionHasExpired, horizon
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.margin import Stage, added_requirement, standing
from paperdesk.core.broker.margin_checks import InsufficientBuyingPower, PositionsWithoutPrice
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.broker.orders import Intent, OrderType, Side
from paperdesk.core.kernel.ids import AccountId, OrderId, derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from tests.scenery import ACME, HERE, REG_T, mark_of, market_view, option, quote_of, rules
from tests.stories import Story

CALL, HIGH_CALL, PUT = (option(right, strike, days=30) for right, strike in (("C", "100"), ("C", "105"), ("P", "95")))


def writer(level: int = 4, cash: str = "20000") -> Story:
    """Return a story of a margined account, with the underlying at 100 and its options quoted."""
    story = Story(cash=cash, rules=replace(rules(margin=REG_T), option_level=level))
    story.quote("100", "100")
    for each, price in ((CALL, "3"), (HIGH_CALL, "1"), (PUT, "2")):
        story.quote(price, price, of=each)
    return story


def filled(story: Story, of: Instrument, price: str) -> None:
    """Let a quote fill what waits in an instrument."""
    story.quote(price, price, of=of)


def test_a_naked_call_holds_what_the_exchange_asks_for() -> None:
    story = writer()
    story.sell("1", "3.00", symbol=CALL.symbol)
    assert story.account.held == Decimal(2000)  # 20 % of 10,000; its premium is its own
    filled(story, CALL, "3")
    stands = standing(story.account, story.marks)
    assert stands is not None
    assert (story.account.cash, stands.equity, stands.maintenance) == (Decimal(20_300), Decimal(20_000), Decimal(2000))
    assert story.account.held == 0


def test_a_call_on_shares_that_are_held_holds_nothing() -> None:
    story = writer(level=1)
    story.buy("100")
    filled(story, ACME, "100")
    story.sell("1", "3.00", symbol=CALL.symbol)
    assert story.account.held == 0


def test_a_put_that_cash_secures_takes_the_first_level_and_one_that_it_does_not_the_last() -> None:
    writer(level=1).sell("2", "2.00", symbol=PUT.symbol)
    with pytest.raises(OptionLevelTooLow) as refusal:
        writer(level=3).sell("3", "2.00", symbol=PUT.symbol)
    assert refusal.value.facts == {"needed": 4, "available": 3}


def test_a_spread_takes_the_third_level_and_needs_its_worst_loss() -> None:
    story = writer(level=3)
    story.buy("1", "1.00", symbol=HIGH_CALL.symbol)
    filled(story, HIGH_CALL, "1")
    story.sell("1", "3.00", symbol=CALL.symbol)
    assert story.account.held == Decimal(200)  # 500 at worst, less what it brings
    filled(story, CALL, "3")
    stands = standing(story.account, story.marks)
    assert stands is not None
    assert stands.maintenance == Decimal(300)
    with pytest.raises(OptionLevelTooLow):
        story.sell("1", "3.00", symbol=CALL.symbol)


def test_what_margin_does_not_carry_is_refused() -> None:
    with pytest.raises(InsufficientBuyingPower):
        writer().sell("11", "3.00", symbol=CALL.symbol)


def test_a_short_call_is_bought_back_without_margin() -> None:
    story = writer()
    story.sell("1", "3.00", symbol=CALL.symbol)
    filled(story, CALL, "3")
    story.buy("1", "3.00", symbol=CALL.symbol)
    assert story.account.held == 0
    filled(story, CALL, "3")
    assert not story.position(CALL).quantity
    assert story.account.cash == Decimal(20_000)


def test_selling_what_is_held_writes_nothing() -> None:
    story = writer(level=2)
    story.buy("1", "3.00", symbol=CALL.symbol)
    filled(story, CALL, "3")
    story.sell("1", "3.00", symbol=CALL.symbol)
    assert story.account.held == 0


def test_without_a_price_of_the_underlying_nothing_is_written_and_what_is_held_is_paid_in_full() -> None:
    story = Story(cash="20000", rules=replace(rules(margin=REG_T), option_level=4))
    story.quote("3", "3", of=CALL)
    with pytest.raises(PositionsWithoutPrice):
        story.sell("1", "3.00", symbol=CALL.symbol)
    story.buy("1", "3.00", symbol=CALL.symbol)
    filled(story, CALL, "3")
    stands = standing(story.account, story.marks)
    assert stands is not None
    assert stands.maintenance == Decimal(300)
    lonely = {CALL.id: mark_of(quote_of("3", "3", of=CALL))}
    assert added_requirement(story.account, Exposure(CALL, Decimal(-2), Decimal(3)), lonely, Stage.INITIAL) is None


def test_what_is_written_on_something_without_a_price_leaves_the_account_unknown() -> None:
    story = writer()
    story.sell("1", "3.00", symbol=CALL.symbol)
    filled(story, CALL, "3")
    assert standing(story.account, {each: mark for each, mark in story.marks.items() if each != ACME.id}) is None
    assert standing(story.account, {}) is None


@pytest.mark.parametrize("intent", list(Intent))
def test_an_intent_is_held_to(intent: Intent) -> None:
    story = writer()
    place = {Side.BUY: story.buy, Side.SELL: story.sell}[intent.side]
    if intent.opens:
        place("1", "3.00", symbol=CALL.symbol, intent=intent)
        return
    with pytest.raises(IntentNotFitting) as refusal:
        place("1", "3.00", symbol=CALL.symbol, intent=intent)
    assert refusal.value.facts["available"] == "0"


def test_an_intent_goes_one_way_and_knows_what_is_held() -> None:
    story = writer()
    story.buy("2", "3.00", symbol=CALL.symbol, intent=Intent.BUY_TO_OPEN)
    filled(story, CALL, "3")
    for side, intent in ((Side.BUY, Intent.SELL_TO_CLOSE), (Side.SELL, Intent.SELL_TO_OPEN)):
        with pytest.raises(IntentNotFitting):
            story.place(side, "1", "3.00", symbol=CALL.symbol, intent=intent)
    with pytest.raises(IntentNotFitting):
        story.sell("3", "3.00", symbol=CALL.symbol, intent=Intent.SELL_TO_CLOSE)
    story.sell("2", "3.00", symbol=CALL.symbol, intent=Intent.SELL_TO_CLOSE)


def test_the_first_level_writes_on_what_it_has_and_buys_none() -> None:
    with pytest.raises(OptionLevelTooLow) as refusal:
        writer(level=1).buy("1", "3.00", symbol=CALL.symbol)
    assert refusal.value.facts == {"needed": 2, "available": 1}


def test_an_option_that_traded_its_last_day_is_refused() -> None:
    gone = option("C", "100", days=-1)
    ids = AccountId(derived(HERE, "account")), OrderId(derived(HERE, "late"))
    late = PlaceOrder(*ids, gone.symbol, Side.BUY, OrderType.MARKET, Decimal(1))
    with pytest.raises(OptionHasExpired):
        horizon(late, market_view(), gone)
