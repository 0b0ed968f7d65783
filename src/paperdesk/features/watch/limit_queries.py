"""Reads of the limits of an account, of what was told of them, and of what they measure."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from paperdesk.core.broker.watched_limits import LimitState
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.queries import read_account
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.watch import limit_store as store
from paperdesk.features.watch.account_limits import KeptLimit, LimitAlert
from paperdesk.features.watch.measure_account import MeasuredAccount, measure_account
from paperdesk.infra.http import SymbolLine
from paperdesk.infra.work import ReadOnly


@dataclass(frozen=True, slots=True)
class LimitFilter:
    """Which limits of an account are meant; None is any."""

    is_enabled: bool | None = None
    state: LimitState | None = None
    symbol: SymbolLine | None = None

    def wants(self, kept: KeptLimit) -> bool:
        """Say whether a limit is meant."""
        asked = ((self.is_enabled, kept.is_enabled), (self.state, kept.state), (self.symbol, kept.symbol))
        return all(wanted in (None, found) for wanted, found in asked)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are meant: those somebody has taken note of, those nobody has, or all."""

    is_acknowledged: bool | None = None


_ALL: Final = AlertFilter()


async def list_limits(work: ReadOnly, account_id: UUID, chosen: LimitFilter) -> list[KeptLimit]:
    """Return the limits of an account, oldest first: those that are meant, of what is named."""
    work.require(Scope.READ)
    await read_account(work, account_id)
    return [each for each in await store.load_limits(work, account_id) if chosen.wants(each)]


async def alerts_after(
    work: ReadOnly, account_id: UUID, after: int, limit: int, chosen: AlertFilter = _ALL
) -> list[LimitAlert]:
    """Return what was told of an account's limits after a number, oldest first."""
    return await store.load_alerts(work, account_id, after, limit, is_acknowledged=chosen.is_acknowledged)


async def last_alert(work: ReadOnly, account_id: UUID) -> int:
    """Return the number of what was told last of an account's limits, 0 when that is nothing."""
    return await store.last_alert(work, account_id)


async def read_measures(work: ReadOnly, shelf: Shelf, account_id: UUID) -> MeasuredAccount:
    """Return what is measured of an account now."""
    work.require(Scope.READ)
    return await measure_account(work, shelf, await read_account(work, account_id))
