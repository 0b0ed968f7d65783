"""Volatilities on a tape: how much the closes of an instrument have moved in the sessions before a cursor."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.volatility import RETURNS_USED, volatility
from paperdesk.features.marketdata.feeds.dataset import Dataset

# Long enough for the sessions that are used, whatever holidays there are.
_REACH: Final = timedelta(days=2 * RETURNS_USED)


class TapeVolatilities(Mapping[InstrumentId, Decimal]):
    """The volatility of everything on a dataset at a cursor, worked out when it is asked for.

    A return over an ex-date is left out, because it is no move of the market.
    """

    __slots__ = ("_cursor", "_dataset", "_known")

    def __init__(self, dataset: Dataset, cursor: int) -> None:
        """Take the market and where it stands."""
        self._dataset = dataset
        self._cursor = cursor
        self._known: dict[InstrumentId, Decimal | None] = {}

    def __getitem__(self, instrument_id: InstrumentId) -> Decimal:
        """Return a volatility; what has too few closes has none."""
        if instrument_id not in self._known:
            is_here = instrument_id in self._dataset.instruments
            self._known[instrument_id] = volatility(self._returns(instrument_id)) if is_here else None
        found = self._known[instrument_id]
        if found is None:
            raise KeyError(instrument_id)
        return found

    def __iter__(self) -> Iterator[InstrumentId]:
        """Yield what has a volatility."""
        return (each for each in self._dataset.instruments if each in self)

    def __len__(self) -> int:
        """Return how many instruments have a volatility."""
        return sum(1 for _ in self)

    def _returns(self, instrument_id: InstrumentId) -> list[Decimal]:
        dataset, cursor = self._dataset, self._cursor
        at, market = dataset.at_of(cursor), dataset.calendar
        ended = [
            each for each in market.sessions(market.day_of(at - _REACH), market.day_of(at)) if each.closes_at <= at
        ]
        ex_days = {each.ex_on for each in dataset.actions if each.instrument.id == instrument_id}
        closes = [
            (each.on, dataset.last_close(instrument_id, min(dataset.cursor_at(each.closes_at), cursor)))
            for each in ended[-RETURNS_USED - 1 :]
        ]
        known = [(on, bar) for on, bar in closes if bar is not None]
        return [now.close / before.close - 1 for (_, before), (on, now) in pairwise(known) if on not in ex_days]
