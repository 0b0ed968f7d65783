"""Reads of watchlists and alerts, each for the person who asks."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.watch import store
from paperdesk.features.watch.alerts import Firing, SetAlert
from paperdesk.features.watch.save_watchlist import UnknownWatchlist
from paperdesk.features.watch.set_price_alert import UnknownPriceAlert
from paperdesk.features.watch.watchlists import Watchlist
from paperdesk.infra.work import ReadOnly


async def list_watchlists(work: ReadOnly) -> list[Watchlist]:
    """Return the caller's lists, oldest first."""
    work.require(Scope.READ)
    return await store.load_watchlists(work)


async def read_watchlist(work: ReadOnly, list_id: UUID) -> Watchlist:
    """Return one of the caller's lists."""
    work.require(Scope.READ)
    for found in await store.load_watchlists(work, list_id):
        return found
    raise UnknownWatchlist("You have no such watchlist.", watchlist_id=str(list_id))


async def list_alerts(work: ReadOnly, tape_id: UUID | None) -> list[SetAlert]:
    """Return the caller's alerts, of a tape or of all, oldest first."""
    work.require(Scope.READ)
    return await store.load_alerts(work, tape_id)


async def read_alert(work: ReadOnly, alert_id: UUID) -> SetAlert:
    """Return one of the caller's alerts."""
    work.require(Scope.READ)
    for found in await store.load_alerts(work, alert_id=alert_id):
        return found
    raise UnknownPriceAlert("You have no such price alert.", alert_id=str(alert_id))


async def firings_after(work: ReadOnly, tape_id: UUID, after: int, limit: int) -> list[Firing]:
    """Return what has fired of the caller's alerts on a tape after a number, oldest first."""
    return await store.load_firings(work, tape_id, after, limit)


async def last_firing(work: ReadOnly, tape_id: UUID) -> int:
    """Return the number of what fired last, 0 when nothing has."""
    return await store.last_firing(work, tape_id)
