"""The worth of an account at many instants, worked out at once: between two changes of it only prices move."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from paperdesk.core.backtest.market import Market
from paperdesk.core.backtest.result import Point
from paperdesk.core.broker.account import Account
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.kernel.time import instant_of


class Noted(NamedTuple):
    """How an account stood at an instant in microseconds since 1970, and where its market stood."""

    at: int
    cursor: int
    account: Account


def points_of(noted: Iterable[Noted], market: Market) -> list[Point]:
    """Return the worth of what was noted, which goes forward; `value_account` says the same of one instant."""
    # By identity: an account that has not changed is the same object, and comparing two by content takes longer.
    stretches = (list(same) for _, same in groupby(noted, key=lambda each: id(each.account)))
    return [point for stretch in stretches for point in _points(stretch, market)]


def _points(stretch: Sequence[Noted], market: Market) -> Iterator[Point]:
    """Yield the points of an account that did not change."""
    account = stretch[0].account
    claims = sum((each.amount for each in account.claims.values()), ZERO)
    for each, invested in zip(stretch, _invested(account, [each.cursor for each in stretch], market), strict=True):
        equity = None if invested is None else account.cash + claims + invested
        yield Point(instant_of(each.at), account.cash, equity, invested)


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
