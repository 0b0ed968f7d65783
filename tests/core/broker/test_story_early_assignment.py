"""Calls assigned before a dividend: when it is rational, by lot, and with the dividend owed."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.early_assignment import EXERCISING_RATE
from paperdesk.core.broker.events import OptionAssigned
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CashDividend
from paperdesk.core.market.instruments import Instrument
from tests.scenery import ACME, REG_T, action_of, option, rules
from tests.stories import Story

CALL, PUT, INDEX = option("C", "95", days=30), option("P", "105", days=30), option("C", "100", root="SPXW")
TWO_A_SHARE = CashDividend(Decimal(2))


def writer(of: Instrument = CALL, price: str = "5.00", shares: str = "100", **more: object) -> Story:
    """Return a story of an account that holds shares at 100 and has written one option on them."""
    margined: Rules = replace(rules(margin=REG_T), **{"option_level": 4, "seed": 7, **more})  # type: ignore[arg-type]
    story = Story(cash="100000", rules=margined)
    story.quote("100", "100")
    story.quote(price, price, of=of)
    if shares != "0":
        story.buy(shares)
        story.quote("100", "100")
    story.sell("1", price, symbol=of.symbol)
    story.quote(price, price, of=of)
    return story


def assigned(story: Story) -> list[OptionAssigned]:
    story.goes_ex(action_of(TWO_A_SHARE))
    return [event for event in story.events if isinstance(event, OptionAssigned)]


def test_a_call_without_time_value_is_assigned_and_its_shares_earn_nothing() -> None:
    story = writer()
    (event,) = assigned(story)
    assert event.reason == "exercised for a dividend of 2"
    assert story.position().quantity == ZERO
    assert not story.account.claims


def test_shares_that_assignment_leaves_owed_owe_the_dividend() -> None:
    story = writer(shares="0", seed=1)
    assert len(assigned(story)) == 1
    assert story.position().quantity == Decimal(-100)
    assert [claim.amount for claim in story.account.claims.values()] == [Decimal(-200)]


@pytest.mark.parametrize(
    ("of", "price"),
    [(CALL, "5.20"), (PUT, "5.00"), (option("C", "105", days=30), "0.50")],
    ids=["with time value", "a put", "out of the money"],
)
def test_where_exercise_is_not_rational_nothing_is_assigned(of: Instrument, price: str) -> None:
    assert assigned(writer(of, price)) == []


def test_it_can_be_switched_off() -> None:
    assert assigned(writer(early_assignment=False)) == []


def test_which_contracts_are_assigned_is_drawn_and_repeats() -> None:
    def left(seed: int) -> Decimal:
        story = writer(shares="0", seed=seed)
        (position,) = [each for each in story.account.positions.values() if each.instrument_id == CALL.id]
        many = replace(position, quantity=Decimal(-40), lots=(replace(position.lots[0], quantity=Decimal(-40)),))
        story.account = replace(story.account, positions={**story.account.positions, CALL.id: many})
        assigned(story)
        return -story.position(CALL).quantity

    found = [left(seed) for seed in range(12)]
    assert found == [left(seed) for seed in range(12)]
    assert len(set(found)) > 1
    assert abs(1 - sum(found, ZERO) / (12 * 40) - EXERCISING_RATE) < Decimal("0.06")


def test_without_a_price_of_the_shares_nobody_can_say_that_it_was_rational() -> None:
    story = writer(shares="0")
    del story.quotes[ACME.id]
    assert assigned(story) == []
