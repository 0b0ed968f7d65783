"""What halts look like from outside."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.market.facts import HaltReason
from paperdesk.core.market.halts import Halt
from paperdesk.core.market.instruments import Instrument


class HaltedOut(BaseModel):
    """Since when an instrument has not been traded, and why; nobody knows until when."""

    since: datetime
    reason: HaltReason


class HaltOut(BaseModel):
    """When trading in an instrument stopped, and when it was resumed, as far as the tape has told."""

    instrument_id: UUID
    symbol: str
    halted_at: datetime
    reason: HaltReason
    resumed_at: datetime | None = Field(description="Null while the halt goes on.")

    @classmethod
    def of(cls, halt: Halt, instrument: Instrument) -> "HaltOut":
        """Show a halt."""
        return cls(
            instrument_id=instrument.id,
            symbol=instrument.symbol,
            halted_at=halt.halted_at,
            reason=halt.reason,
            resumed_at=halt.resumed_at,
        )
