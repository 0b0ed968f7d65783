"""REST routes of the life of an account: a number to find it by, a name, rest, a new epoch, its end."""

from uuid import UUID

from fastapi import APIRouter

from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker import queries
from paperdesk.features.broker.change_account import ChangeAccount, change_account
from paperdesk.features.broker.close_account import close_account
from paperdesk.features.broker.life_schemas import ChangeAccountBody, EpochOut, ResetBody
from paperdesk.features.broker.past_queries import ended_epochs
from paperdesk.features.broker.reset_account import ResetAccount, reset_account
from paperdesk.features.broker.routes import shown_account
from paperdesk.features.broker.schemas import AccountOut
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import Line, Page, PageOf, Serial
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1/accounts", tags=["broker"], route_class=ListRoute)


@router.get("/by-number/{number}")
async def get_account_by_number(number: Line, work: Reading, shelf: Datasets) -> AccountOut:
    """Show the account of a public number; its last sign tells a number that was mistyped."""
    return await shown_account(work, shelf, await queries.account_numbered(work, number))


@router.patch("/{account_id}")
async def patch_account(account_id: UUID, body: ChangeAccountBody, work: Work, shelf: Datasets) -> AccountOut:
    """Rename an account, let it rest (inactive), or wake it up (open)."""
    await change_account(work, ChangeAccount(AccountId(account_id), body.name, body.status))
    return await shown_account(work, shelf, await queries.read_account(work, account_id))


@router.delete("/{account_id}")
async def delete_account(account_id: UUID, work: Work, shelf: Datasets) -> AccountOut:
    """Close an account that holds nothing but cash, which is paid out; its history stays readable."""
    await close_account(work, shelf, AccountId(account_id))
    return await shown_account(work, shelf, await queries.read_account(work, account_id))


@router.post("/{account_id}/reset")
async def post_reset(account_id: UUID, body: ResetBody, work: Work, shelf: Datasets) -> AccountOut:
    """Begin a new epoch with cash alone; open orders end, and all that was stays readable."""
    await reset_account(work, shelf, ResetAccount(AccountId(account_id), body.cash))
    return await shown_account(work, shelf, await queries.read_account(work, account_id))


@router.get("/{account_id}/epochs")
async def get_epochs(account_id: UUID, work: Reading, shelf: Datasets, page: Page) -> PageOf[EpochOut]:
    """List the epochs of an account, oldest first, with what was held when each of them ended."""
    account = await queries.read_account(work, account_id)
    _, dataset = await queries.market_of(work, shelf, account)
    left = await ended_epochs(work, account)
    epochs, next_cursor = page.part(await queries.epochs_of(work, account), lambda each: (each.epoch,), tuple[Serial])
    items = [EpochOut.of(each, left.get(each.epoch, ()), dataset.instruments) for each in epochs]
    return PageOf(items=items, next_cursor=next_cursor)
