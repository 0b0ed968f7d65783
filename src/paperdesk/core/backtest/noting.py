"""The worth of an account at many instants, worked out at once: between two changes of it only prices move."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from paperdesk.core.backtest.market import Market
from paperdesk.core.backtest.result import Point
from paperdesk.core.broker.account import Account
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.kernel.time import instant_of


@dataclass(slots=True)
class Noted:
    """At which instants in microseconds since 1970, and at which cursors, an account stood as it is."""

    account: Account
    at: list[int] = field(default_factory=list[int])
    cursors: list[int] = field(default_factory=list[int])


def points_of(noted: Iterable[Noted], market: Market) -> list[Point]:
    """Return the worth of what was noted, which goes forward; `value_account` says the same of one instant."""
    return [point for each in noted for point in _points(each, market)]


def _points(noted: Noted, market: Market) -> Iterator[Point]:
    """Yield the points of an account that did not change."""
    account = noted.account
    cash, with_claims = account.cash, account.cash + sum((each.amount for each in account.claims.values()), ZERO)
    for at, invested in zip(noted.at, _invested(account, noted.cursors, market), strict=True):
        yield Point(instant_of(at), cash, None if invested is None else with_claims + invested, invested)


def _invested(account: Account, cursors: list[int], market: Market) -> list[Decimal | None]:
    """Return what the positions of an account are worth together; one without a mark leaves that unknown."""
    held = [each for each in account.positions.values() if each.quantity]
    columns = [market.worths(each.instrument_id, each.quantity, cursors) for each in held]
    if not columns:
        return [ZERO] * len(cursors)
    return [_total(row, account.currency) for row in zip(*columns, strict=True)]


def _total(worths: Sequence[Decimal | None], currency: str) -> Decimal | None:
    total = ZERO
    for each in worths:
        if each is None:
            return None
        total += money(each, currency)
    return total
