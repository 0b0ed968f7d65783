"""Why a position is left, and what a strategy says about an order of its own beyond its terms.

signal         the strategy ordered it
stop_loss      an order that waited for a loss
take_profit    an order that waited for a gain
trailing_stop  a stop that followed the price
time_exit      the strategy ordered it, and said that its time was over
end_of_data    the run was asked to hold nothing when its data end
manual         a person ordered it; no backtest has one, for nobody is there while it runs
margin_call    the broker closed it, because a call was not met by the day it was due
liquidation    the broker closed it at once: a pair bought with leverage that the account, or a margin of its own, no
longer maintains, or units that were borrowed and had to be given back
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from paperdesk.core.kernel.errors import Invalid


class ExitReason(StrEnum):
    """Why a position is left."""

    SIGNAL = "signal"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING_STOP = "trailing_stop"
    TIME_EXIT = "time_exit"
    END_OF_DATA = "end_of_data"
    MANUAL = "manual"
    MARGIN_CALL = "margin_call"
    LIQUIDATION = "liquidation"


TAG_LONGEST: Final = 64


class TagTooLong(Invalid):
    """A tag is a word or a few: 64 characters at most."""


class Note(Struct, frozen=True):
    """What a strategy says about an order: a tag of its own choice, and why it leaves a position with it."""

    tag: str | None = None
    reason: ExitReason | None = None

    def __post_init__(self) -> None:
        """Refuse a tag that is a tale."""
        if self.tag is not None and len(self.tag) > TAG_LONGEST:
            raise TagTooLong(f"A tag has {TAG_LONGEST} characters at most, not {len(self.tag)}.", most=TAG_LONGEST)
