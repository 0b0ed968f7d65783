"""The option chains of a synthetic market: what is listed when, and quotes that are made when looked at."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

import numpy as np

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import QuoteFact
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.option_ids import contract_of, option_id
from paperdesk.core.market.options import OptionContract, Right, listed, occ_symbol
from paperdesk.core.market.quotes import Quote
from paperdesk.core.market.sessions import XNYS
from paperdesk.core.synthetic.arrays import Ints
from paperdesk.core.synthetic.chains import SeriesQuotes, quote_series
from paperdesk.core.synthetic.climate import first_day
from paperdesk.core.synthetic.daily import PLACES, DailyMarket
from paperdesk.core.synthetic.listing import OptionSeries, list_series
from paperdesk.core.synthetic.minutes import MinuteBars
from paperdesk.features.marketdata.feeds.columns import exact
from paperdesk.features.marketdata.feeds.synthetic_numbers import SessionNumbers

SERIES_KEPT: Final = 48
"""How many series of a session are kept once they are quoted; each is up to a megabyte."""

CHAINS_KEPT: Final = 32
"""Of how many days and underlyings the listed contracts are kept."""

CONTRACTS_KEPT: Final = 20_000
"""How many contracts are kept by their ids."""

_MINUTE: Final = timedelta(minutes=1)
_TICK: Final = Decimal("0.01")
_RIGHTS: Final = (Right.CALL, Right.PUT)


@dataclass(frozen=True, slots=True)
class Seat:
    """A contract's place on a day: its series, its strike's row, its right's column, its number among all."""

    series: OptionSeries
    row: int
    column: int
    number: int


@dataclass(frozen=True, slots=True)
class ContractQuotes:
    """A contract's quotes in one session: one at the end of every minute."""

    instrument_id: InstrumentId
    seat: Seat
    quotes: SeriesQuotes
    numbers: SessionNumbers
    opens_at: datetime

    def facts(self, span: range, before: int) -> Iterator[QuoteFact]:
        """Yield the quotes with span.start < number <= span.stop; `before` facts came in earlier sessions."""
        for minute in range(self._passed(span.start) + 1, self._passed(span.stop) + 1):
            yield self._fact(minute, before)

    def last(self, number: int, before: int) -> QuoteFact | None:
        """Return the last quote by a number of the session."""
        minute = self._passed(number)
        return self._fact(minute, before) if minute else None

    def _passed(self, number: int) -> int:
        """Return how many of the contract's quotes there are by a number."""
        passed = self.numbers.quotes_passed(number)
        is_due = passed and number > self.numbers.first_contract(passed) + self.seat.number
        return passed if is_due or not passed else passed - 1

    def _fact(self, minute: int, before: int) -> QuoteFact:
        place = (self.seat.row, self.seat.column, minute - 1)
        quotes = self.quotes
        return QuoteFact(
            seq=before + self.numbers.first_contract(minute) + self.seat.number + 1,
            at=self.opens_at + minute * _MINUTE,
            instrument_id=self.instrument_id,
            bid=exact(quotes.bid.item(place), PLACES),
            ask=exact(quotes.ask.item(place), PLACES),
            bid_size=Decimal(quotes.bid_size.item(place)),
            ask_size=Decimal(quotes.ask_size.item(place)),
        )


@dataclass(frozen=True, slots=True)
class MinuteOfSeries:
    """The quotes of a series at the end of one minute, in hundredths and units; by strike, then by right."""

    bid: list[list[int]]
    ask: list[list[int]]
    bid_size: list[list[int]]
    ask_size: list[list[int]]

    @classmethod
    def of(cls, quotes: SeriesQuotes, minute: int) -> "MinuteOfSeries":
        """Take one minute, from 1 on, out of a session."""
        columns = (quotes.bid, quotes.ask, quotes.bid_size, quotes.ask_size)
        return cls(*(each[:, :, minute - 1].tolist() for each in columns))

    def quote(self, instrument_id: InstrumentId, at: datetime, place: tuple[int, int]) -> Quote:
        """Return the quote of the contract at a strike and a right, with exact prices."""
        row, column = place
        return Quote(
            instrument_id,
            at,
            exact(self.bid[row][column], PLACES),
            exact(self.ask[row][column], PLACES),
            Decimal(self.bid_size[row][column]),
            Decimal(self.ask_size[row][column]),
        )


class Chains:
    """All option series of a market."""

    def __init__(self, market: DailyMarket, plain: Mapping[InstrumentId, Instrument]) -> None:
        """List every series on instruments that are not options; none of them is quoted yet."""
        self._market = market
        self._by_symbol = {each.symbol: each.id for each in plain.values()}
        self._series = list_series(market)
        self._beginning = first_day(market.sessions)
        self._by_expiry = {(one.underlying, one.expires_on): one for one in self._series}
        self._by_day: dict[int, list[tuple[OptionSeries, int]]] = {}
        self._quotes: OrderedDict[tuple[str, str, int], SeriesQuotes] = OrderedDict()
        self._listed: dict[tuple[int, str | None], list[Instrument]] = {}
        self._contracts: dict[InstrumentId, OptionContract | None] = {}
        self._seats: dict[tuple[int, str], dict[InstrumentId, Seat]] = {}

    def counts(self) -> Ints:
        """Return how many contracts are listed on each day."""
        found = np.zeros(len(self._market.sessions), np.int64)
        for one in self._series:
            found[one.first : one.last + 1] += 2 * (one.highs - one.lows + 1)
        found[: self._beginning] = 0
        return found

    def contract(self, instrument_id: InstrumentId) -> OptionContract | None:
        """Return the contract of an id that is listed on some day, with its style."""
        try:
            return self._contracts[instrument_id]
        except KeyError:
            found = self._contract(instrument_id)
        if len(self._contracts) >= CONTRACTS_KEPT:
            self._contracts.clear()
        self._contracts[instrument_id] = found
        return found

    def _contract(self, instrument_id: InstrumentId) -> OptionContract | None:
        found = contract_of(instrument_id)
        series = None if found is None else self._by_expiry.get((found.root, found.expires_on))
        if found is None or series is None:
            return None
        step = series.strike_step(found.strike)
        if step is None or not series.lows[-1] <= step <= series.highs[-1]:
            return None
        return listed(found.root, found.expires_on, found.right, found.strike)

    def days(self, contract: OptionContract) -> range:
        """Return the days on which a contract is quoted."""
        series = self._by_expiry[contract.root, contract.expires_on]
        step = series.strike_step(contract.strike) or 0
        has_begun = ((series.lows <= step) & (step <= series.highs)).argmax()
        first = max(series.first + int(has_begun), self._beginning)
        return range(first, series.last + 1)

    def _seat(self, contract: OptionContract, day: int) -> Seat:
        """Return a contract's place on a day on which it is listed."""
        series = self._by_expiry[contract.root, contract.expires_on]
        before = next(number for one, number in self._listed_on(day) if one is series)
        row = (series.strike_step(contract.strike) or 0) - int(series.lows[day - series.first])
        column = _RIGHTS.index(contract.right)
        return Seat(series, row, column, before + 2 * row + column)

    def quotes_of(
        self,
        contract: OptionContract,
        day: int,
        clock: tuple[SessionNumbers, datetime],
        bars: Callable[[], MinuteBars],
    ) -> ContractQuotes:
        """Return a contract's quotes in a session, given the session's numbers, its open, and its bars."""
        seat = self._seat(contract, day)
        return ContractQuotes(option_id(contract), seat, self._quoted(seat.series, day, bars), *clock)

    def last_quotes(
        self,
        instruments: Sequence[Instrument],
        place: tuple[int, int],
        clock: tuple[SessionNumbers, datetime],
        bars: Callable[[], MinuteBars],
    ) -> list[Quote | None]:
        """Return the last quote of each instrument that a session has told by a number, None where it has told none.

        `place` is the day of the session and the number, `clock` the session's numbers and its open. Quotes of a
        series lie beside each other in arrays, of which one minute is read at once.
        """
        (day, number), (numbers, opens_at) = place, clock
        passed = numbers.quotes_passed(number)
        due = number - numbers.first_contract(passed) if passed else 0

        @cache
        def quoted(underlying: str, expires_on: date, minute: int) -> MinuteOfSeries:
            return MinuteOfSeries.of(self._quoted(self._by_expiry[underlying, expires_on], day, bars), minute)

        underlyings = {each.contract.underlying for each in instruments if each.contract is not None}
        known = {each: self._seats_on(day, each) for each in underlyings}
        found: list[Quote | None] = []
        for each in instruments:
            seat = None if each.contract is None else known[each.contract.underlying].get(each.id)
            minute = 0 if seat is None else passed - (seat.number >= due)
            if seat is None or minute <= 0:
                found.append(None)
            else:
                minutes = quoted(seat.series.underlying, seat.series.expires_on, minute)
                found.append(minutes.quote(each.id, opens_at + minute * _MINUTE, (seat.row, seat.column)))
        return found

    def _seats_on(self, day: int, underlying: str) -> Mapping[InstrumentId, Seat]:
        """Return the places of the contracts on an underlying that are listed on a day."""
        key = (day, underlying)
        if key not in self._seats:
            seats = (
                Seat(series, row, column, before + 2 * row + column)
                for series, before in self._listed_on(day)
                if series.underlying == underlying
                for row in range(series.contracts(day) // 2)
                for column in range(len(_RIGHTS))
            )
            if len(self._seats) >= CHAINS_KEPT:
                self._seats.clear()
            self._seats[key] = {
                each.id: seat for each, seat in zip(self.listed_on(day, underlying), seats, strict=True)
            }
        return self._seats[key]

    def _quoted(self, series: OptionSeries, day: int, bars: Callable[[], MinuteBars]) -> SeriesQuotes:
        """Return the quotes of a series in a session; those looked at last are kept."""
        key = (series.underlying, series.expires_on.isoformat(), day)
        if key not in self._quotes:
            self._quotes[key] = quote_series(self._market, series, day, bars())
            if len(self._quotes) > SERIES_KEPT:
                self._quotes.popitem(last=False)
        self._quotes.move_to_end(key)
        return self._quotes[key]

    def listed_on(self, day: int, underlying: str | None = None) -> Sequence[Instrument]:
        """Return the contracts on an underlying (None: on any) that are listed on a day, by expiry and strike."""
        known = self._listed.get((day, underlying))
        if known is not None:
            return known
        found = list(self._instruments_on(day, underlying))
        if len(self._listed) >= CHAINS_KEPT:
            self._listed.clear()
        self._listed[day, underlying] = found
        return found

    def _instruments_on(self, day: int, underlying: str | None) -> Iterator[Instrument]:
        for series, _ in self._listed_on(day):
            if underlying in {None, series.underlying}:
                for strike in series.strikes(day).tolist():
                    for right in _RIGHTS:
                        terms = (series.underlying, series.expires_on, right, Decimal(strike) / 1000)
                        instrument = instrument_of(listed(*terms))
                        yield replace(instrument, underlying_id=self._by_symbol.get(series.underlying))

    def _listed_on(self, day: int) -> list[tuple[OptionSeries, int]]:
        """Return the series of a day, each with how many contracts come before its own."""
        if day not in self._by_day:
            found, before = [], 0
            for one in self._series:
                if self._beginning <= day and one.first <= day <= one.last:
                    found.append((one, before))
                    before += one.contracts(day)
            self._by_day[day] = found
        return self._by_day[day]


def instrument_of(contract: OptionContract) -> Instrument:
    """Return a contract as an instrument."""
    symbol = occ_symbol(contract)
    return Instrument(
        id=option_id(contract),
        symbol=symbol,
        name=f"{contract.root} {contract.expires_on:%d %b %Y} {contract.strike} {contract.right.value}",
        kind=Kind.OPTION,
        currency="USD",
        tick=_TICK,
        lot_step=Decimal(1),
        calendar=XNYS,
        contract=contract,
    )


class ListedInstruments(Mapping[InstrumentId, Instrument]):
    """Instruments by id: those that have one, and every contract that is ever listed, which are not counted."""

    def __init__(self, plain: Mapping[InstrumentId, Instrument], chains: Chains) -> None:
        """Take the instruments that are not options, and the chains."""
        self._plain, self._chains = plain, chains
        self._by_symbol = {each.symbol: each.id for each in plain.values()}
        self._known: dict[InstrumentId, Instrument] = {}

    def __getitem__(self, instrument_id: InstrumentId) -> Instrument:
        """Return an instrument by its id."""
        found = self._plain.get(instrument_id) or self._known.get(instrument_id)
        if found is None:
            contract = self._chains.contract(instrument_id)
            if contract is None:
                raise KeyError(instrument_id)
            of = self._by_symbol.get(contract.underlying)
            found = self._known[instrument_id] = replace(instrument_of(contract), underlying_id=of)
        return found

    def __iter__(self) -> Iterator[InstrumentId]:
        """Iterate over the instruments that are not options."""
        return iter(self._plain)

    def __len__(self) -> int:
        """Return how many instruments there are beside options."""
        return len(self._plain)
