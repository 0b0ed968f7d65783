"""An account lives through what companies do: dividends, splits, mergers, and what becomes of its orders."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.engine import fold
from paperdesk.core.broker.holds import held_cash, reserved_units
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.margin_rules import MarginRules
from paperdesk.core.broker.orders import (
    Order,
    TimeInForce,
)
from paperdesk.core.broker.reservations import moved_reservations
from paperdesk.core.kernel.ids import LotId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    AdjustedSeries,
    CashDividend,
    CorporateAction,
    Delisting,
    Merger,
    SpinOff,
    Split,
)
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.options import parse_occ
from tests.scenery import ACME, GLOBEX, REG_T, action_of, empty_account, instrument, rules
from tests.stories import Step, Story
from tests.strategies import actions, steps

GTC = TimeInForce.GTC
CASH = MarginRules()
ONE, TWO, TEN = Decimal(1), Decimal(2), Decimal(10)
TWO_FOR_ONE = Split(TWO, ONE)


def holder(cash: str = "10000", units: str = "10") -> Story:
    """Tell of an account that bought ACME at 100."""
    story = Story(cash=cash)
    story.open("100")
    story.buy(units)
    story.close("100")
    return story


def last(story: Story) -> tuple[EntryKind, str, Decimal]:
    entry = story.entries[-1]
    return entry.kind, entry.description, entry.change(Book.CASH)


# --- dividends ------------------------------------------------------------------------------------


def test_a_dividend_is_earned_on_the_ex_date_and_paid_on_the_pay_date() -> None:
    story, dividend = holder(), action_of(CashDividend(Decimal("0.50")))
    story.goes_ex(dividend)
    assert last(story) == (EntryKind.CASH_DIVIDEND, "Dividend of 0.5 on 10 ACME", ZERO)
    assert story.account.cash == Decimal(9000)
    assert [claim.amount for claim in story.account.claims.values()] == [Decimal("5.00")]
    story.pays(dividend)
    assert last(story) == (EntryKind.DIVIDEND_PAYMENT, "Dividend of ACME received", Decimal("5.00"))
    assert story.account.cash == Decimal(9005)
    assert not story.account.claims


def test_what_is_bought_on_the_ex_date_earns_nothing_and_what_is_sold_is_paid_all_the_same() -> None:
    story, dividend = holder(), action_of(CashDividend(ONE))
    story.goes_ex(dividend)
    story.sell("10")
    story.open("99")
    story.pays(dividend)
    assert story.account.cash == Decimal(9000) + Decimal(990) + TEN
    late = Story()
    late.goes_ex(dividend)
    late.open("99")
    late.buy("10")
    late.close("99")
    assert late.pays(dividend) == ()


def test_two_dividends_wait_side_by_side() -> None:
    story = holder()
    first, second = (action_of(CashDividend(ONE), nth=nth) for nth in (1, 2))
    story.goes_ex(first)
    story.goes_ex(second)
    story.pays(second)
    assert list(story.account.claims) == [first.id]


def test_a_short_owes_the_dividend() -> None:
    story, dividend = holder(), action_of(CashDividend(ONE))
    shorted = story.position()
    owed = replace(shorted, quantity=-shorted.quantity, cost=-shorted.cost, lots=())
    story.account = replace(story.account, positions={ACME.id: owed})
    story.goes_ex(dividend)
    story.pays(dividend)
    assert last(story) == (EntryKind.DIVIDEND_PAYMENT, "Dividend of ACME paid in lieu", -TEN)


def test_a_dividend_of_less_than_a_cent_in_all_is_not_posted() -> None:
    story = holder(units="1")
    assert story.goes_ex(action_of(CashDividend(Decimal("0.001")))) == ()


# --- splits, spin-offs, mergers -------------------------------------------------------------------


def test_a_split_doubles_the_units_and_keeps_their_cost() -> None:
    story = holder()
    story.goes_ex(action_of(TWO_FOR_ONE))
    assert last(story) == (EntryKind.SPLIT, "Split: 10 ACME became 20 ACME", ZERO)
    assert (story.position().quantity, story.position().cost) == (Decimal(20), Decimal(1000))


def test_a_fraction_of_a_reverse_split_is_paid_out_at_the_close_before() -> None:
    story = holder(units="13")
    story.goes_ex(action_of(Split(ONE, TEN)))
    assert last(story) == (
        EntryKind.SPLIT,
        "Split: 13 ACME became 1 ACME and 300 USD for a fraction",
        Decimal(300),
    )
    assert (story.position().quantity, story.position().cost) == (ONE, Decimal(1000))


def test_new_units_of_a_spin_off_are_as_old_as_those_they_come_of() -> None:
    story = holder()
    (before,) = story.position().lots
    story.goes_ex(action_of(SpinOff(GLOBEX, Decimal("0.5"), basis_rate=Decimal("0.2"))))
    assert last(story) == (EntryKind.SPIN_OFF, "Spin-off: 10 ACME brought 5 GLOBEX", ZERO)
    assert (story.position().cost, story.position(GLOBEX).cost) == (Decimal(800), Decimal(200))
    (child,) = story.position(GLOBEX).lots
    assert (child.opened_at, child.opened_seq) == (before.opened_at, before.opened_seq)
    assert child.id != before.id


def test_units_of_the_acquirer_join_those_held_by_age() -> None:
    story = holder()
    story.open("50", GLOBEX)
    story.buy("4", symbol="GLOBEX")
    story.close("50", GLOBEX)
    story.goes_ex(action_of(Merger(cash=TEN, into=GLOBEX, rate=TWO)))
    assert last(story) == (EntryKind.MERGER, "Merger: 10 ACME became 100 USD and 20 GLOBEX", Decimal(100))
    assert story.position().quantity == ZERO
    assert [lot.quantity for lot in story.position(GLOBEX).lots] == [Decimal(20), Decimal(4)]


def test_worthless_shares_and_those_that_only_lost_their_market() -> None:
    story = holder()
    story.goes_ex(action_of(Delisting(ZERO)))
    assert last(story) == (EntryKind.DELISTING, "Delisting: 10 ACME became nothing", ZERO)
    kept = holder()
    assert kept.goes_ex(action_of(Delisting())) == ()
    assert kept.position().quantity == TEN


def option(strike: int) -> Instrument:
    symbol = f"ACME200619C00{strike:03}000"
    return replace(instrument(symbol, Kind.OPTION), contract=parse_occ(symbol))


def test_a_series_is_left_before_another_takes_its_name() -> None:
    story = holder()
    low, middle, high = option(25), option(50), option(100)
    bought = story.position()
    (one,) = bought.lots
    held = {
        each.id: replace(bought, instrument_id=each.id, lots=(replace(one, id=LotId(each.id)),))
        for each in (middle, high)
    }
    story.account = replace(story.account, positions=held)
    series = (AdjustedSeries(high, middle, TWO), AdjustedSeries(middle, low, TWO))
    story.goes_ex(action_of(TWO_FOR_ONE, series=series))
    assert [entry.kind for entry in story.entries[-2:]] == [EntryKind.OPTION_ADJUSTMENT] * 2
    assert story.entries[-1].description == f"Split: 10 {high.symbol} became 20 {middle.symbol}"
    assert [story.account.position(each.id).quantity for each in (low, middle, high)] == [20, 20, 0]
    assert story.account.position(middle.id).cost == Decimal(1000)


# --- whatever happens -----------------------------------------------------------------------------


def check(story: Story) -> None:
    """Count again from the journal and from the open orders."""
    account = story.account
    units: defaultdict[object, Decimal] = defaultdict(Decimal)
    costs: defaultdict[object, Decimal] = defaultdict(Decimal)
    for line in story.postings:
        if line.book is Book.SECURITIES:
            units[line.instrument_id] += line.quantity or ZERO
            costs[line.instrument_id] += line.amount
    for key, position in account.positions.items():
        assert position.quantity == units[key] == sum((lot.quantity for lot in position.lots), ZERO)
        assert position.cost == costs[key] == sum((lot.cost for lot in position.lots), ZERO)
        assert position.cost * position.quantity >= ZERO, "a cost has the sign of its units"
    sums = {book: sum((line.amount for line in story.postings if line.book is book), ZERO) for book in Book}
    assert account.cash == sums[Book.CASH]
    assert sum((claim.amount for claim in account.claims.values()), ZERO) == sums[Book.CLAIMS]
    assert fold(empty_account(story.rules), story.events) == account


def check_promises(story: Story) -> None:
    """Count again what open orders have reserved of cash and units."""
    account = story.account
    if story.rules.margin.is_margined:
        assert moved_reservations(account) == ()
        return
    promised: defaultdict[object, Decimal] = defaultdict(Decimal)
    groups: defaultdict[object, list[Order]] = defaultdict(list)
    for order in account.orders.values():
        groups[order.group_id or order.id].append(order)
    for members in groups.values():
        promised[members[0].instrument.id] += reserved_units(members)
    for key, position in account.positions.items():
        assert position.reserved == promised[key] <= position.quantity
    assert account.held == sum((held_cash(account, order) for order in account.orders.values()), ZERO)


@given(st.sampled_from([CASH, REG_T]), st.lists(st.one_of(steps, steps, steps, actions()), max_size=40))
def test_whatever_companies_do_books_lots_and_promises_agree(
    margin: MarginRules, script: list[Step | CorporateAction]
) -> None:
    story = Story(cash="100000", rules=rules(margin=margin))
    story.open("10")
    story.buy("500")
    story.open("10", GLOBEX)
    declared: list[CorporateAction] = []
    for happening in script:
        if isinstance(happening, Step):
            happening.tell(story)
        elif happening.id not in {each.id for each in declared}:
            story.goes_ex(happening)
            declared.append(happening)
        check(story)
        check_promises(story)
    for each in declared:
        story.pays(each)
    check(story)
    assert not story.account.claims
