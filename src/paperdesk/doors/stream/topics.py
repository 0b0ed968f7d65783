"""What a client follows, and how news becomes messages for it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args
from uuid import UUID

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import TapeId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.market.options import canonical_symbol
from paperdesk.doors.stream.numbered import NUMBERED
from paperdesk.doors.stream.views import SIGHTS, VIEW_TOPICS, VIEWS_MAX, Changes, View, ViewKey
from paperdesk.features.broker.queries import events_after, read_account
from paperdesk.features.marketdata.attach_strategy import acknowledge_cursor
from paperdesk.features.marketdata.channels import MARKET, TOPICS, ChannelKey, Moment, Topic
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.publication import CHANNELS_MAX, Publication, TooManyChannels
from paperdesk.features.marketdata.queries import SYMBOLS_MAX, TooManySymbols, on_tape, read_tape
from paperdesk.features.marketdata.routes import shown_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.bus import Message, Subscription
from paperdesk.infra.outbox import account_topic, message_of
from paperdesk.infra.runtime import Runtime

REPLAY_MAX = 10_000
# How many missed events are read at once.
PIECE = 1000
# How often what stands and changes is read anew at most, however quickly a tape plays.
LOOK_AGAIN_S = 0.2


class UnknownTopic(Invalid):
    """A client follows accounts, tapes, what they tell of symbols, jobs and bots; and it can ping."""


class TooFarBehind(Invalid):
    """More events were missed than a stream replays; read the account anew."""


class TooManyViews(Invalid):
    """One stream follows at most 50 positions, results, bots and jobs together."""


class SymbolsMissing(Invalid):
    """Market data is followed by symbol; name at least one."""


class UnknownInterval(Invalid):
    """Bars come in fifteen intervals, and nothing else has one."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a stream is served from."""

    runtime: Runtime
    shelf: Shelf
    publication: Publication


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks: what to do with which topic of what, and how."""

    do: str
    topic: str | None = None
    id: UUID | None = None
    after: int | None = None
    symbols: Sequence[str] | None = None
    interval: str | None = None


class Follower:
    """One client's subscriptions. Events of an account arrive once each and in order.

    News says only that something happened; where it leaves a gap, as at the beginning, the missing
    events are read from the books.
    """

    def __init__(self, place: Place, who: Principal, news: Subscription) -> None:
        """Start following nothing."""
        self._runtime, self._shelf, self._publication = place.runtime, place.shelf, place.publication
        self._who = who
        self._news = news
        self._channels: set[ChannelKey] = set()
        self._views: dict[ViewKey, View] = {}
        self._changes = Changes()
        # How many messages were begun to be sent, and how many are sent.
        self.telling, self.told = 0, 0
        self._seen: dict[str, int] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._read: deque[Message] = deque()

    @property
    def is_lost(self) -> bool:
        """Say whether the client fell too far behind."""
        return self._news.is_lost

    def say(self, message: Message) -> None:
        """Send a message of the system itself."""
        self._news.offer({"topic": "system", **message})

    async def next(self) -> Message:
        """Return the next message the client has not seen."""
        while True:
            message = self._read.popleft() if self._read else await self._news.next()
            match message["topic"]:
                case "missed":
                    await self._read_missed(message["id"])
                case "numbered":
                    await self._read_numbered(message["of"], message["id"])
                case "tape":
                    return await self._tape(UUID(message["id"]))
                case "view":
                    news = await self._view(message["key"])
                    if news is not None:
                        return news
                case "account" if message["seq"] != self._seen[message["id"]] + 1:
                    if message["seq"] > self._seen[message["id"]]:
                        await self._read_missed(message["id"])
                case "account":
                    self._seen[message["id"]] = message["seq"]
                    return message
                case _:
                    return message

    def at_hand(self) -> Message | None:
        """Return the next message if it is the market's and has come; nothing has to be read for such a one."""
        message = None if self._read else self._news.next_at_once()
        if message is not None and message["topic"] != MARKET:
            self._read.append(message)
            return None
        return message

    async def do(self, wish: Wish) -> None:
        """Do what a client asks."""
        match wish:
            case Wish(do="ping"):
                self.say({"event": "pong"})
            case Wish(do="status"):
                self.say(
                    {
                        "event": "status",
                        "told": self.told,
                        "accounts": dict(self._seen),
                        "views": len(self._views),
                        "channels": len(self._channels),
                    }
                )
            case Wish(do="subscribe", topic="account", id=UUID() as account_id):
                await self._follow_account(account_id, wish.after)
            case Wish(do="subscribe", topic="tape", id=UUID() as tape_id):
                await self._follow_tape(tape_id)
            case Wish(do="subscribe", topic="alerts" | "notifications" | "limit_alerts" as topic, id=UUID() as named):
                await self._follow_numbered(topic, named, wish.after)
            case Wish(do="subscribe", topic="jobs") | Wish(do="subscribe", id=UUID()) if wish.topic in VIEW_TOPICS:
                await self._follow_view(ViewKey(wish.topic, wish.id))
            case Wish(do="subscribe", id=UUID() as tape_id) if wish.topic in TOPICS:
                await self._follow_market(tape_id, wish)
            case Wish(do="unsubscribe", topic="jobs") | Wish(do="unsubscribe", id=UUID()) if wish.topic in VIEW_TOPICS:
                self._leave_view(ViewKey(wish.topic, wish.id))
            case Wish(do="unsubscribe", topic=str(), id=UUID() as named):
                self._leave(named, wish)
            case _:
                raise UnknownTopic(
                    "Subscribe to an account or its positions or results by its id, to the tape, alerts, bots, quotes, "
                    "prints, bars or status of a tape by its, or to your jobs; acknowledge a tape's cursor; ping; or "
                    "ask for the status."
                )

    def leave(self) -> None:
        """Stop following market data and views; the bus forgets the rest by itself."""
        self._publication.leave(self._news, self._channels)
        for key in tuple(self._views):
            self._leave_view(key)

    async def watch(self) -> None:
        """Note that there is something to read of what stands and changes, until cancelled."""
        while True:
            changed = await self._changes.ids()
            for view in self._views.values():
                if not view.wakes_on.isdisjoint(changed):
                    self._look_at(view)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def acknowledge(self, tape_id: UUID, strategy: str, cursor: int) -> None:
        """Take note that an attached strategy has seen everything up to a cursor of its tape."""
        async with self._runtime.work(self._who) as work:
            seen = await acknowledge_cursor(work, tape_id, strategy, cursor)
        self.say({"event": "acknowledged", "id": str(tape_id), "strategy": strategy, "cursor": seen})

    async def _follow_account(self, account_id: UUID, after: int | None) -> None:
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            last_seq = (await read_account(work, account_id))["last_seq"]
        since = last_seq if after is None else min(after, last_seq)
        if last_seq - since > REPLAY_MAX:
            raise TooFarBehind(f"More than {REPLAY_MAX} events were missed; read the account anew.")
        self._seen[str(account_id)] = since
        self._runtime.bus.add(self._news, account_topic(account_id))
        self.say({"event": "subscribed", "id": str(account_id), "seq": last_seq})
        self._news.offer({"topic": "missed", "id": str(account_id)})

    async def _read_missed(self, account_id: str) -> None:
        """Read what was missed, a piece at a time."""
        async with self._runtime.read(self._who) as work:
            rows = await events_after(work, UUID(account_id), self._seen[account_id], PIECE)
        self._read.extend(message_of(row) for row in rows)
        if len(rows) == PIECE:
            self._read.append({"topic": "missed", "id": account_id})

    async def _follow_numbered(self, topic: str, named: UUID, after: int | None) -> None:
        """Tell what comes of a topic from now on, or after a number."""
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            await NUMBERED[topic].require(work, named)
            last = await NUMBERED[topic].last(work, named)
        since = last if after is None else min(after, last)
        if last - since > REPLAY_MAX:
            raise TooFarBehind(f"More than {REPLAY_MAX} were missed; read the list anew.")
        self._numbers[topic, str(named)] = since
        self._runtime.bus.add(self._news, f"{topic}:{named}")
        self.say({"event": "subscribed", "id": str(named), "seq": last, "to": topic})
        self._news.offer({"topic": "numbered", "of": topic, "id": str(named)})

    async def _read_numbered(self, topic: str, named: str) -> None:
        """Read what has come since, a piece at a time."""
        async with self._runtime.read(self._who) as work:
            found = await NUMBERED[topic].after(work, UUID(named), self._numbers[topic, named], PIECE)
        told = [NUMBERED[topic].message(each) for each in found]
        self._read.extend(told)
        if told:
            self._numbers[topic, named] = told[-1]["seq"]
        if len(told) == PIECE:
            self._read.append({"topic": "numbered", "of": topic, "id": named})

    async def _follow_tape(self, tape_id: UUID) -> None:
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            await read_tape(work, tape_id)
        self._runtime.bus.add(self._news, f"tape:{tape_id}")
        self.say({"event": "subscribed", "id": str(tape_id)})
        self._news.offer({"topic": "tape", "id": str(tape_id)})

    async def _tape(self, tape_id: UUID) -> Message:
        async with self._runtime.read(self._who) as work:
            tape = await read_tape(work, tape_id)
        shown = await shown_tape(self._shelf, tape, self._who)
        return {"topic": "tape", "id": str(tape.id), "seq": tape.cursor, "tape": shown.model_dump(mode="json")}

    async def _follow_view(self, key: ViewKey) -> None:
        """Tell how something stands, and then what changes."""
        if len(self._views.keys() | {key}) > VIEWS_MAX:
            raise TooManyViews(f"One stream follows at most {VIEWS_MAX} of them.", limit=VIEWS_MAX)
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            followed = await SIGHTS[key.topic].follow(work, key.named)
        view = self._views[key] = View(key, followed.bus_topics)
        for topic in view.bus_topics:
            self._runtime.bus.add(self._changes, topic)
        named = None if key.named is None else str(key.named)
        self.say({"event": "subscribed", "id": named, "seq": followed.seq, "to": key.topic})
        self._look_at(view)

    def _leave(self, named: UUID, wish: Wish) -> None:
        if wish.topic in TOPICS:
            self._leave_market(named, wish)
        else:
            self._runtime.bus.remove(self._news, f"{wish.topic}:{named}")

    def _leave_view(self, key: ViewKey) -> None:
        gone = self._views.pop(key, None)
        others = {topic for view in self._views.values() for topic in view.bus_topics}
        for topic in frozenset() if gone is None else gone.bus_topics - others:
            self._runtime.bus.remove(self._changes, topic)

    def _look_at(self, view: View) -> None:
        self._news.offer({"topic": "view", "key": view.key}, latest=view.key)

    async def _view(self, key: ViewKey) -> Message | None:
        """Return what is new of a view, unless it was left meanwhile."""
        view = self._views.get(key)
        if view is None:
            return None
        async with self._runtime.read(self._who) as work:
            return await view.news(work, self._shelf)

    async def _follow_market(self, tape_id: UUID, wish: Wish) -> None:
        """Tell the state of channels and then what comes; what moved before anybody listened is read once more."""
        keys = _keys(tape_id, wish)
        if len(self._channels.union(keys)) > CHANNELS_MAX:
            raise TooManyChannels(f"One stream follows at most {CHANNELS_MAX} channels.", limit=CHANNELS_MAX)
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            tape, dataset = await on_tape(work, self._shelf, tape_id)
        channels = self._publication.channels(Moment(tape, dataset), keys)
        followed = {"to": wish.topic, "symbols": [key.symbol for key in keys], "interval": keys[0].interval}
        self.say({"event": "subscribed", "id": str(tape_id), "seq": tape.cursor, **followed})
        self._publication.admit(self._news, channels)
        self._channels.update(keys)
        async with self._runtime.read(self._who) as work:
            self._publication.moved(await read_tape(work, tape_id))

    def _leave_market(self, tape_id: UUID, wish: Wish) -> None:
        """Follow less: the symbols and the interval that are named, or all of them."""
        gone = {
            key
            for key in self._channels
            if (key.tape_id, key.topic) == (tape_id, wish.topic)
            and (wish.symbols is None or key.symbol in map(canonical_symbol, wish.symbols))
            and wish.interval in (None, key.interval)
        }
        self._publication.leave(self._news, gone)
        self._channels -= gone


def _keys(tape_id: UUID, wish: Wish) -> list[ChannelKey]:
    """Return the channels that are asked for, each once."""
    symbols = list(dict.fromkeys(map(canonical_symbol, wish.symbols or ())))
    if not symbols:
        raise SymbolsMissing("Name the symbols to follow.")
    if len(symbols) > SYMBOLS_MAX:
        raise TooManySymbols(f"At most {SYMBOLS_MAX} symbols at once.", limit=SYMBOLS_MAX)
    interval = wish.interval or ("1d" if wish.topic == "bars" else None)
    if interval is not None and (wish.topic != "bars" or interval not in get_args(Interval)):
        raise UnknownInterval(f"Bars come in {', '.join(get_args(Interval))}; nothing else has an interval.")
    topic = cast("Topic", wish.topic)
    return [ChannelKey(TapeId(tape_id), topic, symbol, cast("Interval | None", interval)) for symbol in symbols]
