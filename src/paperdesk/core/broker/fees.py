"""Commissions; every schedule is data of the account, looked up in one place."""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.kernel.money import ZERO, money


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """What an account pays, in its currency. The default is commission-free."""

    name: str = "commission_free"
    per_share: Decimal = ZERO
    fill_minimum: Decimal = ZERO


def commission(schedule: FeeSchedule, quantity: Decimal, currency: str) -> Decimal:
    """Return the commission of one fill, rounded where it will be posted."""
    return money(max(schedule.per_share * quantity, schedule.fill_minimum), currency)
