"""What stands and changes, as a stream tells it: the state first, then what is different.

What an account holds and what has come of it, how jobs stand, and how far the programs that trade on a tape have come.
That something has changed only says that there is something to read. It is read when the client takes its next
message, and told against what that client has heard, so whoever reads slowly hears fewer and the newest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast, get_args
from uuid import UUID

from paperdesk.core.kernel.time import instant_text
from paperdesk.features.broker.queries import read_account
from paperdesk.features.broker.routes import shown_account, shown_positions
from paperdesk.features.marketdata.queries import list_strategies, read_tape
from paperdesk.features.marketdata.strategy_schemas import StrategyOut
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.operations.queries import jobs_at_work, read_job
from paperdesk.features.operations.schemas import JobOut
from paperdesk.infra.bus import Message, Subscription
from paperdesk.infra.outbox import account_topic
from paperdesk.infra.work import ReadOnly

ViewTopic: TypeAlias = Literal["positions", "results", "bots", "jobs"]
VIEW_TOPICS: Final[tuple[ViewTopic, ...]] = get_args(ViewTopic)

VIEWS_MAX: Final = 50
"""How many of them one stream may follow."""

# What an account is worth and what has come of it; of its other members none moves with a price.
_RESULTS: Final = (
    "cash", "held_cash", "buying_power", "invested", "market_value", "claims", "equity", "equity_reason", "gain",
    "day_began_at", "equity_before", "day_pl", "day_reason",
)  # fmt: skip


class ViewKey(NamedTuple):
    """What a view tells, of which account, tape or job; of the caller's own jobs where none is named."""

    topic: ViewTopic
    named: UUID | None


class Followed(NamedTuple):
    """What the bus says when there is something to read, and the number at which following begins."""

    bus_topics: frozenset[str]
    seq: int | None


class Seen(NamedTuple):
    """How something stands: its parts by name, and what is said about the whole."""

    parts: dict[str, Any]
    about: Message


class Changes(Subscription):
    """Whose things have changed since somebody looked; that they changed often is not kept."""

    def __init__(self) -> None:
        """Start with nothing changed."""
        super().__init__()
        self._ids: set[str] = set()
        self._has_some = asyncio.Event()

    def offer(self, message: Message, latest: Hashable | None = None) -> None:  # noqa: ARG002 - every one is the latest
        """Note whose news it is."""
        self._ids.add(str(message["id"]))
        self._has_some.set()

    async def ids(self) -> set[str]:
        """Wait until something has changed, and return the ids of what has."""
        await self._has_some.wait()
        self._has_some.clear()
        found, self._ids = self._ids, set()
        return found


@dataclass(frozen=True, slots=True)
class Sight:
    """How one topic is followed and read, and whether it is told whole or only what is different."""

    follow: Callable[[ReadOnly, UUID | None], Awaitable[Followed]]
    read: Callable[[ReadOnly, Shelf, UUID | None], Awaitable[Seen]]
    is_whole: bool = False


class View:
    """One topic of one thing, and what one client has heard of it."""

    def __init__(self, key: ViewKey, bus_topics: frozenset[str]) -> None:
        """Start with a client who has heard nothing."""
        self.key = key
        self.bus_topics = bus_topics
        self.wakes_on = frozenset(topic.partition(":")[2] for topic in bus_topics)
        self._heard: dict[str, Any] | None = None
        self._seq = 0

    async def news(self, work: ReadOnly, shelf: Shelf) -> Message | None:
        """Read how it stands now, and return what the client has not heard of it; None when it has."""
        sight = SIGHTS[self.key.topic]
        now = await sight.read(work, shelf, self.key.named)
        before, self._heard = self._heard, now.parts
        if now.parts == before:
            return None
        after, self._seq = self._seq or None, self._seq + 1
        named = None if self.key.named is None else str(self.key.named)
        head = {"topic": self.key.topic, "id": named, "seq": self._seq, "after": after, **now.about}
        if sight.is_whole:
            return {**head, self.key.topic: now.parts}
        known = before or {}
        changed = [part for each, part in now.parts.items() if known.get(each) != part]
        return {**head, self.key.topic: changed, "gone": [each for each in known if each not in now.parts]}


async def _follow_account(work: ReadOnly, named: UUID | None) -> Followed:
    account = await read_account(work, cast("UUID", named))
    return Followed(frozenset({account_topic(named), f"tape:{account['tape_id']}"}), account["last_seq"])


async def _positions(work: ReadOnly, shelf: Shelf, named: UUID | None) -> Seen:
    account = await read_account(work, cast("UUID", named))
    held = await shown_positions(work, shelf, account)
    return Seen({str(each.instrument_id): each.model_dump(mode="json") for each in held}, await _as_of(work, account))


async def _results(work: ReadOnly, shelf: Shelf, named: UUID | None) -> Seen:
    account = await read_account(work, cast("UUID", named))
    shown = await shown_account(work, shelf, account)
    return Seen(shown.model_dump(mode="json", include=set(_RESULTS)), await _as_of(work, account))


async def _as_of(work: ReadOnly, account: Mapping[str, Any]) -> Message:
    tape = await read_tape(work, account["tape_id"])
    return {"account_seq": account["last_seq"], "at": instant_text(tape.at)}


async def _follow_bots(work: ReadOnly, named: UUID | None) -> Followed:
    tape = await read_tape(work, cast("UUID", named))
    return Followed(frozenset({f"bots:{tape.id}"}), tape.cursor)


async def _bots(work: ReadOnly, shelf: Shelf, named: UUID | None) -> Seen:  # noqa: ARG001 - no prices are read
    tape = await read_tape(work, cast("UUID", named))
    attached = [StrategyOut(name=name, acknowledged=seen) for name, seen in await list_strategies(work, tape.id)]
    parts = {each.name: each.model_dump(mode="json") for each in attached}
    return Seen(parts, {"cursor": tape.cursor, "at": instant_text(tape.at)})


async def _follow_jobs(work: ReadOnly, named: UUID | None) -> Followed:
    if named is not None:
        await read_job(work, named)
    return Followed(frozenset({f"jobs:{work.who.tenant_id}"}), None)


async def _jobs(work: ReadOnly, shelf: Shelf, named: UUID | None) -> Seen:  # noqa: ARG001 - no prices are read
    rows = await jobs_at_work(work) if named is None else [await read_job(work, named)]
    return Seen({str(row["id"]): JobOut.of(row).model_dump(mode="json") for row in rows}, {})


SIGHTS: Final[Mapping[ViewTopic, Sight]] = {
    "positions": Sight(_follow_account, _positions),
    "results": Sight(_follow_account, _results, is_whole=True),
    "bots": Sight(_follow_bots, _bots),
    "jobs": Sight(_follow_jobs, _jobs),
}
