"""What a client follows, and how news becomes messages for it."""

from collections import deque
from uuid import UUID

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.broker.queries import events_after, read_account
from paperdesk.features.marketdata.attach_strategy import acknowledge_cursor
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.routes import shown_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.bus import Message, Subscription
from paperdesk.infra.outbox import account_topic, message_of
from paperdesk.infra.runtime import Runtime

REPLAY_MAX = 10_000
# How many missed events are read at once.
PIECE = 1000


class UnknownTopic(Invalid):
    """A client can follow accounts and tapes, and ping."""


class TooFarBehind(Invalid):
    """More events were missed than a stream replays; read the account anew."""


class Follower:
    """One client's subscriptions. Events of an account arrive once each and in order.

    News says only that something happened; where it leaves a gap, as at the beginning, the missing
    events are read from the books.
    """

    def __init__(self, runtime: Runtime, shelf: Shelf, who: Principal, news: Subscription) -> None:
        """Start following nothing."""
        self._runtime = runtime
        self._shelf = shelf
        self._who = who
        self._news = news
        self._seen: dict[str, int] = {}
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
                case "tape":
                    return await self._tape(message["id"])
                case "account" if message["seq"] != self._seen[message["id"]] + 1:
                    if message["seq"] > self._seen[message["id"]]:
                        await self._read_missed(message["id"])
                case "account":
                    self._seen[message["id"]] = message["seq"]
                    return message
                case _:
                    return message

    async def do(self, what: str, topic: str | None, followed: UUID | None, after: int | None) -> None:
        """Do what a client asks."""
        match (what, topic, followed):
            case ("ping", _, _):
                self.say({"event": "pong"})
            case ("subscribe", "account", UUID() as account_id):
                await self._follow_account(account_id, after)
            case ("subscribe", "tape", UUID() as tape_id):
                await self._follow_tape(tape_id)
            case ("unsubscribe", str() as known, UUID() as named):
                self._runtime.bus.remove(self._news, f"{known}:{named}")
            case _:
                raise UnknownTopic("Subscribe to an account or a tape by its id, acknowledge a tape's cursor, or ping.")

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

    async def _follow_tape(self, tape_id: UUID) -> None:
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            await read_tape(work, tape_id)
        self._runtime.bus.add(self._news, f"tape:{tape_id}")
        self.say({"event": "subscribed", "id": str(tape_id)})
        self._news.offer({"topic": "tape", "id": tape_id})

    async def _tape(self, tape_id: UUID) -> Message:
        async with self._runtime.read(self._who) as work:
            tape = await read_tape(work, tape_id)
        shown = await shown_tape(self._shelf, tape, self._who)
        return {"topic": "tape", "id": str(tape.id), "tape": shown.model_dump(mode="json")}
