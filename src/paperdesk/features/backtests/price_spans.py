"""Where the prices of an instrument went within a span of time, looked up in its bars without making facts of them."""

from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from paperdesk.core.kernel.time import microseconds
from paperdesk.features.marketdata.feeds.bar_rows import BarRows


class PricesOf:
    """The closed bars of an instrument that nothing but bars is told of."""

    def __init__(self, rows: BarRows) -> None:
        """Take the bars in the order of their close."""
        self._columns, self._scale = rows.columns, rows.scale

    def stay_within(self, after: datetime, upto: datetime, bounds: tuple[Decimal, Decimal]) -> bool:
        """Say whether every bar that has anything to tell from one instant to another lies between bounds.

        What opens last may not have closed, and then nobody knows.
        """
        columns = self._columns
        first = int(columns.at.searchsorted(microseconds(after), "left"))
        stop = int(columns.open_at.searchsorted(microseconds(upto), "right"))
        if stop >= len(columns.at):
            return False
        low = int(bounds[0].scaleb(self._scale).to_integral_value(ROUND_FLOOR))
        high = int(bounds[1].scaleb(self._scale).to_integral_value(ROUND_CEILING))
        return all(
            low < columns.low.item(row)
            and columns.high.item(row) < high
            and low < columns.open.item(row) < high
            and low < columns.close.item(row) < high
            for row in range(first, stop)
        )
