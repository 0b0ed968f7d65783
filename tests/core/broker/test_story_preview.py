"""What an order would come to, told before it is placed, and kept when it is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.commands import PlaceOrder, StopLoss, TakeProfit
from paperdesk.core.broker.fill_models import FILL_MODELS, HARSH, REALISTIC, FillModel
from paperdesk.core.broker.margin import standing
from paperdesk.core.broker.margin_rules import BorrowTable, MarginKind, MarginRules
from paperdesk.core.broker.orders import (
    AT_RELEASE,
    BY_VENUE,
    NOT_FILLED_AT_ONCE,
    OrderClass,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from paperdesk.core.broker.preview import NO_PRICE_YET, OUT_OF_REACH, WAITS_FOR_AUCTION, Preview, preview
from paperdesk.core.kernel.values import replace
from tests.scenery import GLOBEX, PER_SHARE, REG_T, order_id, rules
from tests.stories import Story


def asked(story: Story, side: Side, quantity: str, limit: str | None = None, **terms: object) -> PlaceOrder:
    """Return an order as its sender would place it next."""
    kind = OrderType.MARKET if limit is None else OrderType.LIMIT
    command = PlaceOrder(story.account.id, order_id(story.asked + 1), "ACME", side, kind, Decimal(quantity))
    return replace(command, limit_price=None if limit is None else Decimal(limit), **terms)  # type: ignore[arg-type]


def seen(story: Story, command: PlaceOrder, volume: str | None = None) -> Preview:
    return preview(story.account, command, story.view, None if volume is None else Decimal(volume))


def priced(model: FillModel = REALISTIC, cash: str = "100000") -> Story:
    story = Story(cash=cash, rules=rules(model, PER_SHARE))
    story.close("100", volume="4000")
    return story


CHANCELESS = [replace(each, reject_rate=Decimal(0), partial_rate=Decimal(0)) for each in FILL_MODELS.values()]


@given(
    st.sampled_from(CHANCELESS),
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 400),
    st.decimals("1", "150", places=2),
    st.sampled_from(["quote", "bar"]),
)
def test_the_expected_price_is_the_fill_when_the_next_fact_is_that_price(
    model: FillModel, side: str, quantity: int, price: Decimal, source: str
) -> None:
    """D1-24: price, quantity, fees and the account after them, for every fill model without chance."""
    story = Story(cash="1000000", rules=rules(model, PER_SHARE, margin=REG_T))
    spoken = (str(price), str(price + Decimal("0.04")), ("300", "200"))
    story.quote(*spoken) if source == "quote" else story.close(str(price), volume="4000")
    command = asked(story, Side(side), str(quantity))
    found = seen(story, command, "4000")
    story.asks(command)
    story.quote(*spoken) if source == "quote" else story.open(str(price), volume="4000")
    assert found.fill is not None
    (fill,) = story.fills
    expected = found.fill.fill
    assert (expected.price, expected.quantity, expected.fee) == (fill.price, fill.quantity, fill.fee)
    assert expected.explanation == fill.explanation
    assert found.filled is not None
    assert (found.filled.account.cash, found.filled.account.held) == (story.account.cash, story.account.held)
    assert found.filled.stands == standing(story.account, story.marks)


def test_a_preview_says_what_is_held_then_what_is_paid() -> None:
    story = priced()
    found = seen(story, asked(story, Side.BUY, "10"))
    assert found.accepted is not None
    assert found.filled is not None
    assert found.before.account.buying_power == Decimal(100_000)
    assert (found.accepted.account.cash, found.accepted.account.held) == (Decimal(100_000), Decimal("1001.10"))
    assert found.filled.account.cash == Decimal(100_000) - (found.cost or 0)
    assert (found.cost, found.filled.account.held) == (Decimal("1001.10"), Decimal(0))
    assert found.filled.account.position(story.position().instrument_id).quantity == Decimal(10)


def test_nothing_happens_by_asking() -> None:
    story = priced()
    before = story.account
    seen(story, asked(story, Side.BUY, "10"))
    assert story.account is before
    assert before.orders == {}


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"limit": "90"}, OUT_OF_REACH),
        ({"limit": "100.50", "time_in_force": TimeInForce.CLS}, WAITS_FOR_AUCTION),
        ({"limit": "90", "time_in_force": TimeInForce.IOC}, NOT_FILLED_AT_ONCE),
    ],
)
def test_without_a_fill_it_says_why(terms: dict[str, str], reason: str) -> None:
    story = priced()
    found = seen(story, asked(story, Side.BUY, "10", **terms))
    assert (found.fill, found.filled, found.cost, found.unfilled_reason) == (None, None, None, reason)
    assert found.order is not None
    assert found.order.status is OrderStatus.ACCEPTED


def test_the_entry_of_a_bracket_is_seen_to_arm_its_exits() -> None:
    story = priced()
    target, stop = TakeProfit(Decimal(110)), StopLoss(Decimal(90))
    command = asked(story, Side.BUY, "10", order_class=OrderClass.BRACKET, take_profit=target, stop_loss=stop)
    found = seen(story, command)
    assert found.filled is not None
    assert found.filled.account.position(story.position().instrument_id).reserved == Decimal(10)
    assert len(found.filled.account.orders) == 3


def test_an_order_by_money_learns_its_quantity() -> None:
    story = priced()
    found = seen(story, asked(story, Side.BUY, "0", notional=Decimal(1000)))
    assert found.fill is not None
    assert (found.fill.fill.quantity, found.cost) == (Decimal(9), Decimal("901.09"))


def test_without_a_price_nothing_is_expected() -> None:
    story = Story()
    found = seen(story, asked(story, Side.BUY, "10", "90"))
    assert found.unfilled_reason == NO_PRICE_YET
    assert found.warnings == ()


def test_what_chance_would_reject_is_told_as_it_would_be() -> None:
    story = priced(replace(HARSH, reject_rate=Decimal(1)))
    found = seen(story, asked(story, Side.BUY, "10"))
    assert found.order is not None
    assert (found.order.status, found.unfilled_reason) == (OrderStatus.REJECTED, BY_VENUE)


def test_a_fill_that_could_not_be_paid_is_none() -> None:
    story = priced(cash="1001.10")
    assert seen(story, asked(story, Side.BUY, "10"), "4000").unfilled_reason == AT_RELEASE


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"quantity": "100000"}, "insufficient_buying_power"),
        ({"quantity": "0"}, "quantity_not_positive"),
        ({"quantity": "1", "limit": "90.001"}, "price_off_tick"),
        ({"quantity": "1", "symbol": "NOPE"}, "unknown_symbol"),
    ],
)
def test_a_refusal_is_the_one_that_placing_would_get(command: dict[str, str], code: str) -> None:
    story = priced()
    found = seen(story, asked(story, Side.BUY, **command))
    assert found.refusal is not None
    assert found.refusal.code == code
    assert (found.order, found.accepted, found.filled, found.fill) == (None, None, None, None)
    assert found.before.account is story.account


def test_warnings_say_what_the_price_is_worth() -> None:
    story = priced()
    assert seen(story, asked(story, Side.BUY, "10")).warnings[0].startswith("Nobody quotes this price")
    part = seen(story, asked(story, Side.BUY, "200"), "4000")
    assert part.warnings[1] == "No more than 100 of 200 would fill at once."
    story.session_closes()
    assert seen(story, asked(story, Side.BUY, "10")).warnings[0].startswith("The market is closed")
    quoted = Story()
    quoted.quote("99", "100")
    assert seen(quoted, asked(quoted, Side.BUY, "10")).warnings == ()


def test_a_margined_account_sees_its_requirement_move_and_what_borrowing_costs() -> None:
    table = BorrowTable(rates={"ACME": Decimal("0.12")})
    story = Story(rules=rules(margin=MarginRules(MarginKind.REG_T, borrow=table)))
    story.quote("100", "100")
    found = seen(story, asked(story, Side.SELL, "10"))
    stands = [each.stands for each in (found.before, found.accepted, found.filled) if each is not None]
    assert [each.maintenance for each in stands if each] == [Decimal(0), Decimal(0), Decimal(300)]
    assert found.borrow_rate == Decimal("0.12")
    assert found.warnings == ("Selling short borrows the units, at 0.12 of their value a year.",)
    assert found.accepted is not None
    assert found.accepted.margin_reason is not None
    assert "maintenance requirement" in found.accepted.margin_reason
    assert "300" in found.accepted.margin_reason
    assert seen(story, asked(story, Side.BUY, "10")).borrow_rate is None


def test_margin_that_nobody_can_know_says_so() -> None:
    story = Story(rules=rules(margin=REG_T))
    story.quote("100", "100", of=GLOBEX)
    story.buy("1", symbol="GLOBEX")
    story.quote("100", "100", of=GLOBEX)
    story.quotes.clear()
    found = seen(story, asked(story, Side.BUY, "10", "90"))
    assert found.refusal is not None
    assert (found.before.stands, found.before.margin_reason is not None) == (None, True)
    assert "no price yet" in str(found.before.margin_reason)


def test_an_account_that_cannot_owe_has_no_margin_to_speak_of() -> None:
    story = priced()
    assert seen(story, asked(story, Side.BUY, "10")).before.margin_reason is None
