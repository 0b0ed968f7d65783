"""Read the capsule of a run, beside its family as it stands now."""

from typing import Any
from uuid import UUID

from paperdesk.features.backtests.capsules import capsule_of
from paperdesk.features.backtests.queries import read_backtest, report_in
from paperdesk.features.backtests.trial_store import read_selection
from paperdesk.infra.work import ReadOnly


async def read_capsule(work: ReadOnly, backtest_id: UUID) -> dict[str, Any]:
    """Return it; raises UnknownBacktest, NoReportYet or NotToBeProven."""
    found = await read_backtest(work, backtest_id)
    return capsule_of(found, report_in(found), await read_selection(work, found))
