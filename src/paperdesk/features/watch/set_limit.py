"""Set a limit that an account is watched by, change it, or take it away."""

from dataclasses import astuple, dataclass, field
from decimal import Decimal
from typing import Final
from uuid import UUID

from paperdesk.core.broker.watched_limits import LimitKind, Reached, Thresholds, WatchedLimit, require_limit
from paperdesk.core.kernel.errors import Conflict, NotFound
from paperdesk.core.kernel.ids import AccountId, TapeId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.broker.queries import market_of, read_account
from paperdesk.features.marketdata.market_reads import require_listed
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.watch import limit_store as store
from paperdesk.features.watch.account_limits import Evaluation, KeptLimit, require_limits
from paperdesk.features.watch.evaluate_limits import looked
from paperdesk.features.watch.measure_account import measure_account
from paperdesk.infra.db import Row
from paperdesk.infra.work import UnitOfWork

LIMITS_MAX: Final = 100
"""How many limits an account has at most."""


class UnknownLimit(NotFound):
    """There is no such limit, or it belongs to another tenant."""


class TooManyLimits(Conflict):
    """An account has at most 100 limits."""


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Watch an account by a limit, of one symbol or of all it holds."""

    account_id: UUID
    kind: LimitKind
    value: Decimal
    symbol: str | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class ChangeLimit:
    """Change what a limit is, or whether anybody looks at it; None leaves it."""

    id: UUID
    value: Decimal | None = None
    warning: Decimal | None = None
    critical: Decimal | None = None
    breached: Decimal | None = None
    is_enabled: bool | None = None


async def set_limit(work: UnitOfWork, shelf: Shelf, command: SetLimit) -> KeptLimit:
    """Return the limit, which was looked at once already unless it is disabled."""
    require_limits(work.who)
    account = await read_account(work, command.account_id)
    tape, dataset = await market_of(work, shelf, account)
    of: Instrument | None = None if command.symbol is None else require_listed(tape, dataset, command.symbol)
    limit = WatchedLimit(command.kind, command.value, command.thresholds, None if of is None else of.id)
    require_limit(limit)
    if len(await store.load_limits(work, command.account_id)) >= LIMITS_MAX:
        raise TooManyLimits(f"The account has {LIMITS_MAX} limits already; delete one.", limit=LIMITS_MAX)
    named = work.new_id(), AccountId(account["id"]), TapeId(tape.id), None if of is None else of.symbol
    found = await _looked_at(work, shelf, account, KeptLimit(*named, limit, command.is_enabled, tape.at))
    await store.insert_limit(work, found.limits[0])
    await store.insert_alerts(work, AccountId(account["id"]), found.alerts)
    said = {"account_id": account["id"], "kind": limit.kind, "symbol": named[3], "value": limit.value}
    await work.record("set_limit", named[0], said)
    return found.limits[0]


async def change_limit(work: UnitOfWork, shelf: Shelf, command: ChangeLimit) -> KeptLimit:
    """Return the limit as it is from now on; one that was disabled tells of all its states anew."""
    require_limits(work.who)
    before = await store.lock_limit(work, command.id)
    if before is None:
        raise _unknown(command.id)
    after = _changed(before, command)
    require_limit(after.limit)
    account = await read_account(work, before.account_id)
    found = await _looked_at(work, shelf, account, after)
    await store.update_limit(work, found.limits[0])
    await store.insert_alerts(work, before.account_id, found.alerts)
    said = {"before": _said(before), "after": _said(after)}
    await work.record("change_limit", before.id, said)
    return found.limits[0]


async def delete_limit(work: UnitOfWork, limit_id: UUID) -> None:
    """Take a limit away; what was told of it stays."""
    require_limits(work.who)
    if not await store.delete_limit_row(work, limit_id):
        raise _unknown(limit_id)
    await work.record("delete_limit", limit_id)


async def _looked_at(work: UnitOfWork, shelf: Shelf, account: Row, kept: KeptLimit) -> Evaluation:
    if not kept.is_enabled:
        return Evaluation(kept.set_at, [replace(kept, reached=Reached(), look=None)], [])
    found = await measure_account(work, shelf, account)
    return Evaluation(found.tape.at, *looked(work, [replace(kept, set_at=found.tape.at)], found))


def _changed(before: KeptLimit, command: ChangeLimit) -> KeptLimit:
    at = before.limit.thresholds
    thresholds = Thresholds(
        at.warning if command.warning is None else command.warning,
        at.critical if command.critical is None else command.critical,
        at.breached if command.breached is None else command.breached,
    )
    value = before.limit.value if command.value is None else command.value
    is_enabled = before.is_enabled if command.is_enabled is None else command.is_enabled
    return replace(before, limit=replace(before.limit, value=value, thresholds=thresholds), is_enabled=is_enabled)


def _said(kept: KeptLimit) -> dict[str, object]:
    thresholds = list(astuple(kept.limit.thresholds))
    return {"value": kept.limit.value, "thresholds": thresholds, "is_enabled": kept.is_enabled}


def _unknown(limit_id: UUID) -> UnknownLimit:
    return UnknownLimit("There is no such limit.", limit_id=str(limit_id))
