"""What regulators and the clearing house charge, as dated data with its source; each row holds from its date on.

Section 31 of the Securities Exchange Act is paid on sales; the trading activity fee (Schedule A of FINRA's
by-laws, section 1) is paid on sales; the options regulatory fee, the clearing fee and the consolidated audit
trail are paid on both sides. Who trades before the first row is charged by the first one.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperdesk.core.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate from a date on: of the value, per share or per contract, and the most it takes of one order."""

    since: date
    amount: Decimal
    source: str
    most: Decimal | None = None


_PER_MILLION = Decimal("0.000001")
_SEC = "SEC, fee rate advisory under section 31"

SEC_SALES = (
    Rate(date(2013, 5, 25), Decimal("17.40") * _PER_MILLION, _SEC),
    Rate(date(2014, 3, 18), Decimal("22.10") * _PER_MILLION, "FINRA, information notice of 3 March 2014"),
    Rate(date(2015, 2, 14), Decimal("18.40") * _PER_MILLION, _SEC),
    Rate(date(2016, 2, 16), Decimal("21.80") * _PER_MILLION, "FINRA, information notice of 15 March 2016"),
    Rate(date(2017, 7, 4), Decimal("23.10") * _PER_MILLION, _SEC),
    Rate(date(2018, 5, 22), 13 * _PER_MILLION, _SEC),
    Rate(date(2019, 4, 16), Decimal("20.70") * _PER_MILLION, _SEC),
    Rate(date(2020, 2, 18), Decimal("22.10") * _PER_MILLION, _SEC),
    Rate(date(2021, 2, 25), Decimal("5.10") * _PER_MILLION, _SEC + ", 15 January 2021"),
    Rate(date(2022, 5, 14), Decimal("22.90") * _PER_MILLION, _SEC),
    Rate(date(2023, 2, 27), Decimal("8.00") * _PER_MILLION, _SEC),
    Rate(date(2024, 5, 22), Decimal("27.80") * _PER_MILLION, _SEC),
    Rate(date(2025, 5, 14), ZERO, _SEC + ", 8 April 2025; what came after the fiscal year 2025 is not confirmed here"),
)
_TAF = "FINRA by-laws, Schedule A, section 1"
TAF_SHARES = (
    Rate(date(2012, 7, 1), Decimal("0.000119"), _TAF, Decimal("5.95")),
    Rate(date(2022, 1, 1), Decimal("0.000130"), _TAF, Decimal("6.49")),
    Rate(date(2023, 1, 1), Decimal("0.000145"), _TAF, Decimal("7.27")),
    Rate(date(2024, 1, 1), Decimal("0.000166"), _TAF, Decimal("8.30")),
    Rate(date(2026, 1, 1), Decimal("0.000195"), _TAF + "; from memory of the filing of 2024", Decimal("9.79")),
)
TAF_CONTRACTS = (
    Rate(date(2012, 7, 1), Decimal("0.002"), _TAF),
    Rate(date(2022, 1, 1), Decimal("0.00218"), _TAF),
    Rate(date(2023, 1, 1), Decimal("0.00244"), _TAF),
    Rate(date(2024, 1, 1), Decimal("0.00279"), _TAF),
    Rate(date(2026, 1, 1), Decimal("0.00329"), _TAF + "; from memory of the filing of 2024"),
)
ORF_CONTRACTS = (
    Rate(date(2017, 2, 1), Decimal("0.0378"), "sum over the exchanges as Interactive Brokers passed it on in 2017"),
    Rate(date(2025, 3, 3), Decimal("0.02815"), "sum over the exchanges as Interactive Brokers passes it on"),
)
OCC_CONTRACTS = (Rate(date(2021, 6, 1), Decimal("0.02"), "OCC, schedule of fees; the date is ours", Decimal(55)),)
CAT_SHARES = (
    Rate(date.min, ZERO, "members were not charged for their orders before"),
    Rate(date(2024, 9, 1), Decimal("0.000035"), "CAT fee 2024-1 per executed equivalent share; from memory"),
    Rate(date(2025, 1, 1), Decimal("0.000022"), "CAT fee 2025-1; from memory"),
    Rate(date(2025, 7, 1), Decimal("0.000009"), "CAT fee 2025-2; from memory"),
)


def rate_on(rates: tuple[Rate, ...], on: date | None) -> Rate:
    """Return the rate of a day, or without a day the one that holds now: the last."""
    if on is None:
        return rates[-1]
    return next((rate for rate in reversed(rates) if rate.since <= on), rates[0])
