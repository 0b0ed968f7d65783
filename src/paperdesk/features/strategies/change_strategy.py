"""Change a saved strategy: another name, or another version of what it trades and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.values import replace
from paperdesk.features.strategies import store
from paperdesk.features.strategies.queries import own_strategy
from paperdesk.features.strategies.save_strategy import name_taken, version_of
from paperdesk.features.strategies.saved_strategies import SavedStrategy, StrategyVersion
from paperdesk.infra.work import UnitOfWork, jsonable


@dataclass(frozen=True, slots=True)
class ChangeStrategy:
    """What is to be otherwise; None leaves it. Parameters that are named replace theirs, and the others stay."""

    saved_id: UUID
    name: str | None = None
    symbols: Sequence[str] | None = None
    parameters: Mapping[str, Any] | None = None
    note: str = ""


async def change_strategy(work: UnitOfWork, command: ChangeStrategy) -> SavedStrategy:
    """Return the strategy as it is kept now; what trades otherwise is a version of its own, and a name is not."""
    found = await own_strategy(work, command.saved_id)
    version = _version(work, found, command)
    changed = replace(found, name=command.name or found.name, newest=version, changed_at=work.now)
    if not await store.update_strategy(work, changed):
        raise name_taken(changed.name)
    if version is not found.newest:
        await store.insert_version(work, found.id, version)
    await work.record("change_strategy", found.id, {"version": version.number})
    return changed


def _version(work: UnitOfWork, found: SavedStrategy, command: ChangeStrategy) -> StrategyVersion:
    """Return the version after the newest, or the newest where it would be the same."""
    newest = found.newest
    given = {**newest.parameters, **(command.parameters or {})}
    symbols = newest.symbols if command.symbols is None else command.symbols
    made = version_of(work, newest.number + 1, found.strategy, symbols, given, command.note)
    plain: Mapping[str, Any] = jsonable(dict(made.parameters))
    is_same = list(made.symbols) == list(newest.symbols) and plain == jsonable(dict(newest.parameters))
    return newest if is_same else replace(made, parameters=plain)
