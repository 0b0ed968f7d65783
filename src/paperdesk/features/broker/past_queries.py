"""Reads of the past: an account as of an instant of its tape, as far as it was recorded by an instant of the clock.

The state is folded from events, as the reconciliation does it, and stored nowhere.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.day_result import DayResult, turnovers
from paperdesk.core.broker.ledger import Book, Entry, EntryKind
from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import queries
from paperdesk.features.broker.changes import BY_TAPE
from paperdesk.features.broker.day_queries import previous_close, result_of
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.queries import Capital, Worth
from paperdesk.features.broker.story import Story, tell
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.db import Row, fetch_one
from paperdesk.infra.outbox import events
from paperdesk.infra.work import ReadOnly, owned


class BeyondTapeTime(Invalid):
    """The tape has not been there yet; what will be is not known."""


class BeforeOpening(Invalid):
    """The account was not open yet at that instant, or nothing of it had been recorded."""


class UnknownEvent(NotFound):
    """The account has no event of that number."""


class InsideOneInstant(Conflict):
    """No tape stands between what it brings at one instant, so an account cannot be forked there."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the tape, and one of the clock by which things had been recorded; None sets no bound."""

    as_of: datetime | None = None
    known_at: datetime | None = None

    @property
    def is_now(self) -> bool:
        """Say whether neither bounds anything."""
        return self.as_of is None and self.known_at is None


@dataclass(frozen=True, slots=True)
class Past:
    """An account as it stood, its row with what it held then, and its tape standing where it stood."""

    row: Row
    story: Story
    tape: Tape
    dataset: Dataset
    root_id: UUID

    @property
    def worth(self) -> Worth:
        """Return what the account was worth then."""
        return queries.worth_of(self.story.account, self.tape, self.dataset)

    @property
    def capital(self) -> Capital:
        """Return what the owner had put in by then."""
        opening = queries.opening_of(self.root_id)
        given = [each for each in self._epoch if each.kind in {EntryKind.RESET, EntryKind.TRANSFER}]
        began = [each for each in given if each.kind is EntryKind.RESET or each.id == opening]
        starting, contributed = (sum((each.change(Book.CASH) for each in some), ZERO) for some in (began, given))
        return Capital(starting, contributed, max((each.at for each in began), default=self.row["opened_at"]))

    @property
    def day(self) -> DayResult:
        """Return what the account had brought then, since the close before."""
        close = previous_close(self.dataset.calendar, self.tape.at)
        since = [each for each in self._epoch if close is None or each.at > close]
        return result_of(self.worth, turnovers(since), self.capital, (self.tape, self.dataset))

    @property
    def _epoch(self) -> list[Entry]:
        entries = self.story.entries
        resets = [number for number, entry in enumerate(entries) if entry.kind is EntryKind.RESET]
        return entries[resets[-1] :] if resets else entries


async def account_at(work: ReadOnly, shelf: Shelf, account_id: UUID, moment: Moment) -> Past:
    """Return an account as it stood at a moment; raises BeyondTapeTime, BeforeOpening."""
    row = await queries.read_account(work, account_id)
    tape, dataset = await queries.market_of(work, shelf, row)
    if moment.as_of is not None and moment.as_of > tape.at:
        raise BeyondTapeTime(f"The tape is at {instant_text(tape.at)}.", at=instant_text(tape.at))
    if moment.as_of is not None:
        require_open_then(row, moment.as_of)
    if moment.known_at is not None and moment.known_at < row["recorded_at"]:
        recorded_at = instant_text(row["recorded_at"])
        raise BeforeOpening(f"The account was recorded at {recorded_at}.", recorded_at=recorded_at)
    told = await queries.events_after(work, account_id, 0, limit=None, until=await last_seq_at(work, row, moment))
    story = await asyncio.to_thread(tell, row, told)
    account = story.account
    at = account.last_at if moment.as_of is None else moment.as_of
    then = replace(tape, at=at, cursor=min(dataset.cursor_at(at), tape.cursor))
    held = {"cash": account.cash, "held": account.held, "epoch": account.epoch, "status": account.status}
    lineage = await lineage_of(work, account_id)
    return Past({**row, **held, "last_seq": account.last_seq}, story, then, dataset, lineage.root_id)


def require_open_then(row: Row, at: datetime) -> None:
    """Refuse an instant of the tape before the account was opened."""
    if at < row["opened_at"]:
        opened_at = instant_text(row["opened_at"])
        raise BeforeOpening(f"The account was opened at {opened_at} of its tape.", opened_at=opened_at)


async def instant_after(work: ReadOnly, row: Row, seq: int) -> datetime:
    """Return the instant of an event after which an account can be forked; raises UnknownEvent, InsideOneInstant."""
    lineage = await lineage_of(work, row["id"])
    history = (lineage.covers(events.c.account_id, events.c.seq), owned(events, work))
    found = await fetch_one(work.db, select(events.c.at).where(*history, events.c.seq == seq))
    if found is None:
        raise UnknownEvent(f"The account has no event {seq}.", seq=seq)
    at: datetime = found["at"]
    later = select(func.count().label("number")).where(*history, events.c.seq > seq, events.c.at == at)
    brought = await fetch_one(work.db, later.where(events.c.subject == BY_TAPE))
    assert brought is not None, "an aggregate has a row"
    if brought["number"]:
        raise InsideOneInstant("The tape brought more at the same instant; take a later event.", seq=seq)
    return at


async def ended_epochs(work: ReadOnly, account: Row) -> dict[int, list[Position]]:
    """Return what was held when past epochs ended; those that a fork shares are told by the events alone."""
    if account["parent_id"] is None:
        return await queries.left_behind(work, account)
    told = await queries.events_after(work, account["id"], 0, limit=None)
    past = (await asyncio.to_thread(tell, account, told)).past
    return {epoch: [each for each in then.positions.values() if each.quantity] for epoch, then in past.items()}


async def last_seq_at(work: ReadOnly, row: Row, moment: Moment) -> int:
    """Return the last event that had happened and been recorded by a moment."""
    lineage = await lineage_of(work, row["id"])
    history = (lineage.covers(events.c.account_id, events.c.seq), owned(events, work))
    query = select(func.coalesce(func.max(events.c.seq), 0).label("seq")).where(*history)
    if moment.as_of is not None:
        query = query.where(events.c.at <= moment.as_of)
    if moment.known_at is not None:
        query = query.where(events.c.recorded_at <= moment.known_at)
    found = await fetch_one(work.db, query)
    assert found is not None, "an aggregate has a row"
    seq: int = found["seq"]
    return seq
