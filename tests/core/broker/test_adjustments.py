"""Whatever a company does: no unit, no cent of value and no cent of cost gets lost."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.adjustments import Adjustment, adjust
from paperdesk.core.broker.events import Booking
from paperdesk.core.broker.ledger import Book, Entry, EntryKind
from paperdesk.core.broker.lots import Lot, apply_changes
from paperdesk.core.broker.marks import LAST_PRINT, Mark, Marks
from paperdesk.core.kernel.ids import EntryId, InstrumentId, LotId, derived
from paperdesk.core.kernel.money import ZERO, spread
from paperdesk.core.market.corporate_actions import (
    CorporateAction,
    Delisting,
    Merger,
    SpinOff,
    Split,
    SymbolChange,
    outcome,
)
from paperdesk.core.market.instruments import Instrument
from tests.scenery import ACME, FIRST_OPEN, GLOBEX, HERE, action_of
from tests.strategies import decimals, lots, mergers, resizing_terms, spin_offs

CENT = Decimal("0.01")
ONE, TWO, TWENTY = Decimal(1), Decimal(2), Decimal(20)

whole_lots = lots().map(lambda held: tuple(_rounded(lot) for lot in held))
marks = decimals(1, 100_000, 2)


def _rounded(lot: Lot) -> Lot:
    return Lot(lot.id, lot.opened_at, lot.opened_seq, lot.quantity.quantize(ONE) + ONE, lot.cost)


def short(held: Sequence[Lot]) -> tuple[Lot, ...]:
    return tuple(Lot(lot.id, lot.opened_at, lot.opened_seq, -lot.quantity, -lot.cost) for lot in held)


def position(held: Sequence[Lot]) -> Position:
    units, cost = totals(held)
    return Position(ACME.id, quantity=units, cost=cost, lots=tuple(held))


def totals(held: Sequence[Lot]) -> tuple[Decimal, Decimal]:
    return sum((lot.quantity for lot in held), ZERO), sum((lot.cost for lot in held), ZERO)


def worth(**prices: Decimal) -> Marks:
    listed = {each.symbol: each for each in (ACME, GLOBEX)}
    return {listed[symbol].id: Mark(listed[symbol], price, LAST_PRINT, FIRST_OPEN) for symbol, price in prices.items()}


def done(held: Sequence[Lot], action: CorporateAction, known: Marks) -> tuple[Adjustment, dict[InstrumentId, Position]]:
    """Adjust a position; the booking that it makes must balance, and lots must sum to what was moved."""
    before = position(held)
    adjustment = adjust(before, action, outcome(action), known, "USD")
    entry = Entry(EntryId(HERE), 1, FIRST_OPEN, EntryKind.MERGER, "", tuple(adjustment.postings))
    after: dict[InstrumentId, Position] = {}
    for move in Booking(entry, tuple(adjustment.moves)).moves:
        was = before if move.instrument_id == ACME.id else Position(move.instrument_id)
        kept = apply_changes(was.lots, move.lot_changes)
        cost = was.cost + entry.moved(move.instrument_id)[1]
        after[move.instrument_id] = Position(
            move.instrument_id, quantity=was.quantity + move.quantity, cost=cost, lots=kept
        )
        assert totals(kept) == (after[move.instrument_id].quantity, cost)
        assert all(lot.opened_at == FIRST_OPEN for lot in kept)
    return adjustment, after


def paid(adjustment: Adjustment, book: Book = Book.CASH) -> Decimal:
    return sum((line.amount for line in adjustment.postings if line.book is book), ZERO)


def units_of(after: dict[InstrumentId, Position], of: Instrument) -> Decimal:
    return after[of.id].quantity if of.id in after else ZERO


@given(st.lists(decimals(1, 10**9, 3), min_size=1, max_size=8), decimals(-(10**12), 10**12, 2))
def test_parts_sum_to_the_whole_and_have_its_sign(weights: list[Decimal], total: Decimal) -> None:
    parts = spread(total, weights, CENT)
    assert sum(parts) == total
    assert all(part * total >= ZERO and part % CENT == ZERO for part in parts)


def test_nothing_is_divided_among_nobody() -> None:
    assert spread(ZERO, [], CENT) == ()


@given(whole_lots, resizing_terms, marks, st.booleans())
def test_a_split_keeps_the_value_to_the_cent(
    held: tuple[Lot, ...],
    terms: Split,
    price: Decimal,
    is_short: bool,  # noqa: FBT001 - drawn
) -> None:
    held = short(held) if is_short else held
    units, cost = totals(held)
    adjustment, after = done(held, action_of(terms), worth(ACME=price))
    left = units_of(after, ACME)
    value = Fraction(left) * Fraction(price) / terms.ratio + Fraction(paid(adjustment))
    assert abs(value - Fraction(units) * Fraction(price)) <= Fraction(1, 100)
    assert left % ACME.lot_step == ZERO
    assert left == int(Fraction(units) * terms.ratio)
    assert cost == after[ACME.id].cost + paid(adjustment) + paid(adjustment, Book.REALISED)


@given(whole_lots, resizing_terms)
def test_without_a_price_the_fraction_stays_and_so_does_all_of_the_cost(held: tuple[Lot, ...], terms: Split) -> None:
    units, cost = totals(held)
    adjustment, after = done(held, action_of(terms), {})
    assert abs(Fraction(units_of(after, ACME)) - Fraction(units) * terms.ratio) < Fraction(1, 10**9)
    assert after[ACME.id].cost == cost
    assert paid(adjustment) == paid(adjustment, Book.REALISED) == ZERO


@given(whole_lots, mergers, marks, marks, st.booleans())
def test_a_merger_keeps_the_value_at_its_ratios_and_accounts_for_every_cent_of_cost(
    held: tuple[Lot, ...],
    terms: Merger,
    price: Decimal,
    acquirer: Decimal,
    is_short: bool,  # noqa: FBT001 - drawn
) -> None:
    held = short(held) if is_short else held
    units, cost = totals(held)
    adjustment, after = done(held, action_of(terms), worth(ACME=price, GLOBEX=acquirer))
    assert (after[ACME.id].quantity, after[ACME.id].cost, after[ACME.id].lots) == (ZERO, ZERO, ())
    value = units_of(after, GLOBEX) * acquirer + paid(adjustment)
    assert abs(value - units * (terms.cash + terms.rate * acquirer)) <= 2 * CENT
    left = after[GLOBEX.id].cost if terms.into else ZERO
    assert cost == left + paid(adjustment) + paid(adjustment, Book.REALISED)
    assert left * units >= ZERO, "a cost has the sign of its units"


@given(whole_lots, spin_offs, marks, st.none() | marks)
def test_a_spin_off_divides_the_cost_and_loses_none(
    held: tuple[Lot, ...], terms: SpinOff, price: Decimal, child: Decimal | None
) -> None:
    units, cost = totals(held)
    known = worth(ACME=price) if child is None else worth(ACME=price, GLOBEX=child)
    adjustment, after = done(held, action_of(terms), known)
    assert units_of(after, ACME) == units
    stays, goes = after[ACME.id].cost, after[GLOBEX.id].cost
    assert cost == stays + goes + paid(adjustment) + paid(adjustment, Book.REALISED)
    if child is None and terms.basis_rate is None:
        assert (stays, goes) == (cost, ZERO)
    if terms.basis_rate is not None:
        assert abs(stays - cost * (1 - terms.basis_rate)) <= len(held) * CENT


@given(whole_lots)
def test_a_new_symbol_changes_nothing_but_the_instrument(held: tuple[Lot, ...]) -> None:
    adjustment, after = done(held, action_of(SymbolChange(GLOBEX)), {})
    assert (units_of(after, GLOBEX), after[GLOBEX.id].cost) == totals(held)
    assert {line.book for line in adjustment.postings} == {Book.SECURITIES}


def bought(*units_and_cost: tuple[str, str]) -> tuple[Lot, ...]:
    return tuple(
        Lot(LotId(derived(HERE, "lot", number)), FIRST_OPEN, number, Decimal(units), Decimal(cost))
        for number, (units, cost) in enumerate(units_and_cost, 1)
    )


def test_the_gain_of_a_merger_for_both_is_realised_up_to_its_cash_and_no_loss_is() -> None:
    both = action_of(Merger(cash=Decimal(20), into=GLOBEX, rate=ONE))
    known = worth(GLOBEX=Decimal(50))
    for cost, left, gain in (("600", "500", "100"), ("400", "400", "200"), ("900", "700", "0")):
        adjustment, after = done(bought(("10", cost)), both, known)
        assert after[GLOBEX.id].cost == Decimal(left)
        assert -paid(adjustment, Book.REALISED) == Decimal(gain)
        mirrored, shorted = done(short(bought(("10", cost))), both, known)
        assert shorted[GLOBEX.id].cost == -Decimal(left)
        assert paid(mirrored, Book.REALISED) == Decimal(gain)


def test_without_a_price_of_the_acquirer_cash_first_takes_the_cost_away() -> None:
    both = action_of(Merger(cash=Decimal(20), into=GLOBEX, rate=ONE))
    for cost, left, gain in (("600", "400", "0"), ("150", "0", "50")):
        adjustment, after = done(bought(("10", cost)), both, {})
        assert after[GLOBEX.id].cost == Decimal(left)
        assert -paid(adjustment, Book.REALISED) == Decimal(gain)


def test_fractions_leave_with_the_oldest_units_at_the_price_that_the_action_states() -> None:
    held = bought(("3", "30.00"), ("4", "80.00"))
    adjustment, after = done(held, action_of(Split(ONE, TWO), in_lieu_price="21"), worth(ACME=Decimal(10)))
    assert [(lot.quantity, lot.cost) for lot in after[ACME.id].lots] == [(ONE, TWENTY), (TWO, Decimal(80))]
    assert (paid(adjustment), paid(adjustment, Book.REALISED)) == (Decimal("10.50"), Decimal("-0.50"))
    assert adjustment.received == ["3 ACME and 10.5 USD for a fraction"]


def test_a_position_that_vanishes_leaves_its_cost_as_a_loss() -> None:
    speck = bought(("0.000000001", "0.05"))
    adjustment, after = done(speck, action_of(Split(ONE, TWO)), {})
    assert after[ACME.id] == Position(ACME.id)
    assert paid(adjustment, Book.REALISED) == Decimal("0.05")


def test_the_cost_of_a_lot_that_vanishes_goes_on_with_the_next() -> None:
    held = bought(("0.000000001", "0.05"), ("10", "100.00"))
    _, after = done(held, action_of(Split(ONE, Decimal(10))), {})
    assert [(lot.quantity, lot.cost) for lot in after[ACME.id].lots] == [(ONE, Decimal("100.05"))]


def test_worthless_shares_leave_with_all_they_cost() -> None:
    adjustment, after = done(bought(("10", "100.00")), action_of(Delisting(ZERO)), {})
    assert after[ACME.id] == Position(ACME.id)
    assert paid(adjustment, Book.REALISED) == Decimal(100)
    assert adjustment.received == []
