"""Go back on a tape with accounts: a branch begins earlier, and the chosen accounts are forked onto it at once."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker.fork_account import fork_onto
from paperdesk.features.broker.past_queries import Moment, last_seq_at, require_open_then
from paperdesk.features.broker.queries import read_account
from paperdesk.features.marketdata.rewind_tape import RewindTape, rewind_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.work import UnitOfWork


class AccountElsewhere(Conflict):
    """The account does not live on the tape that is gone back on."""


@dataclass(frozen=True, slots=True)
class BranchTape:
    """Open a branch of a tape at an earlier moment, with these accounts as they stood then."""

    tape_id: UUID
    to: datetime | date
    name: str | None = None
    account_ids: tuple[UUID, ...] = field(default=())


async def branch_tape(work: UnitOfWork, shelf: Shelf, command: BranchTape) -> tuple[Tape, list[AccountId]]:
    """Return the branch, paused at its beginning, and the forks on it in the order they were asked for."""
    branch = await rewind_tape(work, shelf, RewindTape(command.tape_id, command.to, command.name))
    forks: list[AccountId] = []
    for account_id in dict.fromkeys(command.account_ids):
        row = await read_account(work, account_id)
        if row["tape_id"] != command.tape_id:
            raise AccountElsewhere("The account lives on another tape.", account_id=str(account_id))
        require_open_then(row, branch.at)
        seq = await last_seq_at(work, row, Moment(branch.at))
        forks.append(await fork_onto(work, row, branch, seq))
    return branch, forks
