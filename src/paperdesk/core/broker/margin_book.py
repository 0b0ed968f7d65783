"""What a margined account remembers from day to day: its memorandum account, its last close, its day trades.

The memorandum account follows section 220.5 of Regulation T. What a position needs when it is opened is taken
from it, what is released when it is closed goes back, and so do deposits; at every close it rises to the excess
over the initial margin of all positions if that is more. Falling prices never lower it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class DayTrade:
    """An order that closed what had been opened in the same session."""

    on: date
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class MarginBook:
    """The memorandum account, the excess over maintenance at the last close, and the day trades that count."""

    memorandum: Decimal = ZERO
    excess_at_close: Decimal = ZERO
    day_trades: tuple[DayTrade, ...] = ()
