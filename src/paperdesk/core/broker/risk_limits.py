"""The account's own limits: each is silent until it is broken, and then extreme.

    code                   no more than
    position_value_limit   so much of one instrument, at the order's price
    orders_limit           so many orders a market day
    contracts_limit        so many contracts of one option
    naked_limit            so many contracts that nothing covers, in all
    strike_limit           so far a strike from the price of its underlying
    expiry_limit           an option must have at least so many days
    delta_limit            so much delta of everything held, in units of what options are on
    theta_limit            so much theta, in money a day
    vega_limit             so much vega, in money for a hundredth of volatility

The last three rest on a model, by the volatility that each option's mark implies: Greeks are limited, never priced.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.margin import Stage, paired_book
from paperdesk.core.broker.marks import A_UNIT, INSENSITIVE, Greeks
from paperdesk.core.broker.option_margin import books, naked_contracts
from paperdesk.core.broker.risk_picture import Picture
from paperdesk.core.broker.risk_rules import RiskLevel, RiskLimits
from paperdesk.core.broker.risk_voices import Finding, Unmeasured, Voice, shown
from paperdesk.core.kernel.money import ZERO, plain

GREEKS: Final = ("delta", "theta", "vega")
_NO_GREEKS: Final = "A position has no price, or none that a volatility explains."
_SMALLER: Final = "Make the order smaller, or raise the limit."


def limits_broken(picture: Picture) -> Iterator[Voice]:
    """Yield a finding for each limit of the account that an order would break."""
    limits = picture.account.rules.risk.limits
    if limits is not None:
        for check in _LIMITS:
            yield from check(picture, limits)


def _position_value(picture: Picture, limits: RiskLimits) -> Iterator[Voice]:
    value = abs(picture.held * picture.price * picture.order.instrument.multiplier)
    what = f"The position in {picture.order.instrument.symbol} would be worth {{}}, and {{}} is the limit."
    yield from _over("position_value_limit", value, limits.position_value, what, _SMALLER)


def _orders(picture: Picture, limits: RiskLimits) -> Iterator[Voice]:
    placed = Decimal(picture.account.book.placed_on(picture.today) + 1)
    limit = None if limits.orders_a_day is None else Decimal(limits.orders_a_day)
    yield from _over(
        "orders_limit", placed, limit, "This would be order {} of the day, and {} is the limit.", "Wait until tomorrow."
    )


def _contracts(picture: Picture, limits: RiskLimits) -> Iterator[Voice]:
    if picture.order.instrument.contract is not None:
        what = f"The account would have {{}} contracts of {picture.order.instrument.symbol}, and {{}} is the limit."
        yield from _over("contracts_limit", abs(picture.held), limits.contracts, what, _SMALLER)


def _naked(picture: Picture, limits: RiskLimits) -> Iterator[Voice]:
    is_written = picture.order.instrument.contract is not None and picture.held < ZERO
    if limits.naked_contracts is None or not is_written:
        return
    assert picture.book is not None, "nobody writes options while a position has no price"
    found = [paired_book(book, picture.view.marks, Stage.MAINTENANCE) for book in books(picture.book)]
    naked = sum((naked_contracts(each) for each in found if each is not None), ZERO)
    what = "Nothing would cover {} contracts that are written, and {} is the limit."
    yield from _over("naked_limit", naked, limits.naked_contracts, what, "Cover them, or write fewer.")


def _strike(picture: Picture, limits: RiskLimits) -> Iterator[Voice]:
    instrument = picture.order.instrument
    if instrument.contract is None or limits.strike_distance is None:
        return
    mark = None if instrument.underlying_id is None else picture.view.marks.get(instrument.underlying_id)
    if mark is None:
        yield Unmeasured("strike_limit", "The underlying has no price yet.")
        return
    distance = abs(instrument.contract.strike - mark.price) / mark.price
    what = "The strike is {} of the underlying's price away from it, and {} is the limit."
    yield from _over("strike_limit", distance, limits.strike_distance, what, "Take a strike nearer to the price.")


def _expiry(picture: Picture, limits: RiskLimits) -> Iterator[Voice]:
    contract = picture.order.instrument.contract
    if contract is None or limits.days_to_expiry is None:
        return
    days = (contract.last_on - picture.today).days
    if days < limits.days_to_expiry:
        yield Finding(
            "expiry_limit",
            RiskLevel.EXTREME,
            f"The option ends in {days} days, and {limits.days_to_expiry} is the limit.",
            "Take a later expiry.",
            {"measured": str(days), "figure": str(limits.days_to_expiry)},
        )


def _greeks(picture: Picture, limits: RiskLimits) -> Iterator[Voice]:
    kept = {name: limit for name in GREEKS if (limit := getattr(limits, name)) is not None}
    if not kept:
        return
    sums = _greeks_of(picture)
    for name, limit in kept.items():
        if sums is None:
            yield Unmeasured(f"{name}_limit", _NO_GREEKS)
        else:
            what = f"The account would have a {name} of {{}}, and {{}} is the limit."
            yield from _over(f"{name}_limit", abs(getattr(sums, name)), limit, what, "Hedge it, or make it smaller.")


def _greeks_of(picture: Picture) -> Greeks | None:
    """Return the Greeks of everything held after an order, None while an option has none."""
    summed = INSENSITIVE
    for each in picture.book or ():
        mark = picture.view.marks.get(each.instrument.id)
        found = A_UNIT if each.instrument.contract is None else None if mark is None else mark.greeks()
        if found is None:
            return None
        summed = summed.plus(found, each.quantity)
    return None if picture.book is None else summed


_LIMITS: Final[tuple[Callable[[Picture, RiskLimits], Iterator[Voice]], ...]] = (
    _position_value,
    _orders,
    _contracts,
    _naked,
    _strike,
    _expiry,
    _greeks,
)


def _over(code: str, measured: Decimal, limit: Decimal | None, what: str, suggestion: str) -> Iterator[Finding]:
    if limit is not None and measured > limit:
        facts = {"measured": shown(measured), "figure": plain(limit)}
        message = what.format(shown(measured), plain(limit))
        yield Finding(code, RiskLevel.EXTREME, message, suggestion, facts)
