"""Tools that read accounts: what they are worth, hold, ordered and filled."""

from uuid import UUID

from paperdesk.core.broker.orders import OrderKind
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, OfAccount, OfAccountPaged, Paged, account_meant
from paperdesk.doors.mcp.shapes import AccountLine, FillLine, OrderLine, PositionLine
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.broker import routes
from paperdesk.features.broker.activity_schemas import ActivityFilter, ActivityOut
from paperdesk.features.broker.fill_queries import FillFilter
from paperdesk.features.broker.history_queries import OrderFilter, Status
from paperdesk.features.broker.past_queries import Moment
from paperdesk.features.broker.schemas import ExplanationOut
from paperdesk.infra.http import Body, InstantText, LineAsWritten, PageOf, SymbolLine


class OrdersWish(OfAccountPaged):
    """Which orders are meant."""

    status: Status = "all"
    symbol: SymbolLine | None = None
    since: InstantText | None = None
    client_order_id: LineAsWritten | None = None


class OrderWish(OfAccount):
    """One order."""

    order_id: UUID


class FillsWish(OfAccountPaged):
    """Which fills are meant."""

    symbol: SymbolLine | None = None
    since: InstantText | None = None


class FillWish(Body):
    """One fill."""

    fill_id: UUID


async def get_accounts(ask: Ask, wish: Paged) -> PageOf[AccountLine]:
    """List your accounts, oldest first."""
    async with ask.reading() as work:
        page = await routes.get_accounts(work, ask.desk.shelf, wish.page)
    return PageOf(items=[AccountLine.of(each) for each in page.items], next_cursor=page.next_cursor)


async def get_account(ask: Ask, wish: OfAccount) -> AccountLine:
    """Show an account: cash, buying power, equity, gain and the day's result, at its tape's clock."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return AccountLine.of(await routes.shown_account(work, ask.desk.shelf, account))


async def get_positions(ask: Ask, wish: OfAccountPaged) -> PageOf[PositionLine]:
    """List what an account holds at its marks, by symbol; a short position has a negative quantity."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        page = await routes.get_positions(account["id"], work, ask.desk.shelf, wish.page, Moment())
    return PageOf(items=[PositionLine.of(each) for each in page.items], next_cursor=page.next_cursor)


async def get_orders(ask: Ask, wish: OrdersWish) -> PageOf[OrderLine]:
    """List an account's orders, newest first; status `open` are those that still work."""
    return await orders_meant(ask, wish)


async def orders_meant(ask: Ask, wish: OrdersWish, kind: OrderKind | None = None) -> PageOf[OrderLine]:
    """Return the orders that are meant, of one kind when it is given."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        chosen = OrderFilter(
            account["id"],
            wish.status,
            wish.symbol,
            kind,
            since=wish.since,
            client_order_id=wish.client_order_id,
        )
        page = await routes.get_orders(work, ask.desk.shelf, wish.page, chosen, Moment())
    return PageOf(items=[OrderLine.of(each) for each in page.items], next_cursor=page.next_cursor)


async def get_order(ask: Ask, wish: OrderWish) -> OrderLine:
    """Show one order as it stands."""
    async with ask.reading() as work:
        return OrderLine.of(await routes.get_order(wish.order_id, work, ask.desk.shelf))


async def get_fills(ask: Ask, wish: FillsWish) -> PageOf[FillLine]:
    """List an account's executions, newest first, with fee and realised result."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        chosen = FillFilter(wish.symbol, wish.since)
        page = await routes.get_fills(account["id"], work, wish.page, chosen)
    return PageOf(items=[FillLine.of(each) for each in page.items], next_cursor=page.next_cursor)


async def explain_fill(ask: Ask, wish: FillWish) -> ExplanationOut:
    """Explain a fill: what was seen, each part of its price, the rules, the fees and the luck."""
    async with ask.reading() as work:
        return await routes.get_fill_explanation(wish.fill_id, work)


async def get_activities(ask: Ask, wish: OfAccountPaged) -> PageOf[ActivityOut]:
    """List what moved cash or units, newest first: fills, dividends, transfers, fees and the rest."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await routes.get_activities(account["id"], work, wish.page, ActivityFilter())


TOOLS = (
    Tool("get_accounts", Scope.READ, Effect.READS, get_accounts),
    Tool("get_account", Scope.READ, Effect.READS, get_account),
    Tool("get_positions", Scope.READ, Effect.READS, get_positions),
    Tool("get_orders", Scope.READ, Effect.READS, get_orders),
    Tool("get_order", Scope.READ, Effect.READS, get_order),
    Tool("get_fills", Scope.READ, Effect.READS, get_fills),
    Tool("explain_fill", Scope.READ, Effect.READS, explain_fill),
    Tool("get_activities", Scope.READ, Effect.READS, get_activities),
)
