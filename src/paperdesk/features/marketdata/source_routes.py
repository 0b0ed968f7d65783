"""REST routes of sources: their keys, whom to ask, and what they say now.

No transaction is open while a vendor is asked: it may be slow.
"""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity.access import Caller, Serving, Work
from paperdesk.features.marketdata.backfill_dataset import BackfillDataset, backfill_dataset
from paperdesk.features.marketdata.feeds.vendor import BarLength, BarsAsked, Subject
from paperdesk.features.marketdata.forget_source_key import forget_source_key
from paperdesk.features.marketdata.import_history import import_history
from paperdesk.features.marketdata.import_schemas import ImportOut
from paperdesk.features.marketdata.kept_sources import KeptSources
from paperdesk.features.marketdata.open_live_tape import open_live_tape, watch_symbols
from paperdesk.features.marketdata.queries import SYMBOLS_MAX, TooManySymbols
from paperdesk.features.marketdata.read_sourcing import read_sourcing
from paperdesk.features.marketdata.route_subject import RouteSubject, route_subject
from paperdesk.features.marketdata.routes import Datasets, shown_tape
from paperdesk.features.marketdata.schemas import TapeOut
from paperdesk.features.marketdata.set_source_key import set_source_key
from paperdesk.features.marketdata.source_schemas import (
    HistoryBody,
    LiveActionOut,
    LiveActionsOut,
    LiveBarsOut,
    LiveChainOut,
    LiveContractOut,
    LiveInstrumentOut,
    LiveInstrumentsOut,
    LiveQuoteOut,
    LiveQuotesOut,
    LiveTapeBody,
    LiveYieldOut,
    LiveYieldsOut,
    SourceKeyBody,
    SourceOut,
    SourceRowBody,
    SourceRowOut,
    SourcesOut,
    SymbolText,
    ToldOut,
    WatchBody,
    told,
)
from paperdesk.features.marketdata.sources import VENDORS, Sources, Sourcing, require_tells
from paperdesk.infra.http import DayText, InstantText
from paperdesk.infra.once import OnceRoute

router = APIRouter(prefix="/v1", tags=["live prices"], route_class=OnceRoute)

PAGE_LENGTH_MAX = 2000
Series: TypeAlias = Literal["DGS3MO", "DGS2", "DGS10", "DGS30"]


def _sources(connection: HTTPConnection) -> Sources:
    sources = connection.app.state.sources
    assert isinstance(sources, Sources), "the app was built without sources"
    return sources


Vendors = Annotated[Sources, Depends(_sources)]


def _kept(sources: Vendors, runtime: Serving) -> KeptSources:
    return KeptSources(sources, runtime.cache, runtime.clock)


Kept = Annotated[KeptSources, Depends(_kept)]


async def _sourcing(who: Caller, runtime: Serving) -> Sourcing:
    return await read_sourcing(runtime, who)


Asking = Annotated[Sourcing, Depends(_sourcing)]


@router.get("/sources")
async def get_sources(asking: Asking, sources: Vendors) -> SourcesOut:
    """List the sources of live prices with what is left of their calls, and who is asked about what."""
    rows = [
        SourceRowOut(subject=each, sources=list(sources.row_of(asking, each)), is_chosen=each in asking.routes)
        for each in Subject
    ]
    return SourcesOut(items=[SourceOut.of(sources.state(asking, name)) for name in VENDORS], rows=rows)


@router.put("/sources/{source}/key", status_code=204)
async def put_source_key(source: str, body: SourceKeyBody, work: Work, sources: Vendors) -> None:
    """Set the key of a source; it is sealed before it is kept, and no answer ever shows it."""
    await set_source_key(work, sources, body.command(source))


@router.delete("/sources/{source}/key", status_code=204)
async def delete_source_key(source: str, work: Work) -> None:
    """Forget the key of a source."""
    await forget_source_key(work, source)


@router.post("/sources/{source}/test")
async def post_source_test(source: str, asking: Asking, sources: Vendors) -> ToldOut:
    """Ask a source the least there is to ask, to see whether its key is good."""
    return told(await sources.vendor(asking, source).probe())


@router.put("/source-rows/{subject}", status_code=204)
async def put_source_row(subject: Subject, body: SourceRowBody, work: Work) -> None:
    """Choose which sources are asked about a subject, from the next question on."""
    await route_subject(work, body.command(subject))


@router.delete("/source-rows/{subject}", status_code=204)
async def delete_source_row(subject: Subject, work: Work) -> None:
    """Let the settings say again which sources are asked about a subject."""
    await route_subject(work, RouteSubject(subject, None))


@router.post("/live/tapes", status_code=201)
async def post_live_tape(body: LiveTapeBody, work: Work, shelf: Datasets) -> TapeOut:
    """Open a tape that goes with the wall clock and watches symbols; accounts live on it as on any other."""
    return await shown_tape(shelf, await open_live_tape(work, shelf, body.command()), work.who)


@router.post("/live/tapes/{live_tape_id}/symbols")
async def post_watched(live_tape_id: UUID, body: WatchBody, work: Work, shelf: Datasets) -> TapeOut:
    """Let a live tape watch more symbols."""
    return await shown_tape(shelf, await watch_symbols(work, shelf, live_tape_id, body.symbols), work.who)


@router.post("/datasets/histories", status_code=202)
async def post_history(body: HistoryBody, work: Work) -> ImportOut:
    """Record a history of a source as a dataset; the job tells how far it is."""
    return ImportOut(job_id=await import_history(work, body.command()))


@router.post("/datasets/{dataset_id}/backfills", status_code=202)
async def post_backfill(dataset_id: UUID, work: Work) -> ImportOut:
    """Fill the holes of a dataset from your sources, 1,500 bars a job; each names the next, the last the version."""
    return ImportOut(job_id=await backfill_dataset(work, BackfillDataset(dataset_id)))


@router.delete("/live/answers", status_code=204)
async def delete_live_answers(who: Caller, asking: Asking, kept: Kept) -> None:
    """Forget what your sources told, so that they are asked anew from the next question on."""
    who.require(Scope.TRADE)
    await kept.forget(asking)


@router.get("/live/quotes")
async def get_live_quotes(symbols: str, asking: Asking, kept: Kept) -> LiveQuotesOut:
    """Read the latest quotes and prints from a source; symbols are separated by commas."""
    wanted = [symbol for symbol in symbols.split(",") if symbol]
    if len(wanted) > SYMBOLS_MAX:
        raise TooManySymbols(f"At most {SYMBOLS_MAX} symbols at once.", limit=SYMBOLS_MAX)
    answer = await kept.snapshots(asking, list(dict.fromkeys(wanted)))
    items = [LiveQuoteOut.of(symbol, answer.value.get(symbol)) for symbol in wanted]
    return LiveQuotesOut(told=told(answer.provenance, answer.stands_in_for), items=items)


@router.get("/live/bars")
async def get_live_bars(  # noqa: PLR0913 - each is a parameter of the address
    symbol: SymbolText,
    start: InstantText,
    end: InstantText,
    asking: Asking,
    kept: Kept,
    *,
    length: BarLength = "1d",
    page: Annotated[str | None, Query(max_length=PAGE_LENGTH_MAX)] = None,
) -> LiveBarsOut:
    """Read one page of raw history from a source; the next page comes from the same."""
    vendor, _, rest = (page or "").partition(":")
    asked = BarsAsked(symbol, length, start, end, rest or None)
    if not rest:
        return LiveBarsOut.of(asked, await kept.bars(asking, asked))
    only = Sourcing(asking.tenant_id, asking.keys, {Subject.BARS: require_tells(Subject.BARS, [vendor])})
    return LiveBarsOut.of(asked, await kept.bars(only, asked))


@router.get("/live/chain")
async def get_live_chain(
    underlying: SymbolText, asking: Asking, kept: Kept, expires_on: DayText | None = None
) -> LiveChainOut:
    """Read an option chain with quotes from a source."""
    answer = await kept.chain(asking, underlying, expires_on)
    items = [LiveContractOut.of(each) for each in answer.value]
    return LiveChainOut(told=told(answer.provenance, answer.stands_in_for), underlying=underlying, items=items)


@router.get("/live/instruments")
async def get_live_instruments(
    q: Annotated[str, Query(min_length=1, max_length=80)], asking: Asking, kept: Kept
) -> LiveInstrumentsOut:
    """Search the instruments that a source knows."""
    answer = await kept.instruments(asking, q)
    items = [LiveInstrumentOut.of(each) for each in answer.value]
    return LiveInstrumentsOut(told=told(answer.provenance, answer.stands_in_for), items=items)


@router.get("/live/actions")
async def get_live_actions(
    symbol: SymbolText, start: DayText, end: DayText, asking: Asking, kept: Kept
) -> LiveActionsOut:
    """Read dividends and splits between two days from a source, both included."""
    answer = await kept.actions(asking, symbol, (start, end))
    items = [LiveActionOut.of(each) for each in answer.value]
    return LiveActionsOut(told=told(answer.provenance, answer.stands_in_for), items=items)


@router.get("/live/yields")
async def get_live_yields(series: Series, start: DayText, end: DayText, asking: Asking, kept: Kept) -> LiveYieldsOut:
    """Read a Treasury yield between two days from a source, both included."""
    answer = await kept.yields(asking, series, (start, end))
    items = [LiveYieldOut.of(each) for each in answer.value]
    return LiveYieldsOut(told=told(answer.provenance, answer.stands_in_for), series=series, items=items)
