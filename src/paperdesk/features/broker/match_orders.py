"""Move a tape forward and let its working orders meet every fact on the way, in one transaction.

The tape's row is locked for the whole move, so no order can miss its fact: an order is either placed
before the move and met by it, or placed after and has seen what the move delivered.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from paperdesk.core.broker import engine
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.concern import has_something, is_concerned
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.lots import choice_from_text
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.ids import AccountId, InstrumentId, OrderId, TapeId
from paperdesk.core.kernel.money import MAGNITUDE_MAX
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import (
    CorporateActionFact,
    FundingSettled,
    MarketFact,
    SessionClosed,
    SessionOpened,
    TradingHalted,
    TradingResumed,
    priced_through,
)
from paperdesk.core.market.funding import settled_between, with_settlements
from paperdesk.core.market.quotes import Quotes
from paperdesk.features.broker import store
from paperdesk.features.broker.changes import BY_TAPE, Cause, Change
from paperdesk.features.broker.store import Held, Row, Touch
from paperdesk.features.broker.touching import takes_any_lot
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.marks import TapeMarks, TapeQuotes
from paperdesk.features.marketdata.pump import FACTS_MAX, Move, next_move, stopped_move
from paperdesk.features.marketdata.tapes import Awaited, Shelf, Stop, Tape
from paperdesk.infra.db import Connection


@dataclass(frozen=True, slots=True)
class Moved:
    """A tape as it stood before a move, the move, and whether a session closed in it."""

    tape: Tape
    move: Move
    has_closed: bool = False

    @property
    def has_far_to_go(self) -> bool:
        """Say whether the tape goes on at once: it is not where it was sent, or runs as fast as it can."""
        before, move = self.tape, self.move
        if move.has_ended or move.stopped_by:
            return False
        return before.is_flat_out or move.cursor < before.target_cursor or move.at < before.target_at


async def moving_tapes(db: Connection) -> list[TapeId]:
    """Return the tapes that play or have a target to reach."""
    return await store.moving_tapes(db)


async def match_orders(
    db: Connection, shelf: Shelf, tape_id: TapeId, elapsed: timedelta, recorded_at: datetime
) -> Moved | None:
    """Move a tape one piece of its way inside the caller's transaction; None when it is where it should be."""
    tape = await store.lock_tape(db, tape_id)
    if tape is None:
        return None
    dataset = await shelf.dataset(tape.dataset_id)
    crowd = Crowd(await store.working_orders(db, tape.id), await store.holdings_of_tape(db, tape.id))
    if dataset.actions:
        crowd = replace(crowd, claimants=await store.claimants_of_tape(db, tape.id))
    move = next_move(tape, dataset, elapsed, None if crowd.is_empty else FACTS_MAX)
    if move is None:
        return None
    moved = Moved(tape, move)
    if not crowd.may_bring(tape):
        moved = Moved(tape, Move(tape.cursor, tape.at, tape.has_ended, Stop.NOTHING_OPEN))
    elif move.cursor > tape.cursor:
        heard = crowd if dataset.has_bells(tape.cursor, move.cursor) else crowd.between_bells(dataset, moved)
        moved = await _deliver(db, heard, dataset, moved, recorded_at)
    await store.move_tape(db, tape, moved.move)
    return replace(moved, has_closed=dataset.sessions_closed(moved.move.cursor) > dataset.sessions_closed(tape.cursor))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Whom a tape's facts concern: working orders, margined positions, and at a bell who holds or is owed something."""

    working: list[Row]
    held: list[Held]
    claimants: list[AccountId] = field(default_factory=list[AccountId])

    @property
    def is_empty(self) -> bool:
        """Say whether nothing that happens concerns anybody."""
        return not (self.working or self.held or self.claimants)

    def between_bells(self, dataset: Dataset, moved: Moved) -> "Crowd":
        """Return whom prices alone concern, and who is funded where funding is settled."""
        held = [each for each in self.held if each.instrument_id is not None]
        settles = any(settled_between(dataset, moved.tape.cursor, moved.move.cursor))
        return Crowd(self.working, [each for each in held if each.is_margined or (settles and each.is_funded)])

    @property
    def account_ids(self) -> set[AccountId]:
        """Return the accounts that are concerned."""
        orders = {AccountId(row["account_id"]) for row in self.working}
        return orders | {each.account_id for each in self.held} | set(self.claimants)

    def interested(self) -> defaultdict[InstrumentId, set[AccountId]]:
        """Return who is concerned by the prices of each instrument."""
        found: defaultdict[InstrumentId, set[AccountId]] = defaultdict(set)
        for row in self.working:
            if row["structure"] is None:  # a combo meets the prices of its legs, not those of what they are on
                found[InstrumentId(row["instrument_id"])].add(AccountId(row["account_id"]))
        for each in self.held:
            if each.is_margined and each.instrument_id is not None:
                found[each.instrument_id].add(each.account_id)
        return found

    def may_bring(self, tape: Tape) -> bool:
        """Say whether what a tape awaits can still come: nothing fills without an order, or happens to nobody."""
        if tape.awaits is None:
            return True
        orders = {row["account_id"] for row in self.working}
        concerned = orders if tape.awaits is Awaited.FILL else self.account_ids
        return bool(concerned) if tape.awaits_account is None else tape.awaits_account in concerned


async def _deliver(db: Connection, crowd: Crowd, dataset: Dataset, moved: Moved, recorded_at: datetime) -> Moved:
    """Let orders meet the facts of a move, and return it: cut short by what the tape awaits, if that has come."""
    if crowd.is_empty:
        return moved
    tape = moved.tape
    accounts = await _accounts(db, crowd, dataset)
    changes = {account_id: Change(account, account) for account_id, account in accounts.items()}
    interested = crowd.interested()
    # A settlement of funding has the number of the fact after it: what stops a tape stops it behind both.
    for seq, facts in groupby(_facts(dataset, moved, frozenset(interested), accounts), attrgetter("seq")):
        for fact in facts:
            marks, quotes = TapeMarks(dataset, priced_through(fact)), TapeQuotes(dataset, seq)
            for account_id in _concerned(fact, interested, changes):
                _react(changes[account_id], fact, marks, quotes)
        stop = _stop(tape, changes)
        if stop is not None:
            moved = replace(moved, move=stopped_move(tape, dataset, (seq, dataset.at_of(seq)), stop))
            break
    changed = [change for change in changes.values() if change.events]
    if changed:
        await store.apply(db, changed, recorded_at)
    return moved


def _facts(
    dataset: Dataset, moved: Moved, instrument_ids: frozenset[InstrumentId], accounts: Mapping[AccountId, Account]
) -> Iterator[MarketFact]:
    """Return the facts of a move that may concern accounts, settlements of funding among them if one is funded."""
    after, upto = moved.tape.cursor, moved.move.cursor
    facts = dataset.facts_between(after, upto, instrument_ids)
    is_funded = any(each.rules.margin.is_funded for each in accounts.values())
    return with_settlements(facts, dataset, after, upto) if is_funded else facts


def _stop(tape: Tape, changes: Mapping[AccountId, Change]) -> Stop | None:
    """Say why the tape stops at the fact just met: what it awaits has come, or can come no more."""
    if tape.awaits is None:
        return None
    awaited = [change for account_id, change in changes.items() if tape.awaits_account in (None, account_id)]
    events = [event for change in awaited for event, _ in change.events]
    if not events:
        return None
    if tape.awaits is Awaited.EVENT:
        return Stop.EVENT
    if any(isinstance(event, OrderFilled) for event in events):
        return Stop.FILL
    is_open = any(order.is_open for change in awaited for order in change.after.orders.values())
    return None if is_open else Stop.NOTHING_OPEN


async def _accounts(db: Connection, crowd: Crowd, dataset: Dataset) -> dict[AccountId, Account]:
    """Lock and load the accounts that facts concern, and what those can change: at a bell, all they hold."""
    touch = Touch()
    bare = await store.lock_accounts_of_tape(db, sorted(crowd.account_ids))
    if crowd.claimants:
        bare = await store.load_claims(db, bare)
    touch.books = {account_id for account_id, account in bare.items() if account.rules.margin.is_margined}
    for row in crowd.working:
        holding = (AccountId(row["account_id"]), InstrumentId(row["instrument_id"]))
        touch.holdings.add(holding)
        if holding[0] in touch.books or _takes_any_lot(bare, row):
            touch.units[holding] = MAGNITUDE_MAX
        elif row["side"] == Side.SELL.value:
            touch.units[holding] += row["quantity"] - row["filled_quantity"]
    for each in crowd.held:
        if each.instrument_id is not None:
            touch.holdings.add((each.account_id, each.instrument_id))
            touch.units[each.account_id, each.instrument_id] = MAGNITUDE_MAX
    # Orders are read again under the lock of their accounts: the first look only said whom to lock.
    touch.orders = {OrderId(row["id"]) for row in crowd.working}
    return await store.load(db, bare, touch, dataset.instruments)


def _takes_any_lot(accounts: Mapping[AccountId, Account], row: Row) -> bool:
    account, choice = accounts.get(AccountId(row["account_id"])), row["lot_choice"]
    return account is not None and takes_any_lot(account, None if choice is None else choice_from_text(choice))


def _concerned(
    fact: MarketFact, interested: Mapping[InstrumentId, set[AccountId]], changes: Mapping[AccountId, Change]
) -> list[AccountId]:
    """Return whom a fact concerns, in the order of their ids: a bell everyone, the others whom they mean something."""
    match fact:
        case SessionOpened() | SessionClosed() | CorporateActionFact():
            return sorted(changes)
        case TradingHalted() | TradingResumed() | FundingSettled():
            return sorted(each for each, change in changes.items() if is_concerned(change.after, fact))
        case _:
            return sorted(interested.get(fact.instrument_id, ()))


def _react(change: Change, fact: MarketFact, marks: Marks, quotes: Quotes) -> None:
    if isinstance(fact, SessionClosed | CorporateActionFact) and not has_something(change.after):
        return
    course = engine.reacted(change.after, fact, marks, quotes)
    change.after = course.account
    if course.events:
        change.take(course.events, Cause(BY_TAPE, fact.seq))
