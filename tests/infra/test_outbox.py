"""What was committed is published, in order, to everyone who listens."""

import asyncio

from paperdesk.infra.bus import Message, Subscription
from paperdesk.infra.outbox import account_topic
from tests.desk import RunningDesk, desk, markets, wish

__all__ = ["desk", "markets"]


async def heard(news: Subscription, count: int) -> list[Message]:
    """Return the next events; that of the first deposit may come late and does not count."""
    found: list[Message] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            message = await news.next()
            found += [message] if message["seq"] > 1 else []
    return found


async def test_events_are_published_in_order_with_what_happened(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    with desk.runtime.bus.subscribe(account_topic(account_id)) as news:
        await desk.mine.order(account_id, "buy", "1")
        await desk.mine.step(tape_id)
        found = await heard(news, 2)
    assert [(one["seq"], one["event"]) for one in found] == [(2, "order_accepted"), (3, "order_filled")]
    assert {one["id"] for one in found} == {account_id}


async def test_many_at_once_arrive_without_a_gap(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="1000000")
    with desk.runtime.bus.subscribe(account_topic(account_id)) as news:
        body = wish(account_id, "buy", "1")
        await asyncio.gather(*(desk.mine.ask("POST", "/v1/orders", json=body) for _ in range(50)))
        assert [one["seq"] for one in await heard(news, 50)] == list(range(2, 52))


async def test_what_was_refused_or_rolled_back_is_never_published(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    with desk.runtime.bus.subscribe(account_topic(account_id)) as news:
        await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1000"))
        await desk.mine.order(account_id, "buy", "1")
        (only,) = await heard(news, 1)
        assert (only["seq"], only["event"]) == (2, "order_accepted")
