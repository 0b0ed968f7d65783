"""How much of a desk each tier may use: one table. What is had already stays when a tier is lowered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from paperdesk.core.kernel.errors import Conflict


class Tier(StrEnum):
    """How much of a desk a person may use."""

    BASIC = "basic"
    PREMIUM = "premium"
    PROFESSIONAL = "professional"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many accounts that are not closed, tapes, and keys that are not revoked somebody may have."""

    accounts: int
    tapes: int
    keys: int


LIMITS_OF: Final[Mapping[Tier, Limits]] = {
    Tier.BASIC: Limits(accounts=5, tapes=20, keys=3),
    Tier.PREMIUM: Limits(accounts=50, tapes=200, keys=20),
    Tier.PROFESSIONAL: Limits(accounts=10_000, tapes=10_000, keys=1_000),
}


class TierLimitReached(Conflict):
    """The caller has as many of these as their tier allows; close some, or ask for a higher tier."""


def require_room(tier: Tier, kind: str, used: int) -> None:
    """Refuse one more of a kind, which is a field of Limits, when the tier allows no more."""
    limit: int = getattr(LIMITS_OF[tier], kind)
    if used >= limit:
        raise TierLimitReached(f"The tier {tier} allows {limit} {kind}.", tier=tier, kind=kind, limit=limit, used=used)
