"""What margin rules ask for: rates, amounts and deadlines, as data with source and date.

Regulation T is 12 CFR 220 of the Federal Reserve: sections 220.4 (margin account), 220.5 (memorandum account) and
220.12 (supplement: 50 % of a purchase, 150 % of a short sale of which its proceeds are 100). FINRA Rule 4210 has
paragraph (c) on maintenance, (b) on the least equity, and (d)(2) on intraday deficits since 4 June 2026
(Release 34-105226, 91 FR 20731), which took the place of the day-trading rules of (f)(8)(B).
"""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.market.instruments import Kind


@dataclass(frozen=True, slots=True)
class LowPriceRule:
    """What a unit sold short needs at least: an amount, or a fraction of its price, whichever is greater."""

    below: Decimal | None
    amount: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class LeverageTier:
    """From which cost of a crypto pair on holding it needs so much, and it is bought with so much leverage at most.

    The rate counts for all of the cost, and `amount` takes off what the tiers below need less, so that the
    requirement does not jump where a tier begins.
    """

    above: Decimal
    maintenance_rate: Decimal
    leverage_max: int
    amount: Decimal


INITIAL_RATE = Decimal("0.50")  # Regulation T, 220.12(a) and (c)
LONG_MAINTENANCE_RATE = Decimal("0.25")  # FINRA 4210(c)(1)
SHORT_MAINTENANCE = (
    LowPriceRule(Decimal(5), Decimal("2.50"), Decimal(1)),  # FINRA 4210(c)(2): selling at less than 5.00
    LowPriceRule(None, Decimal(5), Decimal("0.30")),  # FINRA 4210(c)(3): selling at 5.00 or above
)
LEVERAGE_TIERS = (  # a custom of this house: see docs/explanation/margin.md
    LeverageTier(Decimal(0), Decimal("0.005"), 125, Decimal(0)),
    LeverageTier(Decimal(50_000), Decimal("0.01"), 50, Decimal(250)),
    LeverageTier(Decimal(250_000), Decimal("0.02"), 25, Decimal(2_750)),
    LeverageTier(Decimal(1_000_000), Decimal("0.05"), 10, Decimal(32_750)),
    LeverageTier(Decimal(5_000_000), Decimal("0.10"), 5, Decimal(282_750)),
    LeverageTier(Decimal(20_000_000), Decimal("0.25"), 2, Decimal(3_282_750)),
)
# What margin is lent on, and what can be borrowed and sold short; the rest is paid in full.
MARGINABLE = frozenset({Kind.EQUITY, Kind.ETF})

EQUITY_MIN = Decimal(2000)  # FINRA 4210(b)(4): to buy on credit or sell short at all

PORTFOLIO_EQUITY_MIN = Decimal(100_000)  # FINRA 4210(g)(4): to open positions under portfolio margin
PORTFOLIO_RATE = Decimal("0.15")  # what a share alone loses at the worst point of its scan

PATTERN_DAY_TRADES = 4  # FINRA 4210(f)(8)(B), until 4 June 2026: so many within
PATTERN_SESSIONS = 5  # so many sessions make a pattern day trader,
PATTERN_EQUITY_MIN = Decimal(25_000)  # who needs so much equity to go on

YEAR_DAYS = 360  # how interest and borrow fees count a year

WARNING_RATE = Decimal("0.10")  # of maintenance: below so much excess the account is warned, a custom of this house
CALL_SESSIONS = {"maintenance": 2, "intraday": 5}  # a custom of this house; FINRA 4210(d)(2)
DE_MINIMIS = Decimal(1000)  # Regulation T, 220.4(d): not called for; FINRA 4210(d)(2): nor during a day,
DE_MINIMIS_RATE = Decimal("0.05")  # or this fraction of equity, whichever is less
FREEZE_DAYS = 90  # FINRA 4210(d)(2); Regulation T, 220.8(c)
RECALL_SESSIONS = 3  # to give back what a lender wants: a custom of this house, as of Regulation SHO, 242.204
REG_T_EXTRA_SESSIONS = 2  # Regulation T, 220.2: a payment period is the settlement cycle and so many days
