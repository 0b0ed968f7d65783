"""Where the prices of an instrument go beyond bounds, looked up in its bars without making facts of them."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from typing import Final

import numpy as np

from paperdesk.features.marketdata.feeds.bar_rows import BarRows

# How many bars are looked at in one go: an account may change before it gets any further.
_AHEAD: Final = 4096


class PricesOf:
    """The closed bars of an instrument that nothing but bars is told of."""

    def __init__(self, rows: BarRows) -> None:
        """Take the bars in the order of their close."""
        columns = self._columns = rows.columns
        told = (columns.open, columns.high, columns.low, columns.close)
        self._lowest, self._highest = reduce(np.minimum, told), reduce(np.maximum, told)
        self._scale = rows.scale

    def within_before(self, after: int, bounds: tuple[Decimal, Decimal]) -> int:
        """Return an instant in microseconds before which every bar that is told from another on lies between bounds.

        What opens last may not have closed, and then nobody knows.
        """
        columns = self._columns
        first = int(columns.at.searchsorted(after, "left"))
        stop = min(first + _AHEAD, len(columns.at) - 1)
        low = int(bounds[0].scaleb(self._scale).to_integral_value(ROUND_FLOOR))
        high = int(bounds[1].scaleb(self._scale).to_integral_value(ROUND_CEILING))
        beyond = np.flatnonzero((self._lowest[first:stop] <= low) | (self._highest[first:stop] >= high))
        found = first + int(beyond[0]) if len(beyond) else stop
        return columns.open_at.item(found) if found < len(columns.at) else after
