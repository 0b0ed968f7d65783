"""Re-score an account: its commands at their cursors again, under another fill model, without touching it.

The seed stays, so that the two lives differ only by the model. A re-score covers the present epoch.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from paperdesk.core.backtest.passage import Passage
from paperdesk.core.broker.account import Account, AccountStatus
from paperdesk.core.broker.commands import ClosePosition, PlaceCombo, PlaceOrder
from paperdesk.core.broker.events import AccountStatusChanged, Event, booking_of
from paperdesk.core.broker.fill_models import FillModel
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import queries
from paperdesk.features.broker.equity_history import EquityPoint, equity_points
from paperdesk.features.broker.replay import Asked, Impossible, Replay, TapePast
from paperdesk.features.broker.rows import command_of, event_of
from paperdesk.features.broker.story import tell
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly

# The most facts, as far as can be told beforehand, and the most commands that are answered while the caller waits.
FACTS_AT_ONCE = 100_000
COMMANDS_AT_ONCE = 1_000


class CommandsNotRecorded(Conflict):
    """The account did things before commands were recorded with their cursors; its next epoch can be lived again."""


@dataclass(frozen=True, slots=True)
class RescoreAccount:
    """Ask how an account would stand if its orders had been filled by another model."""

    account_id: AccountId
    model: FillModel


@dataclass(frozen=True, slots=True)
class OrderScore:
    """One order in both lives; one that became impossible in the second is None there, and the other way round."""

    before: Order | None
    after: Order | None


@dataclass(frozen=True, slots=True)
class Rescore:
    """Two lives of an account side by side."""

    before: FillModel
    after: FillModel
    orders: list[OrderScore]
    equity: list[tuple[EquityPoint, EquityPoint]]
    impossible: list[Impossible]


@dataclass(frozen=True, slots=True)
class Life:
    """What a re-score begins with: an account as its epoch began, what was asked of it, and what became of it."""

    account: Account
    past: TapePast
    start: int
    asked: list[Asked]
    orders: list[Order]
    entries: list[Row]
    began_at: datetime

    @property
    def is_long(self) -> bool:
        """Say whether living it again takes longer than a caller should wait."""
        market = self.past.dataset
        commands = [each.command for each in self.asked]
        symbols = {each.symbol for each in commands if isinstance(each, PlaceOrder | ClosePosition)}
        symbols |= {leg.symbol for each in commands if isinstance(each, PlaceCombo) for leg in each.legs}
        facts = self.past.tape.cursor - self.start
        share = facts * len(symbols) // max(len(market.instruments), 1)
        return share > FACTS_AT_ONCE or len(self.asked) > COMMANDS_AT_ONCE

    def again(self, account: Account) -> Replay:
        """Live it again, beginning with the account, which may have other rules."""
        replay = Replay(Passage(account, self.past, self.start))
        replay.run(self.asked, self.past.tape.cursor)
        return replay


async def rescore_account(work: ReadOnly, shelf: Shelf, command: RescoreAccount) -> Rescore:
    """Return the account's life beside the one it would have had."""
    life = await lived(work, shelf, command.account_id)
    return await asyncio.to_thread(rescored, life, command.model)


async def lived(work: ReadOnly, shelf: Shelf, account_id: UUID) -> Life:
    """Load what an account was asked in its present epoch; raises CommandsNotRecorded."""
    work.require(Scope.READ)
    row = await queries.read_account(work, account_id)
    tape, dataset = await queries.market_of(work, shelf, row)
    events = await queries.events_after(work, account_id, 0, limit=None)
    entries = await queries.all_entries(work, account_id)
    orders = await queries.orders_of_epoch(work, dataset, row)
    first = max((number for number, each in enumerate(events, 1) if each["kind"] in _BEGINNINGS), default=0)
    account = (await asyncio.to_thread(tell, row, events[:first])).account
    resets = [each for each in entries if each["kind"] == EntryKind.RESET]
    entries = entries[entries.index(resets[-1]) :] if resets else entries
    began_at = resets[-1]["at"] if resets else row["opened_at"]
    start = events[max(first - 1, 0)]["cursor"] if events else tape.cursor
    asked = list(_asked(events[first:]))
    return Life(account, TapePast(tape, dataset), start or 0, asked, orders, entries, began_at)


# From here on an account can be lived again: its opening, its last reset, or the fork it began as.
_BEGINNINGS = frozenset({"account_reset", "account_forked"})


def _asked(events: Sequence[Row]) -> Iterator[Asked]:
    """Yield what was asked, up to the closing of the account if it was closed."""
    for row in events:
        if row["cursor"] is None:
            raise CommandsNotRecorded("The account did things before commands were recorded.", seq=row["seq"])
        if row["command_text"] is not None:
            yield Asked(row["seq"], row["cursor"], row["at"], command_of(row["command_text"]))
        elif row["kind"] == "account_status_changed":
            event = event_of(row["kind"], row["payload"])
            assert isinstance(event, AccountStatusChanged), "the kind says what it is"
            if event.status is AccountStatus.CLOSED:
                return
            yield Asked(row["seq"], row["cursor"], row["at"], event)


def rescored(life: Life, model: FillModel) -> Rescore:
    """Live it again under a model, and compare."""
    past, first = life.past, life.account.last_seq
    before, currency = life.account.rules.fill_model, life.account.currency
    replay = life.again(replace(life.account, rules=replace(life.account.rules, fill_model=model)))
    lived_again = _entry_rows(replay.passage.events, life.account.cash)
    entries = [*(each for each in life.entries if each["seq"] <= first), *lived_again]
    lines = [
        list(equity_points(rows, past.tape, past.dataset, life.began_at, currency)) for rows in (life.entries, entries)
    ]
    orders = _side_by_side(life.orders, replay.passage.orders)
    return Rescore(before, model, orders, list(zip(*lines, strict=True)), replay.impossible)


def _entry_rows(events: Sequence[Event], cash: Decimal) -> Iterator[Row]:
    """Yield the journal of a replay in the form that the ledger is read in."""
    for event in events:
        booking = booking_of(event)
        if booking is not None:
            entry = booking.entry
            cash += entry.change(Book.CASH)
            postings = msgspec.to_builtins(entry.postings)
            yield {"at": entry.at, "kind": entry.kind, "postings": postings, "cash_after": cash}


def _side_by_side(before: Iterable[Order], after: Iterable[Order]) -> list[OrderScore]:
    lived_again = {each.id: each for each in after}
    pairs = [OrderScore(each, lived_again.pop(each.id, None)) for each in before]
    return [*pairs, *(OrderScore(None, each) for each in lived_again.values())]


def gain_of(score: OrderScore) -> Decimal:
    """Return by how much more money an order brought, or less it cost, in the second life; fees counted."""
    return _brought(score.after) - _brought(score.before)


def _brought(order: Order | None) -> Decimal:
    if order is None or order.is_combo:  # what a combo brought, its legs did
        return ZERO
    paid = order.filled_value * order.instrument.multiplier
    return (-paid if order.side is Side.BUY else paid) - order.fees
