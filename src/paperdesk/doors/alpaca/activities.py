"""What happened in an account: its activities, and its equity over time."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from paperdesk.core.broker.ledger import EntryKind
from paperdesk.core.kernel.ids import uuid_from_text
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.doors.alpaca.answers import Answer
from paperdesk.doors.alpaca.asking import Ask, Listed, When
from paperdesk.doors.alpaca.errors import MalformedQuestion, NotSpokenHere
from paperdesk.doors.alpaca.shapes import activity_id
from paperdesk.features.broker.equity_history import equity_points
from paperdesk.features.broker.order_queries import ActivitySearch, list_activities
from paperdesk.features.broker.queries import all_entries
from paperdesk.infra.db import Row

PAGE_MAX: Final = 100
DEPOSIT, WITHDRAWAL = "CSD", "CSW"
# Which of their types an entry of ours is; a transfer is told apart by its sign. A dividend is one when it is paid.
TYPES: Final[Mapping[str, str]] = {
    EntryKind.FILL: "FILL",
    EntryKind.TRANSFER: DEPOSIT,
    EntryKind.DIVIDEND_PAYMENT: "DIV",
    EntryKind.SHARE_DIVIDEND: "SPLIT",
    EntryKind.SPLIT: "SPLIT",
    EntryKind.SPIN_OFF: "SPIN",
    EntryKind.MERGER: "MA",
    EntryKind.SYMBOL_CHANGE: "NC",
    EntryKind.DELISTING: "REORG",
    EntryKind.OPTION_ADJUSTMENT: "REORG",
    EntryKind.EXPIRY: "OPEXP",
    EntryKind.EXERCISE: "OPEXC",
    EntryKind.ASSIGNMENT: "OPASN",
    EntryKind.INTEREST: "INT",
    EntryKind.BORROW_FEE: "FEE",
    EntryKind.FUNDING: "FEE",
}
OTHER: Final = "JNLC"
PERIODS: Final[Mapping[str, int]] = {"D": 1, "W": 7, "M": 30, "A": 365}
INTRADAY: Final = frozenset({"1Min", "5Min", "15Min", "1H"})


class ActivitiesQuery(msgspec.Struct):
    """What GET /v2/account/activities takes."""

    activity_types: Listed | None = None
    date: When | None = None
    after: When | None = None
    until: When | None = None
    direction: Literal["asc", "desc"] = "desc"
    page_size: int = PAGE_MAX
    page_token: str | None = None

    def search(self, types: Iterable[str] | None) -> ActivitySearch:
        """Return what is asked as a search."""
        if not 1 <= self.page_size <= PAGE_MAX:
            raise MalformedQuestion(f"page_size must be between 1 and {PAGE_MAX}")
        start, end = (self.date, self.date) if self.date is not None else (self.after, self.until)
        kinds = None if types is None else frozenset(kind for each in types for kind in _kinds(each))
        return ActivitySearch(
            kinds=kinds,
            after=None if start is None else start.start,
            until=None if end is None else end.end,
            beyond=None if self.page_token is None else uuid_from_text(self.page_token.rpartition("::")[2]),
            oldest_first=self.direction == "asc",
            limit=self.page_size,
        )


class HistoryQuery(msgspec.Struct):
    """What GET /v2/account/portfolio/history takes."""

    period: str | None = None
    timeframe: str | None = None
    start: When | None = None
    end: When | None = None
    date_end: When | None = None

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """Return from when to when; a month up to now unless two of start, end and period say otherwise."""
        if self.timeframe in INTRADAY:
            raise NotSpokenHere("equity is known at the close of each session; the timeframe must be 1D")
        asked = self.end or self.date_end
        length = _length(self.period or "1M")
        if self.start is None:
            end = now if asked is None else asked.end
            return end - length, end
        given = self.start.start + length if self.period else now
        return self.start.start, given if asked is None else asked.end


def _kinds(theirs: str) -> Iterator[str]:
    """Yield which entries of ours can be of a type of theirs; whatever has no type is a journal."""
    wanted = DEPOSIT if theirs == WITHDRAWAL else theirs
    yield from (kind.value for kind in EntryKind if TYPES.get(kind, OTHER) == wanted)


def _length(period: str) -> timedelta:
    number, unit = period[:-1], period[-1:].upper()
    if unit not in PERIODS or not number.isdecimal() or len(number) > 3:  # noqa: PLR2004 - 999 of anything is enough
        raise MalformedQuestion("period must be a number and D, W, M or A")
    return timedelta(days=int(number) * PERIODS[unit])


async def get_activities(ask: Ask) -> Answer:
    """List what moved cash or units."""
    types = ask.query(ActivitiesQuery).activity_types
    return await _activities(ask, None if types is None else types.words)


async def get_activities_of(ask: Ask) -> Answer:
    """List activities of one type."""
    return await _activities(ask, (ask.named("activity_type"),))


async def _activities(ask: Ask, types: tuple[str, ...] | None) -> Answer:
    search = ask.query(ActivitiesQuery).search(types)
    async with ask.visiting() as visit:
        rows = await list_activities(visit.work, visit.account_id, search)
        shown = [_activity(row, visit.account["currency"]) for row in rows]
    return Answer([each for each in shown if types is None or each["activity_type"] in types])


def _activity(row: Row, currency: str) -> dict[str, Any]:
    return _fill(row) if row["fill_id"] is not None else _movement(row, currency)


def _fill(row: Row) -> dict[str, Any]:
    left = row["ordered"] - row["filled_by_then"]
    return {
        "id": activity_id(row["at"], row["id"]),
        "activity_type": "FILL",
        "type": "partial_fill" if left else "fill",
        "order_status": "partially_filled" if left else "filled",
        "transaction_time": instant_text(row["at"]),
        "order_id": str(row["order_id"]),
        "symbol": row["symbol"],
        "side": row["side"],
        "price": plain(row["price"]),
        "qty": plain(row["quantity"]),
        "cum_qty": plain(row["filled_by_then"]),
        "leaves_qty": plain(left),
    }


def _movement(row: Row, currency: str) -> dict[str, Any]:
    amount = row["cash_change"]
    kind = TYPES.get(row["kind"], OTHER)
    return {
        "id": activity_id(row["at"], row["id"]),
        "activity_type": WITHDRAWAL if kind == DEPOSIT and amount < ZERO else kind,
        "activity_sub_type": None,
        "date": row["at"].date().isoformat(),
        "created_at": instant_text(row["at"]),
        "net_amount": plain(amount),
        "description": row["description"],
        "symbol": None,
        "qty": None,
        "price": None,
        "per_share_amount": None,
        "status": "executed",
        "group_id": None,
        "currency": currency,
        "cusip": None,
    }


async def get_history(ask: Ask) -> Answer:
    """Show what the account was worth at each session's close, and is now."""
    query = ask.query(HistoryQuery)
    async with ask.visiting() as visit:
        start, end = query.span(visit.tape.at)
        entries = await all_entries(visit.work, visit.account_id)
        # Their history knows one life of an account: what was before a reset would look like a gain or a loss.
        resets = [number for number, row in enumerate(entries) if row["kind"] == EntryKind.RESET]
        opened_at = entries[resets[-1]]["at"] if resets else visit.account["opened_at"]
        entries = entries[resets[-1] :] if resets else entries
        found = list(equity_points(entries, visit.tape, visit.dataset, opened_at, visit.account["currency"]))
        transfers = [(row["at"], row["cash_change"]) for row in entries if row["kind"] == EntryKind.TRANSFER]
    # Where something had no price the equity is not known, and their lists have no place for that.
    points = [(point.at, point.equity) for point in found if point.equity is not None and start <= point.at <= end]
    return Answer(_history(points, transfers), is_market=True)


def _history(points: list[tuple[datetime, Decimal]], transfers: list[tuple[datetime, Decimal]]) -> dict[str, Any]:
    """Return the lists; what the owner put in or took out is no profit and no loss."""
    first_at, base = points[0] if points else (None, None)
    gains: list[Decimal] = []
    for at, equity in points:
        assert first_at is not None and base is not None, "there are points"  # noqa: PT018 - one sentence for both
        moved = sum((amount for when, amount in transfers if first_at < when <= at), ZERO)
        gains.append(equity - base - moved)
    return {
        "timestamp": [int(at.timestamp()) for at, _ in points],
        "equity": [equity for _, equity in points],
        "profit_loss": gains,
        "profit_loss_pct": [None if not base else gain / base for gain in gains],
        "base_value": base,
        "base_value_asof": None if first_at is None else first_at.date().isoformat(),
        "timeframe": "1D",
        "cashflow": {},
    }
