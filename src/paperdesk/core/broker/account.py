"""The account: the unit of consistency and of locking.

It holds what the work at hand touches: cash and reservations are kept as totals, so that placing an
order never needs the whole history. Positions and orders that were not loaded are simply not here.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from msgspec import Struct, field

from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import REALISTIC, FillModel
from paperdesk.core.broker.lots import Lot, LotMethod
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.margin_rules import MarginRules
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.broker.risk_rules import RiskRules
from paperdesk.core.kernel.ids import AccountId, InstrumentId, OrderId, TapeId, TenantId
from paperdesk.core.kernel.money import ZERO


class AtExpiry(StrEnum):
    """What the holder of an option wants on its last day: what everybody does, exercise, or letting it lapse."""

    USUAL = "usual"
    EXERCISE = "exercise"
    LAPSE = "lapse"


class AccountStatus(StrEnum):
    """Whether an account trades, rests, or was closed."""

    OPEN = "open"
    INACTIVE = "inactive"
    CLOSED = "closed"


class Rules(Struct, frozen=True):
    """The rules of one account; data, never code.

    Fill on arrival is for hand orders against a standing real quote in an open session. `seed` is what the
    account's chance is drawn from. `bar_path` is what came first in a bar that reaches both exits of a position.
    """

    fill_model: FillModel = REALISTIC
    fees: FeeSchedule = field(default_factory=FeeSchedule)
    fill_on_arrival: bool = False
    margin: MarginRules = field(default_factory=MarginRules)
    seed: int = 0
    auto_exercise: bool = True
    early_assignment: bool = True
    option_level: int = 2
    lot_method: LotMethod = LotMethod.FIFO
    risk: RiskRules = field(default_factory=RiskRules)
    bar_path: BarPath = BarPath.NEUTRAL


class Position(Struct, frozen=True, gc=False):
    """What is held of one instrument: units, units promised to open orders that close it, and cost.

    A short position has a negative quantity and a negative cost, which is what its sale brought. `lots` are
    its open lots, the oldest first and loaded as far as the work at hand can need them.
    """

    instrument_id: InstrumentId
    quantity: Decimal = ZERO
    reserved: Decimal = ZERO
    cost: Decimal = ZERO
    lots: tuple[Lot, ...] = ()
    at_expiry: AtExpiry = AtExpiry.USUAL

    def closable(self, side: Side) -> Decimal:
        """Return the units that an order of this side could close and that no open order has promised yet."""
        held = self.quantity if side is Side.SELL else -self.quantity
        return max(held, ZERO) - self.reserved


class Account(Struct, frozen=True):
    """One account on one tape. `held` is the cash reserved for open orders, `epoch` counts its resets.

    `claims` are dividends that were earned, or are owed, and not paid yet, by the action they come of.
    Of a margined account `held` is the margin that open orders need; `book` is what it remembers of its days.
    """

    id: AccountId
    tenant_id: TenantId
    tape_id: TapeId
    currency: str
    rules: Rules
    cash: Decimal
    held: Decimal
    last_seq: int
    last_entry: int
    last_at: datetime
    epoch: int = 1
    status: AccountStatus = AccountStatus.OPEN
    book: MarginBook = field(default_factory=MarginBook)
    positions: Mapping[InstrumentId, Position] = field(default_factory=dict)
    orders: Mapping[OrderId, Order] = field(default_factory=dict)
    claims: Mapping[UUID, Claim] = field(default_factory=dict)

    @property
    def buying_power(self) -> Decimal:
        """Return the cash that no open order has reserved."""
        return self.cash - self.held

    def position(self, instrument_id: InstrumentId) -> Position:
        """Return the position in an instrument, empty when there is none."""
        return self.positions.get(instrument_id) or Position(instrument_id)
