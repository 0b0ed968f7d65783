"""REST routes of market data."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.requests import HTTPConnection

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity.access import Caller, Reading, Serving, Work
from paperdesk.features.marketdata.control_tape import control_tape
from paperdesk.features.marketdata.feeds.manifest import PriceBasis
from paperdesk.features.marketdata.feeds.reading import FileFormat
from paperdesk.features.marketdata.import_dataset import ImportDataset, import_dataset
from paperdesk.features.marketdata.open_tape import open_tape
from paperdesk.features.marketdata.queries import (
    Interval,
    find_instruments,
    list_datasets,
    list_tapes,
    on_tape,
    read_bars,
    read_quotes,
    show_tape,
)
from paperdesk.features.marketdata.schemas import (
    BarsOut,
    ControlTapeBody,
    DatasetOut,
    ImportOut,
    InstrumentOut,
    OpenTapeBody,
    QuotesOut,
    TapeOut,
)
from paperdesk.features.marketdata.store import load_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.crypto import new_token
from paperdesk.infra.http import Line, Page, PageOf
from paperdesk.infra.runtime import Runtime

router = APIRouter(prefix="/v1", tags=["market data"])

BARS_MAX = 5000
# How long a control request waits for the tape; a longer way is answered while still moving.
REACH_S = 20.0


def _shelf(connection: HTTPConnection) -> Shelf:
    shelf = connection.app.state.shelf
    assert isinstance(shelf, Shelf), "the app was built without a shelf"
    return shelf


Datasets = Annotated[Shelf, Depends(_shelf)]
Instant = Annotated[datetime | None, Query(description="ISO 8601 with an offset.")]


@router.get("/tapes")
async def get_tapes(work: Reading, shelf: Datasets) -> PageOf[TapeOut]:
    """List the tapes you may see."""
    return PageOf(items=await list_tapes(work, shelf), next_cursor=None)


@router.post("/tapes", status_code=201)
async def post_tape(body: OpenTapeBody, work: Work, shelf: Datasets) -> TapeOut:
    """Open a tape of your own over a dataset."""
    tape = await open_tape(work, shelf, body.command())
    return await show_tape(work, shelf, tape)


@router.get("/tapes/{tape_id}")
async def get_tape(tape_id: UUID, work: Reading, shelf: Datasets) -> TapeOut:
    """Show one tape."""
    return await show_tape(work, shelf, await load_tape(work, tape_id))


@router.post("/tapes/{tape_id}/control", responses={202: {"model": TapeOut, "description": "Still on its way."}})
async def post_control(
    tape_id: UUID, body: ControlTapeBody, who: Caller, runtime: Serving, shelf: Datasets, response: Response
) -> TapeOut:
    """Play, pause, step, jump or set the speed; answers when the fills on the way are committed."""
    with runtime.bus.subscribe(f"tape:{tape_id}") as moves:
        async with runtime.work(who) as work:
            aimed = await control_tape(work, shelf, body.command(tape_id))
        try:
            async with asyncio.timeout(REACH_S):
                tape = await _reached(runtime, who, aimed, moves.next)
        except TimeoutError:
            response.status_code = 202
            tape = aimed
    return TapeOut.of(tape, await shelf.dataset(tape.dataset_id), who)


@router.get("/instruments")
async def get_instruments(
    tape_id: UUID, work: Reading, shelf: Datasets, page: Page, q: str = ""
) -> PageOf[InstrumentOut]:
    """Search the instruments that a tape has shown by now."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    after = page.after(tuple[str]) or ("",)
    found = [each for each in find_instruments(tape, dataset, q) if each.symbol > after[0]]
    items, next_cursor = page.cut(found, lambda each: (each.symbol,))
    return PageOf(items=items, next_cursor=next_cursor)


@router.get("/bars")
async def get_bars(
    tape_id: UUID,
    symbol: str,
    work: Reading,
    shelf: Datasets,
    interval: Interval = "1d",
    start: Instant = None,
    end: Instant = None,
    limit: Annotated[int, Query(ge=1, le=BARS_MAX)] = 500,
) -> BarsOut:
    """Read the newest closed bars of a symbol, oldest first."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    return read_bars(tape, dataset, symbol, (start, end), limit)


@router.get("/quotes")
async def get_quotes(tape_id: UUID, symbols: str, work: Reading, shelf: Datasets) -> QuotesOut:
    """Read standing quotes; symbols are separated by commas."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    wanted = [symbol for symbol in symbols.split(",") if symbol]
    return QuotesOut(items=read_quotes(tape, dataset, wanted))


@router.get("/datasets")
async def get_datasets(work: Reading) -> PageOf[DatasetOut]:
    """List the datasets you may open tapes on."""
    return PageOf(items=await list_datasets(work), next_cursor=None)


@router.post("/datasets", status_code=202)
async def post_dataset(
    request: Request,
    who: Caller,
    runtime: Serving,
    name: Line,
    format: FileFormat = FileFormat.CSV,  # noqa: A002 - the field's own word in the address
    price_basis: PriceBasis = PriceBasis.RAW,
    calendar: str = "XNYS",
    symbol: str | None = None,
) -> ImportOut:
    """Import a CSV or Parquet file, sent as the body; the job reports every bad row."""
    upload = await _upload(runtime.settings.directory / "uploads", request.stream())
    command = ImportDataset(upload, name, format, price_basis, calendar, symbol)
    async with runtime.work(who) as work:
        return ImportOut(job_id=await import_dataset(work, command))


async def _reached(runtime: Runtime, who: Principal, aimed: Tape, news: Callable[[], Awaitable[object]]) -> Tape:
    """Wait until a tape stands where it was aimed, and return it as it is then."""
    tape = aimed
    while tape.cursor < aimed.target_cursor or tape.at < aimed.target_at:
        await news()
        async with runtime.read(who) as work:
            tape = await load_tape(work, aimed.id)
    return tape


async def _upload(folder: Path, chunks: AsyncIterator[bytes]) -> Path:
    """Write the body to a file as it comes in."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    path = folder / new_token()
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in chunks:
            await file.write(chunk)
    return path
