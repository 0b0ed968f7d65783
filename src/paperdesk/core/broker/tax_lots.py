"""Lots as a tax return sees them: which units a wash sale gave a higher basis, and since when those count as held.

This is a reading of what happened and changes nothing of it: positions, their lots and their results stay as they are.
A lot is cut into slices where some of its units replaced others that were sold at a loss.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.lots import Lot
from paperdesk.core.kernel.money import QUANTITY_PLACES, ZERO, cent, spread
from paperdesk.core.kernel.values import replace

_PLACE: Final = Decimal(1).scaleb(-QUANTITY_PLACES)


@dataclass(frozen=True, slots=True)
class Slice:
    """Units of a lot, without a sign, that count as held since the same day.

    `added` is the loss that they took over and that their basis is higher by; units take one over once.
    """

    quantity: Decimal
    held_from: date
    added: Decimal = ZERO
    is_replacement: bool = False


@dataclass(frozen=True, slots=True)
class TaxLot:
    """A lot with its slices, those that took a loss over first, because they leave first."""

    lot: Lot
    slices: tuple[Slice, ...]

    @property
    def added(self) -> Decimal:
        """Return by how much the basis of what is left is higher than its cost."""
        return sum((each.added for each in self.slices), ZERO)

    @property
    def replaceable(self) -> Decimal:
        """Return the units that could still take a loss over."""
        return sum((each.quantity for each in self.slices if not each.is_replacement), ZERO)


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss that units take over, with the days that those it came of had been held."""

    quantity: Decimal
    amount: Decimal
    held: timedelta


def opened(lot: Lot, on: date) -> TaxLot:
    """Return a new lot, all of it held from the day it was opened."""
    return TaxLot(lot, (Slice(abs(lot.quantity), on),))


def take(taxed: TaxLot, lot: Lot, currency: str) -> tuple[TaxLot, tuple[Slice, ...]]:
    """Let units leave a lot until it is what it became; return it, and the slices that left."""
    left, wanted, gone = list[Slice](), abs(taxed.lot.quantity) - abs(lot.quantity), list[Slice]()
    for each in taxed.slices:
        taken = min(each.quantity, wanted)
        wanted -= taken
        out, stays = _cut(each, taken, currency)
        gone += [out] if taken else []
        left += [stays] if stays.quantity else []
    return TaxLot(lot, tuple(left)), tuple(gone)


def rescaled(taxed: TaxLot, lot: Lot) -> TaxLot:
    """Return a lot that a corporate action made of another, in whatever units; nothing was bought or sold."""
    units = spread(abs(lot.quantity), [each.quantity for each in taxed.slices], _PLACE)
    return TaxLot(lot, tuple(replace(each, quantity=part) for each, part in zip(taxed.slices, units, strict=True)))


def take_over(taxed: TaxLot, losses: Iterable[Loss], currency: str) -> TaxLot:
    """Let units of a lot take losses over: their basis rises, and they count as held as long as those sold."""
    for loss in losses:
        taxed = replace(taxed, slices=tuple(_after_loss(taxed.slices, loss, currency)))
    return taxed


def _after_loss(slices: Sequence[Slice], loss: Loss, currency: str) -> list[Slice]:
    taken_over, rest = list[Slice](), list[Slice]()
    wanted, amount = loss.quantity, loss.amount
    for each in slices:
        taken = ZERO if each.is_replacement else min(each.quantity, wanted)
        if not taken:
            (taken_over if each.is_replacement else rest).append(each)
            continue
        part, amount = spread(amount, [taken, wanted - taken], cent(currency))
        wanted -= taken
        held_from = each.held_from - loss.held
        taken_over.append(Slice(taken, held_from, part, is_replacement=True))
        rest += [replace(each, quantity=each.quantity - taken)] if each.quantity > taken else []
    assert not wanted, "a lot takes no more losses over than it has units"
    return [*taken_over, *rest]


def _cut(whole: Slice, quantity: Decimal, currency: str) -> tuple[Slice, Slice]:
    """Cut units off a slice with their part of what was added to it."""
    out, stays = spread(whole.added, [quantity, whole.quantity - quantity], cent(currency))
    return (
        replace(whole, quantity=quantity, added=out),
        replace(whole, quantity=whole.quantity - quantity, added=stays),
    )
