"""Alerts that were set on tapes, and what has fired of them, as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paperdesk.core.kernel.ids import InstrumentId, TapeId
from paperdesk.core.market.price_alerts import AlertCondition, AlertFired, PriceAlert


@dataclass(frozen=True, slots=True)
class SetAlert:
    """A price alert as it is kept: what it waits for, where, and up to which cursor that was looked at."""

    id: UUID
    tape_id: TapeId
    instrument_id: InstrumentId
    symbol: str
    alert: PriceAlert
    checked_cursor: int
    version: int
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing, numbered for its owner and its tape."""

    seq: int
    alert_id: UUID
    tape_id: TapeId
    symbol: str
    condition: AlertCondition
    fired: AlertFired
    recorded_at: datetime
