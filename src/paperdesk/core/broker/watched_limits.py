"""Limits that an account is watched by: they warn, alarm and say that they are breached, and block nothing.

    kind            measures                                                    its value is            of a symbol
    position_size   the market value of a position, long or short               currency                yes
    daily_loss      what was lost since the previous close                      currency                yes
    drawdown        how far equity is below its peak                            fraction of the peak    no
    leverage        the market value of all positions, long and short           multiple of equity      no
    exposure        the market value of positions, long and short               fraction of equity      yes

A limit without a symbol is about the whole account; its position size is that of the largest position. A limit is used
by what is measured over its value, and has a state by how far: normal, then warning, critical and breached from their
thresholds on.

Whoever watches is told when a limit comes to a higher state than it was in when it was looked at before: once, of the
state it came to, whatever lay between. A state can be told of again after the limit has been below its threshold. What
cannot be measured is unknown; it tells nothing, and leaves what was told as it is. A loss of the day begins anew with
the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO

_ONE: Final = Decimal(1)


class LimitKind(StrEnum):
    """What a limit measures."""

    POSITION_SIZE = "position_size"
    DAILY_LOSS = "daily_loss"
    DRAWDOWN = "drawdown"
    LEVERAGE = "leverage"
    EXPOSURE = "exposure"


class LimitUnit(StrEnum):
    """What the value of a limit counts: money of the account, parts of its peak or equity, or times its equity."""

    CURRENCY = "currency"
    OF_PEAK = "fraction_of_peak"
    OF_EQUITY = "fraction_of_equity"
    TIMES_EQUITY = "multiple_of_equity"


class LimitState(StrEnum):
    """How far a limit is used, the worst last but one; unknown while something has no price."""

    NORMAL = "normal"
    WARNING = "warning"
    CRITICAL = "critical"
    BREACHED = "breached"
    UNKNOWN = "unknown"


UNITS: Final[Mapping[LimitKind, LimitUnit]] = {
    LimitKind.POSITION_SIZE: LimitUnit.CURRENCY,
    LimitKind.DAILY_LOSS: LimitUnit.CURRENCY,
    LimitKind.DRAWDOWN: LimitUnit.OF_PEAK,
    LimitKind.LEVERAGE: LimitUnit.TIMES_EQUITY,
    LimitKind.EXPOSURE: LimitUnit.OF_EQUITY,
}
OF_ACCOUNT_ONLY: Final = frozenset({LimitKind.DRAWDOWN, LimitKind.LEVERAGE})
TOLD: Final = (LimitState.WARNING, LimitState.CRITICAL, LimitState.BREACHED)
"""The states that are told of, the worst last."""
_RISING: Final = (LimitState.NORMAL, *TOLD)
_PLACES: Final = Decimal("0.000001")


class LimitOfWholeAccount(Invalid):
    """A drawdown and a leverage are those of the whole account; a symbol has none."""


class LimitWithoutMeaning(Invalid):
    """The value of a limit is above zero, and an account cannot fall by more than all of its peak."""


class ThresholdsOutOfOrder(Invalid):
    """A limit warns above zero, alarms later than it warns, and is breached after that."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which part of its value on a limit warns, alarms and is breached."""

    warning: Decimal = Decimal("0.8")
    critical: Decimal = Decimal("0.95")
    breached: Decimal = _ONE


@dataclass(frozen=True, slots=True)
class WatchedLimit:
    """A limit of an account, of one instrument or of all it holds."""

    kind: LimitKind
    value: Decimal
    thresholds: Thresholds = Thresholds()
    instrument_id: InstrumentId | None = None

    @property
    def unit(self) -> LimitUnit:
        """Return what its value counts."""
        return UNITS[self.kind]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a limit measures now; None with a reason where that is not known, or where it has no bound.

    `since` is when the day began, of what begins anew with it.
    """

    amount: Decimal | None
    reason: str | None = None
    is_boundless: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """The state that a limit was in when it was last known, and the day to which that belongs."""

    state: LimitState = LimitState.NORMAL
    since: datetime | None = None


def require_limit(limit: WatchedLimit) -> None:
    """Refuse a limit that measures nothing, or that could never be used in the order of its states."""
    if limit.instrument_id is not None and limit.kind in OF_ACCOUNT_ONLY:
        raise LimitOfWholeAccount(
            f"The {limit.kind.value} is that of the whole account; leave the symbol out.", kind=limit.kind.value
        )
    if limit.value <= ZERO:
        raise LimitWithoutMeaning("The value of a limit is above zero.")
    if limit.kind is LimitKind.DRAWDOWN and limit.value > _ONE:
        raise LimitWithoutMeaning("A drawdown is a fraction of the peak: 0.1 is a tenth, and 1 is all of it.")
    at = limit.thresholds
    if not ZERO < at.warning < at.critical < at.breached:
        raise ThresholdsOutOfOrder("Thresholds are fractions of the value: above zero, and each above the one before.")


def state_of(limit: WatchedLimit, measured: Measured) -> LimitState:
    """Return how far a limit is used."""
    if measured.is_boundless:
        return LimitState.BREACHED
    if measured.amount is None:
        return LimitState.UNKNOWN
    at, amount, value = limit.thresholds, measured.amount, limit.value
    if amount < at.warning * value:
        return LimitState.NORMAL
    if amount < at.critical * value:
        return LimitState.WARNING
    return LimitState.CRITICAL if amount < at.breached * value else LimitState.BREACHED


def utilisation(limit: WatchedLimit, measured: Measured) -> Decimal | None:
    """Return which part of its value a limit measures, None where that is not known or has no bound."""
    return None if measured.amount is None else measured.amount / limit.value


def rounded(amount: Decimal | None) -> Decimal | None:
    """Return a measure to six places, as it is shown."""
    return None if amount is None else amount.quantize(_PLACES, ROUND_HALF_EVEN).normalize() + 0


def looked_at(before: Reached, limit: WatchedLimit, measured: Measured) -> tuple[Reached, LimitState | None]:
    """Return what a limit has reached, and the state to tell of if it is a higher one than before."""
    began = before if before.since == measured.since else Reached(since=measured.since)
    state = state_of(limit, measured)
    if state is LimitState.UNKNOWN:
        return began, None
    is_higher = _RISING.index(state) > _RISING.index(began.state)
    return Reached(state, measured.since), state if is_higher else None
