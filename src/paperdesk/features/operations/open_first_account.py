"""Open the first account of somebody who has just come to be here, so that there is something to trade with.

It is a job, asked for in the transaction that confirms their address: an answer that took as long as a market takes
would tell who is new.
"""

from typing import Any
from uuid import UUID

from paperdesk.core.kernel.ids import AccountId, TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.roles import Role
from paperdesk.features.broker.open_account import OpenAccount, open_account
from paperdesk.features.broker.queries import has_accounts
from paperdesk.features.identity.queries import read_user
from paperdesk.features.marketdata.open_preset_tape import OpenPresetTape, open_preset_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.operations.seed_demo import FIRST_CASH, RULES
from paperdesk.infra.jobs import Job
from paperdesk.infra.work import UnitOfWork

NAME = "Practice"
MARKET = OpenPresetTape("calm_market", name=NAME)


async def open_first_account(work: UnitOfWork, shelf: Shelf) -> AccountId | None:
    """Return the caller's first account, on a tape of its own; None where the tenant has others, or is another's."""
    if (await read_user(work, work.who.user_id)).role is not Role.OWNER or await has_accounts(work):
        return None
    tape = await open_preset_tape(work, shelf, MARKET)
    return await open_account(work, shelf, OpenAccount(NAME, tape.id, rules=RULES, cash=FIRST_CASH))


async def run_open_first_account(job: Job) -> dict[str, Any]:
    """Open it as the person themselves; done twice, it is one account."""
    who = Principal(TenantId(job.tenant_id), UserId(UUID(job.arguments["user_id"])), frozenset(Scope))
    async with job.runtime.work(who) as work:
        account_id = await open_first_account(work, Shelf(job.runtime.settings.datasets))
    return {"account_id": None if account_id is None else str(account_id)}
