"""REST routes of market data."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import HTTPConnection

from paperdesk.core.kernel.principal import Principal
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.synthetic.presets import PRESETS
from paperdesk.core.synthetic.truth import truths
from paperdesk.features.identity.access import Caller, IdempotencyKey, Reading, Serving, Work
from paperdesk.features.marketdata.action_schemas import CorporateActionOut
from paperdesk.features.marketdata.control_tape import ControlTape, control_tape
from paperdesk.features.marketdata.forget_preset import forget_preset
from paperdesk.features.marketdata.open_preset_tape import OpenPresetTape, open_preset_tape
from paperdesk.features.marketdata.open_tape import open_tape
from paperdesk.features.marketdata.preset_schemas import PresetOut, SavePresetBody, TruthsOut
from paperdesk.features.marketdata.queries import (
    BarQuery,
    known_actions,
    list_replays,
    list_tapes,
    on_tape,
    read_bars,
    read_tape,
)
from paperdesk.features.marketdata.save_preset import save_preset
from paperdesk.features.marketdata.schemas import (
    BarsOut,
    ControlTapeBody,
    InstrumentOut,
    OpenTapeBody,
    TapeOut,
)
from paperdesk.features.marketdata.store import load_presets
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.db import DatabaseUnavailable
from paperdesk.infra.http import Page, PageOf, PageParams, sorted_by, symbols_in
from paperdesk.infra.idempotency import Answer, fingerprint_of, replay_or_run
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.runtime import Runtime
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
    key: IdempotencyKey = None


Market = Annotated[MarketRoom, Depends()]


async def shown_tape(shelf: Shelf, tape: Tape, who: Principal) -> TapeOut:
    """Return a tape as somebody may see it."""
    return TapeOut.of(tape, await shelf.dataset(tape.dataset_id), who)


TapesPage = Annotated[PageParams, sorted_by(name=str, at=datetime, cursor=int)]


@router.get("/tapes")
async def get_tapes(work: Reading, shelf: Datasets, page: TapesPage) -> PageOf[TapeOut]:
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
            aimed = await _controlled(work, market.shelf, body.command(tape_id), market.key)
        tape = aimed
        try:
            async with asyncio.timeout(REACH_S):
                tape = await _reached(market.runtime, who, aimed, moves.next)
                market.shelf.answers.forget(aimed.id)  # whoever reads this answer reads no older one after it
        except (TimeoutError, DatabaseUnavailable):
            # What was asked is committed: the tape goes there even if nobody can look for a while.
            response.status_code = 202
    return await shown_tape(market.shelf, tape, who)


async def _controlled(work: UnitOfWork, shelf: Shelf, command: ControlTape, key: str | None) -> Tape:
    """Return the tape where it is aimed, or where it stands if the same request moved it before."""
    if key is None:
        return await control_tape(work, shelf, command)

    async def run() -> Answer:
        return Answer(200, (await control_tape(work, shelf, command)).cursor)

    await replay_or_run(work, key, fingerprint_of("POST", "control", msgspec.json.encode(command)), run)
    return await read_tape(work, command.tape_id)


InstrumentsPage = Annotated[PageParams, sorted_by(symbol=str, name=str, kind=str)]


@router.get("/instruments")
async def get_instruments(
    tape_id: UUID, work: Reading, shelf: Datasets, page: InstrumentsPage, q: str = ""
) -> PageOf[InstrumentOut]:
    """Search the instruments that a tape has shown by now."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    items, next_cursor = page.shown_part(
        dataset.search(q, tape.cursor),
        lambda listing: InstrumentOut.of(listing, dataset.manifest.kind),
        lambda listing: (listing.instrument.symbol,),
        tuple[str],
    )
    return PageOf(items=items, next_cursor=next_cursor)


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


CorporateActionsPage = Annotated[PageParams, sorted_by(symbol=str, kind=str, ex_on=date)]


@router.get("/tapes/{tape_id}/corporate-actions")
async def get_corporate_actions(
    tape_id: UUID, work: Reading, shelf: Datasets, page: CorporateActionsPage, symbols: str = ""
) -> PageOf[CorporateActionOut]:
    """List the corporate actions that have been announced by the tape's clock; symbols are separated by commas."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    wanted = symbols_in(symbols)
    known = sorted(known_actions(tape, dataset, wanted), key=_by_ex_date)
    items, next_cursor = page.shown_part(known, CorporateActionOut.of, _by_ex_date, tuple[date, str, UUID])
    return PageOf(items=items, next_cursor=next_cursor)


def _by_ex_date(action: CorporateAction) -> tuple[date, str, UUID]:
    return action.ex_on, action.instrument.symbol, action.id


async def _reached(runtime: Runtime, who: Principal, aimed: Tape, news: Callable[[], Awaitable[object]]) -> Tape:
    """Wait until a tape stands where it was aimed, and return it as it is then."""
    tape = aimed
    while tape.is_headed:
        await news()
        async with runtime.read(who) as work:
            tape = await read_tape(work, aimed.id)
    return tape
