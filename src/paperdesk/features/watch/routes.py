"""REST routes of watchlists and price alerts."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.watch import queries
from paperdesk.features.watch.save_watchlist import delete_watchlist, save_watchlist
from paperdesk.features.watch.schemas import (
    PriceAlertBody,
    PriceAlertChangeBody,
    PriceAlertFiringOut,
    PriceAlertOut,
    WatchlistBody,
    WatchlistOut,
)
from paperdesk.features.watch.set_price_alert import change_price_alert, delete_price_alert, set_price_alert
from paperdesk.infra.http import Page, PageOf, PageParams, Serial, sorted_by
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["watching"], route_class=ListRoute)


WatchlistsPage = Annotated[PageParams, sorted_by(name=str, created_at=datetime, changed_at=datetime)]


@router.get("/watchlists")
async def get_watchlists(work: Reading, page: WatchlistsPage) -> PageOf[WatchlistOut]:
    """List your watchlists, oldest first."""
    known = await queries.list_watchlists(work)
    found, next_cursor = page.part(known, lambda each: (each.id,), tuple[UUID])
    return PageOf(items=[WatchlistOut.of(each) for each in found], next_cursor=next_cursor)


@router.post("/watchlists", status_code=201)
async def post_watchlist(body: WatchlistBody, work: Work) -> WatchlistOut:
    """Keep a new list of symbols."""
    return WatchlistOut.of(await save_watchlist(work, body.command()))


@router.get("/watchlists/{watchlist_id}")
async def get_watchlist(watchlist_id: UUID, work: Reading) -> WatchlistOut:
    """Read a watchlist."""
    return WatchlistOut.of(await queries.read_watchlist(work, watchlist_id))


@router.put("/watchlists/{watchlist_id}")
async def put_watchlist(watchlist_id: UUID, body: WatchlistBody, work: Work) -> WatchlistOut:
    """Change the name, the symbols or their order."""
    return WatchlistOut.of(await save_watchlist(work, body.command(watchlist_id)))


@router.delete("/watchlists/{watchlist_id}", status_code=204)
async def remove_watchlist(watchlist_id: UUID, work: Work) -> None:
    """Delete a watchlist."""
    await delete_watchlist(work, watchlist_id)


PriceAlertsPage = Annotated[PageParams, sorted_by(symbol=str, condition=str, level=Decimal, set_at=datetime)]


@router.get("/price-alerts")
async def get_price_alerts(work: Reading, page: PriceAlertsPage, tape_id: UUID | None = None) -> PageOf[PriceAlertOut]:
    """List your price alerts, of one tape or of all, oldest first."""
    known = await queries.list_alerts(work, tape_id)
    items, next_cursor = page.shown_part(known, PriceAlertOut.of, lambda each: (each.id,), tuple[UUID])
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("/price-alerts", status_code=201)
async def post_price_alert(body: PriceAlertBody, work: Work, shelf: Datasets) -> PriceAlertOut:
    """Wait for a price on a tape; one that is there already has to leave and come again."""
    return PriceAlertOut.of(await set_price_alert(work, shelf, body.command()))


@router.get("/price-alerts/{alert_id}")
async def get_price_alert(alert_id: UUID, work: Reading) -> PriceAlertOut:
    """Read a price alert."""
    return PriceAlertOut.of(await queries.read_alert(work, alert_id))


@router.patch("/price-alerts/{alert_id}")
async def patch_price_alert(alert_id: UUID, body: PriceAlertChangeBody, work: Work, shelf: Datasets) -> PriceAlertOut:
    """Change what an alert waits for, and arm it from now on."""
    return PriceAlertOut.of(await change_price_alert(work, shelf, body.command(alert_id)))


@router.delete("/price-alerts/{alert_id}", status_code=204)
async def remove_price_alert(alert_id: UUID, work: Work) -> None:
    """Delete a price alert; what has fired of it stays told."""
    await delete_price_alert(work, alert_id)


@router.get("/price-alert-firings")
async def get_price_alert_firings(tape_id: UUID, work: Reading, page: Page) -> PageOf[PriceAlertFiringOut]:
    """List what has fired of your alerts on a tape, oldest first."""
    tape = await read_tape(work, tape_id)
    after = page.after(tuple[Serial]) or (0,)
    rows = await queries.firings_after(work, tape.id, after[0], page.limit + 1)
    found, next_cursor = page.cut(rows, lambda each: (each.seq,))
    return PageOf(items=[PriceAlertFiringOut.of(each) for each in found], next_cursor=next_cursor)
