"""The margin rules of one account, chosen when it is opened: whether it may owe money and units, and on what terms.

    kind      cash             buys with cash it has and sells units it has
              reg_t            buys on credit and sells short: Regulation T and FINRA 4210
              portfolio        the same by what the whole book could lose: risk_array.py, in real time alone
    regime    realtime_block   an order is refused when the account could not carry it at maintenance
              intraday_call    an order needs the initial margin, and a deficit during the day is called
              legacy_pdt       the same, but four times the excess of the last close for pattern day traders

Borrowing to sell short has a table of its own: a yearly rate for each symbol, None where nobody lends it, and
the rate of what is not listed, which is easy to borrow. What is listed is hard to borrow, and its lender may want it
back: with the chance of `recall_rate` at each close. It is a rule of the account and says where it is from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from paperdesk.core.broker.fees import RulesAsOf
from paperdesk.core.kernel.errors import Invalid


class RegimeNotAllowed(Invalid):
    """The regime does not go with the kind of margin."""


class MarginKind(StrEnum):
    """Whether an account may owe."""

    CASH = "cash"
    REG_T = "reg_t"
    PORTFOLIO = "portfolio"


# Named once: in Python 3.11 to look a member up takes three times as long as all else that is asked here.
_CASH: Final = MarginKind.CASH


class MarginRegime(StrEnum):
    """How a margined account is kept within its means during a session."""

    REALTIME_BLOCK = "realtime_block"
    INTRADAY_CALL = "intraday_call"
    LEGACY_PDT = "legacy_pdt"


@dataclass(frozen=True, slots=True)
class BorrowTable:
    """What borrowing costs a year as a fraction of what was borrowed; None where nothing can be borrowed."""

    easy_rate: Decimal = Decimal("0.003")
    rates: Mapping[str, Decimal | None] = field(default_factory=dict[str, Decimal | None])
    source: str = "rule of the account"
    recall_rate: Decimal = Decimal(0)

    def is_hard(self, symbol: str) -> bool:
        """Say whether a symbol is lent, and hard to borrow."""
        return self.rates.get(symbol) is not None

    def rate_of(self, symbol: str) -> Decimal | None:
        """Return the yearly rate of a symbol; what is not listed is easy to borrow."""
        return self.rates.get(symbol, self.easy_rate)


@dataclass(frozen=True, slots=True)
class InterestRates:
    """What owing cash costs a year and what having it earns, as fractions."""

    debit_rate: Decimal = Decimal("0.08")
    credit_rate: Decimal = Decimal(0)
    source: str = "rule of the account"


@dataclass(frozen=True, slots=True)
class FundingRate:
    """What holding a crypto pair costs a day as a fraction of its value; below zero it earns, at zero it is free."""

    daily_rate: Decimal = Decimal(0)
    source: str = "rule of the account"


@dataclass(frozen=True, slots=True)
class MarginRules:
    """Whether and how an account may owe money and units."""

    kind: MarginKind = MarginKind.CASH
    regime: MarginRegime = MarginRegime.REALTIME_BLOCK
    borrow: BorrowTable = field(default_factory=BorrowTable)
    interest: InterestRates = field(default_factory=InterestRates)
    rules_as_of: RulesAsOf = RulesAsOf.OPENING
    funding: FundingRate = field(default_factory=FundingRate)

    def __post_init__(self) -> None:
        """Refuse a regime that does not go with the kind."""
        if self.is_portfolio and self.regime is not MarginRegime.REALTIME_BLOCK:
            raise RegimeNotAllowed(
                f"Portfolio margin is kept in real time; {self.regime.value} is a regime of Regulation T.",
                regime=self.regime.value,
            )

    @property
    def is_funded(self) -> bool:
        """Say whether holding crypto pairs costs or earns anything."""
        return bool(self.funding.daily_rate)

    @property
    def is_portfolio(self) -> bool:
        """Say whether the account needs what its whole book could lose."""
        return self.kind is MarginKind.PORTFOLIO

    @property
    def is_margined(self) -> bool:
        """Say whether the account may owe at all."""
        return self.kind is not _CASH
