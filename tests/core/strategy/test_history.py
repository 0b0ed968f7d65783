"""A history tells what has closed, and nothing of what it keeps behind it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.indicators import sma

BEGAN = datetime(2026, 1, 5, 21, tzinfo=UTC)
DAY = timedelta(days=1)


def history(closes: list[float]) -> History:
    at = np.array([int((BEGAN + number * DAY).timestamp() * 1_000_000) for number in range(len(closes))], np.int64)
    column = np.array(closes)
    return History(at, {"open": column, "high": column, "low": column, "close": column, "volume": column})


def test_a_bar_is_known_from_its_close_on() -> None:
    known = history([10.1, 20.2, 30.3])
    line = known.indicator(sma, 2)
    assert (known.price, line.now) == (None, None)
    known.tell(microseconds(BEGAN))
    assert (known.price, line.now, known.values("close").tolist()) == (Decimal("10.1"), None, [10.1])
    known.tell(microseconds(BEGAN + DAY) - 1)
    assert known.known == 1
    known.tell(microseconds(BEGAN + DAY))
    assert (known.price, line.now, line.back(1)) == (Decimal("20.2"), (10.1 + 20.2) / 2, None)


def test_bars_that_come_one_by_one_give_the_lines_of_those_that_were_all_there() -> None:
    closes = [10.0, 12.0, 11.0, 15.0, 14.0]
    whole, grown = history(closes), history([])
    lines = [each.indicator(sma, 3) for each in (whole, grown)]
    for number, close in enumerate(closes):
        now = BEGAN + number * DAY
        whole.tell(microseconds(now))
        grown.grow(int(now.timestamp() * 1_000_000), dict.fromkeys(whole.columns, close))
        assert lines[0].now == lines[1].now
    assert lines[0].now == (11.0 + 15.0 + 14.0) / 3
