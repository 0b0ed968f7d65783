"""Fan-out of committed news inside one process; at least once, and nothing is ever waited for.

A subscriber that cannot keep up loses its subscription, with a reason, rather than holding the
publisher or growing memory without bound.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

QUEUE_MAX = 1024

Message = dict[str, Any]


class Subscription:
    """What one subscriber has still to read, and one reader at a time; `is_lost` once it fell too far behind.

    A queue of the standard library wakes any number of readers and counts what they have done; a thousand streams
    that hear twenty messages a second pay for that and have no use for it.
    """

    def __init__(self) -> None:
        """Start with nothing to read."""
        self._unread: deque[tuple[Message, Hashable | None]] = deque()
        self._latest: dict[Hashable, Message] = {}
        self._reader: asyncio.Future[None] | None = None
        self.is_lost = False

    def offer(self, message: Message, latest: Hashable | None = None) -> None:
        """Take a message, or give up on the subscriber; of those with one name in `latest`, only the newest is kept."""
        if latest in self._latest:
            self._latest[latest] = message
        elif len(self._unread) == QUEUE_MAX:
            self.is_lost = True
        else:
            self._unread.append((message, latest))
            if latest is not None:
                self._latest[latest] = message
            if self._reader is not None and not self._reader.done():
                self._reader.set_result(None)

    async def next(self) -> Message:
        """Wait for the next message."""
        while (message := self.next_at_once()) is None:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return message

    def next_at_once(self) -> Message | None:
        """Return the next message if there is one."""
        if not self._unread:
            return None
        message, latest = self._unread.popleft()
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
