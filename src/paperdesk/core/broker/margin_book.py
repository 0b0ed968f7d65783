"""What an account remembers from day to day: its memorandum account, calls, day trades, and cash on its way.

The memorandum account follows section 220.5 of Regulation T. What a position needs when it is opened is taken
from it, what is released when it is closed goes back, and so do deposits; at every close it rises to the excess
over the initial margin of all positions if that is more. Falling prices never lower it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

from paperdesk.core.kernel.ids import InstrumentId, LotId, OrderId
from paperdesk.core.kernel.money import ZERO


class CallKind(StrEnum):
    """What a margin call is for."""

    MAINTENANCE = "maintenance"
    INTRADAY = "intraday"
    REG_T = "reg_t"


class MarginCall(Struct, frozen=True):
    """A demand for cash, or for smaller positions, until the close of a day."""

    kind: CallKind
    amount: Decimal
    issued_on: date
    due_on: date


class DayTrade(Struct, frozen=True):
    """An order that closed what had been opened in the same session."""

    on: date
    order_id: OrderId


class Recall(Struct, frozen=True):
    """A demand to give borrowed units of an instrument back until the close of a day."""

    instrument_id: InstrumentId
    symbol: str
    units: Decimal
    issued_on: date
    due_on: date


class MarginMode(StrEnum):
    """What answers for a pair: all that the account has, or a margin of the position's own and nothing else."""

    CROSS = "cross"
    ISOLATED = "isolated"


# Named once, because every pair is asked for it.
_ISOLATED: Final = MarginMode.ISOLATED


class Leverage(Struct, frozen=True):
    """How many times what it brings itself an account buys of a crypto pair for, and what answers for it."""

    instrument_id: InstrumentId
    symbol: str
    times: int
    mode: MarginMode = MarginMode.CROSS

    @property
    def is_isolated(self) -> bool:
        """Say whether a position in the pair has a margin of its own."""
        return self.mode is _ISOLATED

    @property
    def is_usual(self) -> bool:
        """Say whether this is what holds for a pair without any choice."""
        return self.times == 1 and not self.is_isolated


class Unsettled(Struct, frozen=True, gc=False):
    """Cash of fills that changes hands on a day: what comes in, and what goes out."""

    on: date
    received: Decimal = ZERO
    paid: Decimal = ZERO


class UnpaidLot(Struct, frozen=True):
    """A lot that was bought with the proceeds of sales that settle on a later day."""

    lot_id: LotId
    until: date


class Placed(Struct, frozen=True):
    """How many orders were placed on a market day; exits come with theirs and are not counted."""

    on: date
    orders: int


class MarginBook(Struct, frozen=True, gc=False):
    """What an account remembers; `excess_at_close` is over maintenance, violations are those of good faith."""

    memorandum: Decimal = ZERO
    excess_at_close: Decimal = ZERO
    day_trades: tuple[DayTrade, ...] = ()
    calls: tuple[MarginCall, ...] = ()
    is_warned: bool = False
    frozen_until: date | None = None
    unsettled: tuple[Unsettled, ...] = ()
    unpaid: tuple[UnpaidLot, ...] = ()
    violations: tuple[date, ...] = ()
    placed: Placed | None = None
    recalls: tuple[Recall, ...] = ()
    leverage: tuple[Leverage, ...] = ()

    def placed_on(self, on: date) -> int:
        """Return how many orders were placed on a day, as far as the account counts them."""
        return self.placed.orders if self.placed is not None and self.placed.on == on else 0

    def recall(self, instrument_id: InstrumentId) -> Recall | None:
        """Return the open recall of an instrument."""
        return next((each for each in self.recalls if each.instrument_id == instrument_id), None)

    def chosen(self, instrument_id: InstrumentId) -> Leverage | None:
        """Return what was chosen for an instrument, None where nothing was."""
        if not self.leverage:
            return None
        return next((each for each in self.leverage if each.instrument_id == instrument_id), None)

    def leverage_of(self, instrument_id: InstrumentId) -> int:
        """Return the leverage of an instrument: 1 unless another was chosen, which is paying in full or as lent on."""
        chosen = self.chosen(instrument_id)
        return 1 if chosen is None else chosen.times

    def is_isolated(self, instrument_id: InstrumentId) -> bool:
        """Say whether a position in an instrument has, or would have, a margin of its own."""
        chosen = self.chosen(instrument_id)
        return chosen is not None and chosen.is_isolated

    def call(self, kind: CallKind) -> MarginCall | None:
        """Return the open call of a kind."""
        return next((each for each in self.calls if each.kind is kind), None)

    def unsettled_cash(self, on: date) -> Decimal:
        """Return the proceeds of sales that have not settled by a day."""
        return sum((each.received for each in self.unsettled if each.on > on), ZERO) if self.unsettled else ZERO

    def settled(self, cash: Decimal, on: date) -> Decimal:
        """Return what of an account's cash has settled by a day, payments that are still to be made included."""
        return cash - sum((each.received - each.paid for each in self.unsettled if each.on > on), ZERO)
