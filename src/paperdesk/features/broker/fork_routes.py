"""REST routes of forks: accounts forked at a moment, branches of tapes with accounts, and accounts side by side."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker import queries
from paperdesk.features.broker.branch_tape import BranchTape, branch_tape
from paperdesk.features.broker.compare_accounts import compare_accounts
from paperdesk.features.broker.fork_account import ForkAccount, fork_account
from paperdesk.features.broker.fork_schemas import BranchBody, BranchOut, ComparisonOut, ForkBody
from paperdesk.features.broker.routes import shown_account
from paperdesk.features.broker.schemas import AccountOut
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets, shown_tape
from paperdesk.infra.once import OnceRoute

router = APIRouter(prefix="/v1", tags=["broker"], route_class=OnceRoute)


@router.post("/accounts/{account_id}/forks", status_code=201)
async def post_fork(account_id: UUID, body: ForkBody, work: Work, shelf: Datasets) -> AccountOut:
    """Fork an account as it stands, or as it stood: then on a branch of its tape that begins at that moment."""
    command = ForkAccount(AccountId(account_id), body.name, body.as_of, body.seq)
    fork_id = await fork_account(work, shelf, command)
    return await shown_account(work, shelf, await queries.read_account(work, fork_id))


@router.get("/accounts/{account_id}/comparison")
async def get_comparison(
    account_id: UUID, work: Reading, shelf: Datasets, others: Annotated[list[UUID], Query(alias="with")]
) -> ComparisonOut:
    """Compare an account with others: equity at the same instants, and fills since they parted."""
    return ComparisonOut.of(await compare_accounts(work, shelf, [account_id, *others]))


@router.post("/tapes/{tape_id}/rewind", status_code=201)
async def post_rewind(tape_id: UUID, body: BranchBody, work: Work, shelf: Datasets) -> BranchOut:
    """Open a branch of a tape at an earlier moment, with accounts forked onto it; the tape itself stays where it is."""
    command = BranchTape(tape_id, body.to, body.name, body.account_ids)
    branch, forks = await branch_tape(work, shelf, command)
    shown = await shown_tape(shelf, branch, work.who)
    return BranchOut(**dict(shown), forks=[*forks])
