"""Reads of the day: what an account has brought since the previous close of its market."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.core.broker.day_result import DayResult, Opened, Span, Turnover, day_result
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.kernel.ids import AccountId, InstrumentId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.broker.deciding import UnknownAccount
from paperdesk.features.broker.lineage_queries import lineage_of_row
from paperdesk.features.broker.queries import Capital, Worth, capital_of, market_of, read_account, value
from paperdesk.features.broker.tables import entries, lots
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.marks import TapeMarks
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.db import Row, fetch_all
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import ReadOnly, owned

# A line of an entry, as it is stored; what is grouped by must not hold parameters.
_LINES: Final = func.jsonb_array_elements(entries.c.postings).table_valued(column("value", JSONB), name="line")
_LINE: Final[dict[str, ColumnElement[str]]] = {
    name: literal_column(f"line.value ->> '{name}'").label(name) for name in ("book", "instrument_id")
}
_SUMS: Final[tuple[ColumnElement[Decimal], ...]] = (
    literal_column("sum((line.value ->> 'amount')::numeric)").label("amount"),
    literal_column("coalesce(sum((line.value ->> 'quantity')::numeric), 0)").label("units"),
)


def previous_close(market: Calendar, at: datetime) -> datetime | None:
    """Return the close before the session that opened last by then: where its day's results begin."""
    return next((session.closes_at for session in islice(market.begun(at), 1, None)), None)


async def days_of(
    runtime: Runtime, shelf: Shelf, who: Principal, account_ids: Iterable[AccountId]
) -> dict[AccountId, DayResult]:
    """Return what accounts of the caller have brought today; those that are unknown are left out."""
    found: dict[AccountId, DayResult] = {}
    async with runtime.read(who) as work:
        for account_id in account_ids:
            with suppress(UnknownAccount):
                found[account_id] = await today_of(work, shelf, account_id)
    return found


async def today_of(work: ReadOnly, shelf: Shelf, account_id: AccountId) -> DayResult:
    """Return what an account has brought today, or refuse an unknown or foreign one."""
    account = await read_account(work, account_id)
    market = await market_of(work, shelf, account)
    worth, capital = await value(work, account, *market), await capital_of(work, account)
    return await day_of(work, account, worth, capital, market)


async def day_of(
    work: ReadOnly, account: Row, found: Worth, capital: Capital, market: tuple[Tape, Dataset]
) -> DayResult:
    """Return what an account has brought since the previous close, or since its epoch began."""
    tape, dataset = market
    close = previous_close(dataset.calendar, tape.at)
    return result_of(found, await _moved_since(work, account, close), capital, market)


def result_of(found: Worth, moved: Sequence[Turnover], capital: Capital, market: tuple[Tape, Dataset]) -> DayResult:
    """Return what an account has brought, from what has moved in its epoch since the previous close."""
    tape, dataset = market
    close = previous_close(dataset.calendar, tape.at)
    began_at = capital.began_at if close is None else max(close, capital.began_at)
    before = TapeMarks(dataset, min(dataset.cursor_at(began_at), tape.cursor))
    return day_result(found.account, found.valuation, moved, before, Span(began_at, tape.at))


async def opened_since(work: ReadOnly, account: Row, close: datetime | None) -> dict[InstrumentId, Opened]:
    """Return what an account still holds of the units that it opened after an instant, by instrument."""
    lot = lots.c
    query = (
        select(lot.instrument_id, func.sum(lot.quantity).label("units"), func.sum(lot.cost).label("cost"))
        .where(lot.account_id == account["id"], lot.epoch == account["epoch"], owned(lots, work))
        .group_by(lot.instrument_id)
    )
    rows = await fetch_all(work.db, query if close is None else query.where(lot.opened_at > close))
    return {InstrumentId(row["instrument_id"]): Opened(row["units"], row["cost"]) for row in rows}


async def _moved_since(work: ReadOnly, account: Row, close: datetime | None) -> list[Turnover]:
    """Return what the entries after an instant moved, of the present epoch; the database sums, however many."""
    entry, lineage = entries.c, await lineage_of_row(work, account)
    mine = (lineage.covers(entry.account_id, entry.seq), owned(entries, work))
    began = select(func.coalesce(func.max(entry.number), 1)).where(*mine, entry.kind == EntryKind.RESET.value)
    query = (
        select(*_LINE.values(), *_SUMS)
        .select_from(entries.join(_LINES, onclause=true()))
        .where(*mine, entry.number >= began.scalar_subquery())
        .group_by(*_LINE.values())
    )
    if close is not None:
        query = query.where(entry.at > close)
    return [_turnover(row) for row in await fetch_all(work.db, query)]


def _turnover(row: Row) -> Turnover:
    named = row["instrument_id"]
    instrument_id = None if named is None else InstrumentId(UUID(named))
    return Turnover(Book(row["book"]), instrument_id, row["amount"], row["units"])
