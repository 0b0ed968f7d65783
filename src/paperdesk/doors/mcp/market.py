"""Tools that read a market as far as a tape has shown it, and move the tape."""

from uuid import UUID

from pydantic import Field

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.market.options import Right
from paperdesk.doors.mcp.asking import Ask, Paged, account_meant
from paperdesk.doors.mcp.shapes import BarLines, ClockLine, ContractLine, InstrumentLine, QuoteLines
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.marketdata import chain_routes, quote_routes, routes
from paperdesk.features.marketdata.chains import ContractQuery, LineFilter, Moneyness
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.queries import BarQuery
from paperdesk.infra.http import Body, DayText, InstantText, Line, NumberText, PageOf, Symbol
from paperdesk.infra.work import ReadOnly


class OfTape(Body):
    """A tape; without one, the tape of the account that the key speaks for."""

    tape_id: UUID | None = None


class SearchWish(OfTape, Paged):
    """What to look for in symbols and names."""

    query: str = Field(default="", max_length=100)


class QuotesWish(OfTape):
    """Of which symbols."""

    symbols: list[Symbol] = Field(min_length=1, max_length=50)


class BarsWish(OfTape):
    """Which closed bars are asked for."""

    symbol: Symbol
    interval: Interval = "1d"
    start: InstantText | None = None
    end: InstantText | None = None
    limit: int = Field(default=30, ge=1, le=500)


class ChainWish(OfTape, Paged):
    """Which contracts of a chain; `band` is how far strikes may be from the underlying, as a fraction of its price."""

    underlying: Line
    expires_on: DayText | None = None
    right: Right | None = None
    band: NumberText | None = Field(default=None, ge=0, le=10)
    moneyness: Moneyness | None = None


async def tape_meant(work: ReadOnly, tape_id: UUID | None) -> UUID:
    """Return the id of the tape that is named, or that of the account the key speaks for."""
    return tape_id or UUID(str((await account_meant(work, None))["tape_id"]))


async def search_instruments(ask: Ask, wish: SearchWish) -> PageOf[InstrumentLine]:
    """Search symbols and names among what the tape has shown by now."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        page = await routes.get_instruments(tape_id, work, ask.desk.shelf, wish.page, wish.query)
    return PageOf(items=[InstrumentLine.of(each) for each in page.items], next_cursor=page.next_cursor)


async def get_quotes(ask: Ask, wish: QuotesWish) -> QuoteLines:
    """Read standing quotes with the last and the previous close."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return QuoteLines.of(await quote_routes.get_quotes(tape_id, ",".join(wish.symbols), work, ask.desk.shelf))


async def get_bars(ask: Ask, wish: BarsWish) -> BarLines:
    """Read the newest closed bars of a symbol, oldest first."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        asked = BarQuery(tape_id, wish.symbol, wish.interval, wish.start, wish.end)
        return BarLines.of(await routes.get_bars(asked, work, ask.desk.shelf, wish.limit))


async def get_clock(ask: Ask, wish: OfTape) -> ClockLine:
    """Show a tape's clock: what time it is there, whether the market is open, and when it opens and closes."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return ClockLine.of(await routes.get_tape(tape_id, work, ask.desk.shelf))


async def get_option_chain(ask: Ask, wish: ChainWish) -> PageOf[ContractLine]:
    """List options on an underlying with quotes, implied volatility and delta; narrow it by expiry, right or band."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        asked = ContractQuery(wish.underlying, wish.expires_on, wish.right)
        wanted = LineFilter(band=wish.band, moneyness=wish.moneyness)
        page = await chain_routes.get_chain(tape_id, asked, wanted, work, ask.desk.shelf, wish.page)
    return PageOf(items=[ContractLine.of(each) for each in page.items], next_cursor=page.next_cursor)


TOOLS = (
    Tool("search_instruments", Scope.READ, Effect.READS, search_instruments),
    Tool("get_quotes", Scope.READ, Effect.READS, get_quotes),
    Tool("get_bars", Scope.READ, Effect.READS, get_bars),
    Tool("get_clock", Scope.READ, Effect.READS, get_clock),
    Tool("get_option_chain", Scope.READ, Effect.READS, get_option_chain),
)
