"""The closed bars of one instrument as columns, and the border where they become exact values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.market.quotes import Bar
from paperdesk.features.marketdata.feeds.columns import BarColumns, exact, exact_or_none


@dataclass(frozen=True, slots=True)
class BarsWanted:
    """What bars are asked for: how many minutes long (None: days or more), from when, and how many.

    A dataset may answer with more or with finer bars than these, never with fewer of those it has.
    """

    minutes: int | None = None
    start: datetime | None = None
    limit: int | None = None


EVERY_BAR: Final = BarsWanted()


@dataclass(frozen=True, slots=True)
class BarRows:
    """Bars in order of their close; prices have `scale` places after the point, volumes `size_scale`."""

    instrument_id: InstrumentId
    scale: int
    size_scale: int
    columns: BarColumns

    def bars(self, start: datetime | None = None, end: datetime | None = None, limit: int | None = None) -> list[Bar]:
        """Return the newest `limit` bars with start <= at < end, oldest first."""
        at = self.columns.at
        first = 0 if start is None else int(np.searchsorted(at, microseconds(start)))
        stop = len(at) if end is None else int(np.searchsorted(at, microseconds(end)))
        if limit is not None:
            first = max(first, stop - limit)
        return [self._bar(row) for row in range(first, stop)]

    def begun(self, start: datetime, end: datetime) -> list[tuple[datetime, Bar]]:
        """Return the bars that began with start <= their open <= end, each with that instant, oldest first."""
        at = self.columns.open_at
        first = int(np.searchsorted(at, microseconds(start)))
        stop = int(np.searchsorted(at, microseconds(end), side="right"))
        return [(instant_of(at.item(row)), self._bar(row)) for row in range(first, stop)]

    def _bar(self, row: int) -> Bar:
        columns = self.columns
        return Bar(
            instrument_id=self.instrument_id,
            at=instant_of(columns.at.item(row)),
            close=exact(columns.close.item(row), self.scale),
            open=exact_or_none(columns.open.item(row), self.scale),
            high=exact_or_none(columns.high.item(row), self.scale),
            low=exact_or_none(columns.low.item(row), self.scale),
            volume=exact_or_none(columns.volume.item(row), self.size_scale),
        )
