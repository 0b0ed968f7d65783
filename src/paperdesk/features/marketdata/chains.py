"""Option chains: the contracts that a tape has shown by now, with their quotes and what those imply."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import OptionContract, Right
from paperdesk.core.market.quotes import Quote
from paperdesk.core.quant.black_scholes import european, greeks
from paperdesk.core.quant.implied_vol import Reason, implied_vol
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.marks import mark_at
from paperdesk.features.marketdata.tapes import Tape, close_of

_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class ContractQuery:
    """Which contracts are asked for; those that have ended are left out unless they are asked for."""

    underlying: str
    expires_on: date | None = None
    right: Right | None = None
    expired: bool = False


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A contract with its standing quote, and what its middle implies; None with a reason where it implies nothing."""

    instrument: Instrument
    contract: OptionContract
    quote: Quote | None
    implied_vol: float | None = None
    delta: float | None = None
    reason: str | None = None


def contracts(tape: Tape, dataset: Dataset, asked: ContractQuery) -> list[tuple[Instrument, OptionContract]]:
    """Return contracts on an underlying in order of expiry, strike and right; what is not listed yet stays out."""
    # A generated market counts no contracts among its instruments; those that live are in its chain.
    known = dataset.instruments.values() if asked.expired else dataset.chain(asked.underlying, tape.cursor)
    found = [
        (instrument, instrument.contract)
        for instrument in known
        if instrument.contract is not None
        and _is_asked_for(tape, dataset, instrument.contract, asked)
        and dataset.listed(instrument.id, tape.cursor)
    ]
    return sorted(found, key=lambda pair: (pair[1].expires_on, pair[1].strike, pair[1].right.value, pair[0].symbol))


def chain(tape: Tape, dataset: Dataset, asked: ContractQuery) -> Iterator[ChainLine]:
    """Yield contracts with their quotes, implied volatilities and deltas, by European values without dividends."""
    for instrument, contract in contracts(tape, dataset, asked):
        quote = dataset.standing_quote(instrument.id, tape.cursor)
        yield _implied(tape, dataset, ChainLine(instrument, contract, quote))


def years_left(tape: Tape, dataset: Dataset, contract: OptionContract) -> float:
    """Return the years of 365 days from a tape's time to the close of an option's last session."""
    return max((_ends_at(dataset, contract) - tape.at).total_seconds() / _YEAR_S, 0.0)


def _ends_at(dataset: Dataset, contract: OptionContract) -> datetime:
    return close_of(dataset.calendar, contract.last_on)


def _is_asked_for(tape: Tape, dataset: Dataset, contract: OptionContract, asked: ContractQuery) -> bool:
    return (
        contract.underlying == asked.underlying
        and asked.expires_on in {None, contract.expires_on}
        and asked.right in {None, contract.right}
        and (asked.expired or _ends_at(dataset, contract) > tape.at)
    )


def _implied(tape: Tape, dataset: Dataset, line: ChainLine) -> ChainLine:
    underlying_id = line.instrument.underlying_id
    mark = None if underlying_id is None else mark_at(dataset, underlying_id, tape.cursor)
    if line.quote is None or mark is None or line.quote.mid <= ZERO:
        return _told(line, "there is no price of it, or of its underlying")
    contract = line.contract
    years = years_left(tape, dataset, contract)
    option = european(contract.is_call, float(mark.price), float(contract.strike), years=years, vol=0.0)
    found = implied_vol(option, float(line.quote.mid))
    reason = Reason(int(found.reasons))
    if reason is not Reason.FOUND:
        return _told(line, reason.name.lower())
    vol = float(found.vol)
    delta = greeks(european(contract.is_call, float(mark.price), float(contract.strike), years=years, vol=vol)).delta
    return ChainLine(line.instrument, contract, line.quote, vol, float(delta))


def _told(line: ChainLine, reason: str) -> ChainLine:
    return ChainLine(line.instrument, line.contract, line.quote, reason=reason)
