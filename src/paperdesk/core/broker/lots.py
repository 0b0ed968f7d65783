"""Tax lots, and which of them leave first.

A lot is signed: units sold short are negative, and so is what they cost, because their sale brought it.
A position keeps the lots that the work at hand can need: the oldest, or all of them where others may leave first.
The cost of a lot is spread over its units so that the last unit takes what rounding left, and the parts always sum
to the whole.

    method         leaves first
    fifo           the oldest units
    lifo           the newest units
    highest_cost   those that cost most a unit, the oldest of equals
    lowest_cost    those that cost least a unit, the oldest of equals
    average        the oldest units, at what a unit of all lots costs; funds only

An order may name lots instead: those leave in the order named, and what they no longer cover follows its method.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from msgspec import Struct

from paperdesk.core.kernel.ids import LotId
from paperdesk.core.kernel.money import ZERO, cent, money, spread
from paperdesk.core.kernel.values import replace_struct


class LotMethod(StrEnum):
    """Which lots a closing order uses up first."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIGHEST_COST = "highest_cost"
    LOWEST_COST = "lowest_cost"
    AVERAGE = "average"


class Lot(Struct, frozen=True, gc=False):
    """Units bought, or sold short, together: what is left of them and what that cost, fees not included."""

    id: LotId
    opened_at: datetime
    opened_seq: int
    quantity: Decimal
    cost: Decimal


class LotChange(Struct, frozen=True, gc=False):
    """A lot after something happened to it: opened, reduced (to zero when used up), or given another cost."""

    lot: Lot
    is_new: bool = False


class LotChoice(Struct, frozen=True):
    """Which lots leave: those that are named, then those that a method puts first."""

    method: LotMethod = LotMethod.FIFO
    named: tuple[LotId, ...] = ()

    @property
    def needs_all_lots(self) -> bool:
        """Say whether more than the oldest lots have to be at hand."""
        return self.method is not LotMethod.FIFO or bool(self.named)

    @property
    def text(self) -> str:
        """Return the choice as it is stored: the method, and after a colon the lots by name."""
        return f"{self.method.value}:{','.join(map(str, self.named))}" if self.named else self.method.value


def choice_from_text(text: str) -> LotChoice:
    """Read a choice as it is stored."""
    method, _, named = text.partition(":")
    return LotChoice(LotMethod(method), tuple(LotId(UUID(each)) for each in named.split(",") if each))


def reduce_lots(
    lots: tuple[Lot, ...], quantity: Decimal, choice: LotChoice, currency: str
) -> tuple[tuple[LotChange, ...], Decimal]:
    """Take units from lots; return the changed lots and what the units had cost.

    `quantity` is how many units leave, whichever way they were held; the cost of short ones is negative.
    """
    if choice.method is LotMethod.AVERAGE and not choice.named and len(lots) > 1:
        # First every lot is told its new cost, then units leave; of a lot the last change counts.
        lots = averaged(lots, currency)
        changes, cost = reduce_first_in(lots, quantity, currency)
        return (*map(LotChange, lots), *changes), cost
    return reduce_first_in(in_turn(lots, choice), quantity, currency)


def reduce_first_in(lots: tuple[Lot, ...], quantity: Decimal, currency: str) -> tuple[tuple[LotChange, ...], Decimal]:
    """Take units from the first lots; return the changed lots and what the units had cost."""
    changes: list[LotChange] = []
    cost = ZERO
    wanted = quantity
    for lot in lots:
        if not wanted:
            break
        held = abs(lot.quantity)
        taken = min(held, wanted)
        part = lot.cost if taken == held else money(lot.cost * taken / held, currency)
        left = lot.quantity - taken.copy_sign(lot.quantity)
        changes.append(LotChange(replace_struct(lot, quantity=left, cost=lot.cost - part)))
        cost += part
        wanted -= taken
    assert not wanted, "the lots at hand must cover what is closed"
    return tuple(changes), cost


def in_turn(lots: tuple[Lot, ...], choice: LotChoice) -> tuple[Lot, ...]:
    """Return lots, given the oldest first, in the order in which they leave."""
    match choice.method:
        case LotMethod.LIFO:
            lots = lots[::-1]
        case LotMethod.HIGHEST_COST:
            lots = tuple(sorted(lots, key=lambda lot: -_unit_cost(lot)))
        case LotMethod.LOWEST_COST:
            lots = tuple(sorted(lots, key=_unit_cost))
        case _:
            pass
    if not choice.named:
        return lots
    by_id = {lot.id: lot for lot in lots}
    named = tuple(by_id[each] for each in choice.named if each in by_id)
    return (*named, *(lot for lot in lots if lot.id not in choice.named))


def averaged(lots: tuple[Lot, ...], currency: str) -> tuple[Lot, ...]:
    """Return lots with the cost of all of them spread evenly over their units."""
    total = sum((lot.cost for lot in lots), ZERO)
    costs = spread(total, [lot.quantity for lot in lots], cent(currency))
    return tuple(replace_struct(lot, cost=cost) for lot, cost in zip(lots, costs, strict=True))


def apply_changes(lots: tuple[Lot, ...], changes: tuple[LotChange, ...]) -> tuple[Lot, ...]:
    """Return the lots after changes, by age; lots that are used up disappear."""
    # A position of many lots that only grows is not gone through again with every fill.
    changed = {change.lot.id: change.lot for change in changes if not change.is_new} if lots else {}
    kept = tuple(left for lot in lots if (left := changed.get(lot.id, lot)).quantity) if changed else lots
    opened = tuple(map(_LOT, [change for change in changes if change.is_new and change.lot.quantity]))
    if not kept or not opened:
        return kept or opened
    # Lots that come of a merger are as old as those they come from.
    ages = [_age(lot) for lot in (kept[-1], *opened)]
    return (*kept, *opened) if ages == sorted(ages) else tuple(sorted((*kept, *opened), key=_age))


_LOT = attrgetter("lot")


def _age(lot: Lot) -> tuple[int, UUID]:
    return lot.opened_seq, lot.id


def _unit_cost(lot: Lot) -> Decimal:
    return lot.cost / lot.quantity  # to 28 digits, so what costs the same a unit compares the same
