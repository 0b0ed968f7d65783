"""Lists of an account's orders: which are meant and in which order, of rows and of orders as they once stood alike."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import gt, lt
from typing import Any, Literal, TypeAlias, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from paperdesk.core.broker.orders import (
    OPEN_STATUSES,
    Order,
    OrderClass,
    OrderKind,
    OrderStatus,
    OrderType,
    Side,
    kind_in,
)
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.rows import order_of
from paperdesk.features.broker.tables import orders
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.infra.db import fetch_all
from paperdesk.infra.http import InstantText, LineAsWritten, PageParams, Serial, SymbolLine
from paperdesk.infra.work import ReadOnly, owned

Status: TypeAlias = Literal[
    "open", "closed", "all", "accepted", "partially_filled", "filled", "cancelled", "expired", "replaced", "rejected"
]
Sort: TypeAlias = Literal["newest", "oldest", "symbol"]
_STATUSES = {"open": OPEN_STATUSES, "closed": frozenset(OrderStatus) - OPEN_STATUSES, "all": frozenset(OrderStatus)}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders of an account are meant; they have to be all that is asked for.

    They were accepted from `since` on and before `until`, by the tape's clock; of one symbol they come oldest first.
    """

    account_id: UUID
    status: Status = "all"
    symbol: SymbolLine | None = None
    kind: OrderKind | None = None
    side: Side | None = None
    type: OrderType | None = None
    order_class: OrderClass | None = None
    since: InstantText | None = None
    until: InstantText | None = None
    client_order_id: LineAsWritten | None = None
    group_id: UUID | None = None
    sort: Sort = "newest"

    @property
    def statuses(self) -> frozenset[OrderStatus]:
        """Return the states that are meant."""
        return _STATUSES.get(self.status) or frozenset({OrderStatus(self.status)})

    def means(self, order: Order) -> bool:
        """Say whether an order is meant."""
        return order.status in self.statuses and all(
            each.holds(order, wanted) for each in TERMS if (wanted := getattr(self, each.name)) is not None
        )


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that can be asked of orders, as it is asked of the database and of an order."""

    name: str
    condition: Callable[[Any, Dataset], ColumnElement[bool]]
    holds: Callable[[Order, Any], bool]


def _of_kind(kind: OrderKind, dataset: Dataset) -> ColumnElement[bool]:
    if kind is OrderKind.COMBO:
        return orders.c.order_class == OrderClass.COMBO
    in_kind = [each.id for each in dataset.instruments.values() if kind_in(each) is kind]
    return and_(orders.c.order_class != OrderClass.COMBO, orders.c.instrument_id.in_(in_kind))


_order = orders.c
TERMS = (
    Term("symbol", lambda it, _: _order.symbol == it, lambda order, it: order.instrument.symbol == it),
    Term("kind", _of_kind, lambda order, it: order.kind is it),
    Term("side", lambda it, _: _order.side == it.value, lambda order, it: order.side is it),
    Term("type", lambda it, _: _order.type == it.value, lambda order, it: order.type is it),
    Term("order_class", lambda it, _: _order.order_class == it.value, lambda order, it: order.order_class is it),
    Term("since", lambda it, _: _order.accepted_at >= it, lambda order, it: order.accepted_at >= it),
    Term("until", lambda it, _: _order.accepted_at < it, lambda order, it: order.accepted_at < it),
    Term("client_order_id", lambda it, _: _order.client_order_id == it, lambda order, it: order.client_order_id == it),
    Term("group_id", lambda it, _: _order.group_id == it, lambda order, it: order.group_id == it),
)


async def list_orders(
    work: ReadOnly, dataset: Dataset, chosen: OrderFilter, page: PageParams
) -> tuple[list[Order], str | None]:
    """Return the orders of an account that are meant."""
    conditions = [(await lineage_of(work, chosen.account_id)).covers_order(work), owned(orders, work)]
    if chosen.status != "all":
        conditions.append(_order.status.in_(sorted(chosen.statuses)))
    wanted = ((each, getattr(chosen, each.name)) for each in TERMS)
    conditions += [each.condition(it, dataset) for each, it in wanted if it is not None]
    after = page.after(_SHAPES[chosen.sort])
    if after is not None:
        conditions.append(_beyond(chosen.sort, after))
    query = select(orders).where(*conditions).order_by(*_SORTED[chosen.sort])
    rows = await fetch_all(work.db, query.limit(page.limit + 1))
    found, cursor = page.cut(rows, lambda row: _place(chosen.sort, row["accepted_seq"], row["symbol"]))
    return [order_of(row, dataset.instruments[row["instrument_id"]]) for row in found], cursor


def page_of(found: Iterable[Order], chosen: OrderFilter, page: PageParams) -> tuple[list[Order], str | None]:
    """Return one page of the orders that are meant of all that an account had at some moment."""

    def place(order: Order) -> tuple[Any, ...]:
        return _place(chosen.sort, order.accepted_seq, order.instrument.symbol)

    is_newest_first = chosen.sort == "newest"
    meant = sorted((each for each in found if chosen.means(each)), key=place, reverse=is_newest_first)
    return page.part(meant, place, _SHAPES[chosen.sort], newest_first=is_newest_first)


# Symbols go by their bytes, as they do in Python.
_symbol = _order.symbol.collate("C")
_SORTED = {
    "newest": (_order.accepted_seq.desc(),),
    "oldest": (_order.accepted_seq,),
    "symbol": (_symbol, _order.accepted_seq),
}
# The cursor of one sort is none of another.
_SHAPES: Mapping[Sort, Any] = {
    "newest": tuple[Serial],
    "oldest": tuple[Literal["oldest"], Serial],
    "symbol": tuple[str, Serial, Literal["symbol"]],
}


def _place(sort: Sort, seq: int, symbol: str) -> tuple[Any, ...]:
    """Return where an order stands in a list, as its cursor says it."""
    places: Mapping[Sort, tuple[Any, ...]] = {
        "newest": (seq,),
        "oldest": ("oldest", seq),
        "symbol": (symbol, seq, "symbol"),
    }
    return places[sort]


def _beyond(sort: Sort, after: tuple[Any, ...]) -> ColumnElement[bool]:
    """Return the condition that an order comes after a place."""
    if sort == "symbol":
        return or_(_symbol > after[0], and_(_symbol == after[0], _order.accepted_seq > after[1]))
    is_beyond = lt if sort == "newest" else gt
    return cast("ColumnElement[bool]", is_beyond(_order.accepted_seq, after[-1]))
