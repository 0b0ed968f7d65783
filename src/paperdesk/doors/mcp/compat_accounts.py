"""Tools under the names of an earlier simulator: accounts, orders and positions."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from paperdesk.core.broker.orders import OrderKind, kind_in
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.accounts import OrdersWish, get_account, get_accounts, orders_meant
from paperdesk.doors.mcp.asking import Ask, Nothing, OfAccount, OfAccountPaged, account_meant
from paperdesk.doors.mcp.books import get_details
from paperdesk.doors.mcp.options import HeldWish, get_held, get_strategies
from paperdesk.doors.mcp.shapes import AccountLine, Line, OrderLine, PositionLine
from paperdesk.doors.mcp.tool import Effect, Run, Tool
from paperdesk.features.broker import queries, routes
from paperdesk.features.broker.held_queries import HeldState
from paperdesk.features.broker.option_schemas import HeldOptionOut
from paperdesk.features.identity.routes import read_me
from paperdesk.features.identity.schemas import MeView
from paperdesk.features.operations.routes import get_ready
from paperdesk.features.operations.schemas import ReadyOut
from paperdesk.infra.http import NumberText, PageOf


class BalanceLine(Line):
    """An account's cash."""

    id: UUID
    currency: str
    at: datetime
    cash: NumberText
    held_cash: NumberText
    unsettled_cash: NumberText
    buying_power: NumberText | None


class SummaryLine(Line):
    """What an account is worth, and what it has brought."""

    id: UUID
    currency: str
    at: datetime
    cash: NumberText
    invested: NumberText
    market_value: NumberText | None
    equity: NumberText | None
    equity_reason: str | None
    contributed: NumberText
    gain: NumberText | None
    day_pl: NumberText | None
    day_reason: str | None


class Portfolio(BaseModel):
    """An account with what it holds."""

    account: AccountLine
    items: list[PositionLine]


async def check_health(ask: Ask, wish: Nothing) -> ReadyOut:  # noqa: ARG001 - it takes no arguments
    """Say how the parts really are: the database, the pump that moves tapes, the cache."""
    return await get_ready(ask.desk.runtime)


async def get_balance(ask: Ask, wish: OfAccount) -> BalanceLine:
    """Show an account's cash: what there is, what open orders hold, what is not settled."""
    return BalanceLine.of(await get_details(ask, wish))


async def show_caller(ask: Ask, wish: Nothing) -> MeView:  # noqa: ARG001 - it takes no arguments
    """Show whom the desk takes you for: user, tenant, role, key and permissions."""
    return await read_me(ask.desk.runtime, ask.who)


async def get_portfolio(ask: Ask, wish: OfAccount) -> Portfolio:
    """List an account's positions at their present marks, with what the account is worth."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        worth = await routes.shown_account(work, ask.desk.shelf, account)
        held = await routes.shown_positions(work, ask.desk.shelf, account)
    return Portfolio(account=AccountLine.of(worth), items=[PositionLine.of(each) for each in held])


async def get_summary(ask: Ask, wish: OfAccount) -> SummaryLine:
    """Show an account's totals: cash, market value, equity, profit and loss, the day's result."""
    return SummaryLine.of(await get_details(ask, wish))


async def get_shares(ask: Ask, wish: OfAccountPaged) -> PageOf[PositionLine]:
    """List the positions of an account that are no options, at their marks."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        _, dataset = await queries.market_of(work, ask.desk.shelf, account)
        held = await routes.shown_positions(work, ask.desk.shelf, account)
    kinds = {each.symbol: kind_in(dataset.instruments[InstrumentId(each.instrument_id)]) for each in held}
    shares = [each for each in held if kinds[each.symbol] is not OrderKind.OPTION]
    found, next_cursor = wish.page.part(shares, lambda each: (each.symbol,), tuple[str])
    return PageOf(items=[PositionLine.of(each) for each in found], next_cursor=next_cursor)


async def get_open_options(ask: Ask, wish: OfAccountPaged) -> PageOf[HeldOptionOut]:
    """List the options that an account holds now."""
    return await get_held(ask, HeldWish(**dict(wish), state=HeldState.OPEN))


def orders_of(kind: OrderKind) -> Run:
    """Return the function that lists orders of one kind."""

    async def get_some(ask: Ask, wish: OrdersWish) -> PageOf[OrderLine]:
        return await orders_meant(ask, wish, kind)

    return get_some


def open_orders_of(kind: OrderKind) -> Run:
    """Return the function that lists working orders of one kind."""

    async def get_some(ask: Ask, wish: OfAccountPaged) -> PageOf[OrderLine]:
        return await orders_meant(ask, OrdersWish(**dict(wish), status="open"), kind)

    return get_some


def _read(name: str, run: Run, told: str | None = None) -> Tool:
    return Tool(name, Scope.READ, Effect.READS, run, told)


_SHARES, _OPTIONS = "in shares and funds, newest first.", "in single options, newest first; combos are with get_orders."
TOOLS = (
    _read("health_check", check_health),
    _read("get_account_balance", get_balance),
    _read("debug_context_info", show_caller),
    _read("get_account_info", get_account),
    _read("account_info", get_account),
    _read("get_portfolio", get_portfolio),
    _read("portfolio", get_portfolio),
    _read("get_trading_portfolio", get_portfolio),
    _read("get_portfolio_summary", get_summary),
    _read("get_all_accounts", get_accounts),
    _read("account_details", get_details),
    _read("positions", get_shares),
    _read("stock_orders", orders_of(OrderKind.EQUITY), f"List an account's orders {_SHARES}"),
    _read("options_orders", orders_of(OrderKind.OPTION), f"List an account's orders {_OPTIONS}"),
    _read("open_stock_orders", open_orders_of(OrderKind.EQUITY), f"List an account's working orders {_SHARES}"),
    _read("open_option_orders", open_orders_of(OrderKind.OPTION), f"List an account's working orders {_OPTIONS}"),
    _read("aggregate_option_positions", get_strategies),
    _read("all_option_positions", get_held),
    _read("open_option_positions", get_open_options),
)
