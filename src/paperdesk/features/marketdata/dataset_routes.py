"""REST routes of datasets: what there is, how good it is, and files that are sent in."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import anyio
from fastapi import APIRouter, Depends, Query, Request

from paperdesk.core.kernel.ids import DatasetId, uuid_from_text
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.identity.access import Caller, IdempotencyKey, Reading, Serving, Work
from paperdesk.features.marketdata.assess_dataset import AssessDataset, assess_dataset
from paperdesk.features.marketdata.import_beside import Besides, ImportBeside, import_beside
from paperdesk.features.marketdata.import_dataset import import_dataset
from paperdesk.features.marketdata.import_schemas import ImportOut, ImportTerms
from paperdesk.features.marketdata.quality_schemas import QualityOut, RepairBody
from paperdesk.features.marketdata.queries import DatasetVersion, list_datasets
from paperdesk.features.marketdata.repair_dataset import RepairDataset, repair_dataset
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.marketdata.schemas import DatasetOut
from paperdesk.infra.crypto import new_token
from paperdesk.infra.http import PageOf, PageParams, sorted_by
from paperdesk.infra.idempotency import Answer, fingerprint_of, replay_or_run
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.uploads import uploads_in
from paperdesk.infra.work import UnitOfWork

router = APIRouter(prefix="/v1", tags=["market data"], route_class=ListRoute)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that somebody sends as the body of a request."""

    request: Request
    runtime: Runtime
    who: Principal
    key: str | None


def _sent(request: Request, runtime: Serving, who: Caller, key: IdempotencyKey = None) -> Sent:
    return Sent(request, runtime, who, key)


Sending = Annotated[Sent, Depends(_sent)]


DatasetsPage = Annotated[PageParams, sorted_by(name=str, rows=int, instruments=int, created_at=datetime)]


@router.get("/datasets")
async def get_datasets(work: Reading, page: DatasetsPage) -> PageOf[DatasetOut]:
    """List the datasets you may open tapes on, newest first."""
    known = await list_datasets(work)
    shown = page.shown_part(known, DatasetOut.of, _by_age, tuple[datetime, UUID], newest_first=True)
    return PageOf(items=shown[0], next_cursor=shown[1])


def _by_age(dataset: DatasetVersion) -> tuple[datetime, UUID]:
    return dataset.recorded_at, dataset.id


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
async def post_dataset(asked: Annotated[ImportTerms, Query()], sent: Sending) -> ImportOut:
    """Import a CSV or Parquet file, sent as the body; the job reports every bad row."""
    return await _imported(sent, lambda work, upload: import_dataset(work, asked.command(upload)))


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
async def post_actions(dataset_id: UUID, sent: Sending) -> ImportOut:
    """Import a CSV file of corporate actions, sent as the body, as the next version of a dataset."""
    return await _beside(sent, (DatasetId(dataset_id), Besides.ACTIONS))


@router.post("/datasets/{dataset_id}/halts", status_code=202, openapi_extra=_csv(_SOME_HALTS))
async def post_halts(dataset_id: UUID, sent: Sending) -> ImportOut:
    """Import a CSV file of trading halts, sent as the body, as the next version of a dataset."""
    return await _beside(sent, (DatasetId(dataset_id), Besides.HALTS))


@router.post("/datasets/{dataset_id}/auctions", status_code=202, openapi_extra=_csv(_SOME_AUCTIONS))
async def post_auctions(dataset_id: UUID, sent: Sending) -> ImportOut:
    """Import a CSV file of the prints of auctions, sent as the body, as the next version of a dataset."""
    return await _beside(sent, (DatasetId(dataset_id), Besides.AUCTIONS))


_SOME_HOLDINGS = (
    "fund,held_on,known_at,symbol,name,weight_rate,quantity,market_value\n"
    "ACMX,2024-05-31,2024-06-04T12:00:00Z,BOLT,Bolt Works Inc.,0.0425,1200,24000\n"
)


@router.post("/datasets/{dataset_id}/holdings", status_code=202, openapi_extra=_csv(_SOME_HOLDINGS))
async def post_holdings(dataset_id: UUID, sent: Sending) -> ImportOut:
    """Import a CSV file of what funds hold, sent as the body, as the next version of a dataset."""
    return await _beside(sent, (DatasetId(dataset_id), Besides.HOLDINGS))


async def _beside(sent: Sent, asked: tuple[DatasetId, Besides]) -> ImportOut:
    return await _imported(sent, lambda work, upload: import_beside(work, ImportBeside(upload, *asked)))


async def _imported(sent: Sent, start: Callable[[UnitOfWork, Path], Awaitable[UUID]]) -> ImportOut:
    """Write the body to a file, and start the job that reads it; from then on the file is the job's."""
    sent.who.require(Scope.TRADE)
    upload = uploads_in(sent.runtime.settings) / new_token()
    with ExitStack() as undo:
        undo.callback(upload.unlink, missing_ok=True)
        digest = await _write(upload, sent.request.stream())
        async with sent.runtime.work(sent.who) as work:
            job_id, is_new = await _started(work, sent, digest, lambda: start(work, upload))
        if is_new:
            undo.pop_all()
    return ImportOut(job_id=job_id)


async def _started(
    work: UnitOfWork, sent: Sent, digest: bytes, start: Callable[[], Awaitable[UUID]]
) -> tuple[UUID, bool]:
    """Return the job of a file that was sent, and whether it is a new one."""
    job_id: UUID | None = None

    async def run() -> Answer:
        nonlocal job_id
        job_id = await start()
        return Answer(202, str(job_id))

    if sent.key is None:
        await run()
    else:
        told = f"{sent.request.url.path}?{sent.request.url.query}"
        before = await replay_or_run(work, sent.key, fingerprint_of("POST", told, digest), run)
        if job_id is None:
            return uuid_from_text(before.body), False
    assert job_id is not None, "a request that was not made before begins a job"
    return job_id, True


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


async def _write(path: Path, chunks: AsyncIterator[bytes]) -> bytes:
    """Write the body to a file as it comes in, and return its digest."""
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in chunks:
            digest.update(chunk)
            await file.write(chunk)
    return digest.digest()
