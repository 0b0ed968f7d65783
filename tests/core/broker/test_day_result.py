"""A day's result begins at the previous close, and its parts add up whatever was traded."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.day_result import NO_PRICE_THEN, Opened, Span, Turnover, day_result, held_from, turnovers
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.valuation import Valuation, value_account
from paperdesk.core.kernel.money import ZERO, money
from tests.scenery import ACME, DAY, FIRST_CLOSE, GLOBEX, mark_of, quote_of
from tests.stories import Story

SPAN = Span(FIRST_CLOSE, FIRST_CLOSE + DAY)

amounts = st.integers(1, 20)
prices = st.integers(50, 200)


def marked(acme: int, globex: int) -> Marks:
    """Return what both are worth."""
    pairs = ((ACME, acme), (GLOBEX, globex))
    return {of.id: mark_of(quote_of(str(price), str(price), of=of)) for of, price in pairs}


def worth(story: Story, marks: Marks) -> Valuation:
    held = [each for each in story.account.positions.values() if each.quantity]
    return value_account(story.account.cash, "USD", held, marks)


def trade(story: Story, trades: list[tuple[int, int, int]]) -> None:
    """Buy and sell both, at the prices given; a sale of what is not held is refused, which is no trade either."""
    for bought, sold, price in trades:
        for of in (ACME, GLOBEX):
            story.buy(str(bought), symbol=of.symbol)
            story.open(str(price), of=of)
            if story.position(of).quantity >= sold:
                story.sell(str(sold), symbol=of.symbol)
                story.open(str(price + 1), of=of)


trades = st.lists(st.tuples(amounts, amounts, prices), max_size=4)


@given(trades, trades, st.tuples(prices, prices), st.tuples(prices, prices), st.integers(-100, 100))
def test_the_parts_of_a_day_and_its_fees_are_the_change_of_equity(
    before: list[tuple[int, int, int]],
    today: list[tuple[int, int, int]],
    closed: tuple[int, int],
    now: tuple[int, int],
    moved: int,
) -> None:
    story = Story(cash="1000000")
    for of in (ACME, GLOBEX):
        story.open("100", of=of)
    trade(story, before)
    equity_before, known = worth(story, marked(*closed)).equity, len(story.entries)
    if moved:
        story.transfer(str(moved))
    trade(story, today)
    since = turnovers(story.entries[known:])
    value = worth(story, marked(*now))
    day = day_result(story.account, value, since, marked(*closed), SPAN)
    assert day.equity_before == equity_before
    assert value.equity is not None
    assert equity_before is not None
    assert day.result == value.equity - equity_before - moved
    fees = sum((each.amount for each in since if each.book is Book.FEES), ZERO)
    assert day.result == sum((each or ZERO for each in day.by_instrument.values()), ZERO) - fees
    assert day.result == money(day.result, "USD")


def test_without_a_price_at_the_previous_close_the_day_is_unknown_and_says_why() -> None:
    story = Story(cash="1000")
    story.open("100")
    story.buy("5")
    story.open("100")
    value = worth(story, marked(110, 10))
    day = day_result(story.account, value, [], {}, SPAN)
    assert (day.equity_before, day.result, day.reason) == (None, None, NO_PRICE_THEN)
    assert day.by_instrument == {ACME.id: None}


def test_without_a_price_now_the_day_is_unknown_too() -> None:
    story = Story(cash="1000")
    story.open("100")
    story.buy("5")
    story.open("100")
    value = worth(story, {})
    day = day_result(story.account, value, [], marked(100, 10), SPAN)
    assert (day.result, day.reason) == (None, "1 of 1 positions have no price yet")


def test_what_was_bought_and_sold_within_a_day_needs_no_price_before() -> None:
    value = value_account(Decimal(1005), "USD", list[Position](), {})
    story = Story(cash="1005")
    round_trip = [Turnover(Book.REALISED, ACME.id, Decimal(-5)), Turnover(Book.CASH, None, Decimal(5))]
    day = day_result(story.account, value, round_trip, {}, SPAN)
    assert (day.equity_before, day.result, day.by_instrument) == (Decimal(1000), Decimal(5), {ACME.id: Decimal(5)})


def test_what_is_still_held_counts_from_the_close_before_or_from_its_cost() -> None:
    """10 were held at 100, and 5 came since for 520: they are worth 1,650 at 110."""
    held, fresh = Position(ACME.id, Decimal(15), cost=Decimal(1420)), Opened(Decimal(5), Decimal(520))
    assert held_from(held, fresh, Decimal(100), Decimal(1)) == 1520
    assert held_from(held, fresh, None, Decimal(1)) is None
    assert held_from(held, Opened(Decimal(15), Decimal(1420)), None, Decimal(1)) == 1420
    short = Position(ACME.id, Decimal(-3), cost=Decimal(-300))
    assert held_from(short, Opened(), Decimal(99), Decimal(100)) == -29_700
