"""A write that happens only if what it was decided on still stands."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paperdesk.core.kernel.ids import AccountId, TapeId
from paperdesk.features.broker.changed_rows import array_text, written_by
from paperdesk.features.broker.changes import Change
from paperdesk.features.broker.store import Locked, Version
from paperdesk.features.broker.write_statements import Guarded, Shape, write_statement
from paperdesk.infra.db import Connection


@dataclass(frozen=True, slots=True)
class Guard:
    """What a write depends on: what was found, seen by these tenants, still stands, and the names are still free."""

    tenants: str
    found: Locked
    names: Collection[tuple[AccountId, str]]

    def kind(self, shape: Shape) -> Guarded:
        """Return how a write of this shape asks: a few rows are those of one account, which may be the only one."""
        is_alone = len(self.found.accounts) == 1 and any(few for _, few in shape)
        return Guarded.BY_WRITING if is_alone else Guarded.BY_LOCKS

    def parameters(self, kind: Guarded) -> Iterable[Any]:
        """Return what the statement takes for it."""
        names = ([owner for owner, _ in self.names], [name for _, name in self.names])
        if kind is Guarded.BY_WRITING:
            (tape_id,), (account_id,) = self.found.tapes, self.found.accounts
            versions = self.found.versions
            return self.tenants, tape_id, versions[tape_id], *names, versions[account_id]
        return self.tenants, *self._versions(self.found.tapes), *self._versions(self.found.accounts), *names

    def _versions(self, ids: Iterable[AccountId] | Iterable[TapeId]) -> tuple[str, str]:
        """Return ids and the versions of their rows, each as the text of an array."""
        found = {each: self.found.versions[each] for each in ids}
        return array_text([*found]), array_text([*found.values()])


async def apply_if_unmoved(
    db: Connection, guard: Guard, changes: Sequence[Change], recorded_at: datetime
) -> Version | None:
    """Write everything that changed as a transaction of its own if the guard holds; else write nothing, return None."""
    shape, written = written_by(changes, recorded_at)
    kind = guard.kind(shape)
    version: Version | None = await db.fetchval(write_statement(shape, kind), *guard.parameters(kind), *written)
    return version
