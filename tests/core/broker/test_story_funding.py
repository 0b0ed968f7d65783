"""Funding in stories: a third of the daily rate three times a day, who holds a pair pays, who owes it receives."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.concern import is_concerned
from paperdesk.core.broker.engine import fold, react
from paperdesk.core.broker.events import Event, FundingCharged, FundingCredited
from paperdesk.core.broker.ledger import Book, Entry, EntryKind
from paperdesk.core.broker.margin_rules import FundingRate, MarginRules
from paperdesk.core.broker.marks import LAST_PRINT, Mark
from paperdesk.core.broker.stillness import stillness
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import FundingSettled
from paperdesk.core.market.instruments import Instrument
from tests.scenery import ACME, COIN, FIRST_OPEN, empty_account, rules
from tests.stories import Story, journal

DAILY = Decimal("0.0003")
CENT = Decimal("0.01")


def funded(rate: Decimal = DAILY) -> MarginRules:
    return MarginRules(funding=FundingRate(rate))


def holding(quantity: Decimal, rate: Decimal = DAILY, of: Instrument = COIN) -> Account:
    """Return an account that holds, or owes, units of an instrument."""
    account = replace(empty_account(rules(margin=funded(rate))), cash=Decimal(1_000_000))
    return replace(account, positions={of.id: Position(of.id, quantity)})


def settled(account: Account, price: str | None, of: Instrument = COIN) -> tuple[Event, ...]:
    marks = {} if price is None else {of.id: Mark(of, Decimal(price), LAST_PRINT, FIRST_OPEN)}
    return react(account, FundingSettled(1, FIRST_OPEN), marks)


def charges(events: list[Event]) -> list[Entry]:
    return [each for each in journal(events) if each.kind is EntryKind.FUNDING]


def test_a_held_pair_pays_a_third_of_the_daily_rate_of_its_value_at_each_settlement() -> None:
    story = Story(cash="60000", rules=rules(margin=funded()))
    story.open("50000", COIN)
    story.buy("1", symbol="COIN")
    story.close("50000", COIN)
    for _ in range(3):
        story.funding_settles()
    assert [each.change(Book.CASH) for each in charges(story.events)] == [Decimal("-5.00")] * 3
    assert [each.change(Book.FUNDING) for each in charges(story.events)] == [Decimal("5.00")] * 3
    assert story.account.cash == 60_000 - 50_000 - 3 * Decimal("5.00")
    assert len({each.id for each in charges(story.events)}) == 1, "the same settlement told again is the same entry"


def test_what_a_settlement_cost_can_be_read() -> None:
    (event,) = settled(holding(Decimal(2)), "49000")
    assert isinstance(event, FundingCharged)
    assert event.booking.entry.description == (
        "Funding of COIN worth 98000 at 2020-03-16 13:30 UTC, a third of 0.03 % a day"
    )
    (line, cash) = event.booking.entry.postings
    assert (line.book, line.instrument_id, line.amount, cash.book) == (Book.FUNDING, COIN.id, Decimal("9.8"), Book.CASH)


def test_who_owes_a_pair_receives_what_who_holds_it_pays() -> None:
    (event,) = settled(holding(Decimal(-2)), "49000")
    assert isinstance(event, FundingCredited)
    assert event.booking.entry.change(Book.CASH) == Decimal("9.80")


def test_a_rate_below_zero_goes_the_other_way_round() -> None:
    (event,) = settled(holding(Decimal(2), -DAILY), "49000")
    assert isinstance(event, FundingCredited)
    assert event.booking.entry.change(Book.CASH) == Decimal("9.80")


def test_nothing_is_settled_without_a_rate_a_price_or_a_cent_to_pay() -> None:
    assert settled(holding(Decimal(2), ZERO), "49000") == ()
    assert settled(holding(Decimal(2)), None) == ()
    assert settled(holding(Decimal(2)), "1") == ()
    assert not is_concerned(holding(Decimal(2), ZERO), FundingSettled(1, FIRST_OPEN))
    assert not is_concerned(holding(ZERO), FundingSettled(1, FIRST_OPEN))


def test_only_crypto_pairs_are_funded() -> None:
    assert settled(holding(Decimal(2), of=ACME), "49000", ACME) == ()


def test_who_pays_funding_is_left_alone_by_nothing() -> None:
    assert stillness(holding(Decimal(2))) is None
    assert stillness(holding(Decimal(2), ZERO)) is not None
    assert stillness(holding(ZERO)) is not None


@pytest.mark.parametrize("sign", [1, -1])
@given(
    rate=st.decimals("-0.01", "0.01", places=6),
    course=st.lists(st.tuples(st.decimals("0", "5", places=6), st.decimals("1", "90000", places=2)), max_size=12),
)
def test_all_postings_together_are_what_the_settlements_come_to(
    sign: int, rate: Decimal, course: list[tuple[Decimal, Decimal]]
) -> None:
    account, events = holding(ZERO, rate), list[Event]()
    for number, (quantity, price) in enumerate(course):
        account = replace(account, positions={COIN.id: Position(COIN.id, sign * quantity)})
        mark = Mark(COIN, price, LAST_PRINT, FIRST_OPEN)
        happened = react(account, FundingSettled(number + 1, FIRST_OPEN), {COIN.id: mark})
        account, events = fold(account, happened), [*events, *happened]
    expected = [(sign * quantity * price * rate / 3).quantize(CENT, ROUND_HALF_EVEN) for quantity, price in course]
    assert sum((each.change(Book.FUNDING) for each in charges(events)), ZERO) == sum(expected, ZERO)
    assert account.cash == Decimal(1_000_000) - sum(expected, ZERO)
