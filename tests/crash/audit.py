"""What must be true afterwards, asked of the database itself, past everything that could be wrong in between."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import asyncpg

from tests.crash.clients import Attempt

# Each query returns what is wrong; none may return anything.
WRONG = {
    "a client order id has two orders": """
        select account_id, client_order_id from orders group by 1, 2 having count(*) > 1""",
    "an order was accepted without an event, twice, or never stored": """
        select o.id, e.id from orders o full join (
          select (payload::json->'order'->>'id')::uuid as id, count(*) as times from events
          where kind in ('order_accepted', 'order_replaced') group by 1
        ) e on e.id = o.id where o.id is null or e.id is null or e.times > 1""",
    "events have gaps": """
        select a.id from accounts a left join events e on e.account_id = a.id group by a.id
        having count(e.seq) <> a.last_seq or coalesce(max(e.seq), 0) <> a.last_seq""",
    "entries have gaps": """
        select a.id from accounts a left join entries e on e.account_id = a.id group by a.id
        having count(e.number) <> a.last_entry or coalesce(max(e.number), 0) <> a.last_entry""",
    "an entry does not balance": """
        select e.id from entries e, jsonb_to_recordset(e.postings) as p(currency text, amount numeric)
        group by e.id, p.currency having sum(p.amount) <> 0""",
    "cash is not the sum of its postings": """
        select a.id from accounts a left join (
          select e.account_id, sum(p.amount) as cash from entries e,
          jsonb_to_recordset(e.postings) as p(book text, amount numeric) where p.book = 'cash' group by 1
        ) c on c.account_id = a.id where a.cash <> coalesce(c.cash, 0)""",
    "cash is not what the last entry left": """
        select a.id from accounts a join entries e on e.account_id = a.id and e.number = a.last_entry
        where e.cash_after <> a.cash""",
    "a position is not the sum of its lots": """
        select account_id, instrument_id from positions p full join (
          select account_id, instrument_id, sum(quantity) as quantity, sum(cost) as cost from lots group by 1, 2
        ) l using (account_id, instrument_id)
        where coalesce(p.quantity, 0) <> coalesce(l.quantity, 0) or coalesce(p.cost, 0) <> coalesce(l.cost, 0)""",
    "a position is not the sum of its postings": """
        select account_id, instrument_id from positions p full join (
          select e.account_id, l.instrument_id, sum(l.quantity) as quantity from entries e,
          jsonb_to_recordset(e.postings) as l(book text, instrument_id uuid, quantity numeric)
          where l.book = 'securities' group by 1, 2
        ) s using (account_id, instrument_id) where coalesce(p.quantity, 0) <> coalesce(s.quantity, 0)""",
    "units are promised that no open order needs": """
        select p.account_id, p.instrument_id from positions p left join (
          select account_id, instrument_id, sum(units) as units from (
            select account_id, instrument_id, max(coalesce(armed_quantity, quantity) - filled_quantity) as units
            from orders where side = 'sell' and status in ('accepted', 'partially_filled')
            group by 1, 2, coalesce(group_id, id)
          ) promised group by 1, 2
        ) o using (account_id, instrument_id) join accounts a on a.id = p.account_id
        where coalesce(a.rules #>> '{margin,kind}', 'cash') = 'cash' and p.reserved <> coalesce(o.units, 0)""",
    "cash is held that no open order needs": """
        select a.id from accounts a left join (
          select account_id, sum(round(
            (quantity - filled_quantity) * hold_price * case when length(symbol) > 6 then 100 else 1 end, 2
          )) as needed from orders
          where side = 'buy' and status in ('accepted', 'partially_filled') group by 1
        ) o on o.account_id = a.id
        where coalesce(a.rules #>> '{margin,kind}', 'cash') = 'cash' and a.held <> coalesce(o.needed, 0)""",
    "an order filled twice on one fact": """
        select order_id, fact_seq from fills group by 1, 2 having count(*) > 1""",
    "an order is not the sum of its fills": """
        select o.id from orders o left join fills f on f.order_id = o.id where o.structure is null
        group by o.id having o.filled_quantity <> coalesce(sum(f.quantity), 0)""",
    "a fill has no entry, or an entry of a fill no fill": """
        select f.id, e.id from fills f full join (select * from entries where kind = 'fill') e
        on e.account_id = f.account_id and e.seq = f.seq where f.id is null or e.id is null""",
}
# A split changes open orders: what each was accepted as, and every form it took afterwards.
FORMS = """
    select coalesce(payload::json->'order'->>'id', payload::json->>'order_id') as id,
      (coalesce(payload::json->'order'->>'quantity', payload::json->>'quantity'))::numeric as quantity,
      (coalesce(payload::json->'order'->>'limit_price', payload::json->>'limit_price'))::numeric as limit_price
    from events where kind in ('order_accepted', 'order_replaced', 'order_adjusted') order by account_id, seq"""
UNPUBLISHED = "select count(*) from outbox"
PUBLISHED_WITHIN_S = 30


@dataclass
class Stored:
    """What the database holds of what clients asked for."""

    orders: dict[tuple[str, str], list[asyncpg.Record]]
    cancelled: Counter[str]
    entries: dict[str, asyncpg.Record]
    accounts: Counter[str]
    forms: dict[str, list[asyncpg.Record]]

    @classmethod
    async def read(cls, owner: asyncpg.Connection) -> "Stored":
        """Read it all."""
        orders: defaultdict[tuple[str, str], list[asyncpg.Record]] = defaultdict(list)
        for row in await owner.fetch("select * from orders"):
            orders[str(row["account_id"]), row["client_order_id"]].append(row)
        query = "select payload::json->>'order_id' as id from events where kind = 'order_cancelled'"
        cancelled = await owner.fetch(query)
        entries = await owner.fetch("select * from entries where kind = 'transfer'")
        accounts = await owner.fetch("select name from accounts")
        forms: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
        for row in await owner.fetch(FORMS):
            forms[row["id"]].append(row)
        return cls(
            orders,
            Counter(row["id"] for row in cancelled),
            {str(row["id"]): row for row in entries},
            Counter(row["name"] for row in accounts),
            forms,
        )

    def times(self, attempt: Attempt) -> int:
        """How often a request was carried out, as far as the database knows."""
        match attempt.kind:
            case "order":
                return len(self.orders.get((attempt.account_id, attempt.key), ()))
            case "cancel":
                return self.cancelled[attempt.key]
            case "transfer":
                return int(str(attempt.entry_id) in self.entries)
            case _:
                return self.accounts[attempt.key]

    def is_same(self, attempt: Attempt) -> bool:
        """Whether what is stored is what was acknowledged."""
        match attempt.kind:
            case "order":
                row, told = self.orders[attempt.account_id, attempt.key][0], _told(attempt.answer)
                # The first answer tells what was accepted; a repeated request is told how the order stands by then.
                forms = self.forms[str(row["id"])][: 1 if attempt.status == 201 else None]
                return any(_terms({**row, **form, "id": row["id"]}) == told for form in forms)
            case "cancel":
                order = self.orders[attempt.account_id, attempt.answer["client_order_id"]][0]
                return bool(order["status"] == "cancelled")
            case "transfer":
                entry = self.entries[str(attempt.entry_id)]
                told = (attempt.answer["id"], attempt.answer["number"], Decimal(attempt.answer["amount"]))
                return (str(entry["id"]), entry["number"], entry["cash_change"]) == told
            case _:
                return True


def _terms(row: Mapping[str, Any]) -> tuple[Any, ...]:
    same = (row[name] for name in ("symbol", "side", "type", "quantity", "limit_price", "time_in_force"))
    return str(row["id"]), row["client_order_id"], row["accepted_seq"], *same


def _told(answer: dict[str, Any]) -> tuple[Any, ...]:
    limit = answer["limit_price"]
    return (
        answer["id"], answer["client_order_id"], answer["seq"], answer["symbol"], answer["side"], answer["type"],
        Decimal(answer["quantity"]), None if limit is None else Decimal(limit), answer["time_in_force"],
    )  # fmt: skip


def broken_promises(attempts: list[Attempt], stored: Stored) -> Iterator[str]:
    """Yield a sentence for everything that was answered one way and is stored another."""
    by_request: defaultdict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_request[attempt.kind, attempt.key].append(attempt)
    for (kind, key), same in by_request.items():
        times, done = stored.times(same[0]), [each for each in same if each.is_acknowledged]
        if times > 1:
            yield f"doubled: {kind} {key} is stored {times} times"
        elif done and not times:
            yield f"lost: {kind} {key} was acknowledged: {done[0].answer}"
        elif times and kind != "cancel" and not done and not any(each.is_open_question for each in same):
            yield f"against its answer: {kind} {key} is stored, but was refused: {[each.answer for each in same]}"
        elif times:
            yield from (f"changed: {kind} {key} was told as {each.answer}" for each in done if not stored.is_same(each))


async def wrongs(owner: asyncpg.Connection) -> list[str]:
    """Return what does not add up in the database."""
    found = [(name, await owner.fetch(query)) for name, query in WRONG.items()]
    return [f"{name}: {rows[:3]}" for name, rows in found if rows]


async def until_published(owner: asyncpg.Connection) -> None:
    """Wait until the relay has published every event there is."""
    async with asyncio.timeout(PUBLISHED_WITHIN_S):
        while await owner.fetchval(UNPUBLISHED):
            await asyncio.sleep(0.05)
