"""Compare a backtest with what a paper account really did over the same time: orders, fills, fees, and drift by day."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from paperdesk.core.backtest.against_paper import ComparedOrder, Day, Matched, days_of, matched
from paperdesk.core.broker.ledger import EntryKind
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.time import instant_from_text
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.queries import read_backtest, report_in
from paperdesk.features.backtests.run_records import price_text
from paperdesk.features.broker.equity_history import equity_points
from paperdesk.features.broker.order_queries import OrderSearch, find_orders
from paperdesk.features.broker.queries import all_entries, market_of, read_account
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly

ORDERS_MAX: Final = 5000
"""How many orders of either side are compared."""

ON_ANOTHER_DAY: Final = "the account and the run know no close together at which everything held had a price"
MONEY_MOVED: Final = (
    "cash was paid into the account or out of it, or it was reset, {times} times; drift counts that too"
)
_MICROSECOND: Final = timedelta(microseconds=1)


class AnotherMarket(Invalid):
    """The account lives on another dataset than the run was made on, so nothing of both can be compared."""


class TooManyOrdersToCompare(Invalid):
    """There are more orders on a side than are compared; choose a shorter run."""


@dataclass(frozen=True, slots=True)
class Missing:
    """An order that one side lacks, and why as far as it can be told."""

    order: ComparedOrder
    reason: str


@dataclass(frozen=True, slots=True)
class AgainstPaper:
    """A run beside an account, between the later beginning and the earlier end of both."""

    began_at: datetime
    ended_at: datetime
    orders: Matched
    missing_on_paper: Sequence[Missing]
    missing_in_run: Sequence[Missing]
    days: Sequence[Day]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Sides:
    backtest: Backtest
    report: Mapping[str, Any]
    account: Row
    account_at: datetime
    within_s: int


async def compare_with_paper(
    work: ReadOnly, shelf: Shelf, backtest_id: UUID, account_id: UUID, within_s: int
) -> AgainstPaper:
    """Return both side by side; raises UnknownBacktest, NoReportYet, UnknownAccount or AnotherMarket."""
    backtest, account = await read_backtest(work, backtest_id), await read_account(work, account_id)
    report = report_in(backtest)
    tape, dataset = await market_of(work, shelf, account)
    if tape.dataset_id != backtest.dataset_id:
        said = "The account lives on another dataset than the run was made on."
        raise AnotherMarket(said, account_id=str(account_id), backtest_id=str(backtest_id))
    began, ended = instant_from_text(report["began_at"]), instant_from_text(report["ended_at"])
    sought = OrderSearch(account_id, after=began - _MICROSECOND, until=ended, oldest_first=True, limit=ORDERS_MAX + 1)
    theirs = await find_orders(work, dataset, sought)
    entries = await all_entries(work, account_id)
    points = await asyncio.to_thread(
        lambda: list(equity_points(entries, tape, dataset, account["opened_at"], account["currency"]))
    )
    if max(len(theirs), len(report["orders"])) > ORDERS_MAX:
        raise TooManyOrdersToCompare(f"There are more than {ORDERS_MAX:,} orders on a side.", at_most=ORDERS_MAX)
    sides = _Sides(backtest, report, account, tape.at, within_s)
    ours = [_of_run(each) for each in report["orders"]]
    found = await asyncio.to_thread(matched, ours, [_of_paper(each) for each in theirs], float(within_s))
    days = days_of(
        {
            instant_from_text(each["at"]): None if each["equity"] is None else Decimal(each["equity"])
            for each in report["equity"]
        },
        {each.at: each.equity for each in points},
    )
    return AgainstPaper(
        began_at=max(began, account["opened_at"]),
        ended_at=min(ended, tape.at),
        orders=found,
        missing_on_paper=[Missing(each, _why_not_on_paper(each, sides)) for each in found.only_run],
        missing_in_run=[Missing(each, _why_not_in_run(each, sides)) for each in found.only_paper],
        days=days,
        # What it was opened with was paid in at its opening.
        notes=_notes(entries, max(began, account["opened_at"]), ended, days),
    )


def _notes(entries: Sequence[Row], began: datetime, ended: datetime, days: Sequence[Day]) -> list[str]:
    moved = [
        each
        for each in entries
        if each["kind"] in (EntryKind.TRANSFER, EntryKind.RESET) and began < each["at"] <= ended
    ]
    notes = [] if days else [ON_ANOTHER_DAY]
    return [*notes, MONEY_MOVED.format(times=len(moved))] if moved else notes


def _why_not_on_paper(order: ComparedOrder, sides: _Sides) -> str:
    if order.at < sides.account["opened_at"]:
        return "the account was opened later"
    if order.at > sides.account_at:
        return "the account's tape has not come so far"
    return f"the account has no order like it within {sides.within_s} s"


def _why_not_in_run(order: ComparedOrder, sides: _Sides) -> str:
    if order.symbol not in sides.backtest.symbols:
        return "the run does not trade this symbol"
    for each in sides.report["refusals"]:
        is_near = abs((instant_from_text(each["at"]) - order.at).total_seconds()) <= sides.within_s
        if each["symbol"] == order.symbol and is_near:
            return f"the run was refused one: {each['code']}"
    return f"the run has no order like it within {sides.within_s} s"


def _of_run(row: Mapping[str, Any]) -> ComparedOrder:
    average = row["average_fill_price"]
    return ComparedOrder(
        id=row["id"],
        at=instant_from_text(row["accepted_at"]),
        symbol=row["symbol"],
        side=Side(row["side"]),
        type=row["type"],
        quantity=Decimal(row["quantity"]),
        status=row["status"],
        filled=Decimal(row["filled_quantity"]),
        price=None if average is None else Decimal(average),
        fees=Decimal(row["fees"]),
    )


def _of_paper(order: Order) -> ComparedOrder:
    average = order.average_fill_price
    return ComparedOrder(
        id=str(order.id),
        at=order.accepted_at,
        symbol=order.instrument.symbol,
        side=order.side,
        type=order.type.value,
        quantity=order.quantity,
        status=order.status.value,
        filled=order.filled_quantity,
        # Rounded as the run's is kept, so that equal ones are equal.
        price=None if average is None else Decimal(price_text(average)),
        fees=order.fees,
    )
