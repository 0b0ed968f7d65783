"""Same key, same request, same answer: a request that is sent again is answered again, not done again.

The row is written in the transaction of the work itself, so that neither can be there without the
other. Refusals are not kept: what was refused may be asked again. Answers are kept for a week.

A route does nothing for it: whoever opens its unit of work claims the key there, and the route's class keeps the answer
before the commit (`once.py`).
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Table, Text, Uuid, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.infra.db import Instant, metadata
from paperdesk.infra.personal import personal
from paperdesk.infra.work import UnitOfWork, jsonable

KEY_LENGTH_MAX = 255
KEPT_FOR = timedelta(days=7)
_UNANSWERED = 0

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal(None),  # answers, for a week
)


class IdempotencyKeyReused(Conflict):
    """The idempotency key was used before, for another request."""


class MalformedIdempotencyKey(Invalid):
    """An idempotency key is one line of 1 to 255 visible ASCII characters."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered: an HTTP status and a body of plain JSON."""

    status: int
    body: Any


def fingerprint_of(method: str, path: str, body: bytes) -> bytes:
    """Return what two requests must have in common to be the same one."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


class AnsweredBefore(Exception):
    """The same request was answered before; nothing is done again."""

    def __init__(self, answer: Answer) -> None:
        """Carry the answer."""
        super().__init__("answered before")
        self.answer = answer


async def begin(work: UnitOfWork, key: str, fingerprint: bytes) -> None:
    """Claim a key for a request in its own transaction.

    A second request that arrives while the first is being done waits for it. Raises AnsweredBefore with what the
    first was answered, IdempotencyKeyReused when the key was used for another request, MalformedIdempotencyKey.
    """
    if not (0 < len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        raise MalformedIdempotencyKey("An idempotency key is one line of 1 to 255 visible ASCII characters.")
    if not await _claim(work, key, fingerprint):
        raise AnsweredBefore(await _kept(work, key, fingerprint))


async def keep(work: UnitOfWork, key: str, answer: Answer) -> None:
    """Keep what a request is answered under the key that it has claimed."""
    kept = {"status": answer.status, "body": jsonable(answer.body)}
    await work.db.execute(update(idempotency_keys).where(*_mine(work, key)).values(kept))


async def replay_or_run(work: UnitOfWork, key: str, fingerprint: bytes, run: Callable[[], Awaitable[Answer]]) -> Answer:
    """Do the work and keep its answer under the caller's key, or return the answer kept before."""
    try:
        await begin(work, key, fingerprint)
    except AnsweredBefore as before:
        return before.answer
    answer = await run()
    await keep(work, key, answer)
    return answer


async def forget_old(db: AsyncConnection, now: datetime) -> None:
    """Let go of the answers that nobody will ask for again, of every tenant."""
    await db.execute(delete(idempotency_keys).where(idempotency_keys.c.recorded_at < now - KEPT_FOR))


async def _claim(work: UnitOfWork, key: str, fingerprint: bytes) -> bool:
    claim = {
        "tenant_id": work.who.tenant_id, "key": _own(work, key), "fingerprint": fingerprint,
        "status": _UNANSWERED, "body": {}, "recorded_at": work.now,
    }  # fmt: skip
    # Waits here while another transaction holds the same key, and goes on when that one ends.
    return (await work.db.execute(insert(idempotency_keys).values(claim).on_conflict_do_nothing())).rowcount == 1


async def _kept(work: UnitOfWork, key: str, fingerprint: bytes) -> Answer:
    columns = idempotency_keys.c
    query = select(columns.fingerprint, columns.status, columns.body).where(*_mine(work, key))
    row = (await work.db.execute(query)).one()
    if row.fingerprint != fingerprint:
        raise IdempotencyKeyReused("This idempotency key was used before, for another request.", key=key)
    return Answer(row.status, row.body)


def _mine(work: UnitOfWork, key: str) -> tuple[Any, ...]:
    return idempotency_keys.c.tenant_id == work.who.tenant_id, idempotency_keys.c.key == _own(work, key)


def _own(work: UnitOfWork, key: str) -> str:
    """Return the name under which a key is kept: nobody is given an answer that was somebody else's."""
    return f"{work.who.subject} {key}"
