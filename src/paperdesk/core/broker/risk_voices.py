"""What a check of risk has to say: a finding with its severity, or why it could not be measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, TypeAlias

from paperdesk.core.broker.risk_rules import RiskLevel
from paperdesk.core.kernel.money import plain

_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that spoke: its code, how bad it is, a sentence, what to do, and the numbers behind it."""

    code: str
    level: RiskLevel
    message: str
    suggestion: str
    facts: Mapping[str, str]

    @property
    def facts_told(self) -> dict[str, str]:
        """Return the finding as the facts of a refusal."""
        told = {"code": self.code, "severity": self.level.value, "message": self.message}
        return {**told, "suggestion": self.suggestion, **self.facts}


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A rule that could not speak, and why."""

    code: str
    reason: str


Voice: TypeAlias = Finding | Unmeasured


def shown(measured: Decimal) -> str:
    """Return a measure as it is told, to four places."""
    return plain(measured.quantize(_PLACES, ROUND_HALF_EVEN))
