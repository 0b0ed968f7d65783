"""REST routes of the broker. Placing, previewing and cancelling orders are plain routes, in hot_routes.py."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import HTTPConnection

from paperdesk.core.broker.commands import CancelOrders, TransferCash
from paperdesk.core.broker.day_result import DayResult
from paperdesk.core.broker.orders import Order, OrderKind
from paperdesk.core.broker.valuation import PositionValue
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import AccountId, EntryId, KeyId, OrderId, UserId, derived
from paperdesk.features.broker import queries
from paperdesk.features.broker.activity_schemas import ActivityFilter, ActivityOut, as_csv
from paperdesk.features.broker.approval_schemas import WAITS, ApprovalOut
from paperdesk.features.broker.bind_key import BindKey, bind_key
from paperdesk.features.broker.cancel_orders import cancel_orders
from paperdesk.features.broker.close_position import close_position
from paperdesk.features.broker.close_queries import last_closes
from paperdesk.features.broker.day_queries import day_of
from paperdesk.features.broker.equity_history import equity_points
from paperdesk.features.broker.fill_queries import FillFilter, list_fills
from paperdesk.features.broker.history_queries import OrderFilter, list_orders, page_of
from paperdesk.features.broker.open_account import open_account
from paperdesk.features.broker.order_queries import exits_of, list_activities
from paperdesk.features.broker.order_schemas import (
    CLIENT_ID,
    ClosePositionBody,
    OrderOut,
    ReplaceOrderBody,
    order_members,
)
from paperdesk.features.broker.past_queries import Moment, account_at
from paperdesk.features.broker.position_schemas import PositionOut
from paperdesk.features.broker.queries import Worth
from paperdesk.features.broker.reconcile import reconcile
from paperdesk.features.broker.replace_order import replace_order
from paperdesk.features.broker.schemas import (
    AccountOut,
    EntryOut,
    EquityPointOut,
    ExplanationOut,
    FillOut,
    OpenAccountBody,
    ReconciliationOut,
    TransferBody,
    TransferOut,
)
from paperdesk.features.broker.transfer_cash import transfer_cash
from paperdesk.features.broker.work import BrokerWork
from paperdesk.features.identity.access import Caller, Reading, Serving, Work
from paperdesk.features.identity.queries import read_user
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.marketdata.tapes import Shelf, Tape, has_one_price
from paperdesk.infra.db import Row
from paperdesk.infra.http import InstantText, Page, PageOf, PageParams, SymbolLine, sorted_by
from paperdesk.infra.listing import Lines, ListRoute
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1", tags=["broker"], route_class=ListRoute)

FILE_ROWS_MAX = 100_000
MAY_WAIT: Final[dict[int | str, dict[str, Any]]] = {202: {"model": ApprovalOut, "description": WAITS}}


def broker_work(connection: HTTPConnection, who: Caller, runtime: Serving) -> BrokerWork:
    """Return the unit of work of the order path for a request."""
    return BrokerWork(who, runtime.clock.now(), connection.app.state.writer)


def moment_of(
    as_of: Annotated[InstantText | None, Query(description="An instant that the tape has passed.")] = None,
    known_at: Annotated[InstantText | None, Query(description="As it had been recorded by then.")] = None,
) -> Moment:
    """Return the moment that is asked about."""
    return Moment(as_of, known_at)


At = Annotated[Moment, Depends(moment_of)]
Broker = Annotated[BrokerWork, Depends(broker_work)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=f"^{CLIENT_ID}$")]


AccountsPage = Annotated[PageParams, sorted_by(name=str, status=str, cash=Decimal, opened_at=datetime)]


@router.get("/accounts")
async def get_accounts(work: Reading, shelf: Datasets, page: AccountsPage) -> PageOf[AccountOut]:
    """List your accounts, oldest first."""
    rows, next_cursor = await queries.list_accounts(work, page)
    return PageOf(items=[await shown_account(work, shelf, row) for row in rows], next_cursor=next_cursor)


@router.get("/users/{user_id}/accounts")
async def get_accounts_of_user(work: Reading, shelf: Datasets, page: AccountsPage, user_id: UUID) -> PageOf[AccountOut]:
    """List the accounts that somebody of your tenant opened, oldest first."""
    user = await read_user(work, UserId(user_id))
    rows, next_cursor = await queries.list_accounts(work, page, user.id)
    return PageOf(items=[await shown_account(work, shelf, row) for row in rows], next_cursor=next_cursor)


@router.post("/accounts", status_code=201)
async def post_account(body: OpenAccountBody, work: Work, shelf: Datasets) -> AccountOut:
    """Open an account on a tape; its first cash is a transfer in its ledger."""
    account_id = await open_account(work, shelf, body.command())
    return await shown_account(work, shelf, await queries.read_account(work, account_id))


@router.get("/accounts/{account_id}")
async def get_account(account_id: UUID, work: Reading, shelf: Datasets, moment: At) -> AccountOut:
    """Show an account and what it is worth at its tape's clock, or was at a moment."""
    if not moment.is_now:
        past = await account_at(work, shelf, account_id, moment)
        return AccountOut.of(past.row, past.worth, past.capital, past.day)
    return await shown_account(work, shelf, await queries.read_account(work, account_id))


@router.post("/accounts/{account_id}/transfers", status_code=201)
async def post_transfer(account_id: UUID, body: TransferBody, broker: Broker, key: Key = None) -> TransferOut:
    """Move cash in or out."""
    entry_id = EntryId(derived(account_id, "transfer", key) if key else broker.new_id())
    done = await transfer_cash(broker, TransferCash(AccountId(account_id), entry_id, body.amount))
    entry = done.entry
    return TransferOut(id=entry.id, number=entry.number, at=entry.at, description=entry.description, amount=body.amount)


@router.put("/accounts/{account_id}/keys/{key_id}", status_code=204)
async def put_key(account_id: UUID, key_id: UUID, work: Work) -> None:
    """Let a key speak for this account where a door knows one account a key, as the Alpaca dialect does."""
    await bind_key(work, BindKey(AccountId(account_id), KeyId(key_id)))


PositionsPage = Annotated[
    PageParams,
    sorted_by(
        symbol=str, quantity=Decimal, cost_basis=Decimal, market_value=Decimal, unrealised_pl=Decimal, day_pl=Decimal
    ),
]


@router.get("/accounts/{account_id}/positions")
async def get_positions(
    account_id: UUID, work: Reading, shelf: Datasets, page: PositionsPage, moment: At
) -> PageOf[PositionOut]:
    """List an account's positions at their marks, by symbol, as they are or were at a moment."""
    if moment.is_now:
        held = await _held_now(work, shelf, await queries.read_account(work, account_id))
    else:
        past = await account_at(work, shelf, account_id, moment)
        held = _Held(past.worth, past.day, past.dataset)
    named = queries.by_symbol(held.worth.valuation, held.dataset)
    if page.sort is None:  # what is not on the page is not worked out
        found, next_cursor = page.part(named, lambda each: (each[0],), tuple[str])
        return PageOf(items=_positions_shown(found, held), next_cursor=next_cursor)
    shown, next_cursor = page.part(_positions_shown(named, held), lambda each: (each.symbol,), tuple[str])
    return PageOf(items=shown, next_cursor=next_cursor)


@router.get("/accounts/{account_id}/activities")
async def get_activities(
    account_id: UUID, work: Reading, page: Page, chosen: Annotated[ActivityFilter, Depends()]
) -> PageOf[ActivityOut]:
    """List what moved cash or units in an account, newest first: fills, dividends, actions, transfers and the rest."""
    await queries.read_account(work, account_id)
    beyond = page.after(tuple[UUID])
    search = chosen.search(page.limit + 1, None if beyond is None else beyond[0])
    rows, next_cursor = page.cut(await list_activities(work, account_id, search), lambda row: (row["id"],))
    return PageOf(items=[ActivityOut.of(row) for row in rows], next_cursor=next_cursor)


@router.get("/accounts/{account_id}/activities.csv", response_class=Lines)
async def get_activities_file(account_id: UUID, work: Reading, chosen: Annotated[ActivityFilter, Depends()]) -> Lines:
    """Write the newest hundred thousand activities as a CSV file."""
    account = await queries.read_account(work, account_id)
    rows = await list_activities(work, account_id, chosen.search(FILE_ROWS_MAX))
    name = f"activities-{account['number']}.csv"
    return Lines(as_csv(rows), headers={"Content-Disposition": f'attachment; filename="{name}"'})


LedgerPage = Annotated[PageParams, sorted_by(number=int, at=datetime, kind=str)]


@router.get("/accounts/{account_id}/ledger")
async def get_ledger(account_id: UUID, work: Reading, page: LedgerPage, moment: At) -> PageOf[EntryOut]:
    """List an account's journal, newest first, with the cash after each entry, or as it stood at a moment."""
    await queries.read_account(work, account_id)
    rows, next_cursor = await queries.list_entries(work, account_id, page, moment.as_of, moment.known_at)
    return PageOf(items=[EntryOut.of(row) for row in rows], next_cursor=next_cursor)


FillsPage = Annotated[PageParams, sorted_by(at=datetime, symbol=str, quantity=Decimal, price=Decimal)]


@router.get("/accounts/{account_id}/fills")
async def get_fills(
    account_id: UUID, work: Reading, page: FillsPage, chosen: Annotated[FillFilter, Depends()]
) -> PageOf[FillOut]:
    """List an account's executions with fee and realised result, newest first; of a symbol or a span when asked."""
    await queries.read_account(work, account_id)
    rows, next_cursor = await list_fills(work, account_id, chosen, page)
    return PageOf(items=[FillOut.of(row) for row in rows], next_cursor=next_cursor)


@router.get("/fills/{fill_id}/explanation")
async def get_fill_explanation(fill_id: UUID, work: Reading) -> ExplanationOut:
    """Explain a fill: what was seen, each part of its price, the rules, the fees and the luck."""
    return ExplanationOut.of(*await queries.read_explanation(work, fill_id))


@router.get("/accounts/{account_id}/equity")
async def get_equity(account_id: UUID, work: Reading, shelf: Datasets, page: Page) -> PageOf[EquityPointOut]:
    """Show what an account was worth at every session's close, and is now, oldest first."""
    account = await queries.read_account(work, account_id)
    tape, dataset = await queries.market_of(work, shelf, account)
    entries = await queries.all_entries(work, account_id)
    after, opened_at = page.after(tuple[datetime]), account["opened_at"]
    begin = opened_at if after is None else max(after[0], opened_at)
    points = equity_points(entries, tape, dataset, begin, account["currency"])
    later = islice((each for each in points if after is None or each.at > after[0]), page.limit + 1)
    found, next_cursor = page.cut(list(later), lambda each: (each.at,))
    items = [EquityPointOut(at=point.at, equity=point.equity, cash=point.cash) for point in found]
    return PageOf(items=items, next_cursor=next_cursor)


@router.get("/accounts/{account_id}/reconciliation")
async def get_reconciliation(account_id: UUID, work: Reading) -> ReconciliationOut:
    """Work an account out again from its events and its ledger, and compare; what the last closes found goes along."""
    return ReconciliationOut.of(await reconcile(work, account_id), await last_closes(work, account_id))


@router.get("/orders")
async def get_orders(
    work: Reading, shelf: Datasets, page: Page, chosen: Annotated[OrderFilter, Depends()], moment: At
) -> PageOf[OrderOut]:
    """List an account's orders, newest first unless sorted otherwise, as they are or were at a moment."""
    if not moment.is_now:
        past = await account_at(work, shelf, chosen.account_id, moment)
        found, next_cursor = page_of(past.story.all_orders, chosen, page)
        return PageOf(items=[_order(order, past.tape, past.dataset) for order in found], next_cursor=next_cursor)
    account = await queries.read_account(work, chosen.account_id)
    tape, dataset = await queries.market_of(work, shelf, account)
    found, next_cursor = await list_orders(work, dataset, chosen, page)
    return PageOf(items=[_order(order, tape, dataset) for order in found], next_cursor=next_cursor)


@router.delete("/orders")
async def delete_orders(
    account_id: UUID, broker: Broker, symbol: SymbolLine | None = None, kind: OrderKind | None = None
) -> PageOf[OrderOut]:
    """Cancel every open order of an account, or those in one symbol or of one kind; all of them in one commit."""
    cancelled = await cancel_orders(broker, CancelOrders(AccountId(account_id), symbol, kind))
    items = [_shown(order, cancelled.view) for order in cancelled.orders]
    return PageOf(items=items, next_cursor=None)


@router.patch("/orders/{order_id}", responses=MAY_WAIT)
async def patch_order(
    order_id: UUID, body: ReplaceOrderBody, broker: Broker, runtime: Serving, key: Key = None
) -> OrderOut:
    """Replace a working order by a new one that differs in what is given."""
    async with runtime.read(broker.who) as reading:
        account_id = await queries.account_of_order(reading, order_id)
    command = body.command(account_id, OrderId(order_id), OrderId(broker.new_id()), key)
    placed = await replace_order(broker, command)
    return _shown(placed.order, placed.view, placed.legs)


@router.post("/accounts/{account_id}/positions/{symbol}/close", status_code=201, responses=MAY_WAIT)
async def post_close(
    account_id: UUID, symbol: SymbolLine, body: ClosePositionBody, broker: Broker, key: Key = None
) -> OrderOut:
    """Sell a position at the market: all of it, a quantity, or a percentage."""
    command = body.command(AccountId(account_id), OrderId(broker.new_id()), symbol, key)
    placed = await close_position(broker, command)
    return _shown(placed.order, placed.view)


@router.get("/orders/{order_id}")
async def get_order(order_id: UUID, work: Reading, shelf: Datasets) -> OrderOut:
    """Show one order."""
    order, tape, dataset = await queries.read_order(work, shelf, order_id)
    legs = await exits_of(work, dataset, [order]) if order.is_combo else {}
    return _order(order, tape, dataset, legs.get(order.id, ()))


def _shown(order: Order, view: MarketView, legs: Sequence[Order] = ()) -> OrderOut:
    return OrderOut(**order_members(order, is_open=view.is_open, has_one_price=view.has_one_price, legs=legs))


def _order(order: Order, tape: Tape, dataset: Dataset, legs: Sequence[Order] = ()) -> OrderOut:
    is_open = dataset.calendar.is_open(tape.at)
    return OrderOut(**order_members(order, is_open=is_open, has_one_price=has_one_price(dataset), legs=legs))


async def shown_account(work: ReadOnly, shelf: Shelf, account: Row) -> AccountOut:
    """Show an account with what it is worth at its tape's clock."""
    tape, dataset = await queries.market_of(work, shelf, account)
    worth, capital = await queries.value(work, account, tape, dataset), await queries.capital_of(work, account)
    return AccountOut.of(account, worth, capital, await day_of(work, account, worth, capital, (tape, dataset)))


async def shown_positions(work: ReadOnly, shelf: Shelf, account: Row) -> list[PositionOut]:
    """Show all that an account holds at its tape's clock, by symbol."""
    held = await _held_now(work, shelf, account)
    return _positions_shown(queries.by_symbol(held.worth.valuation, held.dataset), held)


class _Held(NamedTuple):
    """What an account holds at one moment, with the day it had."""

    worth: Worth
    day: DayResult
    dataset: Dataset


async def _held_now(work: ReadOnly, shelf: Shelf, account: Row) -> _Held:
    tape, dataset = await queries.market_of(work, shelf, account)
    worth, capital = await queries.value(work, account, tape, dataset), await queries.capital_of(work, account)
    return _Held(worth, await day_of(work, account, worth, capital, (tape, dataset)), dataset)


def _positions_shown(named: Sequence[tuple[str, PositionValue]], held: _Held) -> list[PositionOut]:
    needs = queries.margins_of(held.worth, [each for _, each in named], held.dataset)
    found = ((symbol, each, each.position.instrument_id) for symbol, each in named)
    return [PositionOut.of(symbol, each, held.day.by_instrument[id_], needs[id_]) for symbol, each, id_ in found]
