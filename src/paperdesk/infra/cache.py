"""Answers kept for a while, so that who asks again soon is answered at once.

What is asked for while the same is on its way waits for that, so that a source is asked once. A keeper that is
away costs time and nothing else: answers are loaded, this is said, and the keeper is tried again by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import msgspec

from paperdesk.core.kernel.errors import Invalid
from paperdesk.infra.clock import Clock
from paperdesk.infra.keepers import LIFETIME_MAX, VALUE_BYTES_MAX, Found, Keeper, KeeperAway, MemoryKeeper
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import Metrics, log

T = TypeVar("T")

RETRY_AFTER: Final = timedelta(seconds=1)
"""How long a keeper that did not answer is left alone."""

_NOWHERE: Final = Found(b"", {})


class RedisAddressMalformed(Invalid):
    """The address of Redis in the settings is none; nothing starts like that."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of answer: what it is about, what it is made of, and how long each is kept."""

    subject: str
    shape: Any
    lifetime: Callable[[T], timedelta]


@dataclass(frozen=True, slots=True)
class Group:
    """Whose answers these are and as of when: they are forgotten together, and never mixed with others.

    `as_of` names the state of the world that they follow from, where that changes; a tape that stands
    elsewhere, or another key at a source, is another state.
    """

    owner: str
    as_of: str = ""

    def names(self, kind: Kind[Any], asked: Sequence[str]) -> dict[str, str]:
        """Return the name under which each answer is kept."""
        return {one: f"{kind.subject}\n{self.as_of}\n{one}" for one in asked}


@dataclass(frozen=True, slots=True)
class CacheState:
    """Where answers are kept, and since when that place is away and why; None while it answers."""

    keeper: str
    away_since: datetime | None
    reason: str | None


class Cache:
    """Returns kept answers, loads the others once, and counts both."""

    def __init__(self, keeper: Keeper, clock: Clock, metrics: Metrics) -> None:
        """Begin with nothing on its way."""
        self._keeper, self._clock, self._metrics = keeper, clock, metrics
        self._flights: dict[tuple[str, str], asyncio.Task[Mapping[str, Any]]] = {}
        self._away: tuple[datetime, str] | None = None
        self._tried_at: datetime | None = None
        self._counts: dict[str, list[int]] = {}
        metrics.cache_up.set(1)

    @property
    def state(self) -> CacheState:
        """Return where answers are kept, and whether that place answers."""
        since, reason = self._away or (None, None)
        return CacheState(self._keeper.name, since, reason)

    async def close(self) -> None:
        """Let what is on its way go, and close the keeper."""
        for flight in set(self._flights.values()):
            flight.cancel()
        await self._keeper.close()

    async def look(self) -> CacheState:
        """Try whether the keeper answers, unless it was just tried, and return how it stands."""
        await self._found("", ())
        return self.state

    async def one(self, kind: Kind[T], group: Group, asked: str, load: Callable[[], Awaitable[T]]) -> T:
        """Return the kept answer to one question, or load and keep it."""

        async def loaded(_: Sequence[str]) -> Mapping[str, T]:
            return {asked: await load()}

        return (await self.many(kind, group, [asked], loaded))[asked]

    async def many(
        self,
        kind: Kind[T],
        group: Group,
        asked: Sequence[str],
        load: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]],
    ) -> dict[str, T]:
        """Return the kept answers, after loading those that are missing all at once; `load` answers each of them.

        Raises what `load` raises, and so does everybody who waited for the same.
        """
        names = group.names(kind, asked)
        mine = [one for one in names if (group.owner, names[one]) not in self._flights]
        if mine:
            # A task of its own: who asked first may go away, and the others still want the answer.
            flight = asyncio.create_task(self._fetched(kind, group, mine, load))
            places = [(group.owner, names[one]) for one in mine]
            self._flights |= dict.fromkeys(places, flight)
            flight.add_done_callback(lambda _: self._landed(places, flight))
        awaited = {one: self._flights[group.owner, names[one]] for one in names}
        self._count(kind, "joined", len(names) - len(mine))
        for each in set(awaited.values()):
            await asyncio.shield(each)
        return {one: each.result()[one] for one, each in awaited.items()}

    async def keep(self, kind: Kind[T], group: Group, answers: Mapping[str, T]) -> None:
        """Keep answers that came without being asked for here."""
        found = await self._found(group.owner, ())
        await self._keep(kind, group, found, answers)

    async def forget(self, owner: str) -> None:
        """Let nothing that was kept for somebody be told again, nor what is on its way."""
        for place in [place for place in self._flights if place[0] == owner]:
            del self._flights[place]
        try:
            await self._keeper.forget(owner)
        except KeeperAway as away:
            self._note(away)

    async def _fetched(
        self,
        kind: Kind[T],
        group: Group,
        asked: Sequence[str],
        load: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]],
    ) -> Mapping[str, T]:
        names = group.names(kind, asked)
        found = await self._found(group.owner, list(names.values()))
        kept = dict(_read(kind, {one: found.values[name] for one, name in names.items() if name in found.values}))
        missing = [one for one in names if one not in kept]
        self._count(kind, "hit", len(kept))
        self._count(kind, "away" if found is _NOWHERE else "miss", len(missing))
        if missing:
            fresh = await load(missing)
            await self._keep(kind, group, found, fresh)
            kept |= fresh
        return kept

    async def _found(self, owner: str, names: Sequence[str]) -> Found:
        """Return what the keeper has; nowhere while it is away."""
        now = self._clock.now()
        if self._away and self._tried_at and timedelta(0) <= now - self._tried_at < RETRY_AFTER:
            return _NOWHERE
        self._tried_at = now
        try:
            found = await self._keeper.find(owner, names)
        except KeeperAway as away:
            self._note(away)
            return _NOWHERE
        if self._away:
            log.warning("cache_back", keeper=self._keeper.name, away_since=self._away[0].isoformat())
            self._away = None
            self._metrics.cache_up.set(1)
        return found

    async def _keep(self, kind: Kind[T], group: Group, found: Found, answers: Mapping[str, T]) -> None:
        if found is _NOWHERE:
            return
        names = group.names(kind, list(answers))
        by_lifetime: dict[timedelta, dict[str, bytes]] = {}
        for one, answer in answers.items():
            written = msgspec.msgpack.encode(answer)
            if len(written) <= VALUE_BYTES_MAX:
                lifetime = min(kind.lifetime(answer), LIFETIME_MAX)
                by_lifetime.setdefault(lifetime, {})[names[one]] = written
        try:
            for lifetime, values in by_lifetime.items():
                await self._keeper.keep(group.owner, found.edition, values, lifetime)
        except KeeperAway as away:
            self._note(away)

    def _note(self, away: KeeperAway) -> None:
        """Say once that the keeper is away."""
        if self._away is None:
            self._away = (self._clock.now(), str(away))
            self._metrics.cache_up.set(0)
            log.warning("cache_away", keeper=self._keeper.name, reason=str(away))

    def _landed(self, places: Iterable[tuple[str, str]], flight: "asyncio.Task[Mapping[str, Any]]") -> None:
        for place in places:
            if self._flights.get(place) is flight:
                del self._flights[place]
        if not flight.cancelled():
            flight.exception()  # whoever waits sees it; with nobody left it is no news

    def _count(self, kind: Kind[Any], outcome: str, reads: int) -> None:
        if reads:
            self._metrics.cache_reads.labels(kind.subject, outcome).inc(reads)
            counts = self._counts.setdefault(kind.subject, [0, 0])
            counts[0] += reads if outcome in {"hit", "joined"} else 0
            counts[1] += reads
            self._metrics.cache_hit_ratio.labels(kind.subject).set(counts[0] / counts[1])


def _read(kind: Kind[T], written: Mapping[str, bytes]) -> Iterable[tuple[str, T]]:
    """Yield what can still be read: another version of the desk may have written something else."""
    for one, value in written.items():
        try:
            yield one, msgspec.msgpack.decode(value, type=kind.shape)
        except msgspec.MsgspecError:
            log.info("cache_unreadable", subject=kind.subject)


def keeper_of(settings: Settings, clock: Clock) -> Keeper:
    """Return where the settings want answers to be kept. Raises RedisAddressMalformed, which stops the start."""
    if settings.redis_url is None:
        return MemoryKeeper(clock, settings.cache_entries_max)
    from paperdesk.infra.redis_keeper import RedisKeeper  # noqa: PLC0415 - takes time, and most desks have no Redis

    try:
        return RedisKeeper(settings.redis_url.get_secret_value())
    except ValueError:
        # The sentence does not repeat the address: it may hold a password.
        raise RedisAddressMalformed(
            "PAPERDESK_REDIS_URL is no address of a Redis, such as redis://127.0.0.1:6379/0.",
            variable="PAPERDESK_REDIS_URL",
        ) from None
