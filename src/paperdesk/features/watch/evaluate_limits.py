"""Look at the limits of an account as it stands, keep what they measure, and tell of those that came up to a state."""

from collections.abc import Sequence
from uuid import UUID

from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker.queries import read_account
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.watch import limit_store as store
from paperdesk.features.watch.account_limits import Evaluation, KeptLimit, LimitAlert, alert_of, require_limits, seen
from paperdesk.features.watch.measure_account import KnownPasts, MeasuredAccount, measure_account
from paperdesk.infra.work import UnitOfWork


async def evaluate_limits(work: UnitOfWork, shelf: Shelf, account_id: UUID) -> Evaluation:
    """Return every limit of an account that is enabled as it stands now, and what is told of them at that."""
    require_limits(work.who)
    found = await look_at_limits(work, shelf, account_id)
    await work.record("evaluate_limits", account_id, {"limits": len(found.limits), "alerts": len(found.alerts)})
    return found


async def look_at_limits(
    work: UnitOfWork, shelf: Shelf, account_id: UUID, known: KnownPasts | None = None, *, keeps_all: bool = True
) -> Evaluation:
    """Look at the limits of an account; without `keeps_all`, only those are written whose state has changed.

    They are locked first, so that of two who look at once the second sees what the first has told.
    """
    account = await read_account(work, account_id)
    kept = [each for each in await store.load_limits(work, account_id, lock=True) if each.is_enabled]
    found = await measure_account(work, shelf, account, known)
    after, alerts = looked(work, kept, found)
    for before, each in zip(kept, after, strict=True):
        if keeps_all or (before.state, before.reached) != (each.state, each.reached):
            await store.keep_look(work, each)
    return Evaluation(found.tape.at, after, await store.insert_alerts(work, AccountId(account_id), alerts))


def looked(
    work: UnitOfWork, kept: Sequence[KeptLimit], found: MeasuredAccount
) -> tuple[list[KeptLimit], list[LimitAlert]]:
    """Return limits after they were looked at, and what is to be told of them."""
    looks = [seen(each, found.measures, found.tape.at) for each in kept]
    told = [(each, state) for each, state in looks if state is not None]
    return [each for each, _ in looks], [alert_of(work.new_id(), each, state, work.now) for each, state in told]
