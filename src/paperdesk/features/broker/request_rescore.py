"""Ask for a re-score: a short one is answered at once, a long one becomes a job."""

import asyncio
from uuid import UUID

from paperdesk.features.broker.rescore_account import Rescore, RescoreAccount, lived, rescored
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.work import UnitOfWork

KIND = "rescore_account"


async def request_rescore(work: UnitOfWork, shelf: Shelf, command: RescoreAccount) -> Rescore | UUID:
    """Return the two lives side by side, or the id of the job that works them out."""
    life = await lived(work, shelf, command.account_id)
    if not life.is_long:
        return await asyncio.to_thread(rescored, life, command.model)
    arguments = {
        "account_id": command.account_id,
        "fill_model": command.model.name,
    }
    return await enqueue_asked(work, KIND, arguments)
