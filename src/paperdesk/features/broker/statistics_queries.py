"""What became of orders: every state one has been in, and counts, sums and times over all of an epoch.

The database counts and sums, so that a million orders take no more memory here than ten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import extract, func, select

from paperdesk.core.broker.events import Event, OrderAccepted, OrderFilled, OrderReplaced
from paperdesk.core.broker.evolution import OrderMoved, order_after
from paperdesk.core.broker.orders import OPEN_STATUSES, Order, OrderStatus, Role
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.queries import read_order
from paperdesk.features.broker.rows import event_of
from paperdesk.features.broker.story import orders_of
from paperdesk.features.broker.tables import accounts, fills, orders
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.outbox import events
from paperdesk.infra.work import ReadOnly, owned


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order as it stood right after an event, which somebody or the tape caused."""

    order: Order
    seq: int
    at: datetime
    kind: str
    subject: str
    recorded_at: datetime
    origin: str | None


async def order_history(work: ReadOnly, shelf: Shelf, order_id: UUID) -> list[OrderState]:
    """Return every state an order has been in, oldest first."""
    order, _, _ = await read_order(work, shelf, order_id)
    text = events.c.payload
    query = select(events, text.label("text")).where(
        events.c.account_id == order.account_id,
        events.c.seq >= order.accepted_seq,
        events.c.at <= order.updated_at,
        func.strpos(text, str(order_id)) > 0,
        owned(events, work),
    )
    found = await _inherited_history(work, shelf, order_id)
    state = found[-1].order if found else None
    for row in await fetch_all(work.db, query.order_by(events.c.seq)):
        event = event_of(row["kind"], row["text"])
        after = _after(state, event, order) if order.id in orders_of(event) else None
        if after is not None:
            state = after
            told = (row["kind"], row["subject"], row["recorded_at"], row["origin"])
            found.append(OrderState(after, row["seq"], row["at"], *told))
    return found


async def _inherited_history(work: ReadOnly, shelf: Shelf, order_id: UUID) -> list[OrderState]:
    """Return the states that an order was in before its account was forked, none for any other."""
    query = select(orders.c.inherited_from, accounts.c.fork_seq).join(accounts, accounts.c.id == orders.c.account_id)
    row = await fetch_one(work.db, query.where(orders.c.id == order_id, owned(orders, work), owned(accounts, work)))
    if row is None or row["inherited_from"] is None:
        return []
    return [each for each in await order_history(work, shelf, row["inherited_from"]) if each.seq <= row["fork_seq"]]


def _after(state: Order | None, event: Event, order: Order) -> Order | None:
    """Return the order after an event that is about it; None when it only moved what the order reserves."""
    if isinstance(event, OrderAccepted | OrderReplaced) and event.order.id == order.id:
        return event.order
    if state is not None and isinstance(event, OrderMoved | OrderFilled | OrderReplaced):
        return order_after(state, event)
    return None


@dataclass(frozen=True, slots=True)
class OrderStatistics:
    """Counts and sums over the orders of an epoch; times are market seconds from acceptance to the first fill."""

    by_status: Mapping[OrderStatus, int]
    filled: int
    fills: int
    value: Decimal
    median_seconds: float | None
    mean_seconds: float | None

    @property
    def total(self) -> int:
        """Return how many orders there were."""
        return sum(self.by_status.values())

    @property
    def filled_open(self) -> int:
        """Return how many have filled in part and still work."""
        return self.by_status[OrderStatus.PARTIALLY_FILLED]

    @property
    def ended(self) -> int:
        """Return how many of them have ended."""
        return sum(number for status, number in self.by_status.items() if status not in OPEN_STATUSES)


async def order_statistics(work: ReadOnly, dataset: Dataset, account: Row, epoch: int) -> OrderStatistics:
    """Count the orders of an epoch by state, and state what they filled and how soon.

    A combo is one order, and what it filled is what its legs did.
    """
    is_counted = orders.c.role.is_distinct_from(Role.LEG.value)
    lineage = await lineage_of(work, account["id"])
    mine = (lineage.covers_order(work), orders.c.epoch == epoch, owned(orders, work))
    counted = select(
        orders.c.status,
        orders.c.instrument_id,
        func.count().filter(is_counted).label("number"),
        func.count().filter(is_counted, orders.c.filled_quantity > 0).label("filled"),
        func.coalesce(func.sum(orders.c.filled_value).filter(orders.c.structure.is_(None)), 0).label("value"),
    ).where(*mine)
    by_status: dict[OrderStatus, int] = dict.fromkeys(OrderStatus, 0)
    filled, value = 0, ZERO
    for row in await fetch_all(work.db, counted.group_by(orders.c.status, orders.c.instrument_id)):
        by_status[OrderStatus(row["status"])] += row["number"]
        filled += row["filled"]
        value += row["value"] * dataset.instruments[InstrumentId(row["instrument_id"])].multiplier
    first = (
        select(
            fills.c.order_id, func.count().label("fills"), extract("epoch", func.min(fills.c.at) - orders.c.accepted_at)
            .label("seconds"),
        )
        .join(orders, orders.c.id == fills.c.order_id)
        .where(*mine, owned(fills, work))
        .group_by(fills.c.order_id, orders.c.accepted_at)
        .subquery("first")
    )  # fmt: skip
    times = select(
        func.coalesce(func.sum(first.c.fills), 0).label("fills"),
        func.percentile_cont(0.5).within_group(first.c.seconds).label("median"),
        func.avg(first.c.seconds).label("mean"),
    )
    took = await fetch_one(work.db, times)
    assert took is not None, "an aggregate has a row"
    median, mean = (None if took[each] is None else float(took[each]) for each in ("median", "mean"))
    return OrderStatistics(by_status, filled, int(took["fills"]), value, median, mean)
