"""Keep a list of symbols, in the order that its owner chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.watch import store
from paperdesk.features.watch.watchlists import Watchlist
from paperdesk.infra.work import UnitOfWork

WATCHLISTS_MAX: Final = 100
"""How many lists a person keeps at most."""


class UnknownWatchlist(NotFound):
    """You have no such watchlist."""


class TooManyWatchlists(Conflict):
    """A person keeps at most 100 watchlists."""


class RepeatedSymbol(Invalid):
    """A symbol stands in a watchlist once."""


@dataclass(frozen=True, slots=True)
class SaveWatchlist:
    """Keep a list under a name; with an id in place of the one that is there."""

    name: str
    symbols: Sequence[str]
    id: UUID | None = None


async def save_watchlist(work: UnitOfWork, command: SaveWatchlist) -> Watchlist:
    """Return the list as it is kept."""
    work.require(Scope.TRADE)
    for number, symbol in enumerate(command.symbols):
        if symbol in command.symbols[:number]:
            raise RepeatedSymbol(f"{symbol} stands in the list twice.", symbol=symbol)
    if command.id is None:
        found = await _new(work, command)
    else:
        found = await _changed(work, command.id, command)
    await work.record("save_watchlist", found.id, {"symbols": len(found.symbols)})
    return found


async def _new(work: UnitOfWork, command: SaveWatchlist) -> Watchlist:
    if await store.count_watchlists(work) >= WATCHLISTS_MAX:
        raise TooManyWatchlists(f"You keep {WATCHLISTS_MAX} watchlists already; delete one.", limit=WATCHLISTS_MAX)
    found = Watchlist(work.new_id(), command.name, command.symbols, work.now, work.now)
    await store.insert_watchlist(work, found)
    return found


async def _changed(work: UnitOfWork, list_id: UUID, command: SaveWatchlist) -> Watchlist:
    found = await store.update_watchlist(work, list_id, command.name, command.symbols)
    if found is None:
        raise UnknownWatchlist("You have no such watchlist.", watchlist_id=str(list_id))
    return found


async def delete_watchlist(work: UnitOfWork, list_id: UUID) -> None:
    """Delete one of the caller's lists."""
    work.require(Scope.TRADE)
    if not await store.delete_watchlist_row(work, list_id):
        raise UnknownWatchlist("You have no such watchlist.", watchlist_id=str(list_id))
    await work.record("delete_watchlist", list_id)
