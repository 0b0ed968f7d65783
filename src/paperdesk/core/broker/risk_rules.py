"""What an account calls risky, and whether that only warns or blocks an order.

    mode     off      nobody looks
             warn     a preview says what it would find; orders are placed all the same
             block    an order of extreme risk is refused too

`figures` are what each check compares with; `limits` are the account's own, None unless it was opened with some, and
whatever is beyond one of them is extreme. All of them are customs of this house and rules of the account.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class RiskLevel(StrEnum):
    """How risky an order is; the worst finding decides."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    EXTREME = "extreme"


class RiskMode(StrEnum):
    """What follows from an order that is too risky."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class RiskFigures:
    """What orders are compared with: shares and rates are fractions of equity, amounts are in the account's currency.

    `volatile_vol` is the volatility a year from which on a name counts as volatile.
    """

    concentration: Decimal = Decimal("0.20")
    sector: Decimal = Decimal("0.40")
    leverage: Decimal = Decimal(2)
    buying_power: Decimal = Decimal(1000)
    day_trades: int = 3
    option_level: int = 2
    volatile_share: Decimal = Decimal("0.30")
    volatile_vol: Decimal = Decimal("0.50")
    margin_buffer: Decimal = Decimal("1.25")
    cash: Decimal = Decimal(5000)
    days_to_expiry: int = 7


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Limits of one account; one that is None is not kept. `strike_distance` is a part of the underlying's price.

    Greeks are those of everything held: delta in units of what options are on, theta in money a day, vega in money for
    a hundredth of volatility.
    """

    position_value: Decimal | None = Decimal(100_000)
    orders_a_day: int | None = 100
    contracts: Decimal | None = Decimal(1000)
    naked_contracts: Decimal | None = Decimal(50)
    strike_distance: Decimal | None = Decimal("0.5")
    days_to_expiry: int | None = 1
    delta: Decimal | None = Decimal(10_000)
    theta: Decimal | None = Decimal(500)
    vega: Decimal | None = Decimal(5000)


@dataclass(frozen=True, slots=True)
class RiskRules:
    """The rules of one account about risk; as opened they warn and change nothing.

    `sectors` are the account's own word on which sector a symbol belongs to; it comes before that of the tape.
    """

    mode: RiskMode = RiskMode.WARN
    figures: RiskFigures = field(default_factory=RiskFigures)
    limits: RiskLimits | None = None
    sectors: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def blocks(self) -> bool:
        """Say whether an order of extreme risk is refused."""
        return self.mode is RiskMode.BLOCK

    @property
    def counts_orders(self) -> bool:
        """Say whether the orders of a day have to be remembered."""
        return self.limits is not None and self.limits.orders_a_day is not None and self.mode is not RiskMode.OFF
