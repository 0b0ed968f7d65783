"""Option contracts of the tape, and their chain."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from paperdesk.core.kernel.money import plain
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.options import OptionContract
from paperdesk.core.market.quotes import Bar
from paperdesk.core.market.sessions import calendar
from paperdesk.doors.alpaca import prices
from paperdesk.doors.alpaca.answers import Answer
from paperdesk.doors.alpaca.asking import Ask, Listed, Visit, When, exact
from paperdesk.doors.alpaca.errors import MalformedQuestion
from paperdesk.doors.alpaca.marketdata import OPTIONS, PricesQuery
from paperdesk.features.marketdata.feeds.recorded import UnknownInstrument
from paperdesk.infra.http import decode_cursor, encode_cursor

CONTRACTS_MAX: Final = 10_000
SNAPSHOTS_MAX: Final = 1000
SATURDAY: Final = 5
# Tapes do not tell where an option was quoted.
EXCHANGES: Final[dict[str, str]] = {}


class ContractsQuery(msgspec.Struct):
    """Which contracts are asked for."""

    underlying_symbols: Listed | None = None
    status: Literal["active", "inactive"] = "active"
    expiration_date: When | None = None
    expiration_date_gte: When | None = None
    expiration_date_lte: When | None = None
    root_symbol: str | None = None
    type: Literal["call", "put"] | None = None
    style: Literal["american", "european"] | None = None
    strike_price_gte: Decimal | None = None
    strike_price_lte: Decimal | None = None
    limit: int = 100
    page_token: str | None = None

    def wants(self, contract: OptionContract) -> bool:
        """Say whether a contract is asked for."""
        low, high = exact(self.strike_price_gte), exact(self.strike_price_lte)
        first, last = self.expiration_date_gte, self.expiration_date_lte
        return (
            (self.underlying_symbols is None or contract.underlying in self.underlying_symbols.words)
            and (self.expiration_date is None or contract.expires_on == self.expiration_date.day)
            and (first is None or contract.expires_on >= first.day)
            and (last is None or contract.expires_on <= last.day)
            and self.root_symbol in {None, contract.root}
            and self.type in {None, contract.right.value}
            and self.style in {None, contract.style.value}
            and (low is None or contract.strike >= low)
            and (high is None or contract.strike <= high)
        )


async def get_contracts(ask: Ask) -> Answer:
    """List contracts that have not expired; without a date those that expire before the coming weekend."""
    query = ask.query(ContractsQuery)
    if not 1 <= query.limit <= CONTRACTS_MAX:
        raise MalformedQuestion(f"limit must be between 1 and {CONTRACTS_MAX}")
    async with ask.visiting() as visit:
        _until_the_weekend(visit, query)
        wanted = _contracts(visit, query) if query.status == "active" else []
        found, token = _page(wanted, query.page_token, query.limit)
        rows = [_contract(visit, each) for each in found]
    return Answer({"option_contracts": rows, "next_page_token": token})


async def get_contract(ask: Ask) -> Answer:
    """Show one contract by its symbol or its id."""
    async with ask.visiting() as visit:
        instrument = visit.instrument(ask.named("contract"))
        if instrument.kind is not Kind.OPTION:
            raise UnknownInstrument(f"option contract not found for {instrument.symbol}")
        return Answer(_contract(visit, instrument))


async def get_snapshots(ask: Ask) -> Answer:
    """Show the snapshots of contracts by their symbols."""
    query = ask.query(PricesQuery)
    async with ask.visiting() as visit:
        words = () if query.symbols is None else query.symbols.words
        return Answer(*_snapshots(visit, list(OPTIONS.instruments(visit, words)), query))


async def get_chain(ask: Ask) -> Answer:
    """Show the snapshots of every contract on an underlying."""
    wanted, query = ask.query(ContractsQuery), ask.query(PricesQuery)
    wanted.underlying_symbols = Listed(ask.named("symbol"))
    async with ask.visiting() as visit:
        return Answer(*_snapshots(visit, _contracts(visit, wanted), query))


async def get_exchanges(ask: Ask) -> Answer:
    """List the letters of exchanges: no tape tells any."""
    async with ask.visiting():
        return Answer(EXCHANGES)


def _contract(visit: Visit, instrument: Instrument) -> dict[str, Any]:
    contract = instrument.contract
    assert contract is not None, "an option has a contract"
    underlying = visit.dataset.by_symbol(contract.underlying)
    return contract_shape(instrument, contract, underlying, visit.dataset.last_close(instrument.id, visit.tape.cursor))


def contract_shape(
    instrument: Instrument, contract: OptionContract, underlying: Instrument | None, close: Bar | None
) -> dict[str, Any]:
    """Show a contract with its last close; how many are open, nobody recorded."""
    return {
        "id": str(instrument.id),
        "symbol": instrument.symbol,
        "name": instrument.name,
        "status": "active",
        "tradable": instrument.is_tradable,
        "expiration_date": contract.expires_on.isoformat(),
        "root_symbol": contract.root,
        "underlying_symbol": contract.underlying,
        "underlying_asset_id": None if underlying is None else str(underlying.id),
        "type": contract.right.value,
        "style": contract.style.value,
        "strike_price": plain(contract.strike),
        "multiplier": plain(contract.multiplier),
        "size": plain(contract.multiplier if contract.deliverable is None else contract.deliverable),
        "open_interest": None,
        "open_interest_date": None,
        "close_price": None if close is None else plain(close.close),
        "close_price_date": None if close is None else calendar(instrument.calendar).day_of(close.at).isoformat(),
    }


def _until_the_weekend(visit: Visit, query: ContractsQuery) -> None:
    if query.expiration_date is query.expiration_date_gte is query.expiration_date_lte is None:
        today = visit.calendar.day_of(visit.tape.at)
        friday = today + timedelta(days=(SATURDAY - today.weekday()) % 7 - 1)
        query.expiration_date_lte = When(friday.isoformat())


def _contracts(visit: Visit, query: ContractsQuery) -> list[Instrument]:
    today = visit.calendar.day_of(visit.tape.at)

    def found() -> Iterator[Instrument]:
        for listing in visit.dataset.search("", visit.tape.cursor):
            contract = listing.instrument.contract
            if contract is not None and contract.expires_on >= today and query.wants(contract):
                yield listing.instrument

    return sorted(found(), key=lambda each: each.symbol)


def _page(found: list[Instrument], token: str | None, limit: int) -> tuple[list[Instrument], str | None]:
    after = "" if token is None else decode_cursor(token, tuple[str])[0]
    left = [each for each in found if each.symbol > after]
    return left[:limit], encode_cursor(left[limit - 1].symbol) if len(left) > limit else None


def _snapshots(visit: Visit, found: list[Instrument], query: PricesQuery) -> tuple[dict[str, Any], int, bool]:
    if not 1 <= query.limit <= SNAPSHOTS_MAX:
        raise MalformedQuestion(f"limit must be between 1 and {SNAPSHOTS_MAX}")
    page, token = _page(found, query.page_token, query.limit)
    shown = {
        each.symbol: snapshot_shape(prices.latest_print(visit, each), prices.latest_quote(visit, each)) for each in page
    }
    return {"snapshots": shown, "next_page_token": token}, 200, True


def snapshot_shape(last: prices.Shape | None, quote: prices.Shape | None) -> dict[str, Any]:
    """Show the last print and quote; sensitivities are left out wholly where they are not worked out."""
    return {"latestTrade": last, "latestQuote": quote, "impliedVolatility": None}
