"""The worth of an account at many instants, worked out at once: between two changes of it only prices move."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TypeAlias

import numpy as np

from paperdesk.core.backtest.market import Market
from paperdesk.core.backtest.result import Point
from paperdesk.core.broker.account import Account, Position
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, cent, money
from paperdesk.core.kernel.time import instant_of

# What positions are worth, by instrument and in the order in which it was noted.
_Worths: TypeAlias = Mapping[InstrumentId, Iterator[Decimal | None]]


@dataclass(slots=True)
class Noted:
    """At which instants in microseconds since 1970, and at which cursors, an account stood as it is."""

    account: Account
    at: list[int] = field(default_factory=list)
    cursors: list[int] = field(default_factory=list)


def points_of(noted: Sequence[Noted], market: Market) -> list[Point]:
    """Return the worth of what was noted, which goes forward; `value_account` says the same of one instant."""
    instants, worths = _instants([at for each in noted for at in each.at]), _worths(noted, market)
    return [point for each in noted for point in _points(each, instants, worths)]


def _instants(microseconds: list[int]) -> Iterator[datetime]:
    """Return instants one by one, made of microseconds all at once."""
    epoch = instant_of(0)
    return iter([epoch + since for since in np.array(microseconds, np.int64).astype("timedelta64[us]").tolist()])


def _worths(noted: Sequence[Noted], market: Market) -> _Worths:
    """Return what the positions of accounts are worth at what was noted of them: of each instrument asked for once."""
    held = defaultdict[InstrumentId, tuple[list[Decimal], list[int]]](lambda: ([], []))
    for each in noted:
        for position in _held(each.account):
            quantities, cursors = held[position.instrument_id]
            quantities += [position.quantity] * len(each.cursors)
            cursors += each.cursors
    return {key: iter(market.worths(key, *columns)) for key, columns in held.items()}


def _held(account: Account) -> list[Position]:
    return [each for each in account.positions.values() if each.quantity]


def _points(noted: Noted, instants: Iterator[datetime], worths: _Worths) -> list[Point]:
    """Return the points of an account that did not change."""
    account, count = noted.account, len(noted.at)
    cash, currency = account.cash, account.currency
    with_claims = cash + sum((each.amount for each in account.claims.values()), ZERO) if account.claims else cash
    columns = [islice(worths[each.instrument_id], count) for each in _held(account)]
    if not columns:
        return [Point(at, cash, with_claims, ZERO) for at in islice(instants, count)]
    if len(columns) == 1:
        invested = _in_cents(columns[0], currency)
    else:
        invested = [_total(row, currency) for row in zip(*columns, strict=True)]
    return [
        Point(at, cash, None if worth is None else with_claims + worth, worth)
        for worth, at in zip(invested, instants, strict=False)
    ]


def _in_cents(worths: Iterable[Decimal | None], currency: str) -> list[Decimal | None]:
    """Return worths to the cent; most are, and to ask them takes less than to round them."""
    step = cent(currency)
    return [worth if worth is None or worth.same_quantum(step) else money(worth, currency) for worth in worths]


def _total(worths: Sequence[Decimal | None], currency: str) -> Decimal | None:
    """Return what positions are worth together; one without a mark leaves that unknown."""
    total = ZERO
    for each in worths:
        if each is None:
            return None
        total += money(each, currency)
    return total
