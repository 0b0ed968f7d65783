"""Option chains: the contracts that a tape has shown by now, with their quotes and what those imply."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import OptionContract, Right
from paperdesk.core.market.quotes import Quote
from paperdesk.core.quant.black_scholes import european, greeks
from paperdesk.core.quant.implied_vol import Reason, implied_vol
from paperdesk.features.marketdata.feeds.dataset import Dataset, standing_quotes
from paperdesk.features.marketdata.marks import mark_at
from paperdesk.features.marketdata.tapes import Tape, close_of

_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class ContractQuery:
    """Which contracts are asked for; those that have ended are left out unless they are asked for.

    Expiries are between `expires_from` and `expires_to`, both included.
    """

    underlying: str
    expires_on: date | None = None
    right: Right | None = None
    expired: bool = False
    expires_from: date | None = None
    expires_to: date | None = None


class Moneyness(StrEnum):
    """How an option stands to the price of its underlying."""

    IN = "itm"
    AT = "atm"
    OUT = "otm"


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines of a chain are wanted; what is not known of a line fulfils no wish about it.

    `band` is how far a strike may be from the price of the underlying, as a fraction of that price. `at` is the
    strike of an expiry that is nearest to it. `delta` picks for each expiry and right the one line whose delta is
    nearest, in size; puts have negative ones.
    """

    volume_min: Decimal | None = None
    band: Decimal | None = None
    moneyness: Moneyness | None = None
    delta: Decimal | None = None

    @property
    def looks_at_lines(self) -> bool:
        """Say whether a contract is wanted for what its line says, and not for what it is."""
        return self.volume_min is not None or self.delta is not None


EVERY_LINE: Final = LineFilter()


class Implied(NamedTuple):
    """What the middle of a quote implies: volatility a year, and first-order Greeks of one unit.

    `vega_per_vol` and `rho_per_rate` are per 1.00 of a volatility and of a rate, `theta_per_year` per year that passes.
    """

    vol: float
    delta: float
    gamma: float
    vega_per_vol: float
    theta_per_year: float
    rho_per_rate: float


class ChainLine(NamedTuple):
    """A contract with its standing quote, and what its middle implies; None with a reason where it implies nothing."""

    instrument: Instrument
    contract: OptionContract
    quote: Quote | None
    implied: Implied | None
    reason: str | None
    volume: Decimal | None

    @property
    def delta(self) -> float | None:
        """Return how the value goes with the underlying, where the quote implies it."""
        return None if self.implied is None else self.implied.delta


class Quoted(NamedTuple):
    """A contract with its standing quote and its volume, of which nothing is worked out yet."""

    instrument: Instrument
    contract: OptionContract
    quote: Quote | None
    volume: Decimal | None

    @property
    def mid(self) -> Decimal | None:
        """Return the middle of the quote, where that is a price."""
        mid = ZERO if self.quote is None else self.quote.mid
        return mid if mid > ZERO else None


class Place(NamedTuple):
    """Where a contract stands in a chain."""

    expires_on: date
    strike: Decimal
    right: str
    symbol: str


def place_of(instrument: Instrument, contract: OptionContract) -> Place:
    """Return where a contract stands: by expiry, strike and right."""
    return Place(contract.expires_on, contract.strike, contract.right.value, instrument.symbol)


def contracts(tape: Tape, dataset: Dataset, asked: ContractQuery) -> list[tuple[Instrument, OptionContract]]:
    """Return contracts on an underlying in order of expiry, strike and right; what is not listed yet stays out."""
    # A generated market counts no contracts among its instruments; those that live are in its chain, listed all.
    close, is_asked_for = cache(partial(close_of, dataset.calendar)), _asks_for(asked)
    known = dataset.instruments.values() if asked.expired else dataset.chain(asked.underlying, tape.cursor)
    found = [
        (instrument, instrument.contract)
        for instrument in known
        if instrument.contract is not None
        and is_asked_for(instrument.contract)
        and (
            dataset.listed(instrument.id, tape.cursor)
            if asked.expired
            else close(instrument.contract.last_on) > tape.at
        )
    ]
    return sorted(found, key=lambda pair: place_of(*pair))


def chain(tape: Tape, dataset: Dataset, asked: ContractQuery, wanted: LineFilter = EVERY_LINE) -> Iterator[ChainLine]:
    """Yield contracts with their quotes, implied volatilities and deltas, by European values without dividends."""
    return lines_of(tape, dataset, listed_near(tape, dataset, asked, wanted), wanted)


def listed_near(
    tape: Tape, dataset: Dataset, asked: ContractQuery, wanted: LineFilter
) -> Sequence[tuple[Instrument, OptionContract]]:
    """Return the contracts that are asked for and whose strikes stand to the price of their underlying as wanted."""
    found = contracts(tape, dataset, asked)
    if (wanted.band is None and wanted.moneyness is None) or not found:
        return found
    price = _spot(tape, dataset, [instrument for instrument, _ in found])
    if price is None:
        return []
    reach = None if wanted.band is None else wanted.band * price
    at = {
        day: min((each.strike for _, each in group), key=lambda strike: (abs(strike - price), strike))
        for day, group in groupby(found, key=lambda pair: pair[1].expires_on)
    }
    return [
        (instrument, each)
        for instrument, each in found
        if (reach is None or abs(each.strike - price) <= reach)
        and wanted.moneyness
        in {None, _moneyness(each, price), Moneyness.AT if each.strike == at[each.expires_on] else None}
    ]


def lines_of(
    tape: Tape, dataset: Dataset, found: Sequence[tuple[Instrument, OptionContract]], wanted: LineFilter
) -> Iterator[ChainLine]:
    """Yield the lines of contracts, as far as their volumes and deltas are wanted."""
    lines = quoted_of(tape, dataset, found)
    if wanted.volume_min is not None:
        least = wanted.volume_min
        lines = [each for each in lines if each.volume is not None and each.volume >= least]
    told = _told(tape, dataset, lines)
    return told if wanted.delta is None else _nearest(told, float(abs(wanted.delta)))


def line_at(tape: Tape, dataset: Dataset, option: Instrument, spot: Decimal | None = None) -> ChainLine:
    """Return the line of one option; with a price of the underlying in place of its own, its Greeks at that price.

    The volatility stays what the standing quote implies: a price that is only supposed implies none.
    """
    assert option.contract is not None, "an option has a contract"
    (line,) = _told(tape, dataset, quoted_of(tape, dataset, [(option, option.contract)]))
    if spot is None or line.implied is None:
        return line
    years, vol = years_left(tape, dataset, option.contract.last_on), line.implied.vol
    supposed = european(option.contract.is_call, float(spot), float(option.contract.strike), years=years, vol=vol)
    found = greeks(supposed)
    return line._replace(implied=Implied(vol, *(float(getattr(found, name)) for name in Implied._fields[1:])))


def _moneyness(contract: OptionContract, price: Decimal) -> Moneyness:
    if contract.strike == price:
        return Moneyness.AT
    return Moneyness.IN if contract.is_call == (contract.strike < price) else Moneyness.OUT


def _nearest(lines: Iterable[ChainLine], delta: float) -> Iterator[ChainLine]:
    """Yield for each expiry and right the line whose delta is nearest to one, in size."""
    best: dict[tuple[date, Right], tuple[float, ChainLine]] = {}
    for line in lines:
        if line.delta is None:
            continue
        off, place = abs(abs(line.delta) - delta), (line.contract.expires_on, line.contract.right)
        if place not in best or off < best[place][0]:
            best[place] = off, line
    yield from sorted((line for _, line in best.values()), key=lambda each: place_of(each.instrument, each.contract))


def quoted_of(tape: Tape, dataset: Dataset, found: Sequence[tuple[Instrument, OptionContract]]) -> list["Quoted"]:
    """Return contracts with their standing quotes, and the volumes of their newest bars if those closed today."""
    today = dataset.calendar.day_of(tape.at)
    instruments = [instrument for instrument, _ in found]
    quotes = standing_quotes(dataset, instruments, tape.cursor)
    volumes = [
        bar.volume if bar is not None and dataset.calendar.day_of(bar.at) == today else None
        for bar in dataset.last_closes(instruments, tape.cursor)
    ]
    return [Quoted(*pair, quote, volume) for pair, quote, volume in zip(found, quotes, volumes, strict=True)]


def years_left(tape: Tape, dataset: Dataset, last_on: date) -> float:
    """Return the years of 365 days from a tape's time to the close of an option's last session."""
    return max((close_of(dataset.calendar, last_on) - tape.at).total_seconds() / _YEAR_S, 0.0)


def _asks_for(asked: ContractQuery) -> Callable[[OptionContract], bool]:
    """Return what says whether a contract is asked for; by its day first, which leaves the most of them out."""
    first = max(asked.expires_on or date.min, asked.expires_from or date.min)
    last = min(asked.expires_on or date.max, asked.expires_to or date.max)
    underlying, right = asked.underlying, asked.right
    return lambda each: (
        first <= each.expires_on <= last and each.underlying == underlying and (right is None or each.right is right)
    )


def _told(tape: Tape, dataset: Dataset, lines: Sequence[Quoted]) -> Iterator[ChainLine]:
    """Yield lines with what their middles imply; where there is none, with the reason."""
    spot = _spot(tape, dataset, [line.instrument for line in lines])
    years = cache(partial(years_left, tape, dataset))
    mids = [None if spot is None else line.mid for line in lines]
    terms = [
        (line.contract.is_call, float(line.contract.strike), years(line.contract.last_on), float(mid))
        for line, mid in zip(lines, mids, strict=True)
        if mid is not None
    ]
    implied = iter(_implied(float(spot or 0), np.array(terms, np.float64).reshape(-1, 4)))
    for (instrument, contract, quote, volume), mid in zip(lines, mids, strict=True):
        found = "there is no price of it, or of its underlying" if mid is None else next(implied)
        if isinstance(found, str):
            yield ChainLine(instrument, contract, quote, None, found, volume)
        else:
            yield ChainLine(instrument, contract, quote, found, None, volume)


def _spot(tape: Tape, dataset: Dataset, options: Sequence[Instrument]) -> Decimal | None:
    """Return the price of the one underlying of a chain's options, where it has one."""
    underlying_id = options[0].underlying_id if options else None
    mark = None if underlying_id is None else mark_at(dataset, underlying_id, tape.cursor)
    return None if mark is None else mark.price


def _implied(spot: float, terms: NDArray[np.float64]) -> list[Implied | str]:
    """Return what the price of each option implies, or why it implies nothing, all at once.

    `terms` has a row for each: whether it is a call, strike, years, and the price of its middle.
    """
    is_call, strike, years, price = terms.T
    found = implied_vol(european(is_call, spot, strike, years=years, vol=0.0), price)
    is_found = found.reasons == Reason.FOUND
    by_vol = greeks(european(is_call, spot, strike, years=years, vol=np.where(is_found, found.vol, 0.0)))
    columns = [found.vol, *(getattr(by_vol, name) for name in Implied._fields[1:])]
    rows = map(Implied._make, zip(*(each.tolist() for each in columns), strict=True))
    reasons = zip(found.reasons.tolist(), rows, strict=True)
    return [Reason(reason).name.lower() if reason else implied for reason, implied in reasons]
