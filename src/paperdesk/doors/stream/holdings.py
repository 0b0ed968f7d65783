"""What an account holds and what has come of it, as a stream tells it: the state first, then what is different.

That an account or its tape has changed only says that there is something to read. It is read when the client takes
its next message, and told against what that client has heard, so whoever reads slowly hears fewer and the newest.
"""

import asyncio
from collections.abc import Hashable
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args
from uuid import UUID

from paperdesk.core.kernel.time import instant_text
from paperdesk.features.broker.queries import read_account
from paperdesk.features.broker.routes import shown_account, shown_positions
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.bus import Message, Subscription
from paperdesk.infra.db import Row
from paperdesk.infra.outbox import account_topic
from paperdesk.infra.work import ReadOnly

ViewTopic: TypeAlias = Literal["positions", "results"]
VIEW_TOPICS: Final[tuple[ViewTopic, ...]] = get_args(ViewTopic)

VIEWS_MAX: Final = 50
"""How many of them one stream may follow."""

# What an account is worth and what has come of it; of its other members none moves with a price.
_RESULTS: Final = (
    "cash", "held_cash", "buying_power", "invested", "market_value", "claims", "equity", "equity_reason", "gain",
    "day_began_at", "equity_before", "day_pl", "day_reason",
)  # fmt: skip


class ViewKey(NamedTuple):
    """What a view tells, of which account."""

    topic: ViewTopic
    account_id: UUID


class Changes(Subscription):
    """Which accounts and tapes have changed since somebody looked; that they changed often is not kept."""

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


class View:
    """One account's positions or results, and what one client has heard of them."""

    def __init__(self, key: ViewKey, tape_id: UUID) -> None:
        """Start with a client who has heard nothing."""
        self.key = key
        self.wakes_on = frozenset({str(key.account_id), str(tape_id)})
        self.bus_topics = frozenset({account_topic(key.account_id), f"tape:{tape_id}"})
        self._heard: dict[str, Any] | None = None
        self._seq = 0

    async def news(self, work: ReadOnly, shelf: Shelf) -> Message | None:
        """Read how the account stands now, and return what the client has not heard of it; None when it has."""
        account = await read_account(work, self.key.account_id)
        now = await _READ[self.key.topic](work, shelf, account)
        before, self._heard = self._heard, now
        if now == before:
            return None
        after, self._seq = self._seq or None, self._seq + 1
        at = (await read_tape(work, account["tape_id"])).at
        head = {"topic": self.key.topic, "id": str(self.key.account_id), "seq": self._seq, "after": after}
        return {**head, "account_seq": account["last_seq"], "at": instant_text(at), **self._content(before, now)}

    def _content(self, before: dict[str, Any] | None, now: dict[str, Any]) -> Message:
        if self.key.topic == "results":
            return {"results": now}
        known = before or {}
        changed = [position for each, position in now.items() if known.get(each) != position]
        return {"positions": changed, "gone": [each for each in known if each not in now]}


async def _positions(work: ReadOnly, shelf: Shelf, account: Row) -> dict[str, Any]:
    return {
        str(each.instrument_id): each.model_dump(mode="json") for each in await shown_positions(work, shelf, account)
    }


async def _results(work: ReadOnly, shelf: Shelf, account: Row) -> dict[str, Any]:
    return (await shown_account(work, shelf, account)).model_dump(mode="json", include=set(_RESULTS))


_READ: Final = {"positions": _positions, "results": _results}
