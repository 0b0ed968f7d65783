"""The account, its market's clock and calendar, and what can be traded there."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.doors.alpaca.answers import Answer
from paperdesk.doors.alpaca.asking import Ask, Visit, When
from paperdesk.doors.alpaca.errors import NotSpokenHere
from paperdesk.doors.alpaca.shapes import (
    CLASSES,
    account_shape,
    asset_shape,
    clock_shape,
    configuration_shape,
    exchange_of,
    session_shape,
)
from paperdesk.features.broker.equity_history import equity_points
from paperdesk.features.broker.queries import all_entries, value
from paperdesk.features.broker.rows import read_account_of
from paperdesk.features.marketdata.feeds.recorded import UnknownInstrument

WEEK: Final = timedelta(days=7)


class AssetsQuery(msgspec.Struct):
    """Which assets are asked for."""

    status: str | None = None
    asset_class: Literal["us_equity", "us_option", "crypto", "crypto_perp"] = "us_equity"
    exchange: str | None = None


class CalendarQuery(msgspec.Struct):
    """Which days of the calendar are asked for, both included."""

    start: When | None = None
    end: When | None = None


async def get_account(ask: Ask) -> Answer:
    """Show the account that the key speaks for."""
    async with ask.visiting() as visit:
        worth = await value(visit.work, visit.account, visit.tape, visit.dataset)
        closed = _last_session(visit.calendar, visit.tape.at)
        before = None if closed is None else await _equity_at(visit, closed.closes_at)
        as_of = None if closed is None else closed.on.isoformat()
        return Answer(account_shape(visit.account, worth, before, as_of))


async def get_configuration(ask: Ask) -> Answer:
    """Show what can be configured about an account."""
    async with ask.visiting() as visit:
        return Answer(configuration_shape(read_account_of(visit.account).rules))


async def patch_configuration(ask: Ask) -> Answer:
    """Accept what is so already; refuse what would change, rather than pretend."""
    wanted = msgspec.to_builtins(await ask.body(Configuration))
    async with ask.visiting() as visit:
        stands = configuration_shape(read_account_of(visit.account).rules)
    for name, asked in wanted.items():
        if asked is not None and asked != stands[name]:
            raise NotSpokenHere(f"{name} cannot be changed here")
    return Answer(stands)


class Configuration(msgspec.Struct):
    """What PATCH /v2/account/configurations takes; the whole object, with nulls for what its sender does not know."""

    fractional_trading: bool | None = None
    max_margin_multiplier: str | None = None
    max_options_trading_level: int | None = None
    no_shorting: bool | None = None
    suspend_trade: bool | None = None
    trade_confirm_email: str | None = None
    ptp_no_exception_entry: bool | None = None
    disable_overnight_trading: bool | None = None


async def get_clock(ask: Ask) -> Answer:
    """Show what time it is on the account's tape."""
    async with ask.visiting() as visit:
        return Answer(clock_shape(visit.calendar, visit.tape.at))


async def get_calendar(ask: Ask) -> Answer:
    """List trading sessions."""
    query = ask.query(CalendarQuery)
    async with ask.visiting() as visit:
        market = visit.calendar
        start = market.first if query.start is None else max(query.start.day, market.first)
        end = market.last if query.end is None else min(query.end.day, market.last)
        return Answer(list(_days(market, start, end)))


async def get_assets(ask: Ask) -> Answer:
    """List what can be traded on the account's tape; shares unless another class is asked for."""
    query = ask.query(AssetsQuery)
    async with ask.visiting() as visit:
        listed = [listing.instrument for listing in visit.dataset.search("", visit.tape.cursor)]
    return Answer([asset_shape(each) for each in listed if _is_wanted(each, query)])


async def get_asset(ask: Ask) -> Answer:
    """Show one asset by its symbol or its id."""
    async with ask.visiting() as visit:
        instrument = visit.instrument(ask.named("symbol"))
    if instrument.kind not in CLASSES:
        raise UnknownInstrument(f"asset not found for {instrument.symbol}")
    return Answer(asset_shape(instrument))


def _is_wanted(instrument: Instrument, query: AssetsQuery) -> bool:
    return (
        CLASSES.get(instrument.kind) == query.asset_class
        and query.status != "inactive"
        and query.exchange in {None, exchange_of(instrument)}
    )


def _days(market: Calendar, start: date, end: date) -> Iterator[dict[str, Any]]:
    """Yield sessions, each with the day on which what is traded in it settles: that of the session after."""
    sessions = market.sessions(start, min(end + WEEK, market.last)) if start <= end else []
    for number, session in enumerate(sessions):
        if session.on <= end:
            after = sessions[number + 1] if number + 1 < len(sessions) else None
            yield session_shape(session, market.zone, None if after is None else after.on.isoformat())


def _last_session(market: Calendar, at: datetime) -> Session | None:
    """Return the session before the current one: that whose close the day's changes are measured from."""
    today = market.day_of(at)
    earlier = market.sessions(max(today - WEEK, market.first), today)
    closed = [session for session in earlier if session.closes_at < at]
    return closed[-1] if closed else None


async def _equity_at(visit: Visit, at: datetime) -> Decimal | None:
    """Return what the account was worth at a session's close; before it was opened nobody knows."""
    entries = await all_entries(visit.work, visit.account_id)
    opened_at, currency = visit.account["opened_at"], visit.account["currency"]
    points = equity_points(entries, visit.tape, visit.dataset, opened_at, currency)
    return next((point.equity for point in points if point.at == at), None)
