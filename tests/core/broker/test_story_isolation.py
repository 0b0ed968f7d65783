"""Crypto pairs with a margin of their own: how they are chosen and opened, and what they leave of the account."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.isolated import own_cash
from paperdesk.core.broker.leverage_choice import LeverageTooLow, MarginModeInUse, MarginUsedUp
from paperdesk.core.broker.margin import buying_power, standing
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.margin_checks import (
    InsufficientBuyingPower,
    LeverageTooHigh,
    MinimumEquityMissing,
    NotBorrowable,
    ShortNotAllowed,
    withdrawable,
)
from paperdesk.core.broker.margin_events import MarginCalled, MarginWarned, PairLiquidated
from paperdesk.core.broker.margin_rules import BorrowTable, MarginKind, MarginRules
from paperdesk.core.broker.orders import Side
from tests.isolated_pairs import choose, equity, excess, holding, isolated
from tests.scenery import COIN, GLOBEX

# --- opened -------------------------------------------------------------------------------------


def test_a_position_takes_its_margin_of_the_account_and_no_price_moves_the_rest() -> None:
    story = holding()
    assert [own_cash(story.account), excess(story)] == [15_000, 15_000]
    for price in ("60000", "46000"):
        story.close(price, COIN)
        assert [own_cash(story.account), excess(story)] == [15_000, 15_000]
        assert equity(story) == 20_000 + Decimal(price) - 50_000
    assert not [each for each in story.events if isinstance(each, MarginWarned | MarginCalled)]


@pytest.mark.parametrize("side", Side)
def test_what_stands_apart_is_no_means_and_cannot_be_taken_out(side: Side) -> None:
    story = holding(side)
    story.open("10", GLOBEX)
    stands = standing(story.account, story.marks)
    assert stands is not None
    assert [stands.isolated, stands.maintenance, stands.set_aside] == [5000, 5000, 0]
    assert buying_power(story.account, stands) == 60_000
    assert withdrawable(story.account, story.marks) == 15_000
    with pytest.raises(InsufficientBuyingPower):
        story.buy("6001", symbol="GLOBEX")
    story.transfer("-15000")
    assert [own_cash(story.account), story.position(COIN).quantity] == [0, 1 if side is Side.BUY else -1]


def test_an_account_with_little_equity_buys_with_what_is_its_own() -> None:
    story = holding(cash="5800")
    story.transfer("-500")
    story.quote("46400", "46400", of=COIN)
    story.open("10", GLOBEX)
    stands = standing(story.account, story.marks)
    assert stands is not None
    assert [stands.equity, buying_power(story.account, stands)] == [1700, 300]
    story.buy("30", symbol="GLOBEX")
    story.close("10", GLOBEX)
    assert story.position(GLOBEX).quantity == 30
    with pytest.raises(InsufficientBuyingPower):
        story.buy("1", symbol="GLOBEX")


def test_what_is_added_and_taken_away_moves_the_margin_by_its_part() -> None:
    story = holding()
    story.sell("0.5", symbol="COIN")
    story.close("52000", COIN)
    assert own_cash(story.account) == 15_000 + 2500 + 1000
    story.buy("1", symbol="COIN")
    story.close("48000", COIN)
    assert own_cash(story.account) == 18_500 - 4800
    story.range("44000", "48000", COIN)
    (event,) = [each for each in story.events if isinstance(each, PairLiquidated)]
    # 25,000 + 48,000 are in the second tier: 1 % less 250 maintains them, and 7,300 are their margin.
    assert [event.quantity, event.margin] == [Decimal("1.5"), 7300]
    assert event.liquidation_price == (73_000 + 480 - Decimal(7300)) / Decimal("1.5")
    assert [own_cash(story.account), story.account.cash] == [13_700, 13_700]


def test_a_position_that_turns_round_has_the_margin_of_its_new_side() -> None:
    story = holding()
    story.sell("3", symbol="COIN")
    story.close("51000", COIN)
    assert story.position(COIN).quantity == -2
    assert own_cash(story.account) == 15_000 + 5000 + 1000 - 10_200
    assert story.account.book.memorandum == own_cash(story.account)


def test_only_a_pair_with_a_margin_of_its_own_is_sold_short_and_by_the_rules_of_lenders() -> None:
    story = isolated()
    story.sell("0.1", symbol="COIN")
    story.cancel_all()
    choose(story, 10, MarginMode.CROSS)
    with pytest.raises(ShortNotAllowed):
        story.sell("0.1", symbol="COIN")
    with pytest.raises(MinimumEquityMissing):
        isolated("1900").sell("0.01", symbol="COIN")
    unlent = MarginRules(MarginKind.REG_T, borrow=BorrowTable(rates={"COIN": None}))
    with pytest.raises(NotBorrowable):
        isolated(margin=unlent).sell("0.1", symbol="COIN")


def test_so_much_is_lent_on_either_side_only_up_to_the_end_of_a_tier() -> None:
    story = isolated("100000", 125)
    story.sell("0.6", "50000", symbol="COIN")
    story.buy("0.6", "49000", symbol="COIN")
    for side in Side:
        with pytest.raises(LeverageTooHigh):
            story.place(side, "0.5", symbol="COIN")
    story.place(Side.SELL, "0.4", "50000", symbol="COIN")


# --- chosen -------------------------------------------------------------------------------------


def test_the_mode_of_a_pair_is_chosen_while_nothing_of_it_is_held_or_ordered() -> None:
    story = isolated()
    which = story.buy("0.1", "40000", symbol="COIN")
    for _ in range(2):
        with pytest.raises(MarginModeInUse) as refused:
            choose(story, 10, MarginMode.CROSS)
        assert refused.value.facts == {"symbol": "COIN", "margin_mode": "isolated"}
        if story.order(which).is_open:
            story.cancel(which)
            story.buy("0.1", symbol="COIN")
            story.close("50000", COIN)
    story.closes_position("COIN")
    story.close("50000", COIN)
    choose(story, 1, MarginMode.CROSS)
    assert story.account.book.leverage == ()
    choose(story, 1)
    assert story.account.book.is_isolated(COIN.id)
    seq = story.account.last_seq
    choose(story, 1, None)
    assert story.account.last_seq == seq


def test_less_leverage_brings_margin_to_a_position_and_more_takes_it_away_until_it_would_be_used_up() -> None:
    story = holding()
    choose(story, 5, None)
    assert [own_cash(story.account), excess(story), story.account.book.memorandum] == [10_000, 10_000, 10_000]
    with pytest.raises(LeverageTooLow):
        choose(story, 2, None)
    story.close("45250", COIN)  # at ten times this would be the end
    assert story.position(COIN).quantity == 1
    with pytest.raises(MarginUsedUp):
        choose(story, 10, None)
    with pytest.raises(MarginUsedUp) as refused:
        choose(story, 11, None)
    assert str(refused.value.facts["liquidation_price"]).startswith("45704.5")
    choose(story, 9, None)
    story.close("45000", COIN)
    assert own_cash(story.account) == 20_000 - Decimal("5555.56")


def test_a_position_sold_short_is_kept_from_being_used_up_likewise() -> None:
    story = holding(Side.SELL)
    choose(story, 5, None)
    story.close("54750", COIN)
    with pytest.raises(MarginUsedUp):
        choose(story, 10, None)


def test_a_pair_paid_in_full_can_stand_alone_too() -> None:
    story = holding(quantity="0.1", leverage=1)
    assert own_cash(story.account) == 15_000
    story.open("250", COIN)
    assert [story.position(COIN).quantity, story.account.cash] == [0, 15_000]
