"""The last day of an option: exercised, assigned, or gone; each case moves the right cash and the right shares."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.account import AtExpiry, Rules
from paperdesk.core.broker.commands import ExerciseOption, InstructExpiry
from paperdesk.core.broker.engine import decide, fold, react
from paperdesk.core.broker.events import (
    Booked,
    Booking,
    ExpiryInstructed,
    Move,
    OptionAssigned,
    OptionExercised,
    OptionExpired,
)
from paperdesk.core.broker.exercising import (
    ExerciseTooEarly,
    MeansMissing,
    NotAnOption,
    OptionNotHeld,
    UnderlyingNotThere,
)
from paperdesk.core.broker.expiry import Fate, endings
from paperdesk.core.broker.ledger import Book, Entry, EntryKind, Posting
from paperdesk.core.broker.lots import Lot, LotChange
from paperdesk.core.broker.marks import OFFICIAL_CLOSE, OFFICIAL_OPEN, Mark, Marks, opening_of
from paperdesk.core.broker.orders import TimeInForce
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import EntryId, LotId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import SessionClosed
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import Settlement, Style, Supplement
from tests.scenery import ACME, FIRST_CLOSE, HERE, REG_T, SPX, market_view, option, quote_of, rules
from tests.stories import Story

CALL = option("C", "100")
PUT = option("P", "100")
LOW_CALL = option("C", "95")


def mark(instrument: Instrument, price: str, source: str = OFFICIAL_CLOSE) -> Mark:
    return Mark(instrument, Decimal(price), source, FIRST_CLOSE)


class Holder(Story):
    """A story whose account was given positions, so that it is about their end alone."""

    def holds(self, instrument: Instrument, quantity: str, cost: str) -> None:
        """Put units into the account at a cost, negative for what is owed."""
        units, paid, account = Decimal(quantity), Decimal(cost), self.account
        lot = Lot(LotId(derived(HERE, "given", account.last_seq)), self.at, account.last_seq + 1, units, paid)
        entry = Entry(
            EntryId(derived(HERE, "gift", account.last_seq)),
            account.last_entry + 1,
            self.at,
            EntryKind.TRANSFER,
            "Given",
            (
                Posting(Book.SECURITIES, "USD", paid, instrument.id, units),
                Posting(Book.CAPITAL, "USD", -paid),
            ),
        )
        moves = (Move(instrument.id, units, (LotChange(lot, is_new=True),)),)
        self._remember((Booked(account.last_seq + 1, self.at, Booking(entry, moves)),))

    def marks_at(self, price: str, *, opening: str | None = None) -> Marks:
        """Return marks of all that is held, with the underlying at a price; what an option is worth does not matter."""
        held = {
            each: mark(instrument, "1")
            for each, instrument in KNOWN.items()
            if self.account.position(each).quantity and instrument.contract
        }
        found = {**held, ACME.id: mark(ACME, price), SPX.id: mark(SPX, price)}
        if opening is not None:
            found[opening_of(SPX.id)] = mark(SPX, opening, OFFICIAL_OPEN)
        return found

    def ends(self, price: str, *, opening: str | None = None) -> list[object]:
        """End the session of the last day with the underlying at a price."""
        self.at, self.is_open = FIRST_CLOSE, False
        marks = self.marks_at(price, opening=opening)
        self.cursor += 1
        return list(self._remember(react(self.account, self.bell, marks)))

    @property
    def bell(self) -> SessionClosed:
        """Return the close of the first session."""
        return SessionClosed(self.cursor, FIRST_CLOSE, FIRST_CLOSE.date())

    def worth(self, price: str) -> Decimal:
        """Return equity with options at their intrinsic value."""
        spot, total = Decimal(price), self.account.cash
        for each, instrument in KNOWN.items():
            units = self.account.position(each).quantity
            total += units * (spot if instrument.contract is None else instrument.contract.intrinsic(spot))
        return total

    def lots_of(self, instrument: Instrument) -> list[tuple[Decimal, Decimal]]:
        """Return units and cost of the lots of a position."""
        return [(lot.quantity, lot.cost) for lot in self.position(instrument).lots]


INDEX_CALL = option("C", "100", root="SPXW")
OPENING_CALL = option("C", "100", root="SPX")
KNOWN = {each.id: each for each in (ACME, CALL, PUT, LOW_CALL, INDEX_CALL, OPENING_CALL)}


def holder(*held: tuple[Instrument, str, str], cash: str = "20000", of: Rules | None = None) -> Holder:
    story = Holder(cash=cash, rules=of or rules())
    for each in held:
        story.holds(*each)
    return story


def test_a_long_call_buys_shares_at_strike_and_premium() -> None:
    story = holder((CALL, "1", "250"))
    (event,) = story.ends("107")
    assert isinstance(event, OptionExercised)
    assert story.account.cash == Decimal(10_000)
    assert story.lots_of(ACME) == [(Decimal(100), Decimal(10_250))]
    assert story.position(CALL).quantity == ZERO
    assert (event.price, event.source, event.reason) == (Decimal(107), OFFICIAL_CLOSE, "in the money")


def test_a_long_put_sells_the_shares_that_are_held() -> None:
    story = holder((ACME, "100", "9000"), (PUT, "1", "150"))
    story.ends("93")
    assert story.account.cash == Decimal(30_000)
    assert story.position(ACME).quantity == ZERO
    (realised,) = [line.amount for line in story.entries[-1].postings if line.book is Book.REALISED]
    assert realised == -Decimal(850)  # 10,000 less the premium of 150, and less 9,000 that they had cost


def test_a_short_call_delivers_at_strike_and_premium() -> None:
    story = holder((ACME, "100", "9000"), (CALL, "-1", "-250"))
    (event,) = story.ends("107")
    assert isinstance(event, OptionAssigned)
    assert (story.account.cash, story.position(ACME).quantity) == (Decimal(30_000), ZERO)
    (realised,) = [line.amount for line in story.entries[-1].postings if line.book is Book.REALISED]
    assert realised == -Decimal(1250)


def test_an_uncovered_short_call_leaves_shares_owed() -> None:
    story = holder((CALL, "-1", "-250"))
    story.ends("107")
    assert story.lots_of(ACME) == [(Decimal(-100), Decimal(-10_250))]
    assert story.account.cash == Decimal(30_000)


def test_a_short_put_buys_at_strike_less_premium() -> None:
    story = holder((PUT, "-1", "-150"))
    (event,) = story.ends("93")
    assert isinstance(event, OptionAssigned)
    assert story.lots_of(ACME) == [(Decimal(100), Decimal(9850))]
    assert story.account.cash == Decimal(10_000)


def test_a_short_put_closes_shares_that_are_owed_and_opens_the_rest() -> None:
    story = holder((ACME, "-40", "-4000"), (PUT, "-1", "-150"))
    story.ends("93")
    assert story.lots_of(ACME) == [(Decimal(60), Decimal(5910))]
    (realised,) = [line.amount for line in story.entries[-1].postings if line.book is Book.REALISED]
    assert realised == -Decimal(60)


@pytest.mark.parametrize("held", [(CALL, "1", "250"), (CALL, "-1", "-250")])
def test_out_of_the_money_it_expires_and_realises_its_premium(held: tuple[Instrument, str, str]) -> None:
    story = holder(held)
    (event,) = story.ends("100.005")
    assert isinstance(event, OptionExpired)
    assert (event.reason, story.account.cash) == ("out of the money", Decimal(20_000))
    (realised,) = [line.amount for line in story.entries[-1].postings if line.book is Book.REALISED]
    assert realised == Decimal(held[2])
    assert story.position(CALL).cost == ZERO


def test_a_cent_in_the_money_is_enough() -> None:
    story = holder((CALL, "1", "250"))
    (event,) = story.ends("100.01")
    assert isinstance(event, OptionExercised)


def test_nothing_ends_before_its_day_and_nothing_ends_twice() -> None:
    story = holder((option("C", "100", days=1), "1", "250"), (CALL, "1", "250"))
    assert len(story.ends("107")) == 1
    assert story.ends("107") == []
    assert story.lots_of(ACME) == [(Decimal(100), Decimal(10_250))]


def test_a_spread_ends_as_a_unit_even_without_the_cash_for_one_side() -> None:
    story = holder((LOW_CALL, "1", "700"), (CALL, "-1", "-250"), cash="100")
    story.ends("107")
    assert (story.account.cash, story.position(ACME).quantity) == (Decimal(600), ZERO)


def test_what_cash_cannot_pay_for_is_not_exercised() -> None:
    story = holder((CALL, "3", "750"))
    lapsed, exercised = story.ends("107")
    assert isinstance(lapsed, OptionExpired)
    assert lapsed.reason == "the account has not the means to exercise"
    assert isinstance(exercised, OptionExercised)
    assert story.lots_of(ACME) == [(Decimal(200), Decimal(20_500))]


def test_an_account_that_may_owe_exercises_all_of_it() -> None:
    story = holder((CALL, "3", "750"), (PUT, "1", "150"), of=rules(margin=REG_T))
    story.ends("107")
    assert (story.account.cash, story.position(ACME).quantity) == (Decimal(-10_000), Decimal(300))


def test_a_put_without_shares_is_not_exercised() -> None:
    (event,) = holder((PUT, "1", "150")).ends("93")
    assert isinstance(event, OptionExpired)


@pytest.mark.parametrize(
    ("wish", "price", "fate"),
    [
        (AtExpiry.LAPSE, "107", OptionExpired),
        (AtExpiry.EXERCISE, "99", OptionExercised),
        (AtExpiry.USUAL, "107", OptionExercised),
    ],
)
def test_the_holder_may_say_otherwise(wish: AtExpiry, price: str, fate: type) -> None:
    story = holder((CALL, "1", "250"))
    story.asks(InstructExpiry(story.account.id, CALL.symbol, wish))
    (event,) = story.ends(price)
    assert isinstance(event, fate)
    assert isinstance(story.events[-2], ExpiryInstructed)


def test_an_account_may_leave_exercise_to_its_owner() -> None:
    story = holder((CALL, "1", "250"), of=replace(rules(), auto_exercise=False))
    (event,) = story.ends("107")
    assert isinstance(event, OptionExpired)
    assert event.reason == "the account does not exercise by itself"


def test_an_index_option_settles_in_cash_at_the_close() -> None:
    story = holder((INDEX_CALL, "2", "500"))
    (event,) = story.ends("107.25")
    assert isinstance(event, OptionExercised)
    assert story.account.cash == Decimal(21_450)
    owed = holder((INDEX_CALL, "-2", "-500"))
    owed.ends("107.25")
    assert owed.account.cash == Decimal(18_550)


def test_an_index_option_of_the_morning_settles_to_the_opening_value() -> None:
    story = holder((OPENING_CALL, "1", "500"))
    (event,) = story.ends("120", opening="101")
    assert isinstance(event, OptionExercised)
    assert (story.account.cash, event.source) == (Decimal(20_100), OFFICIAL_OPEN)


def test_without_a_settlement_price_it_waits_for_one() -> None:
    story = holder((OPENING_CALL, "1", "500"))
    assert story.ends("120") == []
    (ending,) = endings(story.account, story.bell, story.marks_at("120"))
    assert (ending.fate, ending.reason) == (Fate.WAITS, "SPX has no price to settle to")


def test_a_saturday_is_the_friday_before_it() -> None:
    friday = FIRST_CLOSE.replace(day=20)
    saturday = option("C", "100", days=5)
    story = holder((saturday, "1", "250"))
    for on, count in ((19, 0), (20, 1)):
        bell = SessionClosed(on, friday.replace(day=on), friday.replace(day=on).date())
        marks = {saturday.id: mark(saturday, "1"), ACME.id: mark(ACME, "107")}
        assert len(react(story.account, bell, marks)) == count


def test_what_the_market_does_not_have_or_what_delivers_more_waits() -> None:
    lonely = replace(CALL, underlying_id=None)
    assert CALL.contract is not None
    mixed = replace(CALL, contract=replace(CALL.contract, supplement=Supplement(cash=Decimal(5))))
    story = holder((CALL, "1", "250"))
    for what, reason in ((lonely, "ACME has no price to settle to"), (mixed, "it delivers more than ACME")):
        marks = {CALL.id: mark(what, "1"), ACME.id: mark(ACME, "107")}
        assert [each.reason for each in endings(story.account, story.bell, marks)] == [reason]


def test_open_orders_in_an_option_end_when_it_does() -> None:
    story = holder((CALL, "2", "500"))
    bought = story.buy("1", "1.00", symbol=CALL.symbol, time_in_force=TimeInForce.GTC)
    assert story.order(bought).expires_at == FIRST_CLOSE
    story.quote("107", "107")
    story.asks(ExerciseOption(story.account.id, CALL.symbol, Decimal(1)))
    assert story.order(bought).closed_reason == "units_delivered"


def test_orders_in_what_ends_and_for_shares_that_are_gone_are_cancelled() -> None:
    story = holder((ACME, "150", "13500"), (CALL, "-1", "-250"))
    kept = story.sell("50", "120", time_in_force=TimeInForce.GTC)
    gone = story.sell("100", "121", time_in_force=TimeInForce.GTC)
    story.buy("1", "80", time_in_force=TimeInForce.GTC)
    story.ends("107")
    assert (story.order(gone).closed_reason, story.order(kept).is_open) == ("units_delivered", True)
    assert (story.position(ACME).quantity, story.position(ACME).reserved) == (Decimal(50), Decimal(50))


def test_what_would_happen_is_said_before_it_does_and_nothing_is_booked() -> None:
    story = holder((ACME, "100", "9000"), (CALL, "-1", "-250"), (LOW_CALL, "1", "700"), cash="0")
    story.at = FIRST_CLOSE
    before = story.account
    said = endings(story.account, story.bell, story.marks_at("100.30"))
    assert [(each.fate, int(each.count)) for each in said] == [(Fate.ASSIGNED, 1), (Fate.EXERCISED, 1)]
    assert [each.warning is not None for each in said] == [True, False]
    assert story.account is before
    assert len(story.ends("100.30")) == 2


def test_a_holder_exercises_early() -> None:
    story = holder((CALL, "2", "500"))
    story.quote("107", "107")
    story.asks(ExerciseOption(story.account.id, CALL.symbol, Decimal(1)))
    assert (story.position(CALL).quantity, story.account.cash) == (Decimal(1), Decimal(10_000))
    story.asks(ExerciseOption(story.account.id, CALL.symbol))
    assert story.lots_of(ACME) == [(Decimal(100), Decimal(10_250)), (Decimal(100), Decimal(10_250))]


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (ExerciseOption(Story().account.id, "ACME"), NotAnOption),
        (ExerciseOption(Story().account.id, CALL.symbol, Decimal(3)), OptionNotHeld),
        (ExerciseOption(Story().account.id, CALL.symbol, Decimal("0.5")), OptionNotHeld),
        (ExerciseOption(Story().account.id, LOW_CALL.symbol), OptionNotHeld),
        (ExerciseOption(Story().account.id, PUT.symbol), MeansMissing),
        (ExerciseOption(Story().account.id, INDEX_CALL.symbol), ExerciseTooEarly),
        (ExerciseOption(Story().account.id, CALL.symbol, Decimal(2)), UnderlyingNotThere),
        (InstructExpiry(Story().account.id, "ACME", AtExpiry.LAPSE), NotAnOption),
        (InstructExpiry(Story().account.id, LOW_CALL.symbol, AtExpiry.LAPSE), OptionNotHeld),
    ],
)
def test_what_cannot_be_exercised_is_refused_by_name(
    command: ExerciseOption | InstructExpiry, refusal: type[PaperdeskError]
) -> None:
    story = holder((CALL, "2", "500"), (PUT, "1", "150"), (INDEX_CALL, "1", "500"))
    quotes = () if refusal is UnderlyingNotThere else (quote_of("107", "107"),)
    with pytest.raises(refusal):
        decide(story.account, command, market_view(quotes=quotes))


def test_index_terms_come_with_the_root() -> None:
    assert INDEX_CALL.contract is not None
    assert OPENING_CALL.contract is not None
    assert (INDEX_CALL.contract.settlement, INDEX_CALL.contract.style) == (Settlement.CASH_PM, Style.EUROPEAN)
    assert OPENING_CALL.contract.settlement is Settlement.CASH_AM


books = st.lists(
    st.tuples(st.sampled_from([CALL, PUT, LOW_CALL, INDEX_CALL]), st.integers(-4, 4).filter(bool)),
    max_size=4,
    unique_by=lambda each: each[0].symbol,
)


@given(books, st.sampled_from([0, 150, -250]), st.integers(9000, 11_000), st.integers(0, 60_000))
def test_equity_is_the_same_before_and_after_at_intrinsic_value(
    book: list[tuple[Instrument, int]], shares: int, cents: int, cash: int
) -> None:
    story = holder(cash=str(cash))
    if shares:
        story.holds(ACME, str(shares), str(shares * 97))
    for instrument, quantity in book:
        story.holds(instrument, str(quantity), str(quantity * 333))
    price = str(Decimal(cents) / 100)
    before = story.worth(price)
    events = story.ends(price)
    left = sum(
        (
            event.booking.moves[0].quantity * instrument.contract.intrinsic(Decimal(price))
            for event in events
            if isinstance(event, OptionExpired)
            for instrument in [KNOWN[event.instrument_id]]
            if instrument.contract
        ),
        ZERO,
    )
    # What nobody exercised, for want of means or by less than a cent, is lost to its holder and won by its writer.
    assert story.worth(price) == before + left
    assert story.ends(price) == []
    for position in story.account.positions.values():
        assert position.quantity == sum((lot.quantity for lot in position.lots), ZERO)
        assert position.cost == sum((lot.cost for lot in position.lots), ZERO)
    assert fold(Holder(cash="0").account, story.events).cash == story.account.cash
