"""Gains by lot, and the marks of wash sales: what trading realised stays, what is taxed moves to the replacement."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.gains import Gain, Resizing, TaxBook, tax_book
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.lots import LotMethod
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.corporate_actions import Merger, SpinOff, Split
from tests.scenery import ACME, CASH_ONLY, DAY, FIRST_OPEN, FUND, GLOBEX, REG_T, action_of, option, rules
from tests.stories import Step, Story
from tests.strategies import asked, market_moves

FIRST_DAY = FIRST_OPEN.date()
HUNDRED = Decimal(100)


def day_of(at: datetime) -> date:
    return at.date()


def priced(story: Story) -> Story:
    """Let a story begin with a price."""
    story.open("10")
    return story


def read(story: Story) -> TaxBook:
    return tax_book(story.events, "USD", day_of)


def told(gain: Gain) -> tuple[str, str, str, str]:
    """Return units, trading gain, disallowed loss and taxable gain as people write them."""
    return plain(gain.quantity), str(gain.gain), str(gain.disallowed), str(gain.taxable)


def bought_and_sold(story: Story, *, at: str, for_price: str, quantity: str = "100", after: int = 0) -> None:
    """Buy units, let days pass and sell them."""
    story.buy(quantity)
    story.open(at)
    story.days_pass(after)
    story.sell(quantity)
    story.open(for_price)


@pytest.fixture
def trader() -> Story:
    return priced(Story(cash="100000"))


def test_each_lot_that_a_sale_uses_up_has_a_line(trader: Story) -> None:
    trader.buy("10")
    trader.open("100")
    trader.buy("10")
    trader.open("110")
    trader.sell("15")
    trader.open("120")
    first, second = read(trader).gains
    assert (first.quantity, first.proceeds, first.cost) == (Decimal(10), Decimal(1200), Decimal(1000))
    assert (second.quantity, second.proceeds, second.cost) == (Decimal(5), Decimal(600), Decimal(550))
    assert not first.is_short
    assert first.kind is EntryKind.FILL
    ((left,),) = read(trader).lots.values()
    assert (left.lot.quantity, left.added) == (Decimal(5), ZERO)


@pytest.mark.parametrize(("days", "is_long"), [(364, False), (365, False), (366, True)])
def test_more_than_a_year_is_long_term(trader: Story, days: int, is_long: bool) -> None:  # noqa: FBT001 - a case
    bought_and_sold(trader, at="100", for_price="120", after=days)
    (gain,) = read(trader).gains
    assert (gain.opened_on, gain.is_long_term) == (FIRST_DAY, is_long)


def test_what_is_bought_on_a_leap_day_is_long_term_after_the_28th(trader: Story) -> None:
    trader.days_pass((date(2024, 2, 29) - FIRST_DAY).days)
    bought_and_sold(trader, at="100", for_price="120", after=366)
    (gain,) = read(trader).gains
    assert (gain.closed_on, gain.is_long_term) == (date(2025, 3, 1), True)


def test_a_short_sale_is_never_long_term() -> None:
    story = priced(Story(rules=rules(margin=REG_T)))
    story.sell("10")
    story.open("100")
    story.days_pass(800)
    story.buy("10")
    story.open("90")
    (gain,) = read(story).gains
    assert (gain.is_short, gain.is_long_term) == (True, False)
    assert (gain.proceeds, gain.cost, gain.gain) == (Decimal(1000), Decimal(900), Decimal(100))


def test_a_loss_is_disallowed_when_the_same_is_bought_within_thirty_days(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    trader.days_pass(30)
    trader.buy("100")
    trader.open("8")
    book = read(trader)
    assert [told(gain) for gain in book.gains] == [("100", "-300.00", "300.00", "0.00")]
    ((lot,),) = book.lots.values()
    assert (lot.lot.cost, lot.added) == (Decimal(800), Decimal(300))
    assert trader.position().cost == Decimal(800)


def test_the_replacement_gives_the_loss_back_when_it_is_sold_and_counts_as_held_as_long(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7", after=400)
    bought_and_sold(trader, at="8", for_price="9", after=2)
    lost, gained = read(trader).gains
    assert told(lost) == ("100", "-300.00", "300.00", "0.00")
    assert told(gained) == ("100", "100.00", "0", "-200.00")
    assert (gained.opened_on, gained.is_long_term) == (gained.closed_on.replace(day=gained.closed_on.day - 2), True)


def test_on_the_thirty_first_day_it_is_no_wash_sale(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    trader.days_pass(31)
    trader.buy("100")
    trader.open("8")
    assert [told(gain) for gain in read(trader).gains] == [("100", "-300.00", "0", "-300.00")]


def test_of_lots_bought_before_only_what_is_still_held_replaces(trader: Story) -> None:
    trader.buy("100")
    trader.open("10")
    trader.days_pass(40)
    trader.buy("30")
    trader.open("9")
    trader.sell("100")
    trader.open("7")
    book = read(trader)
    assert [told(gain) for gain in book.gains] == [("100", "-300.00", "90.00", "-210.00")]
    ((lot,),) = book.lots.values()
    assert lot.added == Decimal(90)


def test_what_is_sold_together_replaces_nothing_of_it(trader: Story) -> None:
    for price in ("10", "9"):
        trader.buy("100")
        trader.open(price)
    trader.sell("200")
    trader.open("7")
    assert [gain.disallowed for gain in read(trader).gains] == [ZERO, ZERO]


def test_the_rest_of_a_lot_replaces_nothing_of_it(trader: Story) -> None:
    trader.buy("100")
    trader.open("10")
    trader.sell("40")
    trader.open("7")
    assert [gain.disallowed for gain in read(trader).gains] == [ZERO]


def test_a_unit_replaces_one_other_and_no_more(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    bought_and_sold(trader, at="10", for_price="8", quantity="50")
    trader.days_pass(1)
    trader.buy("100")
    trader.open("8")
    book = read(trader)
    # 50 of the first hundred are replaced by the 50 that were sold again, the other 50 by the last hundred;
    # what the 50 lost then, with what they had taken over, goes to the other half of it.
    assert [told(gain) for gain in book.gains] == [
        ("100", "-300.00", "300.00", "0.00"),
        ("50", "-100.00", "250.00", "0.00"),
    ]
    ((lot,),) = book.lots.values()
    assert lot.added == Decimal(400)
    assert lot.replaceable == ZERO


def test_short_sales_wash_each_other() -> None:
    story = priced(Story(rules=rules(margin=REG_T)))
    for price in ("10", "12", "11"):
        story.sell("100") if price != "12" else story.buy("100")
        story.open(price)
    book = read(story)
    assert [told(gain) for gain in book.gains] == [("100", "-200.00", "200.00", "0.00")]
    ((lot,),) = book.lots.values()
    assert lot.added == Decimal(200)


def test_under_average_cost_every_lot_leaves_at_it() -> None:
    story = Story(cash="100000", rules=rules(lot_method=LotMethod.AVERAGE))
    for price in ("10", "20"):
        story.open(price, FUND)
        story.buy("100", symbol="FUND")
        story.open(price, FUND)
    story.sell("150", symbol="FUND")
    story.open("30", FUND)
    assert [(gain.quantity, gain.cost) for gain in read(story).gains] == [
        (Decimal(100), Decimal(1500)),
        (Decimal(50), Decimal(750)),
    ]


def test_options_that_end_in_a_delivery_have_no_line_and_their_cost_goes_on() -> None:
    call = option("C", "100")
    story = Story(cash="20000")
    story.open("105")
    story.quote("6.00", "6.00", of=call)
    story.buy("1", symbol=call.symbol)
    story.quote("6.00", "6.00", of=call)
    story.session_closes()
    book = read(story)
    assert book.gains == ()
    assert [(lots[0].lot.quantity, lots[0].lot.cost) for lots in book.lots.values()] == [(HUNDRED, Decimal(10_600))]


def test_an_option_that_ends_worthless_is_closed_for_nothing() -> None:
    call = option("C", "100")
    story = Story()
    story.open("95")
    story.quote("1.00", "1.00", of=call)
    story.buy("1", symbol=call.symbol)
    story.quote("1.00", "1.00", of=call)
    story.session_closes()
    (gain,) = read(story).gains
    assert (gain.kind, gain.proceeds, gain.gain, gain.is_long_term) == (EntryKind.EXPIRY, ZERO, Decimal(-100), False)


def test_a_split_goes_through_what_was_taken_over(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    trader.buy("100")
    trader.open("8")
    trader.goes_ex(action_of(Split(Decimal(2), Decimal(1))))
    ((lot,),) = read(trader).lots.values()
    assert (lot.lot.quantity, lot.added) == (Decimal(200), Decimal(300))
    trader.sell("50")
    trader.open("5")
    assert told(read(trader).gains[-1]) == ("50", "50.00", "0", "-25.00")


def test_cash_for_a_fraction_stands_in_a_line_without_a_lot(trader: Story) -> None:
    trader.buy("3")
    trader.open("10")
    trader.goes_ex(action_of(Split(Decimal(1), Decimal(2)), in_lieu_price="30"))
    (gain,) = read(trader).gains
    assert (gain.lot_id, gain.gain, gain.is_long_term, gain.kind) == (None, Decimal(5), None, EntryKind.SPLIT)


def test_a_merger_for_cash_closes_the_lots_and_one_for_units_carries_them_on(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    trader.buy("100")
    trader.open("8")
    trader.goes_ex(action_of(Merger(ZERO, GLOBEX, Decimal(2))))
    book = read(trader)
    ((instrument_id, (lot,)),) = book.lots.items()
    assert (instrument_id, lot.lot.quantity, lot.added) == (GLOBEX.id, Decimal(200), Decimal(300))
    other = priced(Story())
    other.buy("10")
    other.open("10")
    other.goes_ex(action_of(Merger(Decimal(12))))
    (gain,) = read(other).gains
    assert (gain.quantity, gain.gain, gain.kind) == (Decimal(10), Decimal(20), EntryKind.MERGER)


def test_what_is_spun_off_takes_no_basis_along_but_what_it_cost(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    trader.buy("100")
    trader.open("8")
    trader.open("4", GLOBEX)
    trader.goes_ex(action_of(SpinOff(GLOBEX, Decimal("0.5"), Decimal("0.25"))))
    added = {key: lot.added for key, lots in read(trader).lots.items() for lot in lots}
    assert added.pop(GLOBEX.id) == ZERO
    assert list(added.values()) == [Decimal(300)]


happenings = st.one_of(asked, market_moves, st.integers(1, 40).map(lambda days: Step("days_pass", (days,))))


@given(st.lists(happenings, max_size=40), st.sampled_from(LotMethod), st.booleans())
def test_what_is_disallowed_is_never_lost(steps: list[Step], method: LotMethod, is_margined: bool) -> None:  # noqa: FBT001 - hypothesis names it
    margin = REG_T if is_margined else CASH_ONLY
    story = Story(cash="100000", rules=rules(lot_method=method, margin=margin))
    for step in steps:
        step.tell(story)
    book = read(story)
    realised = -sum((line.amount for line in story.postings if line.book is Book.REALISED), ZERO)
    assert sum((gain.gain for gain in book.gains), ZERO) == realised
    kept = sum((lot.added for lots in book.lots.values() for lot in lots), ZERO)
    assert sum((gain.taxable for gain in book.gains), ZERO) == realised + kept
    for gain in book.gains:
        assert ZERO <= gain.disallowed <= max(-gain.before_wash, ZERO)
    for key, lots in book.lots.items():
        assert tuple(lot.lot for lot in lots) == story.account.positions[key].lots
        assert all(
            lot.added >= ZERO and sum(each.quantity for each in lot.slices) == abs(lot.lot.quantity) for lot in lots
        )


# --- wash sales on both sides of a split --------------------------------------------------------


def read_with(story: Story, *resizings: Resizing) -> TaxBook:
    return tax_book(story.events, "USD", day_of, {ACME.id: resizings})


@pytest.mark.parametrize(
    ("ratio", "units", "disallowed", "added"),
    [
        (Fraction(2), "200", "300.00", "300.00"),
        (Fraction(2), "100", "150.00", "150.00"),
        (Fraction(2), "500", "300.00", "300.00"),
        (Fraction(1, 4), "25", "300.00", "300.00"),
        (Fraction(3, 7), "3", "21.00", "21.00"),
    ],
)
def test_units_bought_after_a_split_replace_those_sold_before_it_by_its_ratio(
    trader: Story, ratio: Fraction, units: str, disallowed: str, added: str
) -> None:
    """A hundred units are sold for 300.00 less than they cost, and nothing is held while the market splits."""
    bought_and_sold(trader, at="10", for_price="7")
    sold_on = trader.at.date()
    trader.days_pass(3)
    trader.buy(units)
    trader.open("5")
    book = read_with(trader, Resizing(sold_on + 2 * DAY, ratio))
    assert str(book.gains[0].disallowed) == disallowed
    ((lot,),) = book.lots.values()
    assert (str(lot.added), lot.lot.quantity) == (added, Decimal(units))


def test_splits_before_the_sale_or_after_the_purchase_change_nothing(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    sold_on = trader.at.date()
    trader.days_pass(3)
    trader.buy("50")
    trader.open("7")
    for ex_on in (sold_on, sold_on + 4 * DAY):
        assert str(read_with(trader, Resizing(ex_on, Fraction(2))).gains[0].disallowed) == "150.00"


def test_what_replaces_less_than_the_smallest_part_of_a_unit_replaces_nothing(trader: Story) -> None:
    bought_and_sold(trader, at="10", for_price="7")
    sold_on = trader.at.date()
    trader.days_pass(3)
    trader.buy("1")
    trader.open("7")
    book = read_with(trader, Resizing(sold_on + DAY, Fraction(10**20)))
    assert book.gains[0].disallowed == ZERO
