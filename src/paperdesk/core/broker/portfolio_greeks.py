"""The Greeks of all positions together: of each underlying in its own units and in money, and of all in money.

A position of which nothing is known leaves its underlying, and so the whole, unknown: a sum without it would look
like one with it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.marks import A_UNIT, INSENSITIVE, Greeks, Marks
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO

PER: Final = Decimal(1000)
_PERCENT: Final = Decimal(100)
NO_PRICE: Final = "it has no price"
NO_GREEKS: Final = "its price implies no volatility, or its underlying has no price"


@dataclass(frozen=True, slots=True)
class Money:
    """Greeks in money.

    `delta` is what is held as if it were the underlying, `gamma` by how much that changes when the underlying moves by
    a hundredth, `theta` what a day brings, `vega` and `rho` a percentage point of volatility and of interest.
    """

    delta: Decimal
    gamma: Decimal
    theta: Decimal
    vega: Decimal
    rho: Decimal

    def times(self, factor: Decimal) -> "Money":
        """Return all of them multiplied."""
        return Money(*(each * factor for each in astuple(self)))


NOTHING: Final = Money(ZERO, ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class UnderlyingGreeks:
    """What the positions in one underlying and in its options come to; `delta` and `gamma` in its units."""

    underlying: str
    spot: Decimal | None
    delta: Decimal | None
    gamma: Decimal | None
    money: Money | None
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PortfolioGreeks:
    """All underlyings, and together in money, whole and for each 1,000 that is invested; None where one is unknown."""

    underlyings: Sequence[UnderlyingGreeks]
    invested: Decimal | None
    total: Money | None

    @property
    def per_thousand(self) -> Money | None:
        """Return the whole for each 1,000 of what positions are worth without their signs."""
        return self.total.times(PER / self.invested) if self.total is not None and self.invested else None


def _money(summed: Greeks, spot: Decimal) -> Money:
    """Return Greeks in units of an underlying in money, at its price."""
    gamma = summed.gamma * spot * spot / _PERCENT
    return Money(summed.delta * spot, gamma, summed.theta, summed.vega, summed.rho)


def portfolio_greeks(
    held: Mapping[InstrumentId, Decimal], names: Mapping[InstrumentId, str], marks: Marks
) -> PortfolioGreeks:
    """Return the Greeks of quantities at marks; `names` are the symbols of what is held."""
    under: defaultdict[InstrumentId, dict[InstrumentId, Decimal]] = defaultdict(dict)
    for each, quantity in held.items():
        mark = marks.get(each)
        of = each if mark is None else mark.instrument.moves_with
        under[of][each] = quantity
    found = sorted((_of_one(of, its, names, marks) for of, its in under.items()), key=lambda each: each.underlying)
    worths = [None if (mark := marks.get(each)) is None else mark.worth(quantity) for each, quantity in held.items()]
    invested = None if None in worths else sum((abs(each) for each in worths if each is not None), ZERO)
    moneys = [each.money for each in found]
    if any(each is None for each in moneys):
        return PortfolioGreeks(found, invested, None)
    known = [each for each in moneys if each is not None]
    total = Money(*(sum(column, ZERO) for column in zip(*map(astuple, known), strict=True))) if known else NOTHING
    return PortfolioGreeks(found, invested, total)


def _of_one(
    of: InstrumentId, its: Mapping[InstrumentId, Decimal], names: Mapping[InstrumentId, str], marks: Marks
) -> UnderlyingGreeks:
    summed, missing = INSENSITIVE, dict[str, str]()
    for each, quantity in its.items():
        mark = marks.get(each)
        found = None if mark is None else A_UNIT if mark.instrument.contract is None else mark.greeks()
        if found is None:
            missing[names[each]] = NO_PRICE if mark is None else NO_GREEKS
        else:
            summed = summed.plus(found, quantity)
    of_it = marks.get(of)
    name = of_it.instrument.symbol if of_it is not None else min(names[each] for each in its)
    if missing or of_it is None:
        return UnderlyingGreeks(name, None if of_it is None else of_it.price, None, None, None, missing)
    return UnderlyingGreeks(name, of_it.price, summed.delta, summed.gamma, _money(summed, of_it.price), missing)
