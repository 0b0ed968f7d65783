"""Reconcile an account: work everything out again from what was recorded, and compare it with what is stored.

An account is written down three times: as events, as ledger entries, and as the rows that are read
every day. They were written together, so they must agree to the last cent, whatever died in between.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.combo_prices import signed, unit_of
from paperdesk.core.broker.events import Fill
from paperdesk.core.broker.holds import held_cash, reserved_units
from paperdesk.core.broker.ledger import Book, EntryKind, Posting
from paperdesk.core.broker.lots import Lot
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.errors import Problem
from paperdesk.core.kernel.ids import InstrumentId, OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.book_queries import Books, read_books
from paperdesk.features.broker.rows import claim_of, explanation_of, lot_of, order_of, position_of, read_account_of
from paperdesk.features.broker.story import Story, tell
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly

# What is held belongs to an epoch.
Holding: TypeAlias = tuple[int, UUID]
# A list of fills may be long; its beginning says enough.
SHOWN_MAX = 300


# What folding raises where events do not follow from each other.
BROKEN: Final = (AssertionError, KeyError, msgspec.ValidationError)


def untold(broken: Exception) -> Problem:
    """Return what is said of events that do not follow from each other."""
    return Problem("events_cannot_be_told", f"The events do not follow from each other: {broken!r}.")


async def reconcile(work: ReadOnly, account_id: UUID) -> list[Problem]:
    """Return every difference between an account's records, none when its books agree."""
    return list(differences(await read_books(work, account_id)))


def differences(books: Books) -> Iterator[Problem]:
    """Yield what does not agree; what the events tell is compared only when they can be told."""
    is_fork = books.account["parent_id"] is not None
    if not is_fork:
        yield from _numbers(books, 1)
        yield from ledger_balances(books, ZERO)
        yield from _executions(books)
        yield from lots_add_up(books)
        yield from _postings_add_up(books)
    try:
        story = tell(books.account, books.events)
    except BROKEN as broken:
        yield untold(broken)
        return
    if is_fork:
        # Fills and entries from before the fork stand with the account it was forked from; only the events tell all.
        assert story.inherited is not None, "a fork begins with an event"
        yield from _numbers(books, story.inherited.account.last_entry + 1)
        yield from ledger_balances(books, story.inherited.account.cash)
    yield from state_as_told(books, story)
    yield from promises_kept(books, story)
    yield from traces_as_told(books, story)


def _same(name: str, stored: object, worked_out: object, of: object = None) -> Iterator[Problem]:
    if stored != worked_out:
        whose = "" if of is None else f" of {of}"
        sentence = f"The {name}{whose} is stored as {_short(stored)}, but comes to {_short(worked_out)}."
        facts = {"of": str(of), "stored": _short(stored), "worked_out": _short(worked_out)}
        yield Problem(f"{name.replace(' ', '_')}_differs", sentence, facts)


def _short(found: object) -> str:
    text = str(found)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def _numbers(books: Books, first_entry: int) -> Iterator[Problem]:
    """Check that events, and entries from the account's first, are numbered to the last without a gap."""
    events, entries = [row["seq"] for row in books.events], [row["number"] for row in books.entries]
    for name, found, first, last in (
        ("events", events, 1, books.account["last_seq"]),
        ("entries", entries, first_entry, books.account["last_entry"]),
    ):
        if found != list(range(first, last + 1)):
            sentence = f"The {len(found)} {name} are not numbered from {first} to {last} without a gap."
            yield Problem(f"{name}_have_gaps", sentence, {"found": len(found), "last": last})


def _postings(row: Row) -> tuple[Posting, ...]:
    return msgspec.convert(row["postings"], tuple[Posting, ...])


def ledger_balances(books: Books, cash: Decimal) -> Iterator[Problem]:
    """Check that every entry balances, and that cash is the sum of its postings after each of them."""
    for row in books.entries:
        postings, number = _postings(row), row["number"]
        if row["kind"] == EntryKind.RESET:
            cash = ZERO
        for currency in sorted({posting.currency for posting in postings}):
            total = _total(posting.amount for posting in postings if posting.currency == currency)
            yield from _same("balance", total, ZERO, of=f"entry {number} in {currency}")
        moved = _total(posting.amount for posting in postings if posting.book is Book.CASH)
        cash += moved
        yield from _same("cash change", row["cash_change"], moved, of=f"entry {number}")
        yield from _same("cash after", row["cash_after"], cash, of=f"entry {number}")
    yield from _same("cash", books.account["cash"], cash)


def _executions(books: Books) -> Iterator[Problem]:
    """Check that no order meets the same fact twice, and what it filled is the sum of its fills."""
    met = Counter((row["order_id"], row["fact_seq"]) for row in books.fills)
    for (order_id, fact_seq), times in met.items():
        if times > 1:
            yield Problem("filled_twice", f"Order {order_id} met fact {fact_seq} {times} times.")
    by_order: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in books.fills:
        by_order[row["order_id"]].append(row)
    for order in books.orders:
        if order["structure"] is not None:
            continue  # a combo fills by its legs, which is looked at with them
        rows = by_order.pop(order["id"], [])
        sums = {
            "filled_quantity": _total(row["quantity"] for row in rows),
            "filled_value": _total(row["price"] * row["quantity"] for row in rows),
            "fees": _total(row["fee"] for row in rows),
        }
        for name, worked_out in sums.items():
            yield from _same(name, order[name], worked_out, of=f"order {order['id']}")
    for order_id in by_order:
        yield Problem("fill_without_order", f"There are fills of {order_id}, and no such order.")


def lots_add_up(books: Books) -> Iterator[Problem]:
    """Check that a position is the sum of its lots, in units and in cost."""
    lots: defaultdict[Holding, list[Lot]] = defaultdict(list)
    for row in books.lots:
        lots[row["epoch"], row["instrument_id"]].append(lot_of(row))
    positions = _positions(books)
    for each in sorted(positions.keys() | lots.keys()):
        sums = _total(lot.quantity for lot in lots[each]), _total(lot.cost for lot in lots[each])
        yield from _same("sum of lots", positions.get(each, (ZERO, ZERO)), sums, of=each[1])


def _postings_add_up(books: Books) -> Iterator[Problem]:
    """Check that a position is the sum of its postings, in units and in cost."""
    posted: defaultdict[Holding, list[Posting]] = defaultdict(list)
    epoch = 1
    for row in books.entries:
        epoch += row["kind"] == EntryKind.RESET
        for posting in _postings(row):
            if posting.book is Book.SECURITIES and posting.instrument_id is not None:
                posted[epoch, posting.instrument_id].append(posting)
    positions = _positions(books)
    for each in sorted(positions.keys() | posted.keys()):
        sums = _total(line.quantity or ZERO for line in posted[each]), _total(line.amount for line in posted[each])
        yield from _same("sum of postings", positions.get(each, (ZERO, ZERO)), sums, of=each[1])


def _positions(books: Books) -> dict[Holding, tuple[Decimal, Decimal]]:
    return {(row["epoch"], row["instrument_id"]): (row["quantity"], row["cost"]) for row in books.positions}


def state_as_told(books: Books, story: Story) -> Iterator[Problem]:
    """Check that the rows that are read every day say what the events tell."""
    for name in ("cash", "held", "last_seq", "last_entry", "last_at", "epoch", "status"):
        yield from _same(f"told {name}", books.account[name], getattr(story.account, name))
    yield from _same("margin book", read_account_of(books.account).book, story.account.book)
    first = 1 if story.inherited is None else story.inherited.account.epoch
    for epoch, told in (*story.past.items(), (story.account.epoch, story.account)):
        if epoch >= first:
            yield from _possessions(books, epoch, told)


def _possessions(books: Books, epoch: int, told: Account) -> Iterator[Problem]:
    """Check what an account holds, or held when an epoch ended."""
    mine = [row for row in books.positions if row["epoch"] == epoch]
    stored = {InstrumentId(row["instrument_id"]): position_of(row) for row in mine}
    for each in sorted(stored.keys() | told.positions.keys()):
        yield from _same("position", stored.get(each, Position(each)), replace(told.position(each), lots=()), of=each)
    claims = {row["action_id"]: claim_of(row) for row in books.claims if row["epoch"] == epoch}
    yield from _same("claims", claims, told.claims)
    open_lots = {row["id"]: lot_of(row) for row in books.lots if row["quantity"] and row["epoch"] == epoch}
    told_lots = {lot.id: lot for position in told.positions.values() for lot in position.lots}
    yield from _same("open lots", open_lots, told_lots)


def orders_as_told(rows: Iterable[Row], told: Mapping[OrderId, Order]) -> Iterator[Problem]:
    """Check that orders are stored as they were told, each of them and no other."""
    stored = {OrderId(row["id"]): row for row in rows}
    yield from _same("orders", set(stored), set(told))
    for order_id in stored.keys() & told.keys():
        order = told[order_id]
        yield from _same("order", order_of(stored[order_id], order.instrument), order, of=order_id)


def promises_kept(books: Books, story: Story) -> Iterator[Problem]:
    """Check that every order is stored as it was told, and what is reserved is what open orders need."""
    yield from orders_as_told(books.orders, story.orders)
    known = [row for row in books.orders if row["id"] in story.orders]
    stored = {OrderId(row["id"]): order_of(row, story.orders[row["id"]].instrument) for row in known}
    needed = _total(held_cash(story.account, order) for order in stored.values())
    yield from _same("held cash", books.account["held"], needed)
    groups: defaultdict[OrderId, list[Order]] = defaultdict(list)
    for order in stored.values():
        groups[order.group_id or order.id].append(order)
    promised: defaultdict[Holding, Decimal] = defaultdict(Decimal)
    epochs = {row["id"]: row["epoch"] for row in books.orders}
    for members in groups.values():
        yield from _combo(members)
        for instrument_id in {each.instrument.id for each in members}:
            units = reserved_units(each for each in members if each.instrument.id == instrument_id)
            promised[epochs[members[0].id], instrument_id] += units
    for row in books.positions:
        each = row["instrument_id"]
        yield from _same("reserved", row["reserved"], promised[row["epoch"], each], of=each)


def _combo(members: list[Order]) -> Iterator[Problem]:
    """Check that a combo filled what its legs did, at what they come to."""
    combo, legs = members[0], members[1:]
    if not combo.is_combo:
        return
    name = f"combo {combo.id}"
    for leg in legs:
        yield from _same("filled combos", leg.filled_quantity, combo.filled_quantity * abs(signed(leg)), of=name)
    paid = (leg.filled_value.copy_sign(signed(leg)) * leg.instrument.multiplier for leg in legs)
    yield from _same("net value", combo.filled_value * unit_of(legs), _total(paid), of=name)
    yield from _same("fees", combo.fees, _total(leg.fees for leg in legs), of=name)


def traces_as_told(books: Books, story: Story) -> Iterator[Problem]:
    """Check that every fill and every entry that was told is stored once, and no other."""
    columns = list(Fill.__struct_fields__)
    rows = ({**row, "explanation": explanation_of(row["explanation"])} for row in books.fills)
    fills = [{name: row[name] for name in columns} for row in rows]
    shared = (0, 0) if story.inherited is None else (story.inherited.fills, story.inherited.entries)
    told_fills = story.fills[shared[0] :]
    yield from _same("fills", fills, [{name: getattr(fill, name) for name in columns} for fill in told_fills])
    entries = [(row["id"], row["number"], row["at"], row["kind"], _postings(row)) for row in books.entries]
    told = [
        (entry.id, entry.number, entry.at, entry.kind.value, entry.postings) for entry in story.entries[shared[1] :]
    ]
    yield from _same("entries", entries, told)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
