"""Crypto pairs with a margin of their own: liquidated by its formula, and nothing else pays for them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.engine import react
from paperdesk.core.broker.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderTriggered,
    ReservationsMoved,
)
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.isolated import own_cash
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.margin_book import CallKind
from paperdesk.core.broker.margin_checks import (
    InsufficientBuyingPower,
    LeverageTooHigh,
    PairBeingLiquidated,
)
from paperdesk.core.broker.margin_events import LiquidationStarted, PairLiquidated
from paperdesk.core.broker.margin_rules import InterestRates, MarginKind, MarginRules
from paperdesk.core.broker.orders import LIQUIDATED, Order, OrderStatus, OrderType, Side, TriggerSource
from paperdesk.core.market.facts import Auction
from tests.isolated_pairs import equity, excess, holding, isolated
from tests.scenery import COIN, GLOBEX
from tests.stories import Story
from tests.strategies import decimals


def liquidations(story: Story) -> list[Order]:
    return [each for each in story.account.orders.values() if each.client_order_id.startswith("liquidation")]


def taken(events: tuple[Event, ...], story: Story) -> list[Decimal]:
    """Return what the fills of some events took as the fee of liquidation, or gave."""
    fees = [each.fill.explanation.fees for each in events if isinstance(each, OrderFilled) and each.fill.explanation]
    lines = [each for entry in story.entries for each in entry.postings if each.fee_kind == "liquidation"]
    found = [each["liquidation"] for each in fees if "liquidation" in each]
    assert all(each in [line.amount for line in lines] for each in found)
    return found


# --- liquidated ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "still", "reached", "price"),
    [(Side.BUY, "45250.01", "45249.99", "45250"), (Side.SELL, "54749.99", "54750.01", "54750")],
)
def test_fifty_thousand_at_ten_times_are_liquidated_at_45_250_and_sold_short_at_54_750(
    side: Side, still: str, reached: str, price: str
) -> None:
    story = holding(side)
    assert story.range(min("50000", still), max("50000", still), COIN) == ()
    events = story.range(min("50000", reached), max("50000", reached), COIN)
    assert [type(each) for each in events] == [PairLiquidated, OrderAccepted, OrderTriggered, OrderFilled]
    event, _, _, filled = events
    assert isinstance(event, PairLiquidated)
    assert isinstance(filled, OrderFilled)
    assert [event.liquidation_price, event.reached, event.margin] == [Decimal(price), Decimal(reached), 5000]
    assert [filled.fill.price, filled.fill.fee, filled.memorandum] == [Decimal(price), 250, 0]
    assert [story.account.cash, own_cash(story.account), story.position(COIN).quantity] == [15_000, 15_000, 0]
    assert filled.fill.explanation is not None
    assert "Its isolated margin was used up, so the whole of it is lost" in filled.fill.explanation.sentence()
    assert "liquidation 250" in filled.fill.explanation.sentence()


@pytest.mark.parametrize("verb", ["open", "close", "quote"])
@pytest.mark.parametrize(("price", "fee"), [("45100", 100), ("45000", None), ("44000", -1000), ("100", -44_900)])
def test_through_a_gap_the_margin_is_lost_and_the_broker_bears_the_rest(verb: str, price: str, fee: int | None) -> None:
    story = holding()
    tell = {
        "open": lambda: story.open(price, COIN),
        "close": lambda: story.close(price, COIN),
        "quote": lambda: story.quote(price, price, of=COIN),
    }
    events = tell[verb]()
    assert taken(events, story) == ([] if fee is None else [fee])
    assert [each.price for each in story.fills] == [50_000, Decimal(price)]
    assert story.account.cash == 15_000
    explained = story.fills[-1].explanation
    assert explained is not None
    assert ("The broker bears what was lost beyond" in explained.sentence()) is (fee is not None and fee < 0)


def test_a_stop_that_the_same_range_reaches_comes_too_late_and_everything_in_the_pair_is_cancelled() -> None:
    story = holding()
    stop = story.sell("1", symbol="COIN", order_type=OrderType.STOP, stop_price="46000")
    more = story.buy("0.1", "45500", symbol="COIN")
    story.open("10", GLOBEX)
    other = story.buy("10", "9", symbol="GLOBEX")
    events = story.range("45000", "50000", COIN)
    assert [type(each) for each in events[:3]] == [PairLiquidated, OrderCancelled, OrderCancelled]
    for each in (stop, more):
        assert [story.order(each).status, story.order(each).closed_reason] == [OrderStatus.CANCELLED, LIQUIDATED]
    assert story.order(other).is_open
    assert story.fills[-1].price == 45_250
    assert own_cash(story.account) == 15_000


def test_a_range_that_lies_beyond_the_price_lets_the_position_go_at_the_next() -> None:
    story = holding()
    events = story.range("43000", "44000", COIN)
    assert [type(each) for each in events] == [PairLiquidated, OrderAccepted, OrderTriggered, ReservationsMoved]
    assert story.range("43000", "44000", COIN) == ()
    assert taken(story.close("43500", COIN), story) == [-1500]
    assert story.account.cash == 15_000


def test_a_quote_moves_the_mark_and_an_auction_is_met_by_none() -> None:
    story = holding()
    assert story.quote("45200", "45400", of=COIN) == ()
    assert story.auction(Auction.CLOSING, "40000", COIN) == ()
    events = story.quote("45200", "45300", of=COIN)
    assert [type(each) for each in events] == [PairLiquidated, OrderAccepted, OrderFilled]
    assert [story.fills[-1].price, taken(events, story)] == [45_200, [200]]


def test_what_a_fill_has_moved_ends_from_the_next_fact_on() -> None:
    """The range that fills a resting order does not tell what came after it."""
    story = isolated()
    story.buy("1", "48000", symbol="COIN")
    story.range("40000", "50000", COIN)
    assert story.position(COIN).quantity == 1
    again = story.told[-1]
    assert not isinstance(again, tuple)
    assert react(story.account, again, story.marks) == (), "told once more after a restart"
    story.close("47000", COIN)
    assert story.position(COIN).quantity == 1
    story.range("43000", "47000", COIN)
    assert story.fills[-1].price == 43_440


def test_a_liquidation_in_parts_takes_of_each_part_what_is_left_of_its_share_and_lets_nothing_open() -> None:
    story = holding()
    events = story.quote("45200", "45200", ("0.4", "0.4"), COIN)
    assert taken(events, story) == [80]
    assert own_cash(story.account) == 15_000
    with pytest.raises(PairBeingLiquidated):
        story.buy("0.1", symbol="COIN")
    assert story.range("44900", "45000", COIN) == ()
    events = story.quote("44900", "44900", ("1", "1"), COIN)
    assert taken(events, story) == [-60]
    assert [story.account.cash, story.position(COIN).quantity] == [15_000, 0]
    story.buy("0.1", symbol="COIN")


def test_a_liquidation_that_is_cancelled_begins_again_while_the_price_is_there() -> None:
    story = holding()
    story.quote("45200", "45200", ("0.4", "0.4"), COIN)
    story.cancel_all()
    assert story.quote("45300", "45300", ("1", "1"), COIN) == ()
    assert taken(story.quote("45000", "45000", ("1", "1"), COIN), story) == []
    assert len(liquidations(story)) == 2
    assert story.account.cash == 15_000


def test_the_fees_of_a_liquidation_come_out_of_the_margin_and_others_out_of_cash() -> None:
    story = holding(fees=FeeSchedule(value_rate=Decimal("0.001")))
    assert own_cash(story.account) == 14_950
    story.range("45000", "50000", COIN)
    assert [story.fills[-1].fee, own_cash(story.account)] == [250, 14_950]
    explained = story.fills[-1].explanation
    assert explained is not None
    assert explained.fees == {"commission": Decimal("45.25"), "liquidation": Decimal("204.75")}


def test_what_an_order_of_ones_own_loses_beyond_the_margin_the_broker_bears_too() -> None:
    """Sold at the bid while the middle of the quote is still above the liquidation price."""
    story = holding()
    story.sell("1", symbol="COIN")
    events = story.quote("44000", "47000", of=COIN)
    assert taken(events, story) == [-1000]
    explained = story.fills[-1].explanation
    assert explained is not None
    assert "The broker bears" in explained.sentence()
    assert "used up" not in explained.sentence()
    assert story.account.cash == 15_000


def test_what_else_the_account_holds_is_not_sold_for_a_pair_and_a_pair_not_for_the_rest() -> None:
    margin = MarginRules(MarginKind.REG_T, interest=InterestRates(Decimal("0.072")))
    story = holding(cash="5000", margin=margin)
    story.session_closes()
    assert own_cash(story.account) == -9  # 45,000 for a night at 7.2 %
    call = story.account.book.call(CallKind.MAINTENANCE)
    assert call is not None
    assert call.due_on > call.issued_on
    for _ in range(4):
        story.session_opens()
        story.session_closes()
    assert not [each for each in story.events if isinstance(each, LiquidationStarted)]
    assert story.position(COIN).quantity == 1


def test_shares_stay_when_a_pair_is_liquidated() -> None:
    story = holding()
    story.open("10", GLOBEX)
    story.buy("3000", symbol="GLOBEX")
    story.close("10", GLOBEX)
    before = excess(story)
    story.open("30000", COIN)
    assert [story.position(GLOBEX).quantity, story.position(COIN).quantity] == [3000, 0]
    assert excess(story) == before == 15_000 - 7500
    assert len(liquidations(story)) == 1


# --- whatever the prices are --------------------------------------------------------------------


@given(
    st.sampled_from(Side),
    st.integers(1, 125),
    decimals(1, 900, 3),
    decimals(1, 10_000, 2),
    decimals(1, 10_000, 4),
    st.sampled_from(["open", "close", "range", "quote"]),
)
def test_whatever_price_ends_it_a_position_costs_its_margin_and_the_books_say_where_it_went(
    side: Side, leverage: int, units: Decimal, how_far: Decimal, stop_at: Decimal, verb: str
) -> None:
    story = isolated("100000", leverage)
    quantity = units / 1000
    try:
        story.place(side, str(quantity), symbol="COIN")
    except (InsufficientBuyingPower, LeverageTooHigh):
        return
    story.close("50000", COIN)
    rest, sign = own_cash(story.account), 1 if side is Side.BUY else -1
    assert rest == 100_000 - (100_000 - rest).quantize(Decimal("0.01"))
    # Somewhere between where it began and where it ends, and beyond, waits a stop.
    price = (50_000 * (1 - sign * how_far / 10_000)).quantize(Decimal("0.01")) or Decimal("0.01")
    stop = (50_000 * (1 - sign * stop_at / 10_000)).quantize(Decimal("0.01")) or Decimal("0.01")
    exit_side = Side.SELL if side is Side.BUY else Side.BUY
    source = TriggerSource.QUOTE if verb == "quote" else TriggerSource.PRINT
    if verb == "quote":
        story.quote("50000", "50000", of=COIN)
    which = story.place(
        exit_side,
        str(quantity),
        symbol="COIN",
        order_type=OrderType.STOP,
        stop_price=str(stop),
        trigger_source=source,
    )
    at_first = Decimal(50_000)
    tell = {
        "open": lambda: story.open(str(price), COIN),
        "close": lambda: story.close(str(price), COIN),
        "quote": lambda: story.quote(str(price), str(price), of=COIN),
        "range": lambda: story.range(str(min(price, at_first)), str(max(price, at_first)), COIN),
    }
    tell[verb]()
    ended = [each for each in story.events if isinstance(each, PairLiquidated)]
    if ended:
        assert story.order(which).closed_reason == LIQUIDATED
        assert story.account.cash == own_cash(story.account) == rest
    assert rest <= own_cash(story.account)
    if not story.position(COIN).quantity:
        spent = {Book.REALISED, Book.FEES}
        gone = sum((line.amount for line in story.postings if line.book in spent), Decimal(0))
        assert story.account.cash == 100_000 - gone == equity(story)
