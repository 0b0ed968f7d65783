"""A keeper in Redis. What bounds it is the memory that Redis is given, and its choice of what goes first."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from paperdesk.infra.keepers import LIFETIME_MAX, Found, KeeperAway

ANSWER_S_MAX: Final = 0.5
"""How long Redis may take to be connected to, and to answer: it stands in front of reads, not in their way."""

_PREFIX: Final = "paperdesk:1"
_EDITION_BYTES: Final = 16
_FIRST_EDITION: Final = bytes(_EDITION_BYTES)


class RedisKeeper:
    """Keeps answers where every process of the desk finds them."""

    name = "redis"

    def __init__(self, url: str) -> None:
        """Prepare; connections are made when first needed. Raises ValueError for what is no address."""
        self._redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_S_MAX,
            socket_connect_timeout=ANSWER_S_MAX,
            # The cache decides when to try again, and answers without Redis until then.
            retry=Retry(NoBackoff(), 0),
        )

    async def find(self, group: str, names: Sequence[str]) -> Found:
        """Return what is kept and not over its lifetime. Raises KeeperAway."""
        async with _answering():
            answer = await self._redis.mget([_edition_key(group), *(_key(group, name) for name in names)])
        known = [each if isinstance(each, bytes) else b"" for each in answer]
        edition = known[0] or _FIRST_EDITION
        found = zip(names, known[1:], strict=True)
        return Found(edition, {name: each[_EDITION_BYTES:] for name, each in found if each[:_EDITION_BYTES] == edition})

    async def keep(self, group: str, edition: bytes, values: Mapping[str, bytes], lifetime: timedelta) -> None:
        """Keep values under the edition they were looked up in. Raises KeeperAway."""
        async with _answering(), self._redis.pipeline(transaction=False) as pipe:
            for name, value in values.items():
                pipe.set(_key(group, name), edition + value, px=lifetime)
            await pipe.execute()

    async def forget(self, group: str) -> None:
        """Begin another edition: nothing kept under the one before is read again. Raises KeeperAway."""
        async with _answering():
            await self._redis.set(_edition_key(group), secrets.token_bytes(_EDITION_BYTES), ex=2 * LIFETIME_MAX)

    async def close(self) -> None:
        """Close every connection."""
        await self._redis.aclose()


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise KeeperAway(type(error).__name__) from error


def _edition_key(group: str) -> str:
    return f"{_PREFIX}:{group}:edition"


def _key(group: str, name: str) -> str:
    return f"{_PREFIX}:{group}:{sha256(name.encode()).hexdigest()}"
