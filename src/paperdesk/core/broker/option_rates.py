"""Margin rates of options and of shares hedged with them: data, with source and date.

Source: Cboe Margin Manual, 30 November 2021 (strategy-based margin), which restates Cboe Rule 10.3 and FINRA
Rule 4210(f)(2). Rates are fractions of the value they are taken of.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Basis(StrEnum):
    """What an option is written on, as far as margin cares."""

    EQUITY = "equity"
    BROAD_INDEX = "broad_index"


@dataclass(frozen=True, slots=True)
class NakedRates:
    """Of an uncovered short option: of the underlying's value less what it is out of the money, and at least."""

    basic: Decimal
    minimum: Decimal


NAKED = {
    Basis.EQUITY: NakedRates(Decimal("0.20"), Decimal("0.10")),
    Basis.BROAD_INDEX: NakedRates(Decimal("0.15"), Decimal("0.10")),
}
# A listed option with more than nine months to go lends a quarter of its value while it stands alone.
LONG_DATED_DAYS = 274
LONG_DATED_RATE = Decimal("0.75")
# Of the strike, for shares whose price an option of ours has fixed on one side or on both.
HEDGED_RATE = Decimal("0.10")
# The most a collar asks for, of its call's strike.
COLLAR_RATE = Decimal("0.25")
