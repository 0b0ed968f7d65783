"""Dividends between their ex-date and their payment: owed to whoever held the shares, by whoever was short."""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from paperdesk.core.kernel.ids import InstrumentId


class Claim(Struct, frozen=True):
    """What one corporate action owes an account, or is owed by it when negative, until it is paid."""

    action_id: UUID
    instrument_id: InstrumentId
    amount: Decimal
