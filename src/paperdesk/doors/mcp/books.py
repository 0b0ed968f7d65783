"""Tools that read an account's books: its journal, equity, gains, lots, and whether all of it agrees."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, OfAccount, OfAccountPaged, Paged, account_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.broker import gain_routes, routes, statistics_routes
from paperdesk.features.broker.gain_routes import GainFilter
from paperdesk.features.broker.gain_schemas import GainsOut, LotOut
from paperdesk.features.broker.past_queries import Moment
from paperdesk.features.broker.schemas import AccountOut, EntryOut, EquityPointOut, ReconciliationOut
from paperdesk.features.broker.statistics_schemas import OrderStateOut
from paperdesk.infra.http import PageOf


class OrderHistoryWish(Paged):
    """One order."""

    order_id: UUID


async def get_details(ask: Ask, wish: OfAccount) -> AccountOut:
    """Show all there is of an account: balances, margin, rules, result of the day."""
    async with ask.reading() as work:
        return await routes.shown_account(work, ask.desk.shelf, await account_meant(work, wish.account_id))


async def get_ledger(ask: Ask, wish: OfAccountPaged) -> PageOf[EntryOut]:
    """List an account's journal, newest first, with the cash after each entry."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await routes.get_ledger(account["id"], work, wish.page, Moment())


async def get_equity(ask: Ask, wish: OfAccountPaged) -> PageOf[EquityPointOut]:
    """Show what an account was worth at every session's close, and is now, oldest first."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await routes.get_equity(account["id"], work, ask.desk.shelf, wish.page)


async def get_gains(ask: Ask, wish: OfAccountPaged) -> GainsOut:
    """List realised gains by lot, oldest first, short or long term and with wash sales marked."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await gain_routes.get_gains(account["id"], work, ask.desk.shelf, wish.page, GainFilter())


async def get_lots(ask: Ask, wish: OfAccountPaged) -> PageOf[LotOut]:
    """List the open lots of an account by symbol and age."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await gain_routes.get_lots(account["id"], work, ask.desk.shelf, wish.page)


async def get_order_history(ask: Ask, wish: OrderHistoryWish) -> PageOf[OrderStateOut]:
    """Show every state that an order has been in, oldest first."""
    async with ask.reading() as work:
        return await statistics_routes.get_order_history(wish.order_id, work, ask.desk.shelf, wish.page)


async def get_reconciliation(ask: Ask, wish: OfAccount) -> ReconciliationOut:
    """Work an account out again from its events and its ledger, and say whether all of it agrees."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await routes.get_reconciliation(account["id"], work)


TOOLS = (
    Tool("get_account_details", Scope.READ, Effect.READS, get_details),
    Tool("get_ledger", Scope.READ, Effect.READS, get_ledger),
    Tool("get_equity", Scope.READ, Effect.READS, get_equity),
    Tool("get_gains", Scope.READ, Effect.READS, get_gains),
    Tool("get_lots", Scope.READ, Effect.READS, get_lots),
    Tool("get_order_history", Scope.READ, Effect.READS, get_order_history),
    Tool("get_reconciliation", Scope.READ, Effect.READS, get_reconciliation),
)
