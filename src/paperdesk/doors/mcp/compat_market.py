"""Tools under the names of an earlier simulator: prices, instruments and option chains."""

from datetime import timedelta
from typing import Final, Literal

from pydantic import BaseModel, Field

from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.market.options import Right
from paperdesk.doors.mcp.asking import Ask, Paged
from paperdesk.doors.mcp.market import (
    BarsWish,
    OfTape,
    get_bars,
    get_clock,
    get_option_chain,
    search_instruments,
    tape_meant,
)
from paperdesk.doors.mcp.options import get_contracts, get_expirations, get_greeks, get_strikes
from paperdesk.doors.mcp.research import SymbolWish, get_depth, get_facts
from paperdesk.doors.mcp.shapes import BarLines, QuoteLine
from paperdesk.doors.mcp.tool import Effect, Run, Tool
from paperdesk.features.marketdata import quote_routes, routes
from paperdesk.features.marketdata.action_schemas import CorporateActionOut
from paperdesk.features.marketdata.chains import ContractQuery, contracts
from paperdesk.features.marketdata.feeds.manifest import SourceKind
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.market_schemas import DepthOut
from paperdesk.features.marketdata.queries import on_tape, read_tape
from paperdesk.infra.http import DayText, NumberText, PageOf, Symbol

Period = Literal["day", "week", "month", "3month", "year", "5year"]
SPANS: Final[dict[Period, timedelta]] = {
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=31),
    "3month": timedelta(days=92),
    "year": timedelta(days=366),
    "5year": timedelta(days=5 * 366),
}
Step = Literal["5minute", "15minute", "30minute", "hour", "day", "week"]
INTERVALS: Final[dict[Step, Interval]] = {
    "5minute": "5m",
    "15minute": "15m",
    "30minute": "30m",
    "hour": "1h",
    "day": "1d",
    "week": "1w",
}


class NoSource(NotFound):
    """Nobody tells this desk what is asked for, and nothing is made up."""


class PriceLine(QuoteLine):
    """A standing quote, and where prices come from."""

    source: SourceKind


class HistoryWish(SymbolWish):
    """Bars of a period that ends now."""

    period: Period = "week"
    interval: Interval = "1d"
    limit: int = Field(default=100, ge=1, le=500)


class ActionsWish(SymbolWish, Paged):
    """The corporate actions of one symbol."""


class OptionHistoryWish(OfTape):
    """Bars of a contract, by its own symbol, or by underlying, expiry, strike and right."""

    symbol: Symbol
    expires_on: DayText | None = None
    strike: NumberText | None = None
    right: Right | None = None
    interval: Step = "hour"
    span: Period = "week"
    limit: int = Field(default=100, ge=1, le=500)


async def get_price(ask: Ask, wish: SymbolWish) -> PriceLine:
    """Read the standing quote of a symbol, with the last and the previous close and where prices come from."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        found = await quote_routes.get_quotes(tape_id, wish.symbol, work, ask.desk.shelf)
    (quote,) = found.items
    if quote.instrument_id is None:
        raise UnknownSymbol(f"{wish.symbol[:32]!r} is not on this tape.", symbol=wish.symbol[:32])
    return PriceLine(**QuoteLine.of(quote).model_dump(), source=found.source)


async def get_history(ask: Ask, wish: HistoryWish) -> BarLines:
    """Read the closed bars of a period that ends now, a week by default, oldest first."""
    async with ask.reading() as work:
        tape = await read_tape(work, await tape_meant(work, wish.tape_id))
    asked = {
        **wish.model_dump(exclude={"period"}),
        "tape_id": tape.id,
        "start": instant_text(tape.at - SPANS[wish.period]),
    }
    return await get_bars(ask, BarsWish.model_validate(asked))


async def get_option_history(ask: Ask, wish: OptionHistoryWish) -> BarLines:
    """Read the closed bars of an option, hourly over a week by default, oldest first."""
    symbol = await _contract(ask, wish)
    history = HistoryWish(
        tape_id=wish.tape_id, symbol=symbol, period=wish.span, interval=INTERVALS[wish.interval], limit=wish.limit
    )
    return await get_history(ask, history)


async def get_events(ask: Ask, wish: ActionsWish) -> PageOf[CorporateActionOut]:
    """List the corporate actions of a symbol that have been announced by the tape's clock."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await routes.get_corporate_actions(tape_id, work, ask.desk.shelf, wish.page, wish.symbol)


class Ratings(BaseModel):
    """What analysts advise; no source tells it."""

    symbol: str
    ratings: list[str]


async def get_ratings(ask: Ask, wish: SymbolWish) -> Ratings:
    """Read what analysts advise, where a source tells it; none does today, and none is made up."""
    facts = await get_facts(ask, wish)
    raise NoSource(facts.ratings_reason[:1].upper() + facts.ratings_reason[1:] + ".", symbol=wish.symbol[:32])


async def get_levels(ask: Ask, wish: SymbolWish) -> DepthOut:
    """Read the book of a symbol, where the tape has one; where it has none, that is refused and nothing made up."""
    found = await get_depth(ask, wish)
    if not found.levels:
        raise NoSource(f"{found.reason}.", symbol=wish.symbol[:32])
    return found


async def _contract(ask: Ask, wish: OptionHistoryWish) -> str:
    """Return the symbol of the contract that is meant."""
    if wish.expires_on is None or wish.strike is None or wish.right is None:
        return wish.symbol
    async with ask.reading() as work:
        tape, dataset = await on_tape(work, ask.desk.shelf, await tape_meant(work, wish.tape_id))
    known = contracts(tape, dataset, ContractQuery(wish.symbol, wish.expires_on, wish.right, expired=True))
    found = [instrument.symbol for instrument, contract in known if contract.strike == wish.strike]
    if not found:
        raise UnknownSymbol("There is no such contract on this tape.", symbol=wish.symbol[:32])
    return found[0]


def _read(name: str, run: Run) -> Tool:
    return Tool(name, Scope.READ, Effect.READS, run)


TOOLS = (
    _read("stock_price", get_price),
    _read("get_stock_quote", get_price),
    _read("stock_info", get_facts),
    _read("search_stocks_tool", search_instruments),
    _read("market_hours", get_clock),
    _read("price_history", get_history),
    _read("stock_ratings", get_ratings),
    _read("stock_events", get_events),
    _read("stock_level2_data", get_levels),
    _read("option_chain", get_option_chain),
    _read("options_chains", get_option_chain),
    _read("option_quote", get_greeks),
    _read("option_market_data", get_greeks),
    _read("option_greeks", get_greeks),
    _read("find_options", get_contracts),
    _read("option_expirations", get_expirations),
    _read("option_strikes", get_strikes),
    _read("option_historicals", get_option_history),
)
