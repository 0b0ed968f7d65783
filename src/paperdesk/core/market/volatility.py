"""How much a price has moved: the volatility of daily returns, as a fraction a year."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

SESSIONS_A_YEAR: Final = 252
RETURNS_MIN: Final = 10
RETURNS_USED: Final = 20


def volatility(returns: Sequence[Decimal]) -> Decimal | None:
    """Return the sample standard deviation of daily simple returns, annualised; None of fewer than ten."""
    if len(returns) < RETURNS_MIN:
        return None
    mean = sum(returns, Decimal(0)) / len(returns)
    variance = sum(((each - mean) ** 2 for each in returns), Decimal(0)) / (len(returns) - 1)
    return (variance * SESSIONS_A_YEAR).sqrt()
