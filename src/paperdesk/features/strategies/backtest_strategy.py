"""Ask for a backtest of a saved strategy, which is counted as a run of its newest version."""

from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.backtests.backtests import Backtest, SavedVersion
from paperdesk.features.backtests.request_backtest import RequestBacktest, request_backtest
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.strategies.queries import read_saved_strategy
from paperdesk.infra.work import UnitOfWork


class StrategyIsOff(Conflict):
    """A saved strategy that is switched off is not run."""


async def backtest_strategy(work: UnitOfWork, shelf: Shelf, saved_id: UUID, terms: RequestBacktest) -> Backtest:
    """Return the run that was asked for; what `terms` say of strategy, symbols and parameters does not count."""
    work.require(Scope.TRADE)
    found = await read_saved_strategy(work, saved_id)
    if not found.is_active:
        raise StrategyIsOff(f"{found.name} is switched off; activate it first.", saved_strategy_id=str(saved_id))
    newest = found.newest
    asked = replace(terms, strategy=found.strategy, symbols=newest.symbols, parameters=newest.parameters)
    return await request_backtest(work, shelf, replace(asked, saved=SavedVersion(saved_id, newest.number)))
