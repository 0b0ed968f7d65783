"""One contract for every keeper of answers: lifetimes, groups that are forgotten, and a bound."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import redis

from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.keepers import Keeper, KeeperAway, MemoryKeeper
from paperdesk.infra.redis_keeper import RedisKeeper
from tests.redis_server import RedisServer, a_redis

SHORTLY = timedelta(milliseconds=150)
LONG = timedelta(hours=1)


@dataclass
class Stage:
    """A keeper, and how time passes for it."""

    keeper: Keeper
    wait: Callable[[timedelta], Awaitable[None]]


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for this file."""
    with a_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def stage(request: pytest.FixtureRequest, clock: FrozenClock) -> AsyncIterator[Stage]:
    """Each keeper there is, empty."""
    if request.param == "memory":

        async def passes(time: timedelta) -> None:
            clock.advance(time)

        yield Stage(MemoryKeeper(clock, 100), passes)
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    with redis.Redis(port=server.port) as client:
        client.flushall()
    keeper = RedisKeeper(server.url)

    async def really_passes(time: timedelta) -> None:
        await asyncio.sleep(time.total_seconds())

    yield Stage(keeper, really_passes)
    await keeper.close()


async def kept(stage: Stage, group: str, **values: bytes) -> None:
    """Keep values for long, as somebody does who has just looked."""
    edition = (await stage.keeper.find(group, ())).edition
    await stage.keeper.keep(group, edition, values, LONG)


async def test_what_was_kept_is_found_in_its_group_and_under_its_name_only(stage: Stage) -> None:
    await kept(stage, "mine", acme=b"100", bolt=b"")
    assert (await stage.keeper.find("mine", ["acme", "bolt", "none"])).values == {"acme": b"100", "bolt": b""}
    assert (await stage.keeper.find("theirs", ["acme"])).values == {}


async def test_nothing_is_found_after_its_lifetime(stage: Stage) -> None:
    edition = (await stage.keeper.find("mine", ())).edition
    await stage.keeper.keep("mine", edition, {"acme": b"100"}, SHORTLY)
    await kept(stage, "mine", bolt=b"20")
    await stage.wait(SHORTLY)
    assert (await stage.keeper.find("mine", ["acme", "bolt"])).values == {"bolt": b"20"}


async def test_a_group_that_was_forgotten_is_empty_and_no_other_is(stage: Stage) -> None:
    await kept(stage, "mine", acme=b"100")
    await kept(stage, "theirs", acme=b"100")
    await stage.keeper.forget("mine")
    assert (await stage.keeper.find("mine", ["acme"])).values == {}
    assert (await stage.keeper.find("theirs", ["acme"])).values == {"acme": b"100"}
    await kept(stage, "mine", acme=b"101")
    assert (await stage.keeper.find("mine", ["acme"])).values == {"acme": b"101"}


async def test_what_was_asked_for_before_a_group_was_forgotten_is_never_found_after(stage: Stage) -> None:
    before = await stage.keeper.find("mine", ["acme"])
    await stage.keeper.forget("mine")
    await stage.keeper.keep("mine", before.edition, {"acme": b"old"}, LONG)
    assert (await stage.keeper.find("mine", ["acme"])).values == {}


async def test_this_process_keeps_no_more_than_its_bound_and_lets_the_unread_go_first(clock: FrozenClock) -> None:
    stage = Stage(MemoryKeeper(clock, 3), lambda _: asyncio.sleep(0))
    await kept(stage, "mine", a=b"1", b=b"2", c=b"3")
    await stage.keeper.find("mine", ["a"])
    await kept(stage, "mine", d=b"4")
    assert set((await stage.keeper.find("mine", ["a", "b", "c", "d"])).values) == {"a", "c", "d"}


async def test_redis_keeps_no_more_than_the_memory_it_was_given(redis_server: RedisServer) -> None:
    keeper, names = RedisKeeper(redis_server.url), [str(number) for number in range(60)]
    with redis.Redis(port=redis_server.port) as client:
        try:
            client.config_set("maxmemory", int(client.info("memory")["used_memory"]) + 3_000_000)
            client.config_set("maxmemory-policy", "allkeys-lru")
            for name in names:
                await keeper.keep("mine", bytes(16), {name: bytes(100_000)}, LONG)
            assert int(client.info("stats")["evicted_keys"]) > 0
            # Which ones stay is for Redis to say; it may drop the edition too, and then all are as good as gone.
            assert len((await keeper.find("mine", names)).values) < len(names)
        finally:
            client.config_set("maxmemory", 0)
            client.flushall()
            await keeper.close()


async def test_a_redis_that_is_not_there_is_away_and_nothing_else() -> None:
    keeper = RedisKeeper("redis://127.0.0.1:1/0")
    with pytest.raises(KeeperAway):
        await keeper.find("mine", ["acme"])
    with pytest.raises(KeeperAway):
        await keeper.keep("mine", bytes(16), {"acme": b"100"}, LONG)
    with pytest.raises(KeeperAway):
        await keeper.forget("mine")
    await keeper.close()
