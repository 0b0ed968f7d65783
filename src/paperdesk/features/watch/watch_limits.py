"""Look at the limits of accounts whose tape has moved or to which something has happened.

An account is looked at as it stands, at most once a second; what came and went between two looks is not told. No order
ever waits for it: a tape that moved and an event are told of after the commit that brought them.
"""

from collections.abc import Iterable
from typing import Final

from paperdesk.core.kernel.ids import AccountId, TapeId, uuid_from_text
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.watch import limit_store as store
from paperdesk.features.watch.evaluate_limits import look_at_limits
from paperdesk.features.watch.limit_store import Watched
from paperdesk.features.watch.lookout import Lookout
from paperdesk.features.watch.measure_account import KnownPasts
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime

CHANNEL: Final = store.CHANNEL
LOOK_AGAIN_S: Final = 1.0


class LimitWatcher:
    """The room that looks: it hears of tapes that moved, of events of accounts, and of limits that were set."""

    def __init__(self, runtime: Runtime, shelf: Shelf, again_s: float = LOOK_AGAIN_S) -> None:
        """Start without having looked at anything."""
        self.runtime, self.shelf, self.known = runtime, shelf, KnownPasts()
        self._lookout = Lookout(self._watched_accounts, again_s)
        self._on_tape: dict[TapeId, set[AccountId]] = {}

    def told(self, payload: str) -> None:
        """Take note of a tape that moved, of accounts with new events, or of one of which a limit was set."""
        word, _, named = payload.partition(" ")
        if not named:
            self._lookout.name(self._on_tape.get(TapeId(uuid_from_text(word)), ()))
        elif word == "set":
            account_id, _, tape_id = named.partition(" ")
            self._know(AccountId(uuid_from_text(account_id)), TapeId(uuid_from_text(tape_id)))
        elif word != "told":
            self._lookout.name(AccountId(uuid_from_text(each)) for each in named.split(","))

    def listening(self, *, is_on: bool) -> None:
        """Look at every account with limits: it may have changed while nobody told."""
        if is_on:
            self._lookout.name_all()

    async def run(self) -> None:
        """Look until cancelled; a database that goes away is waited for."""
        await keep_serving("limits", lambda: self._lookout.run(self._look))

    async def _watched_accounts(self) -> set[AccountId]:
        async with self.runtime.as_system() as db:
            found = await store.watched_accounts(db)
        return self._on_tapes(found)

    def _on_tapes(self, found: Iterable[Watched]) -> set[AccountId]:
        accounts: set[AccountId] = set()
        for each in found:
            self._on_tape.setdefault(each.tape_id, set()).add(each.account_id)
            accounts.add(each.account_id)
        return accounts

    def _know(self, account_id: AccountId, tape_id: TapeId) -> None:
        self._on_tape.setdefault(tape_id, set()).add(account_id)
        self._lookout.know([account_id])
        self._lookout.name([account_id])

    async def _look(self, account_id: AccountId) -> bool:
        is_watched = await watch_limits(self, account_id)
        if not is_watched:
            self.known.forget(account_id)
            for accounts in self._on_tape.values():
                accounts.discard(account_id)
        return is_watched


async def watch_limits(watcher: LimitWatcher, account_id: AccountId) -> bool:
    """Look at the limits of an account, and tell of those that came up to a state; say whether it has any."""
    async with watcher.runtime.as_system() as db:
        found = await store.watched_accounts(db, account_id)
    for each in found:
        async with watcher.runtime.work(each.who) as work:
            await look_at_limits(work, watcher.shelf, account_id, watcher.known, keeps_all=False)
    return bool(found)
