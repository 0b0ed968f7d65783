"""Tax lots, consumed first in, first out.

A position keeps the oldest lots that the work at hand can need; the cost of a lot is spread over
its units so that the last unit takes what rounding left, and the parts always sum to the whole.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from paperdesk.core.kernel.ids import LotId
from paperdesk.core.kernel.money import ZERO, money


@dataclass(frozen=True, slots=True)
class Lot:
    """Units bought together: what is left of them and what that cost, fees not included."""

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
    """Take units from the oldest lots; return the changed lots and what the units had cost."""
    changes: list[LotChange] = []
    cost = ZERO
    wanted = quantity
    for lot in lots:
        if not wanted:
            break
        taken = min(lot.quantity, wanted)
        part = lot.cost if taken == lot.quantity else money(lot.cost * taken / lot.quantity, currency)
        changes.append(LotChange(replace(lot, quantity=lot.quantity - taken, cost=lot.cost - part)))
        cost += part
        wanted -= taken
    assert not wanted, "the lots at hand must cover what is sold"
    return tuple(changes), cost


def apply_changes(lots: tuple[Lot, ...], changes: tuple[LotChange, ...]) -> tuple[Lot, ...]:
    """Return the lots after changes; lots that are used up disappear."""
    changed = {change.lot.id: change.lot for change in changes if not change.is_new}
    kept = tuple(changed.get(lot.id, lot) for lot in lots)
    opened = tuple(change.lot for change in changes if change.is_new)
    return tuple(lot for lot in (*kept, *opened) if lot.quantity)
