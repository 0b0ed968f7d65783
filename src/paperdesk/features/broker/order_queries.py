"""Reads of orders and of what they brought, by everything that can be asked about them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, case, func, or_, select

from paperdesk.core.broker.combo_prices import net_of, signed
from paperdesk.core.broker.events import ComboFilled, OrderFilled
from paperdesk.core.broker.orders import OPEN_STATUSES, Order, OrderStatus, Role, Side
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.rows import order_of
from paperdesk.features.broker.tables import entries, fills, orders, positions
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, owned

_OPEN = sorted(status.value for status in OPEN_STATUSES)


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Which orders of an account are sought; `after` and `until` are instants between which they were accepted.

    `later_than` and `earlier_than` name orders of the same account. Exits can be left out, because they are
    shown with the order they came with.
    """

    account_id: UUID
    order_id: UUID | None = None
    status: Literal["open", "closed", "all"] = "all"
    symbols: tuple[str, ...] | None = None
    side: Side | None = None
    client_order_id: str | None = None
    after: datetime | None = None
    until: datetime | None = None
    later_than: UUID | None = None
    earlier_than: UUID | None = None
    oldest_first: bool = False
    without_exits: bool = False
    limit: int = 500


@dataclass(frozen=True, slots=True)
class ActivitySearch:
    """Which entries of an account are sought, by kind and instants; `beyond` is the last one seen before."""

    kinds: frozenset[str] | None = None
    after: datetime | None = None
    until: datetime | None = None
    beyond: UUID | None = None
    oldest_first: bool = False
    limit: int = 100


async def find_orders(work: ReadOnly, dataset: Dataset, sought: OrderSearch) -> list[Order]:
    """Return an account's orders, newest first unless the other way is asked for."""
    order = orders.c
    lineage = await lineage_of(work, sought.account_id)
    conditions = [lineage.covers_order(work), owned(orders, work), *_sought(work, sought)]
    by = order.accepted_seq.asc() if sought.oldest_first else order.accepted_seq.desc()
    query = select(orders).where(*conditions).order_by(by).limit(sought.limit)
    return [order_of(row, dataset.instruments[row["instrument_id"]]) for row in await fetch_all(work.db, query)]


def _sought(work: ReadOnly, sought: OrderSearch) -> Iterator[ColumnElement[bool]]:
    order = orders.c
    wanted: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (sought.order_id, lambda order_id: order.id == order_id),
        (sought.client_order_id, lambda client_id: order.client_order_id == client_id),
        (sought.symbols, order.symbol.in_),
        (sought.side, lambda side: order.side == side.value),
        (sought.after, lambda instant: order.accepted_at > instant),
        (sought.until, lambda instant: order.accepted_at < instant),
        (sought.later_than, lambda order_id: order.accepted_seq > _seq_of(work, order_id)),
        (sought.earlier_than, lambda order_id: order.accepted_seq < _seq_of(work, order_id)),
    )
    yield from (condition(value) for value, condition in wanted if value is not None)
    if sought.status != "all":
        is_open = order.status.in_(_OPEN)
        yield is_open if sought.status == "open" else ~is_open
    if sought.without_exits:
        yield order.parent_id.is_(None)


def _seq_of(work: ReadOnly, order_id: UUID) -> ScalarSelect[int]:
    return select(orders.c.accepted_seq).where(orders.c.id == order_id, owned(orders, work)).scalar_subquery()


async def exits_of(work: ReadOnly, dataset: Dataset, parents: Iterable[Order]) -> dict[OrderId, list[Order]]:
    """Return the exits and legs that came with orders, by the group they belong to; replaced exits are left out."""
    groups = {parent.group_id for parent in parents if parent.group_id is not None}
    if not groups:
        return {}
    query = select(orders).where(
        orders.c.group_id.in_(groups),
        orders.c.parent_id.is_not(None),
        or_(orders.c.status != OrderStatus.REPLACED.value, orders.c.role == Role.LEG.value),
        owned(orders, work),
    )
    found: dict[OrderId, list[Order]] = {}
    for row in await fetch_all(work.db, query.order_by(orders.c.leg)):
        found.setdefault(OrderId(row["group_id"]), []).append(order_of(row, dataset.instruments[row["instrument_id"]]))
    return found


async def order_at_fill(work: ReadOnly, dataset: Dataset, account_id: UUID, event: OrderFilled) -> Order:
    """Return an order as it stood right after one of its fills."""
    (order,) = await find_orders(work, dataset, OrderSearch(account_id, event.fill.order_id))
    return await _at(work, order, event)


async def combo_at_fill(work: ReadOnly, dataset: Dataset, account_id: UUID, event: ComboFilled) -> Order:
    """Return a combo as it stood right after it filled, by what its legs had filled then."""
    (combo,) = await find_orders(work, dataset, OrderSearch(account_id, event.order_id))
    legs = [await _at(work, leg, event) for leg in (await exits_of(work, dataset, [combo]))[combo.id]]
    filled = legs[0].filled_quantity / abs(signed(legs[0]))
    prices = [leg.average_fill_price or ZERO for leg in legs]
    return _filled(combo, (filled, net_of(legs, prices) * filled), event)


async def _at(work: ReadOnly, order: Order, event: OrderFilled | ComboFilled) -> Order:
    each = fills.c
    sums = (func.sum(each.quantity).label("quantity"), func.sum(each.quantity * each.price).label("value"))
    made = (each.order_id == order.id, each.seq <= event.seq, owned(fills, work))
    query = select(*sums).where(*made)
    done = await fetch_one(work.db, query)
    assert done is not None, "an aggregate has a row"
    return _filled(order, (done["quantity"], done["value"]), event)


def _filled(order: Order, done: tuple[Decimal, Decimal], event: OrderFilled | ComboFilled) -> Order:
    quantity, value = done
    return replace(
        order,
        filled_quantity=quantity,
        filled_value=value,
        status=OrderStatus.FILLED if quantity == order.quantity else OrderStatus.PARTIALLY_FILLED,
        updated_at=event.at,
    )


async def quantity_after(work: ReadOnly, account: Row, event: OrderFilled) -> Decimal:
    """Return what was held of an instrument right after a fill: what is held now without what was filled since."""
    instrument_id, each = event.fill.instrument_id, fills.c
    signed = case((each.side == Side.BUY.value, each.quantity), else_=-each.quantity)
    since = select(func.coalesce(func.sum(signed), 0).label("quantity")).where(
        each.account_id == account["id"],
        each.instrument_id == instrument_id,
        each.seq > event.seq,
        owned(fills, work),
    )
    now = select(positions.c.quantity).where(
        positions.c.account_id == account["id"],
        positions.c.epoch == account["epoch"],
        positions.c.instrument_id == instrument_id,
        owned(positions, work),
    )
    held, later = await fetch_one(work.db, now), await fetch_one(work.db, since)
    quantity: Decimal = (ZERO if held is None else held["quantity"]) - (ZERO if later is None else later["quantity"])
    return quantity


async def list_activities(work: ReadOnly, account_id: UUID, wanted: ActivitySearch) -> list[Row]:
    """Return what moved cash or units in an account, an entry with its fill where it has one, newest first.

    Of a fill `filled_by_then` is what the order had filled with it, and `ordered` what it was for.
    """
    entry, fill = entries.c, fills.c
    lineage = await lineage_of(work, account_id)
    filled = func.sum(fill.quantity).over(partition_by=fill.order_id, order_by=fill.seq)
    executed = (
        select(fills, filled.label("filled_by_then"))
        .where(lineage.covers(fill.account_id, fill.seq), owned(fills, work))
        .subquery("executed")
    )
    query = (
        select(
            *(entry[name] for name in ("id", "seq", "kind", "description", "cash_change", "at")),
            *(executed.c[name] for name in ("order_id", "symbol", "side", "quantity", "price", "fee")),
            executed.c.id.label("fill_id"),
            executed.c.filled_by_then,
            orders.c.quantity.label("ordered"),
        )
        .outerjoin(executed, executed.c.seq == entry.seq)
        .outerjoin(orders, orders.c.id == executed.c.order_id)
        .where(lineage.covers(entry.account_id, entry.seq), owned(entries, work), *_wanted(work, wanted))
        .order_by(entry.number.asc() if wanted.oldest_first else entry.number.desc())
        .limit(wanted.limit)
    )
    return await fetch_all(work.db, query)


def _wanted(work: ReadOnly, wanted: ActivitySearch) -> Iterator[ColumnElement[bool]]:
    entry = entries.c
    if wanted.kinds is not None:
        yield entry.kind.in_(wanted.kinds)
    if wanted.after is not None:
        yield entry.at > wanted.after
    if wanted.until is not None:
        yield entry.at < wanted.until
    if wanted.beyond is not None:
        place = select(entry.number).where(entry.id == wanted.beyond, owned(entries, work)).scalar_subquery()
        yield entry.number > place if wanted.oldest_first else entry.number < place
