"""What a limit is asked with, of an account and of a run alike."""

from typing import Final

from pydantic import Field

from paperdesk.core.broker.watched_limits import LimitKind, Thresholds
from paperdesk.infra.http import Body, NumberText, SymbolLine

_AT: Final = Thresholds()
UNIT: Final = (
    "Money of the account for a position size or a daily loss, a fraction of the peak for a drawdown, times equity for "
    "a leverage, a fraction of equity for an exposure: 1.5 is 150 %."
)
PART: Final = "A fraction of the value."


class LimitTermsBody(Body):
    """A limit: of one symbol, or without one of all that is held."""

    kind: LimitKind
    value: NumberText = Field(description=UNIT)
    symbol: SymbolLine | None = Field(default=None, description="A drawdown and a leverage have none.")
    warning: NumberText = Field(default=_AT.warning, description=PART)
    critical: NumberText = Field(default=_AT.critical, description=PART)
    breached: NumberText = Field(default=_AT.breached, description=PART)

    @property
    def thresholds(self) -> Thresholds:
        """Return from where on it warns, alarms and is breached."""
        return Thresholds(self.warning, self.critical, self.breached)
