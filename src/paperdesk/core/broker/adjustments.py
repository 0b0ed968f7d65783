"""What a corporate action does to one position: pure, to the cent, and the same for shorts, mirrored.

    action                           units                     cost                       cash
    split, share dividend            times the ratio           stays                      -
    spin-off                         stay, and new ones come   a part goes with them      -
    merger for units                 become the acquirer's     goes with them             -
    merger for cash, paid delisting  leave                     leaves                     per unit
    merger for both                  become the acquirer's     less cash, plus the gain   per unit
    symbol change, adjusted series   become the successor's    goes with them             -

Lots keep the day they were opened on. What is not a whole lot of the new instrument is paid out in cash, oldest
units first, at the action's own price or else at the mark; where neither is known it stays a fraction. Whatever
cash is above or below the cost that left for it is realised.

In a merger for both the gain is realised up to the cash, and no loss is; without a price of the acquirer only the
cash beyond the cost is. A spin-off that states no part divides the cost by market prices; where the new units
have none yet, all of it stays where it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Final

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.events import Move
from paperdesk.core.broker.ledger import Book, Posting
from paperdesk.core.broker.lots import Lot, LotChange, apply_changes, reduce_first_in
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.kernel.ids import InstrumentId, LotId, derived
from paperdesk.core.kernel.money import QUANTITY_PLACES, ZERO, cent, money, plain, spread
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction, Outcome, SpinOff
from paperdesk.core.market.instruments import Instrument

_PLACE: Final = Decimal(1).scaleb(-QUANTITY_PLACES)
_ALL: Final = Decimal(1)


@dataclass(slots=True)
class Adjustment:
    """What an action does to one position: the lines of its entry, the moves, and what was received in words."""

    currency: str
    postings: list[Posting] = field(default_factory=list[Posting])
    moves: list[Move] = field(default_factory=list[Move])
    received: list[str] = field(default_factory=list[str])

    def move(self, instrument_id: InstrumentId, changes: Iterable[LotChange], *lines: tuple[Decimal, Decimal]) -> None:
        """Move units and cost, a line of the entry for each pair that is not zero, with the lots that follow."""
        told = [(units, cost) for units, cost in lines if units or cost]
        self.postings += [Posting(Book.SECURITIES, self.currency, cost, instrument_id, units) for units, cost in told]
        self.moves.append(Move(instrument_id, sum((units for units, _ in told), ZERO), tuple(changes)))

    def settle(self, instrument_id: InstrumentId, cash: Decimal) -> None:
        """Pay cash, or owe it; what then does not balance is the gain or the loss that was realised."""
        if cash:
            self.postings.append(Posting(Book.CASH, self.currency, cash))
        surplus = sum((posting.amount for posting in self.postings), ZERO)
        if surplus:
            self.postings.append(Posting(Book.REALISED, self.currency, -surplus, instrument_id))


def adjust(position: Position, action: CorporateAction, becomes: Outcome, marks: Marks, currency: str) -> Adjustment:
    """Turn every unit of a position into what it becomes; all of its lots must be at hand.

    `marks` are those of the close before, so that a split divides the mark of its instrument by the ratio.
    """
    done, own = Adjustment(currency), position.instrument_id
    if isinstance(action.terms, SpinOff):
        cash = _spin_off(done, position, action, marks)
    elif any(into.id == own for into, _ in becomes.units):
        cash = _resize(done, position, action, becomes, marks)
    else:
        cash = _convert(done, position, action, becomes, marks)
    done.settle(own, cash)
    return done


def new_unit_price(action: CorporateAction, into: Instrument, ratio: Fraction, marks: Marks) -> Decimal | None:
    """Return what a unit that comes of an action is worth: its own price, else the mark; None is not known."""
    if action.in_lieu_price is not None:
        return action.in_lieu_price
    if into.id not in marks:
        return None
    price = marks[into.id].price
    return _decimal(Fraction(price) / ratio) if into.id == action.instrument.id else price


def _resize(done: Adjustment, position: Position, action: CorporateAction, becomes: Outcome, marks: Marks) -> Decimal:
    ((into, ratio),) = becomes.units
    return _enter(done, position, _scaled(position.lots, ratio), into, new_unit_price(action, into, ratio, marks))


def _spin_off(done: Adjustment, position: Position, action: CorporateAction, marks: Marks) -> Decimal:
    terms = action.terms
    assert isinstance(terms, SpinOff), "only a spin-off leaves the unit and brings another"
    price = new_unit_price(action, terms.into, Fraction(terms.rate), marks)
    rate = _basis_rate(terms, price, marks.get(position.instrument_id))
    gone = [money(lot.cost * rate, done.currency) for lot in position.lots]
    stay = [replace(lot, cost=lot.cost - cost) for lot, cost in zip(position.lots, gone, strict=True)]
    come = [replace(_successor(lot, action), cost=cost) for lot, cost in zip(position.lots, gone, strict=True)]
    _enter(done, position, stay, action.instrument, None)
    return _enter(done, Position(terms.into.id), _scaled(come, Fraction(terms.rate)), terms.into, price)


def _convert(done: Adjustment, position: Position, action: CorporateAction, becomes: Outcome, marks: Marks) -> Decimal:
    lots, cash = position.lots, money(position.quantity * becomes.cash, done.currency)
    done.move(position.instrument_id, map(_used_up, lots), (-position.quantity, -position.cost))
    if cash:
        done.received.append(f"{plain(cash)} {done.currency}")
    for into, ratio in becomes.units:
        price = new_unit_price(action, into, ratio, marks)
        worth = ZERO if price is None else price * _decimal(ratio)
        paid = spread(cash, [lot.quantity for lot in lots], cent(done.currency))
        left = [
            replace(_successor(lot, action), cost=_left(lot, part, worth, done.currency))
            for lot, part in zip(lots, paid, strict=True)
        ]
        cash += _enter(done, Position(into.id), _scaled(left, ratio), into, price)
    return cash


def _enter(done: Adjustment, before: Position, lots: Sequence[Lot], into: Instrument, price: Decimal | None) -> Decimal:
    """Let a position hold these lots instead of those it had; return the cash for what is no whole lot."""
    units, cost = sum((lot.quantity for lot in lots), ZERO), sum((lot.cost for lot in lots), ZERO)
    fraction = ZERO if price is None else units % into.lot_step
    cuts, cut_cost = reduce_first_in(tuple(lots), abs(fraction), done.currency)
    kept = apply_changes(tuple(lots), cuts)
    known = {lot.id for lot in before.lots}
    changes = [LotChange(lot, is_new=lot.id not in known) for lot in kept]
    changes += [_used_up(lot) for lot in before.lots if lot.id not in {lot.id for lot in kept}]
    done.move(before.instrument_id, changes, (units - before.quantity, cost - before.cost), (-fraction, -cut_cost))
    cash = ZERO if price is None else money(fraction * price * into.multiplier, done.currency)
    if units != before.quantity:
        in_lieu = f" and {plain(cash)} {done.currency} for a fraction" if fraction else ""
        done.received.append(f"{plain(units - fraction)} {into.symbol}{in_lieu}")
    return cash


def _left(lot: Lot, paid: Decimal, worth: Decimal, currency: str) -> Decimal:
    """Return the cost that goes on with what a lot becomes, once cash was paid on it.

    `worth` is what one unit's new units are worth, as far as that is known.
    """
    if not paid:
        return lot.cost
    gain = money(abs(lot.quantity) * worth, currency) + abs(paid) - abs(lot.cost)
    return lot.cost - paid + min(max(gain, ZERO), abs(paid)).copy_sign(paid)


def _basis_rate(terms: SpinOff, price: Decimal | None, before: Mark | None) -> Decimal:
    if terms.basis_rate is not None:
        return terms.basis_rate
    if price is None or before is None:
        return ZERO
    return min(price * terms.rate / before.price, _ALL)


def _scaled(lots: Sequence[Lot], ratio: Fraction) -> list[Lot]:
    """Multiply lots by a ratio; the cost of one that vanishes goes to the next."""
    total = _decimal(Fraction(sum((lot.quantity for lot in lots), ZERO)) * ratio)
    scaled, cost = list[Lot](), ZERO
    for lot, units in zip(lots, spread(total, [lot.quantity for lot in lots], _PLACE), strict=True):
        cost += lot.cost
        if units:
            scaled.append(replace(lot, quantity=units, cost=cost))
            cost = ZERO
    return scaled


def _decimal(number: Fraction) -> Decimal:
    """Return a number of units or a price with the places that units have, never more than it is."""
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(_PLACE, rounding=ROUND_DOWN)


def _successor(lot: Lot, action: CorporateAction) -> Lot:
    return replace(lot, id=LotId(derived(lot.id, str(action.id))))


def _used_up(lot: Lot) -> LotChange:
    return LotChange(replace(lot, quantity=ZERO, cost=ZERO))
