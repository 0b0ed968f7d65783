"""What a combo reserves, and whether the account can carry it.

    account     a combo reserves                                    a leg of it reserves
    cash        what one costs net, never below zero, times what    the units it sells
                is left of it, and the commission of its legs
    margined    by how much it raises what its book needs, and      the units it closes
                what it costs beyond its marks; likewise

The book is everything on the same underlying: what is held, and what earlier orders will open. Its requirement is that
of the cheapest pairing, with the combo and without it, so a spread needs its worst loss and a covered call nothing. It
is worked out once, when the combo is accepted, with the marks that stand; whether the account can carry the fill is
seen when it fills. A combo that only closes reserves units alone, and is never refused for margin.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.approvals import check_level
from paperdesk.core.broker.combo_prices import legs_of, net_of, signed, unit_of
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.fees import fee_due
from paperdesk.core.broker.holds import held_cash
from paperdesk.core.broker.isolated import own_cash
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.margin import book_requirement, exposures_of, means, paired_book, stage_of, standing
from paperdesk.core.broker.margin_checks import (
    PositionsWithoutPrice,
    check_borrow,
    check_equity,
    known_standing,
    refuse_beyond,
)
from paperdesk.core.broker.margin_rates import EQUITY_MIN
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.option_margin import Exposure, level_needed
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, money


def hold_for_one(account: Account, legs: Sequence[Order], net: Decimal, marks: Marks) -> Decimal:
    """Return the money that one combo reserves at a net price, its commission left out."""
    unit = unit_of(legs)
    if not account.rules.margin.is_margined:
        return max(net * unit, ZERO)
    if not any(_opening(account, legs).values()):
        return ZERO
    combos = legs[0].workable / abs(signed(legs[0]))
    marked = net_of(legs, [_mark(leg, marks) for leg in legs])
    needed = _added(account, legs, marks) + (net - marked) * unit * combos
    return max(needed, ZERO) / combos


def money_held(account: Account, combo: Order) -> Decimal:
    """Return the money that a combo in this account reserves for what is left of it."""
    assert combo.hold_price is not None, "a combo knows what one of it reserves"
    fees = (_fee(account, leg) for leg in legs_of(account, combo))
    return money(combo.hold_price * combo.workable, account.currency) + sum(fees, ZERO)


def check_combo_margin(account: Account, combo: Order, legs: Sequence[Order], marks: Marks) -> None:
    """Refuse a combo that a margined account may not, or could not, owe for; its reservations are already known."""
    opening = [leg for leg in legs if leg.workable > (leg.held_units or ZERO)]
    if not opening:
        return
    stands = known_standing(account, marks)
    for leg in opening:
        if leg.side is Side.SELL and leg.instrument.contract is None:
            check_borrow(account, leg.instrument)
    _check_writing(account, legs, opening, marks)
    for leg in opening:
        check_equity(account, leg, stands)
    if stands.equity < EQUITY_MIN:
        refuse_beyond(account, held_cash(account, combo), own_cash(account) - account.held, "minimum_equity")
        return
    free = money(means(account, stands), account.currency) - account.held
    refuse_beyond(account, held_cash(account, combo), free, account.rules.margin.regime.value)


def can_afford(account: Account, after: Account, combo: Order, fills: Sequence[OrderFilled], marks: Marks) -> bool:
    """Say whether an account could carry the fills of a combo's legs, all of them, beside what its other orders hold.

    `after` is the account with them. Legs that only close always can, and so can what brings a cash account money.
    """
    others = account.held - held_cash(account, combo)
    if not account.rules.margin.is_margined:
        cost = -sum((each.entry.change(Book.CASH) for each in fills), ZERO)
        return cost <= max(account.cash - others, ZERO)
    if not any(change.is_new for each in fills for change in each.lot_changes):
        return True
    stands = standing(after, marks)
    if stands is None:
        return False
    if stands.equity < EQUITY_MIN:
        writes = any(change.is_new and change.lot.quantity < ZERO for each in fills for change in each.lot_changes)
        return not writes and after.cash >= others
    return means(after, stands) >= others


def _fee(account: Account, leg: Order) -> Decimal:
    assert leg.hold_price is not None, "a leg knows the price its commission is reserved at"
    return fee_due(account.rules.fees, leg, leg.remaining, leg.hold_price, account.currency)


def _mark(leg: Order, marks: Marks) -> Decimal:
    return marks[leg.instrument.id].price  # what has a price to reserve at has a mark


def _held(account: Account, marks: Marks) -> list[Exposure]:
    held = exposures_of(account, marks)
    if held is None:
        raise PositionsWithoutPrice("A position has no price yet, so the account's margin is not known.")
    return held


def _opening(account: Account, orders: Iterable[Order]) -> dict[InstrumentId, Decimal]:
    """Return what orders will open, one after the other: the units that are beyond closing what is held."""
    left = defaultdict[InstrumentId, Decimal](Decimal)
    left.update({key: position.quantity for key, position in account.positions.items()})
    opened = defaultdict[InstrumentId, Decimal](Decimal)
    for order in orders:
        key, units = order.instrument.id, order.workable if order.side is Side.BUY else -order.workable
        closes = min(abs(units), abs(left[key])) if left[key] * units < ZERO else ZERO
        left[key] += closes.copy_sign(units)
        opened[key] += units - closes.copy_sign(units)
    return opened


def _added(account: Account, legs: Sequence[Order], marks: Marks) -> Decimal:
    """Return by how much a combo changes what its book needs, with all that earlier orders will open."""
    working = sorted(account.orders.values(), key=lambda each: each.accepted_seq)
    earlier = [each for each in working if each.is_open and not each.is_exit and not each.is_combo]
    before = _with(_held(account, marks), _exposures(earlier, _opening(account, earlier), marks))
    after = _with(before, [Exposure(leg.instrument, _units(leg), _mark(leg, marks)) for leg in legs])
    needed = [book_requirement(_book(each, legs), marks, stage_of(account)) for each in (before, after)]
    if needed[0] is None or needed[1] is None:
        raise PositionsWithoutPrice("The underlying has no price yet, so the margin of the combo is not known.")
    return needed[1] - needed[0]


def _units(leg: Order) -> Decimal:
    return leg.workable if leg.side is Side.BUY else -leg.workable


def _exposures(orders: Iterable[Order], opened: dict[InstrumentId, Decimal], marks: Marks) -> Iterator[Exposure]:
    """Yield what orders will open, at its mark or else at what they reserve at."""
    known = {order.instrument.id: order for order in orders}
    for key, order in known.items():
        mark = marks.get(key)
        price = order.hold_price if mark is None else mark.price
        assert price is not None, "an order that may open knows at which price it reserves"
        if opened[key]:
            yield Exposure(order.instrument, opened[key], price)


def _with(held: Iterable[Exposure], more: Iterable[Exposure]) -> list[Exposure]:
    """Return exposures with others in the same instruments added to them; what then is nothing is left out."""
    lines = {each.instrument.id: each for each in held}
    for each in more:
        known = lines.get(each.instrument.id)
        units = each.quantity if known is None else known.quantity + each.quantity
        lines[each.instrument.id] = Exposure(each.instrument, units, each.price)
    return [each for each in lines.values() if each.quantity]


def _book(exposures: Iterable[Exposure], legs: Sequence[Order]) -> tuple[Exposure, ...]:
    """Return what is on the underlying of a combo, or is it."""
    on = next(leg.instrument.underlying_id for leg in legs if leg.instrument.contract is not None)
    return tuple(each for each in exposures if on in {each.instrument.id, each.instrument.underlying_id})


def _check_writing(account: Account, legs: Sequence[Order], opening: Sequence[Order], marks: Marks) -> None:
    """Refuse to write options in a way the account is not approved for, judged by all legs together."""
    written = [leg for leg in opening if leg.side is Side.SELL and leg.instrument.contract is not None]
    if not written:
        return
    own = [Exposure(leg.instrument, _units(leg), _mark(leg, marks)) for leg in legs]
    after = _book(_with(_held(account, marks), own), legs)
    if all(each.instrument.contract is None for each in after):
        # All the options that are held are promised to other orders: once those have filled, the legs stand alone.
        after = _book(own, legs)
    found = paired_book(after, marks, stage_of(account))
    assert found is not None, "what a combo holds was worked out with its underlying's price"
    for leg in written:
        check_level(account, level_needed(found, leg.instrument.symbol, own_cash(account) - account.held))
