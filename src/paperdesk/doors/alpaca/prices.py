"""Prices in Alpaca's shapes, as far as the tape has come: bars, quotes, prints, snapshots.

Sizes that nobody told are 0 and marked by the condition `derived`, because their clients demand a number;
a bar of a tape that knows one price a bar has that price four times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.market.facts import CloseFact, OpenFact, QuoteFact
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Calendar
from paperdesk.doors.alpaca.asking import Visit
from paperdesk.features.marketdata.feeds.adjust import Adjustment
from paperdesk.features.marketdata.feeds.bar_rows import BarsWanted
from paperdesk.features.marketdata.feeds.columns import PrintColumns
from paperdesk.features.marketdata.feeds.dataset import standing_quote
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.queries import BarQuery, bar_rows

DERIVED: Final = ["derived"]
# How far today's and yesterday's bars are looked for; how long a bar lasts at most, and how long after its
# beginning at midnight its market may open.
LOOK_BACK: Final = timedelta(days=10)
LONGEST: Final = timedelta(days=32)
OPENS_WITHIN: Final = timedelta(days=10)
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

Shape = dict[str, Any]
Print = OpenFact | CloseFact


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, both included, and at most how many, from which end."""

    start: datetime
    end: datetime
    limit: int
    newest_first: bool = False

    def __contains__(self, instant: datetime) -> bool:
        """Say whether an instant lies in the span."""
        return self.start <= instant <= self.end

    def cut(self, found: Iterator[tuple[datetime, Shape]]) -> list[tuple[datetime, Shape]]:
        """Return what lies in the span, in its order, one more than its limit where there is more."""
        inside = ((at, shape) for at, shape in found if at in self)
        return list(islice(reversed(list(inside)) if self.newest_first else inside, self.limit + 1))


@dataclass(frozen=True, slots=True)
class Bars:
    """Which bars are asked for: how long each lasts, and what their prices are restated for."""

    interval: Interval
    adjustment: Adjustment | None = None


DAYS: Final = Bars("1d")


def bars(visit: Visit, instrument: Instrument, span: Span, asked: Bars = DAYS) -> list[tuple[datetime, Shape]]:
    """Return bars that are over, by the instants at which they begin."""
    query = BarQuery(
        visit.tape.id, instrument.symbol, asked.interval, span.start - LONGEST, adjustment=asked.adjustment
    )
    rows = bar_rows(visit.tape, visit.dataset, query)
    begun = [] if rows is None else rows.begun(span.start, span.end + OPENS_WITHIN)
    found = ((begins(begun_at, asked.interval, visit.calendar), bar) for begun_at, bar in begun)
    return span.cut((at, bar_shape(at, bar)) for at, bar in found)


def ended(visit: Visit, instrument: Instrument, interval: Interval, since: datetime) -> list[Shape]:
    """Return the bars that ended after an instant, oldest first."""
    query = BarQuery(visit.tape.id, instrument.symbol, interval, since - LONGEST)
    rows = bar_rows(visit.tape, visit.dataset, query)
    begun = [] if rows is None else rows.begun(since - LONGEST, visit.tape.at)
    return [bar_shape(begins(at, interval, visit.calendar), bar) for at, bar in begun if bar.at > since]


def begins(opened_at: datetime, interval: Interval, market: Calendar) -> datetime:
    """Return when a bar begins at Alpaca: days and longer at midnight where the market is, weeks on Mondays."""
    day = market.day_of(opened_at)
    match interval[-1]:
        case "m" | "h":
            return opened_at
        case "w":
            day -= timedelta(days=day.weekday())
        case "M":
            day = day.replace(day=1)
        case _:
            pass
    return datetime.combine(day, time(0), market.zone).astimezone(UTC)


def quotes(visit: Visit, instrument: Instrument, span: Span) -> list[tuple[datetime, Shape]]:
    """Return recorded quotes; a tape of bars has none."""
    facts = _facts(visit, instrument, span)
    return span.cut((fact.at, quote_shape(quote_of(fact))) for fact in facts if isinstance(fact, QuoteFact))


def prints(visit: Visit, instrument: Instrument, span: Span) -> list[tuple[datetime, Shape]]:
    """Return prints; of a bar its first and its last price, whose sizes nobody told."""
    facts, is_sized = _facts(visit, instrument, span), has_sizes(visit, instrument)
    return span.cut((fact.at, print_shape(fact, has_size=is_sized)) for fact in facts if isinstance(fact, Print))


def latest_bar(visit: Visit, instrument: Instrument) -> Shape | None:
    """Return the last bar that closed, as long as it was recorded."""
    rows = visit.dataset.closed_bars(instrument.id, visit.tape.cursor, BarsWanted(limit=1))
    if rows is None or not (begun := rows.begun(LONG_AGO, visit.tape.at)):
        return None
    opened_at, bar = begun[-1]
    is_day = is_session(opened_at, bar, visit.calendar)
    return bar_shape(begins(opened_at, "1d" if is_day else "1m", visit.calendar), bar)


def is_session(opened_at: datetime, bar: Bar, market: Calendar) -> bool:
    """Say whether a bar lasts a whole session."""
    session = market.session_on(market.day_of(opened_at))
    return session is not None and (opened_at, bar.at) == (session.opens_at, session.closes_at)


def latest_quote(visit: Visit, instrument: Instrument) -> Shape | None:
    """Return the standing quote; of bars, bid and ask are the last price."""
    quote = standing_quote(visit.dataset, instrument.id, visit.tape.cursor)
    return None if quote is None else quote_shape(quote)


def latest_print(visit: Visit, instrument: Instrument) -> Shape | None:
    """Return the last print; a tape of quotes has none."""
    fact = visit.dataset.last_print(instrument.id, visit.tape.cursor)
    return None if fact is None else print_shape(fact, has_size=has_sizes(visit, instrument))


def latest_book(visit: Visit, instrument: Instrument) -> Shape | None:
    """Return the standing quote as a book of one level."""
    quote = standing_quote(visit.dataset, instrument.id, visit.tape.cursor)
    return None if quote is None else book_shape(quote)


def book_shape(quote: Quote) -> Shape:
    """Show a quote as a book of one level."""
    sides = {"b": (quote.bid, quote.bid_size), "a": (quote.ask, quote.ask_size)}
    levels = {name: [{"p": price, "s": size or ZERO}] for name, (price, size) in sides.items()}
    return {"t": instant_text(quote.at), **levels}


def snapshot(visit: Visit, instrument: Instrument) -> Shape | None:
    """Return everything there is of an instrument now."""
    quote = latest_quote(visit, instrument)
    if quote is None:
        return None
    days = last_days(visit, instrument)
    bar = latest_bar(visit, instrument)
    return {
        "latestTrade": latest_print(visit, instrument),
        "latestQuote": quote,
        "minuteBar": None if days and bar == days[-1] else bar,
        "dailyBar": days[-1] if days else None,
        "prevDailyBar": days[-2] if len(days) > 1 else None,
    }


def last_days(visit: Visit, instrument: Instrument) -> list[Shape]:
    """Return the bars of the last days that are over, oldest first."""
    span = Span(visit.tape.at - LOOK_BACK, visit.tape.at, limit=2, newest_first=True)
    return [shape for _, shape in reversed(bars(visit, instrument, span)[:2])]


def bar_shape(begins_at: datetime, bar: Bar) -> Shape:
    """Show a bar; how many prints it had and their mean price, nobody recorded."""
    known = [price for price in (bar.open, bar.high, bar.low) if price is not None]
    opened, high, low = known if len(known) == 3 else (bar.close,) * 3  # noqa: PLR2004 - all three or none
    return {
        "t": instant_text(begins_at),
        "o": opened,
        "h": high,
        "l": low,
        "c": bar.close,
        "v": bar.volume or ZERO,
        "n": None,
        "vw": None,
    }


def quote_shape(quote: Quote) -> Shape:
    """Show a quote."""
    is_told = quote.bid_size is not None and quote.ask_size is not None
    return {
        "t": instant_text(quote.at),
        "ax": "",
        "ap": quote.ask,
        "as": quote.ask_size or ZERO,
        "bx": "",
        "bp": quote.bid,
        "bs": quote.bid_size or ZERO,
        "c": [] if is_told else DERIVED,
        "z": "",
    }


def print_shape(fact: Print, *, has_size: bool) -> Shape:
    """Show a print; its number on the tape is its id. The volume beside a bar's last price is not its size."""
    size = fact.volume if has_size and isinstance(fact, CloseFact) else None
    shape = {"t": instant_text(fact.at), "x": "", "p": fact.price, "s": size or ZERO}
    return {**shape, "c": DERIVED if size is None else [], "i": fact.seq, "z": ""}


def has_sizes(visit: Visit, instrument: Instrument) -> bool:
    """Say whether prints were recorded with their sizes."""
    return isinstance(visit.dataset.known_rows(instrument.id, visit.tape.cursor), PrintColumns)


def quote_of(fact: QuoteFact) -> Quote:
    """Return a recorded quote as a value."""
    return Quote(fact.instrument_id, fact.at, fact.bid, fact.ask, fact.bid_size, fact.ask_size)


def _facts(visit: Visit, instrument: Instrument, span: Span) -> Iterator[Any]:
    after = visit.dataset.cursor_at(span.start - timedelta(microseconds=1))
    upto = min(visit.dataset.cursor_at(span.end), visit.tape.cursor)
    return visit.dataset.facts_between(after, upto, frozenset({instrument.id}))
