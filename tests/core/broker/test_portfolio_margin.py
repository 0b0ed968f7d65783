"""Portfolio margin: a book needs the worst that its scan finds, class by class."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.margin import standing
from paperdesk.core.broker.margin_book import CallKind
from paperdesk.core.broker.margin_checks import MinimumEquityMissing
from paperdesk.core.broker.margin_events import LiquidationStarted, MarginCalled
from paperdesk.core.broker.margin_rules import MarginKind, MarginRegime, MarginRules, RegimeNotAllowed
from paperdesk.core.broker.marks import LAST_PRINT, Mark, Marks, Scan
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.broker.risk_array import Point, Scanned, points_of, scan, scanned_requirement
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind
from tests.scenery import ACME, COIN, FIRST_OPEN, GLOBEX, SPX, free, option, rules
from tests.stories import Story

PUT = option("P", "100", days=30)
PORTFOLIO = free(MarginKind.PORTFOLIO)
HUNDRED = Decimal(100)


def mark(of: Instrument, price: str, array: Scan | None = None) -> Mark:
    return Mark(of, Decimal(price), LAST_PRINT, FIRST_OPEN, lambda: array)


def marked(*found: Mark) -> Marks:
    return {each.instrument.id: each for each in found}


def put_array() -> Scan:
    """Return the array of a put on 100 units at 100 that gains a unit for every unit that the price falls."""
    return tuple(max(-point.price_move, ZERO) * 100 * HUNDRED for point in points_of(Kind.EQUITY))


def only(found: tuple[Scanned, ...] | None) -> Scanned:
    assert found is not None
    (one,) = found
    return one


def test_shares_move_fifteen_percent_in_ten_steps_and_indexes_from_minus_eight_to_six() -> None:
    moves = sorted({point.price_move for point in points_of(Kind.EQUITY)})
    assert moves == [Decimal(each) / 100 for each in (-15, -12, -9, -6, -3, 0, 3, 6, 9, 12, 15)]
    broad = sorted({point.price_move for point in points_of(Kind.INDEX)})
    assert (broad[0], broad[-1], len(broad)) == (Decimal("-0.08"), Decimal("0.06"), 11)
    assert points_of(Kind.CRYPTO) == ()


def test_shares_need_fifteen_percent_whichever_way_they_are_held() -> None:
    long = only(scan([Exposure(ACME, HUNDRED, HUNDRED)], {}))
    short = only(scan([Exposure(ACME, -HUNDRED, HUNDRED)], {}))
    assert (long.needed, short.needed) == (Decimal(1500), Decimal(1500))
    assert long.worst is not None
    assert short.worst is not None
    assert long.points[long.worst] == Point(Decimal("-0.15"), Decimal(1))
    assert short.points[short.worst] == Point(Decimal("0.15"), Decimal(1))


def test_a_put_takes_the_fall_of_its_shares_and_what_is_left_is_the_minimum_of_its_contract() -> None:
    book = [Exposure(ACME, HUNDRED, HUNDRED), Exposure(PUT, Decimal(1), Decimal(3))]
    hedged = only(scan(book, marked(mark(ACME, "100"), mark(PUT, "3", put_array()))))
    assert hedged.results[0] == ZERO
    assert (hedged.minimum, hedged.needed) == (Decimal("37.5"), Decimal("37.5"))


def test_classes_are_added_and_nothing_is_offset_between_them() -> None:
    book = [Exposure(ACME, HUNDRED, HUNDRED), Exposure(GLOBEX, -HUNDRED, HUNDRED)]
    assert scanned_requirement(book, {}) == Decimal(3000)


def test_what_belongs_to_no_class_is_paid_in_full() -> None:
    coins = only(scan([Exposure(COIN, Decimal(2), HUNDRED)], {}))
    assert (coins.needed, coins.worst) == (Decimal(200), None)


def test_an_option_that_cannot_be_valued_leaves_the_book_unknown() -> None:
    put = Exposure(PUT, Decimal(-1), Decimal(3))
    assert scanned_requirement([put], marked(mark(PUT, "3", put_array()))) is None
    assert scanned_requirement([put], marked(mark(ACME, "100"), mark(PUT, "3"))) is None
    assert scanned_requirement([put], marked(mark(ACME, "100"))) is None
    assert scanned_requirement([put], marked(mark(ACME, "100"), mark(PUT, "3", put_array()))) == Decimal(1500)


def test_an_option_whose_underlying_is_no_instrument_of_its_own_is_unknown() -> None:
    orphan = replace(PUT, underlying_id=None)
    assert (
        scanned_requirement([Exposure(orphan, Decimal(1), Decimal(3))], marked(mark(orphan, "3", put_array()))) is None
    )


def test_options_on_an_index_are_scanned_by_its_own_range() -> None:
    call = replace(option("C", "100", root="SPX"), underlying_id=SPX.id)
    array = tuple(point.price_move * 100 for point in points_of(Kind.INDEX))
    found = only(scan([Exposure(call, Decimal(-1), Decimal(3))], marked(mark(SPX, "100"), mark(call, "3", array))))
    assert (found.underlying, found.needed) == ("SPX", Decimal("37.5"))


def test_portfolio_margin_is_kept_in_real_time_alone() -> None:
    with pytest.raises(RegimeNotAllowed):
        MarginRules(MarginKind.PORTFOLIO, MarginRegime.INTRADAY_CALL)


@pytest.fixture
def holder() -> Story:
    """Tell of 200,000.00 under portfolio margin."""
    story = Story(cash="200000", rules=rules(margin=PORTFOLIO))
    story.open("100")
    return story


def test_positions_are_opened_on_fifteen_percent(holder: Story) -> None:
    holder.buy("10000")
    assert holder.account.held == Decimal(150_000)
    holder.open("100")
    stands = standing(holder.account, holder.marks)
    assert stands is not None
    assert (stands.initial, stands.maintenance) == (Decimal(150_000), Decimal(150_000))
    assert stands.scan is not None


def test_it_takes_a_hundred_thousand_to_open_anything() -> None:
    story = Story(cash="99999", rules=rules(margin=PORTFOLIO))
    story.open("100")
    with pytest.raises(MinimumEquityMissing) as refused:
        story.buy("1")
    assert refused.value.facts == {"needed": "100000", "available": "99999"}


def test_a_deficit_is_called_and_closed_and_the_memorandum_account_asks_nothing(holder: Story) -> None:
    holder.buy("10000")
    holder.open("100")
    holder.session_closes()
    assert holder.account.book.calls == ()
    holder.session_opens()
    holder.close("90")
    (called,) = [event for event in holder.events if isinstance(event, MarginCalled)]
    assert (called.call.kind, called.call.amount) == (CallKind.MAINTENANCE, Decimal(35_000))
    for _ in range(3):
        holder.session_closes()
        holder.session_opens()
    assert any(isinstance(event, LiquidationStarted) for event in holder.events)
    holder.open("90")
    stands = standing(holder.account, holder.marks)
    assert stands is not None
    assert stands.maintenance_excess >= ZERO


def test_what_can_be_withdrawn_is_what_the_book_does_not_need(holder: Story) -> None:
    holder.buy("1000")
    holder.open("100")
    holder.transfer("-100000")
    assert holder.account.cash == ZERO
