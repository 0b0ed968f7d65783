"""Answers are asked for once and kept; when the place they lie in is gone, they are asked for again, and it says so."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from paperdesk.infra.cache import RETRY_AFTER, Cache, Group, Kind, RedisAddressMalformed, keeper_of
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.keepers import Found, KeeperAway, MemoryKeeper
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import Metrics

PRICES: Kind[Decimal] = Kind("prices", Decimal, lambda _: timedelta(seconds=5))
MINE = Group("mine")


class FadingKeeper(MemoryKeeper):
    """A keeper that is away while it is told to be."""

    name = "fading"
    is_away = False
    tried = 0

    async def find(self, group: str, names: Sequence[str]) -> Found:
        """Answer, or be away."""
        self.tried += 1
        if self.is_away:
            raise KeeperAway("ConnectionError")
        return await super().find(group, names)


@dataclass
class Source:
    """Somebody who knows prices, and remembers what was asked; it answers when it is let."""

    asked: list[list[str]] = field(default_factory=list[list[str]])
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    price: Decimal = Decimal("100.04")
    fails: bool = False

    async def load(self, symbols: Sequence[str]) -> Mapping[str, Decimal]:
        """Return the price of each."""
        self.asked.append(list(symbols))
        await self.may_answer.wait()
        if self.fails:
            raise ConnectionError("the line broke")
        return dict.fromkeys(symbols, self.price)


@pytest.fixture
def source() -> Source:
    """A source that answers at once."""
    found = Source()
    found.may_answer.set()
    return found


@pytest.fixture
def keeper(clock: FrozenClock) -> FadingKeeper:
    """A keeper that is here."""
    return FadingKeeper(clock, 100)


@pytest.fixture
def metrics() -> Metrics:
    """Counters of their own."""
    return Metrics()


@pytest.fixture
def cache(keeper: FadingKeeper, clock: FrozenClock, metrics: Metrics) -> Cache:
    """A cache that keeps nothing yet."""
    return Cache(keeper, clock, metrics)


def counted(metrics: Metrics, outcome: str) -> float:
    return float(metrics.cache_reads.labels("prices", outcome)._value.get())


async def test_what_is_kept_is_not_asked_for_again_until_its_lifetime_is_over(
    cache: Cache, source: Source, clock: FrozenClock, metrics: Metrics
) -> None:
    assert await cache.many(PRICES, MINE, ["ACME"], source.load) == {"ACME": source.price}
    assert await cache.many(PRICES, MINE, ["ACME", "BOLT"], source.load) == dict.fromkeys(
        ("ACME", "BOLT"), source.price
    )
    clock.advance(timedelta(seconds=5))
    await cache.many(PRICES, MINE, ["ACME"], source.load)
    assert source.asked == [["ACME"], ["BOLT"], ["ACME"]]
    assert (counted(metrics, "hit"), counted(metrics, "miss")) == (1, 3)
    assert metrics.cache_hit_ratio.labels("prices")._value.get() == 0.25


async def test_as_of_another_moment_it_is_another_question(cache: Cache, source: Source) -> None:
    for group in (Group("mine", "tape at 7"), Group("mine", "tape at 8"), Group("theirs", "tape at 7")):
        await cache.many(PRICES, group, ["ACME"], source.load)
    assert len(source.asked) == 3


async def test_who_asks_for_what_is_on_its_way_waits_for_it(cache: Cache, metrics: Metrics) -> None:
    source = Source()
    waiting = [asyncio.create_task(cache.many(PRICES, MINE, ["ACME"], source.load)) for _ in range(5)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()  # who asked first goes away, and the others still get their answer
    source.may_answer.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert answers[1:] == [{"ACME": source.price}] * 4
    assert source.asked == [["ACME"]]
    assert counted(metrics, "joined") == 4


async def test_a_failure_is_everybodys_who_waited_and_is_not_kept(cache: Cache, source: Source) -> None:
    source.fails = True
    asked = [cache.many(PRICES, MINE, ["ACME"], source.load) for _ in range(2)]
    assert [type(each) for each in await asyncio.gather(*asked, return_exceptions=True)] == [ConnectionError] * 2
    source.fails = False
    assert await cache.many(PRICES, MINE, ["ACME"], source.load) == {"ACME": source.price}
    assert len(source.asked) == 2


async def test_what_was_forgotten_is_asked_for_anew_and_so_is_what_was_on_its_way(cache: Cache) -> None:
    source = Source()
    waiting = asyncio.create_task(cache.many(PRICES, MINE, ["ACME"], source.load))
    await asyncio.sleep(0.01)
    await cache.forget("mine")
    source.may_answer.set()
    assert await waiting == {"ACME": source.price}
    source.price = Decimal(101)
    assert await cache.many(PRICES, MINE, ["ACME"], source.load) == {"ACME": Decimal(101)}


async def test_without_its_keeper_a_cache_loads_says_so_once_and_comes_back_by_itself(
    cache: Cache,
    source: Source,
    keeper: FadingKeeper,
    clock: FrozenClock,
    metrics: Metrics,
) -> None:
    keeper.is_away = True
    with capture_logs() as gone:
        for _ in range(3):
            assert await cache.many(PRICES, MINE, ["ACME"], source.load) == {"ACME": source.price}
    assert (len(source.asked), keeper.tried) == (3, 1)
    assert (cache.state.keeper, cache.state.away_since, cache.state.reason) == (
        "fading",
        clock.now(),
        "ConnectionError",
    )
    assert (counted(metrics, "away"), metrics.cache_up._value.get()) == (3, 0)
    keeper.is_away = False
    clock.advance(RETRY_AFTER)
    with capture_logs() as back:
        for _ in range(2):
            await cache.many(PRICES, MINE, ["ACME"], source.load)
    assert (len(source.asked), cache.state.away_since, metrics.cache_up._value.get()) == (4, None, 1)
    assert [line["event"] for line in (*gone, *back)] == ["cache_away", "cache_back"]


async def test_what_another_version_wrote_is_asked_for_anew(cache: Cache, source: Source, keeper: FadingKeeper) -> None:
    names = MINE.names(PRICES, ["ACME"])
    edition = (await keeper.find("mine", ())).edition
    await keeper.keep("mine", edition, {names["ACME"]: b"\xc1"}, timedelta(hours=1))
    assert await cache.many(PRICES, MINE, ["ACME"], source.load) == {"ACME": source.price}


@pytest.mark.parametrize("url", ["here", "http://127.0.0.1:6379", "redis://:secret@127.0.0.1:port/0"])
def test_an_address_that_is_none_stops_the_start_and_is_not_repeated(url: str, clock: FrozenClock) -> None:
    with pytest.raises(RedisAddressMalformed) as refusal:
        keeper_of(Settings(redis_url=SecretStr(url)), clock)
    assert "secret" not in str(refusal.value.message)
