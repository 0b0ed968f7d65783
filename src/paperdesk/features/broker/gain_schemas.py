"""Gains by lot and open lots as somebody reads them, or as a file."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.broker.gains import Gain
from paperdesk.core.broker.ledger import EntryKind
from paperdesk.core.kernel.money import ZERO
from paperdesk.features.broker.gain_queries import NamedGain, NamedLot
from paperdesk.infra import listing
from paperdesk.infra.http import NumberText

_TERMS: dict[bool | None, Literal["short", "long"] | None] = {True: "long", False: "short", None: None}


class GainOut(BaseModel):
    """Units of one lot that were closed. Fees are in none of the amounts; the ledger has them apart."""

    seq: int
    symbol: str
    kind: EntryKind
    lot_id: UUID | None = Field(description="Null for what a corporate action paid beside lots that live on.")
    position: Literal["long", "short"]
    quantity: NumberText
    opened_on: date | None
    held_from: date | None = Field(description="Earlier than opened_on where a wash sale hands days on.")
    closed_at: datetime
    closed_on: date
    term: Literal["short", "long"] | None
    proceeds: NumberText
    cost: NumberText
    gain: NumberText = Field(description="Proceeds less cost, as the ledger realised it.")
    added_basis: NumberText = Field(description="Losses of earlier sales that raised the basis of these units.")
    wash_sale: bool
    disallowed_loss: NumberText
    taxable_gain: NumberText

    @classmethod
    def of(cls, named: NamedGain) -> "GainOut":
        """Show a gain."""
        gain = named.gain
        same = ("seq", "kind", "lot_id", "quantity", "opened_on", "held_from", "closed_at", "closed_on")
        return cls(
            **{name: getattr(gain, name) for name in same},
            symbol=named.symbol,
            position="short" if gain.is_short else "long",
            term=_TERMS[gain.is_long_term],
            proceeds=gain.proceeds,
            cost=gain.cost,
            gain=gain.gain,
            added_basis=gain.added,
            wash_sale=bool(gain.disallowed),
            disallowed_loss=gain.disallowed,
            taxable_gain=gain.taxable,
        )


class GainTotalsOut(BaseModel):
    """The sums of all gains that were asked for, whatever the page shows."""

    lots: int
    proceeds: NumberText
    cost: NumberText
    gain: NumberText
    disallowed_loss: NumberText
    taxable_gain: NumberText
    short_term: NumberText = Field(description="Taxable gain of what was held for a year or less.")
    long_term: NumberText

    @classmethod
    def of(cls, found: Sequence[NamedGain]) -> "GainTotalsOut":
        """Add gains up; what has no term is in neither of the last two."""
        gains = [each.gain for each in found]
        return cls(
            lots=len(gains),
            proceeds=_sum(each.proceeds for each in gains),
            cost=_sum(each.cost for each in gains),
            gain=_sum(each.gain for each in gains),
            disallowed_loss=_sum(each.disallowed for each in gains),
            taxable_gain=_sum(each.taxable for each in gains),
            short_term=_taxable(gains, is_long_term=False),
            long_term=_taxable(gains, is_long_term=True),
        )


def _taxable(gains: Iterable[Gain], *, is_long_term: bool) -> Decimal:
    return _sum(each.taxable for each in gains if each.is_long_term is is_long_term)


class GainsOut(BaseModel):
    """One page of gains, oldest first, and the sums of all of them."""

    items: list[GainOut]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one.")
    totals: GainTotalsOut


class LotOut(BaseModel):
    """Units that were bought, or sold short, together and are still there; name its id in `lots` of an order."""

    id: UUID
    symbol: str
    opened_at: datetime
    quantity: NumberText
    cost: NumberText
    added_basis: NumberText = Field(description="Losses of wash sales that raise the basis for tax.")

    @classmethod
    def of(cls, named: NamedLot) -> "LotOut":
        """Show an open lot."""
        lot = named.lot.lot
        return cls(
            id=lot.id,
            symbol=named.symbol,
            opened_at=lot.opened_at,
            quantity=lot.quantity,
            cost=lot.cost,
            added_basis=named.lot.added,
        )


def as_csv(found: Iterable[NamedGain]) -> str:
    """Write gains as a CSV file, one line each under a line of names."""
    return listing.as_csv(list(GainOut.model_fields), (GainOut.of(each).model_dump(mode="json") for each in found))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
