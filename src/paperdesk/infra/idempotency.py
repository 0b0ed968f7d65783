"""Same key, same request, same answer: a request that is sent again is answered again, not done again.

The row is written in the transaction of the work itself, so that neither can be there without the
other. Refusals are not kept: what was refused may be asked again. Answers are kept for a week.
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


async def replay_or_run(work: UnitOfWork, key: str, fingerprint: bytes, run: Callable[[], Awaitable[Answer]]) -> Answer:
    """Do the work and keep its answer under the caller's key, or return the answer kept before.

    A second request that arrives while the first is being done waits for it. Raises
    IdempotencyKeyReused when the key was used for another request, MalformedIdempotencyKey.
    """
    if not (0 < len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        raise MalformedIdempotencyKey("An idempotency key is one line of 1 to 255 visible ASCII characters.")
    if not await _claim(work, key, fingerprint):
        return await _kept(work, key, fingerprint)
    answer = await run()
    kept = {"status": answer.status, "body": jsonable(answer.body)}
    await work.db.execute(update(idempotency_keys).where(*_mine(work, key)).values(kept))
    return answer


async def forget_old(db: AsyncConnection, now: datetime) -> None:
    """Let go of the answers that nobody will ask for again, of every tenant."""
    await db.execute(delete(idempotency_keys).where(idempotency_keys.c.recorded_at < now - KEPT_FOR))


async def _claim(work: UnitOfWork, key: str, fingerprint: bytes) -> bool:
    claim = {
        "tenant_id": work.who.tenant_id, "key": key, "fingerprint": fingerprint,
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
    return idempotency_keys.c.tenant_id == work.who.tenant_id, idempotency_keys.c.key == key
