"""What a fund holds, as its reports said: each of a day, and known from an instant on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from paperdesk.core.kernel.ids import InstrumentId


@dataclass(frozen=True, slots=True)
class FundHolding:
    """One line of a report of a fund; what the report does not say is None. A weight is a fraction of the fund."""

    fund_id: InstrumentId
    held_on: date
    known_at: datetime
    name: str
    symbol: str | None = None
    weight_rate: Decimal | None = None
    quantity: Decimal | None = None
    market_value: Decimal | None = None


def report_known(holdings: Iterable[FundHolding], fund_id: InstrumentId, at: datetime) -> list[FundHolding]:
    """Return the lines of a fund's newest report that was known by an instant, in their order.

    A day that was reported again is told as it was reported last.
    """
    known = [each for each in holdings if each.fund_id == fund_id and each.known_at <= at]
    newest = max(((each.held_on, each.known_at) for each in known), default=None)
    return [each for each in known if (each.held_on, each.known_at) == newest]
