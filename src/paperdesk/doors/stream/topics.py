"""What a client follows, and how news becomes messages for it."""

from uuid import UUID

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.broker.queries import events_after, read_account
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.routes import shown_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.bus import Message, Subscription
from paperdesk.infra.outbox import account_topic, message_of
from paperdesk.infra.runtime import Runtime

REPLAY_MAX = 10_000


class UnknownTopic(Invalid):
    """A client can follow accounts and tapes, and ping."""


class TooFarBehind(Invalid):
    """More events were missed than a stream replays; read the account anew."""


class Follower:
    """One client's subscriptions. Events of an account arrive once each and in order."""

    def __init__(self, runtime: Runtime, shelf: Shelf, who: Principal, news: Subscription) -> None:
        """Start following nothing."""
        self._runtime = runtime
        self._shelf = shelf
        self._who = who
        self._news = news
        self._seen: dict[str, int] = {}

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
            message = await self._news.next()
            if message["topic"] == "tape" and "tape" not in message:
                return await self._tape(message["id"])
            if message["topic"] != "account" or self._is_fresh(message):
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
                raise UnknownTopic("Subscribe to an account or a tape by its id, or ping.")

    def _is_fresh(self, message: Message) -> bool:
        if message["seq"] <= self._seen.get(message["id"], 0):
            return False
        self._seen[message["id"]] = message["seq"]
        return True

    async def _follow_account(self, account_id: UUID, after: int | None) -> None:
        """Listen first and read second, so that nothing falls between; what is doubled is dropped."""
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            account = await read_account(work, account_id)
            self._runtime.bus.add(self._news, account_topic(account_id))
            since = account["last_seq"] if after is None else after
            self.say({"event": "subscribed", "id": str(account_id), "seq": account["last_seq"]})
            missed = await events_after(work, account_id, since, REPLAY_MAX + 1)
        if len(missed) > REPLAY_MAX:
            raise TooFarBehind(f"More than {REPLAY_MAX} events were missed; read the account anew.")
        self._seen[str(account_id)] = since
        for row in missed:
            self._news.offer(message_of(row))

    async def _follow_tape(self, tape_id: UUID) -> None:
        async with self._runtime.read(self._who) as work:
            work.require(Scope.READ)
            tape = await read_tape(work, tape_id)
        self._runtime.bus.add(self._news, f"tape:{tape_id}")
        self.say({"event": "subscribed", "id": str(tape_id)})
        self._news.offer(await self._shown(tape))

    async def _tape(self, tape_id: UUID) -> Message:
        async with self._runtime.read(self._who) as work:
            return await self._shown(await read_tape(work, tape_id))

    async def _shown(self, tape: Tape) -> Message:
        shown = await shown_tape(self._shelf, tape, self._who)
        return {"topic": "tape", "id": str(tape.id), "tape": shown.model_dump(mode="json")}
