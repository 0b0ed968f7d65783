"""Tools that look closer at a market: instruments, corporate actions, depth, prints, movers, halts, sizes."""

from pydantic import Field

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.strategy.sizing import Method, Tolerance
from paperdesk.doors.mcp.asking import Ask, OfAccount, Paged, account_meant
from paperdesk.doors.mcp.market import OfTape, tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.broker import position_sizes, size_routes
from paperdesk.features.broker.size_schemas import PositionSizeOut
from paperdesk.features.marketdata import halt_routes, indicator_routes, market_routes, routes
from paperdesk.features.marketdata.action_schemas import CorporateActionOut
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.halt_schemas import HaltOut
from paperdesk.features.marketdata.indicator_schemas import IndicatorsOut, ScanOut
from paperdesk.features.marketdata.indicators import Measure
from paperdesk.features.marketdata.market_reads import DayQuery
from paperdesk.features.marketdata.market_schemas import DepthOut, FactsOut, MoversOut, PrintsOut, SectorsOut
from paperdesk.features.marketdata.schemas import TapeOut
from paperdesk.infra.http import DayText, NumberText, PageOf, PositiveText, ShareText, Symbol


class SymbolWish(OfTape):
    """One symbol on a tape."""

    symbol: Symbol


class SymbolsWish(OfTape, Paged):
    """Symbols on a tape, all of them when none is named."""

    symbols: list[Symbol] = Field(default_factory=list[Symbol], max_length=50)


class DayWish(SymbolWish):
    """A symbol on a market day, today without one."""

    on: DayText | None = None
    limit: int = Field(default=50, ge=1, le=500)


class MoversWish(OfTape):
    """How many of each."""

    limit: int = Field(default=10, ge=1, le=50)


class IndicatorsWish(SymbolWish):
    """Of which bars."""

    interval: Interval = "1d"


class ScanWish(OfTape, Paged):
    """Which symbols are picked: those whose measure lies above, below, or between."""

    measure: Measure
    above: NumberText | None = None
    below: NumberText | None = None


class SizeWish(OfAccount):
    """What to size: a method, or a tolerance of risk that suggests one, and what it may need."""

    symbol: Symbol
    method: Method | None = None
    tolerance: Tolerance = Tolerance.MODERATE
    amount: PositiveText | None = None
    stop_price: PositiveText | None = None
    win_rate: ShareText | None = None
    payoff: PositiveText | None = None


async def get_technical_indicators(ask: Ask, wish: IndicatorsWish) -> IndicatorsOut:
    """Read moving averages, MACD, RSI, ATR, bands, highs and lows, VWAP and volatility of a symbol's newest bar."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await indicator_routes.get_indicators(tape_id, wish.symbol, work, ask.desk.shelf, wish.interval)


async def size_position(ask: Ask, wish: SizeWish) -> PositionSizeOut:
    """Work out how many units to buy by a method of position sizing, or by the one that suits a tolerance of risk."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        wanted = position_sizes.SizeWish(**wish.model_dump(exclude={"account_id"}))
        return await size_routes.get_position_size(account["id"], work, ask.desk.shelf, wanted)


async def scan_market(ask: Ask, wish: ScanWish) -> ScanOut:
    """Pick out the symbols whose indicator of daily bars lies above, below or between values, the highest first."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        asked = indicator_routes.ScanQuery(tape_id, wish.measure, wish.above, wish.below)
        return await indicator_routes.get_scan(asked, work, ask.desk.shelf, wish.page)


async def get_facts(ask: Ask, wish: SymbolWish) -> FactsOut:
    """Show what there is to know of a symbol: what it is, when it trades, and what its company has announced."""
    async with ask.reading() as work:
        return await market_routes.get_facts(await tape_meant(work, wish.tape_id), wish.symbol, work, ask.desk.shelf)


async def get_corporate_actions(ask: Ask, wish: SymbolsWish) -> PageOf[CorporateActionOut]:
    """List the corporate actions that have been announced by the tape's clock."""
    async with ask.reading() as work:
        tape_id, symbols = await tape_meant(work, wish.tape_id), ",".join(wish.symbols)
        return await routes.get_corporate_actions(tape_id, work, ask.desk.shelf, wish.page, symbols)


async def get_depth(ask: Ask, wish: SymbolWish) -> DepthOut:
    """Read the book of a symbol as far as the tape has it: the best level, or none."""
    async with ask.reading() as work:
        return await market_routes.get_depth(await tape_meant(work, wish.tape_id), wish.symbol, work, ask.desk.shelf)


async def get_prints(ask: Ask, wish: DayWish) -> PrintsOut:
    """Read the newest prints of a symbol on a market day, today without one."""
    async with ask.reading() as work:
        asked = DayQuery(await tape_meant(work, wish.tape_id), wish.symbol, wish.on)
        return await market_routes.get_prints(asked, work, ask.desk.shelf, wish.limit)


async def get_movers(ask: Ask, wish: MoversWish) -> MoversOut:
    """Read what rose most, what fell most and what most changed hands of in the last 24 hours."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await market_routes.get_movers(tape_id, work, ask.desk.shelf, ask.desk.runtime, wish.limit)


async def get_sectors(ask: Ask, wish: OfTape) -> SectorsOut:
    """List the companies that the tape has shown by sector."""
    async with ask.reading() as work:
        return await market_routes.get_sectors(await tape_meant(work, wish.tape_id), work, ask.desk.shelf)


async def get_halts(ask: Ask, wish: SymbolsWish) -> PageOf[HaltOut]:
    """List the trading halts that the tape has told of, oldest first."""
    async with ask.reading() as work:
        tape_id, symbols = await tape_meant(work, wish.tape_id), ",".join(wish.symbols)
        return await halt_routes.get_halts(tape_id, work, ask.desk.shelf, wish.page, symbols)


async def get_tapes(ask: Ask, wish: Paged) -> PageOf[TapeOut]:
    """List the tapes you may see, newest first: what each is made of, and where its clock stands."""
    async with ask.reading() as work:
        return await routes.get_tapes(work, ask.desk.shelf, wish.page)


TOOLS = (
    Tool("get_instrument", Scope.READ, Effect.READS, get_facts),
    Tool("get_corporate_actions", Scope.READ, Effect.READS, get_corporate_actions),
    Tool("get_depth", Scope.READ, Effect.READS, get_depth),
    Tool("get_prints", Scope.READ, Effect.READS, get_prints),
    Tool("get_movers", Scope.READ, Effect.READS, get_movers),
    Tool("get_sectors", Scope.READ, Effect.READS, get_sectors),
    Tool("get_halts", Scope.READ, Effect.READS, get_halts),
    Tool("get_technical_indicators", Scope.READ, Effect.READS, get_technical_indicators),
    Tool("scan_market", Scope.READ, Effect.READS, scan_market),
    Tool("size_position", Scope.READ, Effect.READS, size_position),
    Tool("get_tapes", Scope.READ, Effect.READS, get_tapes),
)
