"""Limits that accounts are watched by, and what was told of them, as values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from paperdesk.core.broker.limit_measures import AccountMeasures, measured
from paperdesk.core.broker.watched_limits import (
    LimitKind,
    LimitState,
    Measured,
    Reached,
    WatchedLimit,
    looked_at,
    state_of,
    utilisation,
)
from paperdesk.core.kernel.ids import AccountId, TapeId, TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.values import replace


@dataclass(frozen=True, slots=True)
class Look:
    """What a limit measured when it was looked at, and at which instant of its tape that was."""

    measured: Measured
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptLimit:
    """A limit of an account as it is kept: what it has reached, and what it measured when that was written."""

    id: UUID
    account_id: AccountId
    tape_id: TapeId
    symbol: str | None
    limit: WatchedLimit
    is_enabled: bool
    set_at: datetime
    reached: Reached = field(default_factory=Reached)
    look: Look | None = None

    @property
    def state(self) -> LimitState | None:
        """Return how far it was used when it was looked at last, None where nobody looks."""
        return None if self.look is None else state_of(self.limit, self.look.measured)

    @property
    def utilisation(self) -> Decimal | None:
        """Return which part of its value it measured when it was looked at last."""
        return None if self.look is None else utilisation(self.limit, self.look.measured)


@dataclass(frozen=True, slots=True)
class LimitAlert:
    """That a limit came up to a state, numbered for its account, and who has taken note of it."""

    id: UUID
    account_id: AccountId
    limit_id: UUID
    kind: LimitKind
    symbol: str | None
    state: LimitState
    value: Decimal
    threshold: Decimal
    measured: Decimal | None
    reason: str | None
    at: datetime
    recorded_at: datetime
    number: int = 0
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The limits of an account as they were looked at, and what was told of them at that."""

    at: datetime
    limits: Sequence[KeptLimit]
    alerts: Sequence[LimitAlert]


def seen(kept: KeptLimit, account: AccountMeasures, at: datetime) -> tuple[KeptLimit, LimitState | None]:
    """Return a limit after it was looked at, and the state to tell of."""
    found = measured(kept.limit, account)
    reached, told = looked_at(kept.reached, kept.limit, found)
    return replace(kept, reached=reached, look=Look(found, at)), told


def alert_of(alert_id: UUID, kept: KeptLimit, state: LimitState, recorded_at: datetime) -> LimitAlert:
    """Return what is told of a limit that came up to a state when it was looked at."""
    assert kept.look is not None, "what nobody looked at is told of by nobody"
    limit, found = kept.limit, kept.look.measured
    named = alert_id, kept.account_id, kept.id, limit.kind, kept.symbol
    threshold: Decimal = getattr(limit.thresholds, state.value)
    return LimitAlert(*named, state, limit.value, threshold, found.amount, found.reason, kept.look.at, recorded_at)


def watching_for(tenant_id: TenantId, owner_id: UserId) -> Principal:
    """Return as whom limits are looked at that somebody has set."""
    return Principal(tenant_id, owner_id, frozenset({Scope.READ}))


def require_limits(who: Principal) -> None:
    """Refuse whoever may neither trade nor set limits."""
    who.require(Scope.LIMITS if Scope.LIMITS in who.scopes else Scope.TRADE)
