"""Tools that keep an eye on symbols and accounts: watchlists, price alerts, and limits of accounts."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, OfAccount, OfAccountPaged, Paged, account_meant
from paperdesk.doors.mcp.market import tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.watch import limit_routes, routes
from paperdesk.features.watch.limit_queries import AlertFilter, LimitFilter
from paperdesk.features.watch.limit_schemas import EvaluationOut, LimitAlertOut, LimitBody, LimitOut, RiskMeasuresOut
from paperdesk.features.watch.schemas import PriceAlertBody, PriceAlertOut, WatchlistBody, WatchlistOut
from paperdesk.infra.http import PageOf


class AlertWish(PriceAlertBody):
    """An alert; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


class LimitWish(LimitBody):
    """A limit of an account; without one, of that the key speaks for."""

    account_id: UUID | None = None


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


async def get_limits(ask: Ask, wish: OfAccountPaged) -> PageOf[LimitOut]:
    """List the limits that an account is watched by, and how far each is used."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await limit_routes.get_limits(account["id"], work, wish.page, LimitFilter())


async def keep_limit(ask: Ask, wish: LimitWish) -> LimitOut:
    """Watch an account by a limit of size, daily loss, drawdown, leverage or exposure; it warns and blocks nothing."""
    async with ask.desk.runtime.work(ask.who) as work:
        account = await account_meant(work, wish.account_id)
        body = LimitBody.model_validate(wish.model_dump(exclude_unset=True, exclude={"account_id"}))
        return await limit_routes.post_limit(account["id"], body, work, ask.desk.shelf)


async def evaluate(ask: Ask, wish: OfAccount) -> EvaluationOut:
    """Look at the limits of an account now, and tell which came up to a warning, an alarm or a breach."""
    async with ask.desk.runtime.work(ask.who) as work:
        account = await account_meant(work, wish.account_id)
        return await limit_routes.post_limit_evaluation(account["id"], work, ask.desk.shelf)


async def get_limit_alerts(ask: Ask, wish: OfAccountPaged) -> PageOf[LimitAlertOut]:
    """List what was told of an account's limits, oldest first, with who has taken note of it."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await limit_routes.get_limit_alerts(account["id"], work, wish.page, AlertFilter())


async def get_risk_measures(ask: Ask, wish: OfAccount) -> RiskMeasuresOut:
    """State equity, exposure, leverage, the day's result, drawdown and margin of an account."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await limit_routes.get_risk_measures(account["id"], work, ask.desk.shelf)


TOOLS = (
    Tool("get_watchlists", Scope.READ, Effect.READS, get_watchlists),
    Tool("save_watchlist", Scope.TRADE, Effect.ADDS, keep_watchlist),
    Tool("get_price_alerts", Scope.READ, Effect.READS, get_price_alerts),
    Tool("set_price_alert", Scope.TRADE, Effect.ADDS, set_alert),
    Tool("get_limits", Scope.READ, Effect.READS, get_limits),
    Tool("set_limit", Scope.TRADE, Effect.ADDS, keep_limit),
    Tool("evaluate_limits", Scope.TRADE, Effect.ADDS, evaluate),
    Tool("get_limit_alerts", Scope.READ, Effect.READS, get_limit_alerts),
    Tool("get_risk_measures", Scope.READ, Effect.READS, get_risk_measures),
)
