"""REST routes of market data."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import anyio
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.requests import HTTPConnection

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.synthetic.presets import PRESETS
from paperdesk.core.synthetic.truth import truths
from paperdesk.features.identity.access import Caller, Reading, Serving, Work
from paperdesk.features.marketdata.action_schemas import CorporateActionOut
from paperdesk.features.marketdata.assess_dataset import AssessDataset, assess_dataset
from paperdesk.features.marketdata.control_tape import control_tape
from paperdesk.features.marketdata.forget_preset import forget_preset
from paperdesk.features.marketdata.import_beside import Besides, ImportBeside, import_beside
from paperdesk.features.marketdata.import_dataset import import_dataset
from paperdesk.features.marketdata.import_schemas import ImportOut, ImportTerms
from paperdesk.features.marketdata.open_preset_tape import OpenPresetTape, open_preset_tape
from paperdesk.features.marketdata.open_tape import open_tape
from paperdesk.features.marketdata.preset_schemas import PresetOut, SavePresetBody, TruthsOut
from paperdesk.features.marketdata.quality_schemas import QualityOut, RepairBody
from paperdesk.features.marketdata.queries import (
    BarQuery,
    known_actions,
    list_datasets,
    list_replays,
    list_tapes,
    on_tape,
    read_bars,
    read_tape,
)
from paperdesk.features.marketdata.repair_dataset import RepairDataset, repair_dataset
from paperdesk.features.marketdata.save_preset import save_preset
from paperdesk.features.marketdata.schemas import (
    BarsOut,
    ControlTapeBody,
    DatasetOut,
    InstrumentOut,
    OpenTapeBody,
    TapeOut,
)
from paperdesk.features.marketdata.store import load_presets
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.crypto import new_token
from paperdesk.infra.db import DatabaseUnavailable
from paperdesk.infra.http import Page, PageOf, symbols_in
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.uploads import uploads_in
from paperdesk.infra.work import UnitOfWork

router = APIRouter(prefix="/v1", tags=["market data"], route_class=ListRoute)

BARS_MAX = 5000
# How long a control request waits for the tape; a longer way is answered while still moving.
REACH_S = 20.0


def _shelf(connection: HTTPConnection) -> Shelf:
    shelf = connection.app.state.shelf
    assert isinstance(shelf, Shelf), "the app was built without a shelf"
    return shelf


Datasets = Annotated[Shelf, Depends(_shelf)]


@dataclass(frozen=True, slots=True)
class MarketRoom:
    """What controlling a tape takes besides a transaction: the bus tells when the tape has moved."""

    runtime: Serving
    shelf: Datasets


Market = Annotated[MarketRoom, Depends()]


async def shown_tape(shelf: Shelf, tape: Tape, who: Principal) -> TapeOut:
    """Return a tape as somebody may see it."""
    return TapeOut.of(tape, await shelf.dataset(tape.dataset_id), who)


@router.get("/tapes")
async def get_tapes(work: Reading, shelf: Datasets, page: Page) -> PageOf[TapeOut]:
    """List the tapes you may see, newest first."""
    tapes, next_cursor = page.part(await list_tapes(work), lambda each: (each.id,), tuple[UUID], newest_first=True)
    return PageOf(items=[await shown_tape(shelf, tape, work.who) for tape in tapes], next_cursor=next_cursor)


@router.post("/tapes", status_code=201)
async def post_tape(body: OpenTapeBody, work: Work, shelf: Datasets) -> TapeOut:
    """Open a tape of your own over a dataset, or over the synthetic market of a preset."""
    command = body.command()
    if isinstance(command, OpenPresetTape):
        tape = await open_preset_tape(work, shelf, command)
    else:
        tape = await open_tape(work, shelf, command)
    return await shown_tape(shelf, tape, work.who)


_LAST = 2**31


@router.get("/tape-presets")
async def get_tape_presets(work: Reading, page: Page) -> PageOf[PresetOut]:
    """List the tapes that can be opened by name: synthetic, recorded, and saved by you or for you."""
    replays = [PresetOut.of_replay(replay, dataset_id) for replay, dataset_id in await list_replays(work)]
    saved = [PresetOut.of_saved(preset, work.who) for preset in await load_presets(work)]
    given = enumerate([*map(PresetOut.of, PRESETS.values()), *replays])
    # What was saved may go between two pages, so it stands by its name, behind what is given.
    known = [((number, ""), each) for number, each in given] + [((_LAST, each.name), each) for each in saved]
    found, next_cursor = page.part(known, lambda each: each[0], tuple[int, str])
    return PageOf(items=[each for _, each in found], next_cursor=next_cursor)


@router.post("/tape-presets", status_code=201)
async def post_tape_preset(body: SavePresetBody, work: Work, shelf: Datasets) -> PresetOut:
    """Save a tape, or a dataset and a moment, under a name."""
    return PresetOut.of_saved(await save_preset(work, shelf, body.command()), work.who)


@router.delete("/tape-presets/{preset_name}", status_code=204)
async def delete_tape_preset(preset_name: str, work: Work) -> None:
    """Forget a preset that you saved."""
    await forget_preset(work, preset_name)


@router.get("/tape-presets/truth")
async def get_truth(_: Caller) -> TruthsOut:
    """Show the true coefficients that all synthetic markets share."""
    return TruthsOut.of(truths())


@router.get("/tapes/{tape_id}")
async def get_tape(tape_id: UUID, work: Reading, shelf: Datasets) -> TapeOut:
    """Show one tape."""
    return await shown_tape(shelf, await read_tape(work, tape_id), work.who)


@router.post("/tapes/{tape_id}/control", responses={202: {"model": TapeOut, "description": "Still on its way."}})
async def post_control(
    tape_id: UUID, body: ControlTapeBody, who: Caller, market: Market, response: Response
) -> TapeOut:
    """Play, pause, step, jump or set the speed; answers when the fills on the way are committed."""
    with market.runtime.bus.subscribe(f"tape:{tape_id}") as moves:
        async with market.runtime.work(who) as work:
            aimed = await control_tape(work, market.shelf, body.command(tape_id))
        tape = aimed
        try:
            async with asyncio.timeout(REACH_S):
                tape = await _reached(market.runtime, who, aimed, moves.next)
                market.shelf.answers.forget(aimed.id)  # whoever reads this answer reads no older one after it
        except (TimeoutError, DatabaseUnavailable):
            # What was asked is committed: the tape goes there even if nobody can look for a while.
            response.status_code = 202
    return await shown_tape(market.shelf, tape, who)


@router.get("/instruments")
async def get_instruments(
    tape_id: UUID, work: Reading, shelf: Datasets, page: Page, q: str = ""
) -> PageOf[InstrumentOut]:
    """Search the instruments that a tape has shown by now."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    after = page.after(tuple[str]) or ("",)
    found = [each for each in dataset.search(q, tape.cursor) if each.instrument.symbol > after[0]]
    listings, next_cursor = page.cut(found, lambda each: (each.instrument.symbol,))
    return PageOf(
        items=[InstrumentOut.of(listing, dataset.manifest.kind) for listing in listings], next_cursor=next_cursor
    )


@router.get("/bars")
async def get_bars(
    asked: Annotated[BarQuery, Depends()],
    work: Reading,
    shelf: Datasets,
    limit: Annotated[int, Query(ge=1, le=BARS_MAX)] = 500,
) -> BarsOut:
    """Read the newest closed bars of a symbol, oldest first."""
    tape, dataset = await on_tape(work, shelf, asked.tape_id)
    return BarsOut.of(asked, dataset, read_bars(tape, dataset, asked, limit))


@router.get("/tapes/{tape_id}/corporate-actions")
async def get_corporate_actions(
    tape_id: UUID, work: Reading, shelf: Datasets, page: Page, symbols: str = ""
) -> PageOf[CorporateActionOut]:
    """List the corporate actions that have been announced by the tape's clock; symbols are separated by commas."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    wanted = symbols_in(symbols)
    known = sorted(known_actions(tape, dataset, wanted), key=_by_ex_date)
    found, next_cursor = page.part(known, _by_ex_date, tuple[date, str, UUID])
    return PageOf(items=[CorporateActionOut.of(each) for each in found], next_cursor=next_cursor)


def _by_ex_date(action: CorporateAction) -> tuple[date, str, UUID]:
    return action.ex_on, action.instrument.symbol, action.id


@router.get("/datasets")
async def get_datasets(work: Reading, page: Page) -> PageOf[DatasetOut]:
    """List the datasets you may open tapes on, newest first."""
    known, newest = await list_datasets(work), lambda each: (each.recorded_at, each.id)
    found, next_cursor = page.part(known, newest, tuple[datetime, UUID], newest_first=True)
    return PageOf(items=[DatasetOut.of(each) for each in found], next_cursor=next_cursor)


_FILE = {"type": "string", "format": "binary", "description": "The file itself, as it is on disk."}
_ROWS = "symbol,date,open,high,low,close,volume\nACME,2024-06-03,100.00,101.00,99.00,100.50,12000\n"
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "examples": [_ROWS]}},
            "application/vnd.apache.parquet": {"schema": _FILE},
        },
    }
}


@router.post("/datasets", status_code=202, openapi_extra=_UPLOAD)
async def post_dataset(
    request: Request, asked: Annotated[ImportTerms, Query()], who: Caller, runtime: Serving
) -> ImportOut:
    """Import a CSV or Parquet file, sent as the body; the job reports every bad row."""
    return await _imported(request, runtime, who, lambda work, upload: import_dataset(work, asked.command(upload)))


_SOME_ACTIONS = (
    "symbol,kind,ex_on,pay_on,amount,new_units,old_units\n"
    "ACME,cash_dividend,2024-06-05,2024-06-10,0.50,,\nACME,split,2024-06-07,,,2,1\n"
)
_SOME_HALTS = "symbol,halted_at,reason,resumed_at\nACME,2024-06-03T14:05:00Z,volatility,2024-06-03T14:10:00Z\n"
_SOME_AUCTIONS = "symbol,session_on,auction,price,volume\nACME,2024-06-03,closing,101.25,480000\n"


def _csv(example: str) -> dict[str, Any]:
    content = {"text/csv": {"schema": {"type": "string", "examples": [example]}}}
    return {"requestBody": {"required": True, "content": content}}


@router.post("/datasets/{dataset_id}/actions", status_code=202, openapi_extra=_csv(_SOME_ACTIONS))
async def post_actions(dataset_id: UUID, request: Request, who: Caller, runtime: Serving) -> ImportOut:
    """Import a CSV file of corporate actions, sent as the body, as the next version of a dataset."""
    return await _beside(request, runtime, who, (DatasetId(dataset_id), Besides.ACTIONS))


@router.post("/datasets/{dataset_id}/halts", status_code=202, openapi_extra=_csv(_SOME_HALTS))
async def post_halts(dataset_id: UUID, request: Request, who: Caller, runtime: Serving) -> ImportOut:
    """Import a CSV file of trading halts, sent as the body, as the next version of a dataset."""
    return await _beside(request, runtime, who, (DatasetId(dataset_id), Besides.HALTS))


@router.post("/datasets/{dataset_id}/auctions", status_code=202, openapi_extra=_csv(_SOME_AUCTIONS))
async def post_auctions(dataset_id: UUID, request: Request, who: Caller, runtime: Serving) -> ImportOut:
    """Import a CSV file of the prints of auctions, sent as the body, as the next version of a dataset."""
    return await _beside(request, runtime, who, (DatasetId(dataset_id), Besides.AUCTIONS))


_SOME_HOLDINGS = (
    "fund,held_on,known_at,symbol,name,weight_rate,quantity,market_value\n"
    "ACMX,2024-05-31,2024-06-04T12:00:00Z,BOLT,Bolt Works Inc.,0.0425,1200,24000\n"
)


@router.post("/datasets/{dataset_id}/holdings", status_code=202, openapi_extra=_csv(_SOME_HOLDINGS))
async def post_holdings(dataset_id: UUID, request: Request, who: Caller, runtime: Serving) -> ImportOut:
    """Import a CSV file of what funds hold, sent as the body, as the next version of a dataset."""
    return await _beside(request, runtime, who, (DatasetId(dataset_id), Besides.HOLDINGS))


async def _beside(request: Request, runtime: Runtime, who: Principal, asked: tuple[DatasetId, Besides]) -> ImportOut:
    return await _imported(
        request, runtime, who, lambda work, upload: import_beside(work, ImportBeside(upload, *asked))
    )


async def _imported(
    request: Request, runtime: Runtime, who: Principal, start: Callable[[UnitOfWork, Path], Awaitable[UUID]]
) -> ImportOut:
    """Write the body to a file, and start the job that reads it; from then on the file is the job's."""
    who.require(Scope.TRADE)
    upload = uploads_in(runtime.settings) / new_token()
    with ExitStack() as undo:
        undo.callback(upload.unlink, missing_ok=True)
        await _write(upload, request.stream())
        async with runtime.work(who) as work:
            job_id = await start(work, upload)
        undo.pop_all()
    return ImportOut(job_id=job_id)


@router.get("/datasets/{dataset_id}/quality")
async def get_quality(
    dataset_id: UUID, work: Reading, shelf: Datasets, tape_id: UUID | None = None, symbol: str | None = None
) -> QualityOut:
    """Report coverage, gaps, staleness, outliers and crossed quotes, symbol by symbol, as of a tape."""
    asked = AssessDataset(dataset_id, tape_id, symbol)
    return QualityOut.of(asked, await assess_dataset(work, shelf, asked))


@router.post("/datasets/{dataset_id}/repairs", status_code=202)
async def post_repair(dataset_id: UUID, body: RepairBody, work: Work) -> ImportOut:
    """Fill the holes of a dataset with the bars of another, as a new version of your own."""
    return ImportOut(job_id=await repair_dataset(work, RepairDataset(dataset_id, body.from_dataset_id)))


async def _reached(runtime: Runtime, who: Principal, aimed: Tape, news: Callable[[], Awaitable[object]]) -> Tape:
    """Wait until a tape stands where it was aimed, and return it as it is then."""
    tape = aimed
    while tape.is_headed:
        await news()
        async with runtime.read(who) as work:
            tape = await read_tape(work, aimed.id)
    return tape


async def _write(path: Path, chunks: AsyncIterator[bytes]) -> None:
    """Write the body to a file as it comes in."""
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in chunks:
            await file.write(chunk)
