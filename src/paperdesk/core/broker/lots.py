"""Tax lots, consumed first in, first out.

A lot is signed: units sold short are negative, and so is what they cost, because their sale brought it.
A position keeps the oldest lots that the work at hand can need; the cost of a lot is spread over
its units so that the last unit takes what rounding left, and the parts always sum to the whole.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from paperdesk.core.kernel.ids import LotId
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.kernel.values import replace


@dataclass(frozen=True, slots=True)
class Lot:
    """Units bought, or sold short, together: what is left of them and what that cost, fees not included."""

    id: LotId
    opened_at: datetime
    opened_seq: int
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class LotChange:
    """A lot after something happened to it: opened, or reduced (to zero when used up)."""

    lot: Lot
    is_new: bool = False


def reduce_first_in(lots: tuple[Lot, ...], quantity: Decimal, currency: str) -> tuple[tuple[LotChange, ...], Decimal]:
    """Take units from the oldest lots; return the changed lots and what the units had cost.

    `quantity` is how many units leave, whichever way they were held; the cost of short ones is negative.
    """
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
        changes.append(LotChange(replace(lot, quantity=left, cost=lot.cost - part)))
        cost += part
        wanted -= taken
    assert not wanted, "the lots at hand must cover what is closed"
    return tuple(changes), cost


def apply_changes(lots: tuple[Lot, ...], changes: tuple[LotChange, ...]) -> tuple[Lot, ...]:
    """Return the lots after changes; lots that are used up disappear."""
    changed = {change.lot.id: change.lot for change in changes if not change.is_new}
    kept = tuple(changed.get(lot.id, lot) for lot in lots)
    opened = tuple(change.lot for change in changes if change.is_new)
    left = tuple(lot for lot in (*kept, *opened) if lot.quantity)
    # Lots that come of a merger are as old as those they come from.
    return tuple(sorted(left, key=_age)) if opened and len(left) > len(opened) else left


def _age(lot: Lot) -> tuple[int, UUID]:
    return lot.opened_seq, lot.id
