"""Raw prices restated as if splits, or splits and dividends, had already been: by what has happened until now only.

A split divides every earlier price and multiplies every earlier volume. A cash dividend multiplies every
earlier price by the part of the last close before its ex-date that was left without it. What a company
does later changes the past once it is done, and not before.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CashDividend, CorporateAction, ShareDividend, Split
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.marketdata.feeds.bar_rows import BarRows
from paperdesk.features.marketdata.feeds.columns import ABSENT, SCALE_MAX, Ints
from paperdesk.features.marketdata.feeds.manifest import PriceBasis

# Restated prices get this many more places after the point than the paid ones, as far as there are places.
PLACES: Final = 4
_PRICES: Final = ("open", "high", "low", "close")


class Adjustment(StrEnum):
    """What earlier prices are restated for: nothing, splits, or splits and cash dividends."""

    RAW = "raw"
    SPLIT = "split"
    ALL = "all"


class PricesAdjustedAlready(Conflict):
    """The tape's prices were restated before they came here, and what was done cannot be undone."""


def adjusted(rows: BarRows, wanted: Adjustment, actions: Iterable[CorporateAction], market: Calendar) -> BarRows:
    """Return bars restated for actions on their instrument, which the caller knows to have happened."""
    factors = list(_factors(rows, wanted, actions, market))
    if not factors:
        return rows
    columns, scale = rows.columns, min(rows.scale + PLACES, SCALE_MAX)
    prices = np.full(len(columns.at), 10.0 ** (scale - rows.scale))
    volumes = np.ones(len(columns.at))
    for before, price, volume in factors:
        prices[:before] *= float(price)
        volumes[:before] *= float(volume)
    restated = {name: _times(getattr(columns, name), prices) for name in _PRICES}
    return replace(rows, scale=scale, columns=replace(columns, **restated, volume=_times(columns.volume, volumes)))


def require_adjustable(wanted: Adjustment, basis: PriceBasis) -> Adjustment:
    """Return what is left to restate on a tape: nothing where its prices are that already."""
    done = {PriceBasis.RAW: Adjustment.RAW, PriceBasis.SPLIT: Adjustment.SPLIT, PriceBasis.TOTAL_RETURN: Adjustment.ALL}
    if wanted is done[basis] or basis is PriceBasis.RAW:
        return Adjustment.RAW if wanted is done[basis] else wanted
    raise PricesAdjustedAlready(f"The prices of this tape are {basis.value} prices.", price_basis=basis.value)


def _factors(
    rows: BarRows, wanted: Adjustment, actions: Iterable[CorporateAction], market: Calendar
) -> Iterator[tuple[int, Fraction, Fraction]]:
    """Yield for each action how many rows lie before its ex-date, and what their prices and volumes are times."""
    columns = rows.columns
    for action in actions:
        if wanted is Adjustment.RAW or action.instrument.id != rows.instrument_id:
            continue
        before = int(np.searchsorted(columns.at, microseconds(market.day_starts_at(action.ex_on)), side="right"))
        match action.terms:
            case Split() | ShareDividend() as terms:
                yield before, 1 / terms.ratio, terms.ratio
            case CashDividend(amount=amount) if wanted is Adjustment.ALL and before:
                close = Fraction(int(columns.close[before - 1]), 10**rows.scale)
                if amount < close:
                    yield before, 1 - Fraction(amount) / close, Fraction(1)
            case _:
                continue


def _times(values: Ints, factors: np.typing.NDArray[np.float64]) -> Ints:
    present = values != ABSENT
    return np.where(present, np.rint(np.where(present, values, 0) * factors).astype(np.int64), ABSENT)


def happened(actions: Iterable[CorporateAction], market: Calendar, now: datetime) -> list[CorporateAction]:
    """Return the actions whose ex-date has come by an instant."""
    today = market.day_of(now)
    return [action for action in actions if action.ex_on <= today]
