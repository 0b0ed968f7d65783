"""How far a dataset reaches: from its first price to its last, and the sessions in between."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.features.marketdata.feeds.columns import BarColumns, Columns, PrintColumns, QuoteColumns
from paperdesk.features.marketdata.feeds.timeline import SessionColumns


def covered(market: Calendar, columns: Sequence[Columns]) -> list[Session]:
    """Return every session that overlaps the time from the first price to the last."""
    first, last = span(columns)
    sessions = market.sessions(max(market.day_of(first), market.first), min(market.day_of(last), market.last))
    return [session for session in sessions if session.closes_at > first and session.opens_at <= last]


def span(columns: Sequence[Columns]) -> tuple[datetime, datetime]:
    """Return the first and the last instant that has a price."""
    return instant_of(min(_first(one) for one in columns)), instant_of(max(_last(one) for one in columns))


def _first(columns: Columns) -> int:
    """Return the first instant that has a price; a bar's last moment is before the instant it closes at."""
    if isinstance(columns, QuoteColumns):
        return int(columns.at[0])
    if isinstance(columns, PrintColumns):
        return int(columns.at[0]) - 1
    return int(columns.open_at[0]) if bool(columns.complete[0]) else int(columns.at[0]) - 1


def _last(columns: Columns) -> int:
    return int(columns.at[-1]) - (1 if isinstance(columns, BarColumns) else 0)


def session_columns(sessions: Sequence[Session]) -> SessionColumns:
    """Return when sessions open and close, in microseconds."""
    opens = np.array([microseconds(session.opens_at) for session in sessions], np.int64)
    closes = np.array([microseconds(session.closes_at) for session in sessions], np.int64)
    return SessionColumns(opens, closes)
