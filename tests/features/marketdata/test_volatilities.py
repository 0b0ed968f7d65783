"""The volatility of an instrument on a tape is that of its closes before the cursor."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.sessions import calendar
from paperdesk.core.market.volatility import volatility
from paperdesk.features.marketdata.feeds.columns import BarColumns
from paperdesk.features.marketdata.volatilities import TapeVolatilities
from tests.features.marketdata.feeds.markets import opened

SESSIONS = calendar("XNYS").sessions(date(2024, 7, 1), date(2024, 8, 16))
CLOSES = [10_000 + 100 * (number % 2) for number in range(len(SESSIONS))]


def test_it_is_that_of_the_last_twenty_returns_and_of_too_few_there_is_none() -> None:
    rows = [
        (microseconds(on.opens_at), microseconds(on.closes_at), close, close, close, close, 1_000)
        for on, close in zip(SESSIONS, CLOSES, strict=True)
    ]
    dataset = opened({"AA": BarColumns(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))})
    instrument = dataset.by_symbol("AA")
    assert instrument is not None
    up, down = Decimal(10_100) / 10_000 - 1, Decimal(10_000) / 10_100 - 1
    after = TapeVolatilities(dataset, dataset.cursor_at(SESSIONS[-1].closes_at))
    assert after[instrument.id] == volatility([up, down] * 10)
    early = TapeVolatilities(dataset, dataset.cursor_at(SESSIONS[9].closes_at))
    assert instrument.id not in early
    assert (len(early), len(after)) == (0, 1)
    with pytest.raises(KeyError):
        early[instrument.id]
