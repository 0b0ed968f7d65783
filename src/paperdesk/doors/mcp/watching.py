"""Tools that keep an eye on symbols: watchlists and price alerts."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, Paged
from paperdesk.doors.mcp.market import tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.watch import routes
from paperdesk.features.watch.schemas import PriceAlertBody, PriceAlertOut, WatchlistBody, WatchlistOut
from paperdesk.infra.http import PageOf


class AlertWish(PriceAlertBody):
    """An alert; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


async def get_watchlists(ask: Ask, wish: Paged) -> PageOf[WatchlistOut]:
    """List your watchlists, oldest first."""
    async with ask.reading() as work:
        return await routes.get_watchlists(work, wish.page)


async def keep_watchlist(ask: Ask, wish: WatchlistBody) -> WatchlistOut:
    """Keep a new list of symbols."""
    async with ask.desk.runtime.work(ask.who) as work:
        return await routes.post_watchlist(wish, work)


async def get_price_alerts(ask: Ask, wish: Paged) -> PageOf[PriceAlertOut]:
    """List your price alerts, oldest first."""
    async with ask.reading() as work:
        return await routes.get_price_alerts(work, wish.page)


async def set_alert(ask: Ask, wish: AlertWish) -> PriceAlertOut:
    """Wait for a price on a tape; one that is there already has to leave and come again."""
    async with ask.desk.runtime.work(ask.who) as work:
        tape_id = await tape_meant(work, wish.tape_id)
        body = PriceAlertBody.model_validate({**wish.model_dump(exclude_unset=True), "tape_id": tape_id})
        return await routes.post_price_alert(body, work, ask.desk.shelf)


TOOLS = (
    Tool("get_watchlists", Scope.READ, Effect.READS, get_watchlists),
    Tool("save_watchlist", Scope.TRADE, Effect.ADDS, keep_watchlist),
    Tool("get_price_alerts", Scope.READ, Effect.READS, get_price_alerts),
    Tool("set_price_alert", Scope.TRADE, Effect.ADDS, set_alert),
)
