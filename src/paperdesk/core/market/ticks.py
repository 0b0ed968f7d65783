"""The smallest price steps of listed options: data, with source and date.

    class                            below 3.00     from 3.00
    every price in cents             0.01           0.01
    penny interval program           0.01           0.05
    any other                        0.05           0.10

Source: Cboe Rule 5.4 and the Penny Interval Program (since 1 July 2020). The program has some 360 classes, picked
anew each year by volume; named here are the most active of November 2026 that our tapes can have.
"""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.market.instruments import Instrument

_STEP_FROM = Decimal(3)


@dataclass(frozen=True, slots=True)
class Ticks:
    """The step below 3.00, and the step from there on."""

    low: Decimal
    high: Decimal


_CENTS = Ticks(Decimal("0.01"), Decimal("0.01"))
_PENNY = Ticks(Decimal("0.01"), Decimal("0.05"))
_NICKEL = Ticks(Decimal("0.05"), Decimal("0.10"))

CLASSES = dict.fromkeys(("SPY", "QQQ", "IWM"), _CENTS) | dict.fromkeys(
    (
        "AAPL", "AMD", "AMZN", "BAC", "BRKB", "C", "CAT", "CVX", "DIA", "DIS", "F", "GE", "GLD", "GOOG", "GOOGL", "HD",
        "INTC", "JNJ", "JPM", "KO", "META", "MRK", "MSFT", "MU", "NFLX", "NVDA", "PEP", "PFE", "PG", "T", "TLT",
        "TSLA", "UNH", "VIX", "WMT", "XOM", "XSP",
    ),
    _PENNY,
)  # fmt: skip


def tick_at(instrument: Instrument, price: Decimal) -> Decimal:
    """Return the smallest step of an instrument's price around a price."""
    if instrument.contract is None:
        return instrument.tick
    ticks = CLASSES.get(instrument.contract.root, _NICKEL)
    return ticks.low if price < _STEP_FROM else ticks.high
