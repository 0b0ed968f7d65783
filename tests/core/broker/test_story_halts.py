"""While an instrument is halted its orders wait; what cannot wait is refused, or ends."""

from decimal import Decimal
from functools import partial

import pytest

from paperdesk.core.broker.commands import PlaceCombo, PlaceOrder
from paperdesk.core.broker.concern import is_concerned
from paperdesk.core.broker.engine import met_at_once
from paperdesk.core.broker.halts import InstrumentHalted
from paperdesk.core.broker.orders import NOT_FILLED_AT_ONCE, OrderStatus, OrderType, TimeInForce
from paperdesk.core.broker.preview import HALTED, preview
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import HaltReason, TradingHalted, TradingResumed
from tests.pit import HIGH, LOW, VERTICAL, desk, quoted
from tests.scenery import ACME, rules
from tests.stories import Story


def test_a_market_order_waits_for_the_first_price_after_the_halt() -> None:
    story = Story()
    story.open("100")
    story.halts()
    which = story.buy("10")
    assert (story.close("95"), story.quote("94", "95"), story.range("90", "99")) == ((), (), ())
    assert story.resumes() == ()
    story.open("92")
    assert (story.order(which).average_fill_price, story.fills[-1].rule) == (Decimal(92), "open")


def test_a_stop_does_not_trigger_and_a_trail_does_not_move_inside_a_halt() -> None:
    story = Story()
    story.open("100")
    story.buy("20")
    story.open("100")
    stop = story.sell("10", order_type=OrderType.STOP, stop_price="90")
    trail = story.sell("10", order_type=OrderType.TRAILING_STOP, trail_amount="20")
    before = story.order(stop), story.order(trail)
    story.halts()
    story.range("70", "130")
    story.close("130")
    assert (story.order(stop), story.order(trail)) == before
    story.resumes()
    story.open("85")
    assert (story.order(stop).status, story.order(trail).status) == (OrderStatus.FILLED, before[1].status)


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_an_order_that_must_fill_at_once_is_refused_with_since_when_and_why(time_in_force: TimeInForce) -> None:
    story = Story()
    story.open("100")
    story.halts(reason=HaltReason.NEWS)
    with pytest.raises(InstrumentHalted) as refusal:
        story.buy("1", time_in_force=time_in_force)
    assert refusal.value.code == "instrument_halted"
    assert refusal.value.facts["reason"] == "news"
    assert refusal.value.facts["time_in_force"] == time_in_force.value
    assert ACME.symbol in refusal.value.message
    story.resumes()
    story.buy("1", time_in_force=time_in_force)


def test_a_halt_ends_what_had_to_fill_at_once_and_leaves_the_rest() -> None:
    story = Story()
    story.open("100")
    at_once, patient = story.buy("1", time_in_force=TimeInForce.IOC), story.buy("1")
    story.halts()
    assert (story.order(at_once).status, story.order(at_once).closed_reason) == (
        OrderStatus.CANCELLED,
        NOT_FILLED_AT_ONCE,
    )
    assert story.order(patient).is_open


def test_whoever_fills_on_arrival_waits_as_well() -> None:
    story = Story(rules=replace(rules(), fill_on_arrival=True))
    story.quote("99", "100")
    story.halts()
    order = story.order(story.buy("1"))
    assert met_at_once(story.account, order, story.view) is None
    story.resumes()
    assert met_at_once(story.account, order, story.view) is not None


def test_a_day_order_ends_with_its_session_whether_trading_was_resumed_or_not() -> None:
    story = Story()
    story.open("100")
    story.halts()
    which = story.buy("1")
    story.session_closes()
    assert story.order(which).status is OrderStatus.EXPIRED


def test_a_preview_says_that_nothing_fills_while_the_halt_goes_on() -> None:
    story = Story()
    story.open("100")
    story.halts()
    story.buy("1")
    command, view = story.told[-1]  # type: ignore[misc]
    assert isinstance(command, PlaceOrder)
    shown = preview(replace(story.account, orders={}), command, view)
    assert (shown.fill, shown.unfilled_reason) == (None, HALTED)
    assert any("halted" in warning for warning in shown.warnings)


def test_a_halt_concerns_whoever_has_an_open_order_in_the_instrument() -> None:
    story = Story()
    story.open("100")
    halted = TradingHalted(9, story.at, ACME.id, HaltReason.OTHER)
    assert not is_concerned(story.account, halted)
    story.buy("1")
    assert is_concerned(story.account, halted)
    assert is_concerned(story.account, TradingResumed(9, story.at, ACME.id))


def test_a_combo_waits_while_one_of_its_legs_is_halted() -> None:
    story = desk(fill_on_arrival=True)
    quoted(story)
    story.halts(HIGH)
    combo = story.combo(VERTICAL, "2.75")
    assert met_at_once(story.account, story.order(combo), story.view) is None
    command, view = story.told[-1]  # type: ignore[misc]
    assert isinstance(command, PlaceCombo)
    shown = preview(replace(story.account, orders={}), command, view)
    assert (shown.combo, shown.unfilled_reason) == (None, HALTED)
    quoted(story)
    assert story.order(combo).is_open
    story.resumes(HIGH)
    quoted(story)
    assert story.order(combo).status is OrderStatus.FILLED


def test_a_combo_that_must_fill_at_once_ends_with_the_halt_of_a_leg() -> None:
    story = desk()
    combo = story.combo(VERTICAL, "2.75", time_in_force=TimeInForce.IOC)
    story.halts(HIGH)
    assert story.order(combo).closed_reason == NOT_FILLED_AT_ONCE
    with pytest.raises(InstrumentHalted):
        story.combo(VERTICAL, "2.75", time_in_force=TimeInForce.IOC)


def test_an_option_is_halted_with_what_it_is_written_on() -> None:
    story = desk(fill_on_arrival=True)
    quoted(story)
    story.halts()
    for symbol, tries in (
        (HIGH.symbol, partial(story.buy, "1", symbol=HIGH.symbol)),
        (LOW.symbol, partial(story.combo, VERTICAL, "2.75")),
    ):
        with pytest.raises(InstrumentHalted) as refusal:
            tries(time_in_force=TimeInForce.IOC)
        assert refusal.value.facts["symbol"] == symbol
    for waits in (story.combo(VERTICAL, "2.75"), story.buy("1", "9", symbol=HIGH.symbol)):
        assert met_at_once(story.account, story.order(waits), story.view) is None
