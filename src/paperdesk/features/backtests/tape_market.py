"""What a tape has shown by now as a market to run a strategy on; nothing after its clock is ever looked at."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

import numpy as np

from paperdesk.core.backtest.market import Frame
from paperdesk.core.broker.stillness import Stillness
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.options import canonical_symbol
from paperdesk.core.strategy.history import Column, History
from paperdesk.core.strategy.indicators import Floats
from paperdesk.core.strategy.scene import Listed
from paperdesk.features.backtests.price_spans import PricesOf
from paperdesk.features.broker.replay import TapePast
from paperdesk.features.marketdata.chains import ContractQuery, Quoted, contracts, quoted_of
from paperdesk.features.marketdata.feeds.bar_rows import BarRows
from paperdesk.features.marketdata.feeds.columns import ABSENT, Ints
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.ranges import last_prints, stops
from paperdesk.features.marketdata.feeds.resample import interval_of, resampled, standing_at
from paperdesk.features.marketdata.tapes import Tape

_NONE = np.empty(0, np.int64)


class TapeMarket(TapePast):
    """A `Market` of `core/backtest/market.py`."""

    def __init__(self, tape: Tape, dataset: Dataset) -> None:
        """Take the tape and its market."""
        super().__init__(tape, dataset)
        self._prices: dict[InstrumentId, PricesOf | None] = {}

    def quiet_until(self, after: int, still: Stillness) -> int:
        """Return a cursor from `after` on up to which every fact certainly leaves an account as it is."""
        end = self.calm_until(after)
        if still.until is not None:
            end = min(end, self._before(microseconds(still.until)))
        if not still.prices:
            return max(after, end)
        began = microseconds(self.at_of(after))
        for instrument_id, bounds in still.prices.items():
            prices = self._prices_of(instrument_id)
            end = after if prices is None else min(end, self._before(prices.within_before(began, bounds)))
        return max(after, end)

    def _before(self, instant: int) -> int:
        """Return the last cursor before an instant in microseconds."""
        return self.dataset.cursor_at(instant_of(instant - 1))

    def next_frame(self, cursor: int) -> int | None:
        """Return the cursor at which all bars or quotes of the next instant have come; None at the very end."""
        return self.dataset.next_step(cursor, "bar")

    def frames(self, after: int, upto: int) -> Iterator[Frame]:
        """Yield the frames with after < cursor <= upto."""
        return stops(self.dataset, after, upto)

    def worths(
        self, instrument_id: InstrumentId, quantities: Sequence[Decimal], cursors: Sequence[int]
    ) -> list[Decimal | None]:
        """Return what signed units are worth, each at its cursor, by their marks; None where there is none.

        Cursors go forward.
        """
        instrument = self.dataset.instruments.get(instrument_id)
        # An option is worth what is bid and asked for it.
        is_printed = instrument is not None and instrument.kind is not Kind.OPTION
        prices = last_prints(self.dataset, instrument_id, cursors) if is_printed else None
        if instrument is None or prices is None:
            return list(map(partial(self._worth, instrument_id), quantities, cursors))
        multiplier = instrument.multiplier
        return [
            self._worth(instrument_id, quantity, cursor) if price is None else quantity * price * multiplier
            for quantity, price, cursor in zip(quantities, prices, cursors, strict=True)
        ]

    def _worth(self, instrument_id: InstrumentId, quantity: Decimal, cursor: int) -> Decimal | None:
        mark = self.marks(cursor).get(instrument_id)
        return None if mark is None else mark.worth(quantity)

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol that the tape has shown by now."""
        found = self.dataset.by_symbol(canonical_symbol(symbol))
        return found if found is not None and self.dataset.listed(found.id, self.tape.cursor) else None

    def chain(self, underlying: str, cursor: int) -> Sequence[Listed]:
        """Return the options on an underlying that are listed at a cursor, by expiry, strike and right."""
        tape = replace(self.tape, cursor=cursor, at=self.at_of(cursor))
        found = contracts(tape, self.dataset, ContractQuery(canonical_symbol(underlying)))
        return [_listed(each) for each in quoted_of(tape, self.dataset, found)]

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""
        return self.dataset.sessions_closed(cursor)

    @property
    def periods_a_year(self) -> float:
        """Return how many sessions close in a year."""
        return self.dataset.calendar.sessions_a_year

    def history_of(self, symbol: str, upto: int) -> History:
        """Return the bars of a symbol that was run, none of them told yet."""
        found = self.instrument(symbol)
        assert found is not None, "what was run is on its tape"
        return self.history(found, upto)

    def history(self, instrument: Instrument, upto: int, timeframe: str | None = None) -> History:
        """Return the bars that have closed by a cursor, none of them told yet. Raises NoSuchTimeframe, BarsDoNotFit."""
        cursor = min(upto, self.tape.cursor)
        rows = self.dataset.closed_bars(instrument.id, cursor)
        if rows is None:
            return History(_NONE, {name: _NONE.astype(np.float64) for name in _COLUMNS})
        if timeframe is not None:
            standing = standing_at(self.at_of(cursor), self.dataset.session_at(cursor), self.dataset.calendar)
            rows = resampled(rows, interval_of(timeframe), self.dataset.calendar, standing)
        return History(rows.columns.at, {name: _column(rows, name) for name in _COLUMNS})

    def _prices_of(self, instrument_id: InstrumentId) -> PricesOf | None:
        """Return the bars of an instrument where bars are all that is told of it."""
        if instrument_id not in self._prices:
            is_quoted = self.dataset.last_quote(instrument_id, self.tape.cursor) is not None
            rows = None if is_quoted else self.dataset.closed_bars(instrument_id, self.tape.cursor)
            self._prices[instrument_id] = None if rows is None else PricesOf(rows)
        return self._prices[instrument_id]


def _listed(line: Quoted) -> Listed:
    contract, quote = line.contract, line.quote
    bid, ask = (None, None) if quote is None else (quote.bid, quote.ask)
    terms = (contract.expires_on, contract.right, contract.strike, contract.units)
    return Listed(line.instrument.symbol, *terms, bid, ask)


_COLUMNS: tuple[Column, ...] = ("open", "high", "low", "close", "volume")


def _column(rows: BarRows, name: Column) -> Floats:
    values: Ints = getattr(rows.columns, name)
    scale = rows.size_scale if name == "volume" else rows.scale
    # Divided, not multiplied by a fraction: so each is the float nearest to the price.
    return np.where(values == ABSENT, np.nan, values / 10**scale)
