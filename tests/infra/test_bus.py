"""News reaches everyone who listens, waits for nobody, and costs who cannot keep up their place."""

import asyncio

import pytest

from paperdesk.infra import bus as bus_module
from paperdesk.infra.bus import Bus


async def test_news_reaches_everyone_who_listens_and_nobody_else() -> None:
    bus = Bus()
    with bus.subscribe("a") as one, bus.subscribe("a", "b") as both, bus.subscribe("b") as other:
        bus.publish("a", {"n": 1})
        bus.publish("b", {"n": 2})
        assert await one.next() == {"n": 1}
        assert [await both.next(), await both.next()] == [{"n": 1}, {"n": 2}]
        assert await other.next() == {"n": 2}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.next(), 0.01)
        bus.publish("a", {"n": 3})
        assert await one.next() == {"n": 3}  # a wait that was given up has taken nothing along


async def test_who_falls_behind_is_lost_and_the_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "QUEUE_MAX", 3)
    bus = Bus()
    with bus.subscribe("a") as slow, bus.subscribe("a") as quick:
        for n in range(4):
            bus.publish("a", {"n": n})
            assert await quick.next() == {"n": n}
        assert slow.is_lost
        assert not quick.is_lost


async def test_of_news_that_only_tells_to_look_one_unread_is_enough() -> None:
    bus = Bus()
    with bus.subscribe("a", "b") as one:
        for _ in range(5000):
            bus.publish_latest("a", {"look": "a"})
            bus.publish_latest("b", {"look": "b"})
        assert [await one.next(), await one.next()] == [{"look": "a"}, {"look": "b"}]
        assert not one.is_lost
        bus.publish_latest("a", {"look": "again"})
        assert await one.next() == {"look": "again"}


async def test_nobody_listens_once_the_block_is_left() -> None:
    bus = Bus()
    with bus.subscribe("account:1", "account:2", "tape:1") as one:
        assert sorted(bus.ids_of("account:")) == ["1", "2"]
        bus.remove(one, "account:1")
        assert bus.ids_of("account:") == ["2"]
        bus.remove(one, "never heard of")
    assert not bus.has_subscribers("tape:1")
    assert bus.ids_of("") == []
