"""What sources told is kept for a while: in this process or in Redis, and without either the desk works on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from paperdesk.features.broker.warm_quotes import Warmer, warm_quotes
from paperdesk.features.marketdata.kept_sources import KeptSources
from paperdesk.infra.cache import RETRY_AFTER, Cache, keeper_of
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk
from tests.redis_server import RedisServer, a_redis
from tests.vendor_stand import KEYS, Trouble

DAYS = {"start": "2024-01-01", "end": "2024-12-31"}
WATCHED = "ACME,BOLT"


@pytest.fixture
async def keyed(desk: RunningDesk) -> RunningDesk:
    """The desk with a key at every source."""
    for source, (key_id, secret) in KEYS.items():
        key = {"secret": secret, **({"key_id": key_id} if key_id else {})}
        (await desk.mine.ask("PUT", f"/v1/sources/{source}/key", json=key)).raise_for_status()
    return desk


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for this file."""
    with a_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


def through_redis(desk: RunningDesk, server: RedisServer) -> Cache:
    """Return a cache as a desk has it whose settings name this Redis."""
    settings = desk.runtime.settings.model_copy(update={"redis_url": SecretStr(server.url)})
    return Cache(keeper_of(settings, desk.runtime.clock), desk.runtime.clock, desk.runtime.metrics)


@pytest.fixture
async def shared(keyed: RunningDesk, redis_server: RedisServer) -> AsyncIterator[RunningDesk]:
    """The desk with its answers in Redis."""
    keyed.runtime.cache = through_redis(keyed, redis_server)
    yield keyed
    await keyed.runtime.cache.close()


async def quotes(desk: RunningDesk, symbols: str = "ACME") -> Any:  # noqa: ANN401 - any JSON
    return await desk.mine.get("/v1/live/quotes", symbols=symbols)


async def search(desk: RunningDesk) -> Any:  # noqa: ANN401 - any JSON
    return await desk.mine.get("/v1/live/instruments", q="acme")


async def test_a_quote_is_kept_for_five_seconds_and_says_how_old_it_is(keyed: RunningDesk, clock: FrozenClock) -> None:
    first = await quotes(keyed)
    clock.advance(timedelta(seconds=4))
    assert await quotes(keyed) == first
    assert len(keyed.vendors.asked) == 1
    clock.advance(timedelta(seconds=1))
    assert (await quotes(keyed))["told"]["as_of"] == "2026-01-05T12:00:05Z"
    assert len(keyed.vendors.asked) == 2


async def test_only_what_is_missing_is_asked_for(keyed: RunningDesk, clock: FrozenClock) -> None:
    await quotes(keyed)
    clock.advance(timedelta(seconds=2))
    both = await quotes(keyed, "BOLT,ACME,NONE")
    assert [asked.params["symbols"] for asked in keyed.vendors.asked] == ["ACME", "BOLT,NONE"]
    assert ([each["symbol"] for each in both["items"]], both["items"][2]["bid"]) == (["BOLT", "ACME", "NONE"], None)
    # Together they are as old as the oldest of them.
    assert both["told"]["as_of"] == "2026-01-05T12:00:00Z"


async def test_quotes_of_two_sources_are_never_mixed(keyed: RunningDesk) -> None:
    await quotes(keyed)
    keyed.vendors.troubles = [Trouble(500)]
    both = await quotes(keyed, WATCHED)
    assert (both["told"]["source"], both["told"]["stands_in_for"]) == ("alpaca", [])
    assert all(each["bid"] is not None for each in both["items"])


async def test_lists_are_kept_for_an_hour_and_prices_are_not(keyed: RunningDesk, clock: FrozenClock) -> None:
    async def ask_all() -> None:
        await keyed.mine.get("/v1/live/instruments", q="acme")
        await keyed.mine.get("/v1/live/actions", symbol="ACME", **DAYS)
        await keyed.mine.get("/v1/live/yields", series="DGS10", **DAYS)
        await keyed.mine.get("/v1/live/bars", symbol="ACME", start="2024-01-02T00:00:00Z", end="2024-02-01T00:00:00Z")
        await keyed.mine.get("/v1/live/chain", underlying="ACME")

    await ask_all()
    first = len(keyed.vendors.asked)
    clock.advance(timedelta(minutes=59))
    await ask_all()
    chains = [asked for asked in keyed.vendors.asked[first:] if "options" in asked.path]
    assert chains == keyed.vendors.asked[first:] != []
    clock.advance(timedelta(minutes=1))
    await ask_all()
    assert len(keyed.vendors.asked) == 2 * first + len(chains)


async def test_what_stands_in_for_a_source_that_failed_is_kept_as_briefly_as_a_price(
    keyed: RunningDesk, clock: FrozenClock
) -> None:
    keyed.vendors.troubles = [Trouble(500)]
    assert (await search(keyed))["told"]["source"] == "alpaca"
    clock.advance(timedelta(seconds=5))
    assert (await search(keyed))["told"]["source"] == "polygon"


async def test_what_sources_told_is_forgotten_when_one_asks_for_it_anew(keyed: RunningDesk) -> None:
    for _ in range(2):
        await search(keyed)
        assert (await keyed.mine.ask("DELETE", "/v1/live/answers")).status_code == 204
    await search(keyed)
    assert len(keyed.vendors.asked) == 3


async def test_another_key_is_another_question_and_no_tenant_sees_anothers(
    keyed: RunningDesk, clock: FrozenClock
) -> None:
    await quotes(keyed)
    assert (await keyed.theirs.ask("GET", "/v1/live/quotes", params={"symbols": "ACME"})).status_code == 409
    clock.advance(timedelta(seconds=1))
    key_id, _ = KEYS["alpaca"]
    await keyed.mine.ask("PUT", "/v1/sources/alpaca/key", json={"key_id": key_id, "secret": "wrong"})
    assert (await quotes(keyed))["told"]["source"] == "polygon"


async def test_processes_share_what_was_kept_in_redis(shared: RunningDesk, redis_server: RedisServer) -> None:
    first = await quotes(shared, WATCHED)
    await shared.runtime.cache.close()
    shared.runtime.cache = through_redis(shared, redis_server)
    assert await quotes(shared, WATCHED) == first
    assert len(shared.vendors.asked) == 1


async def test_when_redis_dies_the_desk_works_on_says_so_and_finds_it_again(
    shared: RunningDesk, redis_server: RedisServer, clock: FrozenClock
) -> None:
    first = await quotes(shared)
    redis_server.kill()
    try:
        clock.advance(timedelta(seconds=2))
        assert (await quotes(shared))["items"] == first["items"]
        shown = await shared.visitor().get("/health/ready")
        assert (shown["status"], shown["cache"]["keeper"], shown["cache"]["answers"]) == ("ready", "redis", False)
        assert (shown["cache"]["away_since"], shown["cache"]["reason"]) == ("2026-01-05T12:00:02Z", "ConnectionError")
        told = (await shared.visitor().ask("GET", "/metrics")).text
        assert "paperdesk_cache_up 0.0" in told
        assert 'paperdesk_cache_reads_total{outcome="away",subject="live_quotes"} 1.0' in told
    finally:
        redis_server.start()
    clock.advance(RETRY_AFTER)
    assert (await shared.visitor().get("/health/ready"))["cache"]["answers"] is True
    for _ in range(2):
        await quotes(shared)
    assert "paperdesk_cache_up 1.0" in (await shared.visitor().ask("GET", "/metrics")).text
    assert len(shared.vendors.asked) == 3


async def test_in_a_recorded_session_more_than_eight_of_ten_reads_are_kept(
    keyed: RunningDesk, clock: FrozenClock
) -> None:
    """Two minutes of three people: a watch list once a second, a chart and a chain now and then, a search."""
    for second in range(120):
        for symbols in ("ACME,BOLT", "ACME", "BOLT,ACME"):
            await quotes(keyed, symbols)
        if second % 10 == 0:
            await keyed.mine.get("/v1/live/instruments", q="acme")
            await keyed.mine.get("/v1/live/actions", symbol="ACME", **DAYS)
        clock.advance(timedelta(seconds=1))
    told = (await keyed.visitor().ask("GET", "/metrics")).text
    ratios = {
        line.split('"')[1]: float(line.rsplit(" ", 1)[1])
        for line in told.splitlines()
        if line.startswith("paperdesk_cache_hit_ratio{")
    }
    assert ratios["live_quotes"] > 0.9, ratios
    assert min(ratios.values()) > 0.8, ratios
    assert len(keyed.vendors.asked) <= 120 // 5 + 2


async def test_quotes_of_what_is_held_or_ordered_on_a_live_tape_are_warm_before_anybody_asks(
    keyed: RunningDesk, clock: FrozenClock
) -> None:
    clock.advance(timedelta(hours=3, minutes=31))
    tape = await keyed.mine.post("/v1/live/tapes", {"name": "Today", "symbols": WATCHED.split(",")})
    account_id = await keyed.mine.open_account(tape["id"])
    async with asyncio.timeout(30):
        while (await keyed.mine.get("/v1/quotes", tape_id=tape["id"], symbols="BOLT"))["items"][0]["bid"] is None:
            await asyncio.sleep(0.02)
    await keyed.mine.order(account_id, "buy", "1", symbol="BOLT", limit_price="1.00", time_in_force="gtc")
    clock.advance(timedelta(hours=12))  # the session is over, and nothing asks for the tape
    rooms = keyed.rooms
    await warm_quotes(
        Warmer(keyed.runtime, rooms.shelf, KeptSources(rooms.sources, keyed.runtime.cache, keyed.runtime.clock))
    )
    before = len(keyed.vendors.asked)
    assert keyed.vendors.asked[-1].params["symbols"] == "BOLT"
    assert (await quotes(keyed, "BOLT"))["items"][0]["bid"] is not None
    assert len(keyed.vendors.asked) == before
