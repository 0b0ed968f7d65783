"""Resources that are followed: news on the bus become words that a resource is worth reading again.

In the protocol of 2026-07-28 one request is one stream of such words. Before it they are told on the stream that a
session holds open; what a session follows is kept here for as long as the session is known to be there.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mcp.server.session import ServerSession

from paperdesk.core.kernel.errors import Conflict
from paperdesk.infra.bus import Bus, Message, Subscription

# Words are told together: a tape that plays moves many times a second.
TOGETHER_S = 0.2
FOLLOWED_MAX = 50
SESSIONS_MAX = 10_000


class TooManyFollowed(Conflict):
    """One connection follows a bounded number of resources."""


@dataclass(slots=True)
class Followed:
    """What is followed: addresses with the topics of their news, the news while they are told, and the way to tell."""

    topics: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    news: Subscription | None = None
    session: ServerSession | None = None


class Sessions:
    """What sessions of the older protocol follow; of sessions nobody has heard of for long, the oldest go first."""

    def __init__(self, bus: Bus) -> None:
        """Start with none."""
        self._bus = bus
        self._followed: OrderedDict[str, Followed] = OrderedDict()

    def follow(self, session_id: str, uri: str, topics: tuple[str, ...], session: ServerSession) -> None:
        """Let a session follow one more address. Raises TooManyFollowed."""
        followed = self._of(session_id)
        require_bounded(len({*followed.topics, uri}))
        followed.topics[uri] = topics
        followed.session = session
        if followed.news is not None:
            for topic in topics:
                self._bus.add(followed.news, topic)

    def leave(self, session_id: str, uri: str) -> None:
        """Let a session follow one address less."""
        self._of(session_id).topics.pop(uri, None)

    def forget(self, session_id: str) -> None:
        """Forget a session that has ended."""
        self._followed.pop(session_id, None)

    async def tell(self, session_id: str) -> None:
        """Tell a session of its news until cancelled; what happened while its stream was away is told at once."""
        followed = self._of(session_id)

        async def send(uri: str) -> None:
            if followed.session is not None:
                await followed.session.send_resource_updated(uri)

        for uri in tuple(followed.topics):
            await send(uri)
        while True:
            await told(self._bus, followed, send)

    def _of(self, session_id: str) -> Followed:
        followed = self._followed.setdefault(session_id, Followed())
        self._followed.move_to_end(session_id)
        if len(self._followed) > SESSIONS_MAX:
            self._followed.popitem(last=False)
        return followed


def require_bounded(count: int) -> None:
    """Refuse more addresses than one connection follows."""
    if count > FOLLOWED_MAX:
        raise TooManyFollowed(f"At most {FOLLOWED_MAX} resources are followed at once.", limit=FOLLOWED_MAX)


async def told(bus: Bus, followed: Followed, send: Callable[[str], Awaitable[None]]) -> None:
    """Say of addresses that they are worth reading again, until news were lost; then all of them are."""
    topics = {topic for those in followed.topics.values() for topic in those}
    with bus.subscribe(*topics) as news:
        followed.news = news
        try:
            while True:
                changed = {_topic(await news.next())}
                await asyncio.sleep(TOGETHER_S)
                while (more := news.next_at_once()) is not None:
                    changed.add(_topic(more))
                for uri, those in tuple(followed.topics.items()):
                    if news.is_lost or not changed.isdisjoint(those):
                        await send(uri)
                if news.is_lost:
                    return
        finally:
            followed.news = None


def _topic(message: Message) -> str:
    """Return the topic that a message came by; of news that were missed, that of the account they are about."""
    kind = message["topic"]
    return f"{'account' if kind == 'missed' else kind}:{message['id']}"
