"""Fees: every schedule is data of the account, and this is the one place that looks it up.

    kind        who gets it                  of what
    commission  the broker                   the order: per share, per contract or of its value, from the
                                             minimum to the maximum
    maker       the venue, often backwards   the value of a fill that rested in the book
    taker       the venue                    the value of any other fill
    sec         section 31                   the value of a sale
    taf         FINRA's activity fee         the shares or contracts of a sale, to a most
    orf, occ    options regulation, clearing the contracts of either side
    cat         consolidated audit trail     the shares of either side, a contract counting its multiplier
    liquidation the broker, or backwards     what is left of an isolated margin, or is missing: liquidation.py

Commission and regulatory fees are of the whole order so far: each is rounded once, commission half to even and
regulatory fees up, and a fill owes what its order has not paid yet. So an order pays the same in parts and in one
piece, and exactly what was reserved for it. The rates are today's, or those of the day the order was accepted.
A schedule may keep fractions of a cent, as other backtesters do: for comparisons with them, to the cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Final

from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.broker.regulatory_rates import (
    CAT_SHARES,
    OCC_CONTRACTS,
    ORF_CONTRACTS,
    SEC_SALES,
    TAF_CONTRACTS,
    TAF_SHARES,
    Rate,
    rate_on,
)
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import ZERO, fine_money, money
from paperdesk.core.market.instruments import Kind

_LISTED = frozenset({Kind.EQUITY, Kind.ETF, Kind.OPTION})


class UnknownFeeSchedule(Invalid):
    """The fee schedule is not one we have."""


class RulesAsOf(StrEnum):
    """Whose rates hold: those of today, or those of the tape's own day."""

    OPENING = "opening"
    TAPE_DATE = "tape_date"


class FeeRounding(StrEnum):
    """What a fee is rounded to: what its currency can be paid in, or a hundred-millionth."""

    POSTING = "posting"
    EXACT = "exact"


_POSTING: Final = FeeRounding.POSTING
_OPTION: Final = Kind.OPTION


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """What an account pays, in its currency; minimum and maximum are per order. The default is commission-free.

    Rates are fractions of the value, and a maker rate below zero is a rebate.
    """

    name: str = "commission_free"
    per_share: Decimal = ZERO
    order_minimum: Decimal = ZERO
    per_contract: Decimal = ZERO
    value_rate: Decimal = ZERO
    order_maximum: Decimal | None = None
    maker_rate: Decimal = ZERO
    taker_rate: Decimal = ZERO
    regulatory: bool = False
    rules_as_of: RulesAsOf = RulesAsOf.OPENING
    rounding: FeeRounding = FeeRounding.POSTING

    @property
    def is_exact(self) -> bool:
        """Say whether fees keep fractions of a cent."""
        return self.rounding is not _POSTING

    def rounded(self, fee: Decimal, currency: str, rounding: str = ROUND_HALF_EVEN) -> Decimal:
        """Return a fee as it is posted."""
        return money(fee, currency, rounding) if self.rounding is _POSTING else fine_money(fee, rounding)

    @property
    def is_free(self) -> bool:
        """Say whether nothing is ever charged."""
        has_commission = self.value_rate or self.per_share or self.per_contract or self.order_minimum
        return not (has_commission or self.maker_rate or self.taker_rate or self.regulatory)


FREE = FeeSchedule()
FEE_SCHEDULES = {
    schedule.name: schedule
    for schedule in (
        FREE,
        FeeSchedule("regulatory_only", regulatory=True),
        FeeSchedule(
            "per_share",
            per_share=Decimal("0.005"),
            order_minimum=Decimal("1.00"),
            per_contract=Decimal("0.65"),
            regulatory=True,
        ),
        FeeSchedule("capped_per_share", per_share=Decimal("0.005"), order_maximum=Decimal("10.00")),
        FeeSchedule("percent", value_rate=Decimal("0.001")),
        FeeSchedule("maker_taker", maker_rate=Decimal("0.0002"), taker_rate=Decimal("0.0004")),
    )
}


def fee_schedule(name: str) -> FeeSchedule:
    """Look a fee schedule up by its name."""
    if name not in FEE_SCHEDULES:
        raise UnknownFeeSchedule(f"There is no fee schedule {name!r}.", known=sorted(FEE_SCHEDULES))
    return FEE_SCHEDULES[name]


def fee_due(schedule: FeeSchedule, order: Order, quantity: Decimal, price: Decimal, currency: str) -> Decimal:
    """Return what the next fill of an order owes at most: as one that takes, if that costs more."""
    if schedule.is_free:
        return ZERO
    rests = schedule.maker_rate > schedule.taker_rate
    return sum(_charged(schedule, order, (quantity, price), currency, rests=rests).values(), ZERO)


def fees_due(
    schedule: FeeSchedule, order: Order, part: tuple[Decimal, Decimal], currency: str, *, rests: bool
) -> dict[str, Decimal]:
    """Return what a fill of a quantity at a price owes, by kind; kinds that owe nothing are left out."""
    return {} if schedule.is_free else _charged(schedule, order, part, currency, rests=rests)


def _charged(
    schedule: FeeSchedule, order: Order, part: tuple[Decimal, Decimal], currency: str, *, rests: bool
) -> dict[str, Decimal]:
    quantity, price = part
    value = price * quantity
    multiplier = order.instrument.multiplier
    due = _of_order(schedule, order, order.filled_quantity + quantity, (order.filled_value + value) * multiplier)
    if order.filled_quantity:
        before = _of_order(schedule, order, order.filled_quantity, order.filled_value * multiplier)
        due = {kind: amount - before.get(kind, ZERO) for kind, amount in due.items()}
    kind, rate = ("maker", schedule.maker_rate) if rests else ("taker", schedule.taker_rate)
    if rate:
        due[kind] = schedule.rounded(value * multiplier * rate, currency)
    return due if all(due.values()) else {kind: amount for kind, amount in due.items() if amount}


def commission(schedule: FeeSchedule, quantity: Decimal, currency: str, value: Decimal = ZERO) -> Decimal:
    """Return the commission of one order in shares for what it filled, rounded where it will be posted."""
    return _commission(schedule, schedule.per_share * quantity + schedule.value_rate * value, currency)


def _commission(schedule: FeeSchedule, raw: Decimal, currency: str) -> Decimal:
    least = max(raw, schedule.order_minimum)
    return schedule.rounded(least if schedule.order_maximum is None else min(least, schedule.order_maximum), currency)


def _of_order(schedule: FeeSchedule, order: Order, quantity: Decimal, value: Decimal) -> dict[str, Decimal]:
    """Return what an order owes altogether for what it filled, by kind; nothing while it filled nothing."""
    if not quantity:
        return {}
    currency = order.instrument.currency
    a_unit = schedule.per_contract if order.instrument.kind is _OPTION else schedule.per_share
    charged = {"commission": _commission(schedule, a_unit * quantity + schedule.value_rate * value, currency)}
    if schedule.regulatory and order.instrument.kind in _LISTED:
        on = order.accepted_at.date() if schedule.rules_as_of is RulesAsOf.TAPE_DATE else None
        charged |= {
            kind: schedule.rounded(_capped(rate, units), currency, ROUND_CEILING)
            for kind, (rate, units) in _regulatory(order, quantity, value, on).items()
        }
    return charged


def _regulatory(order: Order, quantity: Decimal, value: Decimal, on: date | None) -> Mapping[str, tuple[Rate, Decimal]]:
    is_option = order.instrument.kind is Kind.OPTION
    charged = {"cat": (rate_on(CAT_SHARES, on), quantity * order.instrument.multiplier)}
    if is_option:
        charged |= {"orf": (rate_on(ORF_CONTRACTS, on), quantity), "occ": (rate_on(OCC_CONTRACTS, on), quantity)}
    if order.side is Side.SELL:
        charged |= {
            "sec": (rate_on(SEC_SALES, on), value),
            "taf": (rate_on(TAF_CONTRACTS if is_option else TAF_SHARES, on), quantity),
        }
    return charged


def _capped(rate: Rate, units: Decimal) -> Decimal:
    amount = rate.amount * units
    return amount if rate.most is None else min(amount, rate.most)
