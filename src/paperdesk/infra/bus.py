"""Fan-out of committed news inside one process; at least once, and nothing is ever waited for.

A subscriber that cannot keep up loses its subscription, with a reason, rather than holding the
publisher or growing memory without bound.
"""

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

QUEUE_MAX = 1024

Message = dict[str, Any]


class Subscription:
    """One subscriber's queue of messages; `is_lost` once it fell too far behind."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._queue: asyncio.Queue[tuple[Message, Hashable | None]] = asyncio.Queue(QUEUE_MAX)
        self._latest: dict[Hashable, Message] = {}
        self.is_lost = False

    def offer(self, message: Message, latest: Hashable | None = None) -> None:
        """Take a message, or give up on the subscriber; of those with one name in `latest`, only the newest is kept."""
        if latest in self._latest:
            self._latest[latest] = message
            return
        try:
            self._queue.put_nowait((message, latest))
        except asyncio.QueueFull:
            self.is_lost = True
        else:
            if latest is not None:
                self._latest[latest] = message

    async def next(self) -> Message:
        """Wait for the next message."""
        return self._taken(*await self._queue.get())

    def next_at_once(self) -> Message | None:
        """Return the next message if there is one."""
        return None if self._queue.empty() else self._taken(*self._queue.get_nowait())

    def _taken(self, message: Message, latest: Hashable | None) -> Message:
        return message if latest is None else self._latest.pop(latest)


class Bus:
    """Topics and who listens to them."""

    def __init__(self) -> None:
        """Start without subscribers."""
        self._topics: defaultdict[str, set[Subscription]] = defaultdict(set)

    def has_subscribers(self, topic: str) -> bool:
        """Say whether anybody listens, so that nothing is rendered for nobody."""
        return bool(self._topics.get(topic))

    def publish(self, topic: str, message: Message) -> None:
        """Offer a message to everyone who listens to a topic."""
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.offer(message)

    def publish_latest(self, topic: str, message: Message) -> None:
        """Say that there is something new to read; who has not read the last such message yet gets no other."""
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.offer(message, topic)

    @contextmanager
    def subscribe(self, *topics: str) -> Iterator[Subscription]:
        """Listen to topics for as long as the block lasts."""
        subscription = Subscription()
        for topic in topics:
            self.add(subscription, topic)
        try:
            yield subscription
        finally:
            for topic in tuple(self._topics):
                self.remove(subscription, topic)

    def add(self, subscription: Subscription, topic: str) -> None:
        """Let a subscription hear one more topic."""
        self._topics[topic].add(subscription)

    def remove(self, subscription: Subscription, topic: str) -> None:
        """Let a subscription hear one topic less."""
        self._topics[topic].discard(subscription)
        if not self._topics[topic]:
            del self._topics[topic]

    def ids_of(self, prefix: str) -> list[str]:
        """Return the ids behind a prefix that somebody listens to."""
        return [topic.removeprefix(prefix) for topic in self._topics if topic.startswith(prefix)]
