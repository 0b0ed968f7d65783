"""REST routes of what a market did: quotes and prints of a day, depth, 24-hour figures, and what moved most."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from paperdesk.features.identity.access import Reading, Serving
from paperdesk.features.marketdata.market_reads import (
    ROWS_MAX,
    DayQuery,
    all_figures,
    book_of,
    day_prints,
    day_quotes,
    figures,
    movers,
    require_listed,
    require_listing,
    sectors,
)
from paperdesk.features.marketdata.market_schemas import (
    CatalogueOut,
    DepthOut,
    FactsOut,
    FiguresOut,
    MoversOut,
    PastQuotesOut,
    PrintsOut,
    SectorsOut,
    StatisticsOut,
)
from paperdesk.features.marketdata.queries import SYMBOLS_MAX, TooManySymbols, on_tape
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import Symbol, symbols_in

router = APIRouter(prefix="/v1", tags=["market data"])

MOVERS_MAX = 50
Rows = Annotated[int, Query(ge=1, le=ROWS_MAX)]


@router.get("/quotes/history")
async def get_past_quotes(
    asked: Annotated[DayQuery, Depends()], work: Reading, shelf: Datasets, limit: Rows = 500
) -> PastQuotesOut:
    """Read the newest quotes of a symbol on a market day, today without one; earlier ones with `end`."""
    tape, dataset = await on_tape(work, shelf, asked.tape_id)
    return PastQuotesOut.of(asked, dataset.manifest.kind, day_quotes(tape, dataset, asked, limit))


@router.get("/prints")
async def get_prints(
    asked: Annotated[DayQuery, Depends()], work: Reading, shelf: Datasets, limit: Rows = 500
) -> PrintsOut:
    """Read the newest prints of a symbol on a market day, today without one; earlier ones with `end`."""
    tape, dataset = await on_tape(work, shelf, asked.tape_id)
    return PrintsOut.of(asked, dataset.manifest.kind, day_prints(tape, dataset, asked, limit))


@router.get("/depth")
async def get_depth(tape_id: UUID, symbol: Symbol, work: Reading, shelf: Datasets) -> DepthOut:
    """Read the book of a symbol as far as the tape has it."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    quote = book_of(dataset, require_listed(tape, dataset, symbol).id, tape.cursor)
    return DepthOut.of(symbol, dataset.manifest.kind, quote)


@router.get("/facts")
async def get_facts(tape_id: UUID, symbol: str, work: Reading, shelf: Datasets) -> FactsOut:
    """Read what there is to know of a symbol: what it is, when it trades, and what its company has announced."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    return FactsOut.of(tape, dataset, require_listing(tape, dataset, symbol))


@router.get("/sectors")
async def get_sectors(tape_id: UUID, work: Reading, shelf: Datasets) -> SectorsOut:
    """List the companies that a tape has shown by sector."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    return SectorsOut.of(dataset.manifest.kind, sectors(tape, dataset))


@router.get("/statistics")
async def get_statistics(
    tape_id: UUID, work: Reading, shelf: Datasets, runtime: Serving, symbols: str = ""
) -> StatisticsOut:
    """Read 24-hour figures of symbols, separated by commas, or of everything but option contracts."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    wanted = list(dict.fromkeys(symbols_in(symbols)))
    if len(wanted) > SYMBOLS_MAX:
        raise TooManySymbols(f"At most {SYMBOLS_MAX} symbols at once.", limit=SYMBOLS_MAX)
    if wanted:
        found = [figures(tape, dataset, require_listed(tape, dataset, symbol)) for symbol in wanted]
    else:
        found = list(await all_figures(tape, dataset, runtime.cache))
    return StatisticsOut(source=dataset.manifest.kind, at=tape.at, items=[FiguresOut.of(each) for each in found])


@router.get("/movers")
async def get_movers(
    tape_id: UUID,
    work: Reading,
    shelf: Datasets,
    runtime: Serving,
    limit: Annotated[int, Query(ge=1, le=MOVERS_MAX)] = 10,
) -> MoversOut:
    """Read what rose most, what fell most and what most changed hands of in the last 24 hours."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    ranked = movers(await all_figures(tape, dataset, runtime.cache), limit)
    gainers, losers, actives = ([FiguresOut.of(each) for each in found] for found in ranked)
    return MoversOut(source=dataset.manifest.kind, at=tape.at, gainers=gainers, losers=losers, most_active=actives)


@router.get("/tapes/{tape_id}/catalogue")
async def get_catalogue(tape_id: UUID, work: Reading, shelf: Datasets) -> CatalogueOut:
    """List the kinds of data and the intervals that a tape can be asked for."""
    _, dataset = await on_tape(work, shelf, tape_id)
    return CatalogueOut.of(dataset)
