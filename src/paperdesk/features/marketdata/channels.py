"""The kinds of channels: quotes, depth and status, of which the latest counts; prints and bars, of which each does.

Every message has `seq`, the cursor of its tape that it is true of, and `after`, the `seq` of the message before it.
Whoever has seen `after` or more has missed nothing. A state stands alone: its `after` is null.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar, Final, Literal, NamedTuple, TypeAlias, get_args

import msgspec
import numpy as np

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import TapeId
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_text, microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import CloseFact, OpenFact
from paperdesk.core.market.halts import standing_halt
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Session
from paperdesk.features.marketdata.feeds.bar_rows import BarsWanted
from paperdesk.features.marketdata.feeds.columns import PrintColumns, picked_bars
from paperdesk.features.marketdata.feeds.dataset import Dataset, standing_quote
from paperdesk.features.marketdata.feeds.resample import Interval, minutes_of, resampled
from paperdesk.features.marketdata.market_reads import LACKS_DEPTH, book_of
from paperdesk.features.marketdata.pump import FACTS_MAX
from paperdesk.features.marketdata.queries import BarQuery, read_bars, standing_of
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.bus import Message, Subscription

Topic: TypeAlias = Literal["quotes", "depth", "prints", "bars", "status"]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)

MARKET: Final = "market"
"""The topic of messages that are encoded already."""

ROWS_MAX: Final = 500
"""How many prints or bars a message holds; where a tape brought more at once, it tells its state anew."""

Content: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """A tape as it stands, and its dataset."""

    tape: Tape
    dataset: Dataset

    def is_after(self, other: "Moment") -> bool:
        """Say whether anything may have come since; a tape only goes forward."""
        mine, theirs = self.tape, other.tape
        return (mine.cursor, mine.at) != (theirs.cursor, theirs.at) and mine.cursor >= theirs.cursor

    def is_far_from(self, before: "Moment") -> bool:
        """Say whether too much lies in between to be looked through fact by fact."""
        if self.tape.cursor - before.tape.cursor <= FACTS_MAX:
            return False
        return self.dataset.sessions_closed(self.tape.cursor) - self.dataset.sessions_closed(before.tape.cursor) > 1


class ChannelKey(NamedTuple):
    """What a channel tells: one topic of one symbol on one tape; bars of one interval."""

    tape_id: TapeId
    topic: Topic
    symbol: str
    interval: Interval | None = None


class News(NamedTuple):
    """What a tape brought: the content of a message, and whether it stands alone because something was left out."""

    content: Content
    stands_alone: bool = False


class Channel(ABC):
    """One channel, those who follow it, and the moment up to which everything has been told."""

    is_conflated: ClassVar[bool]

    def __init__(self, key: ChannelKey, instrument: Instrument, now: Moment) -> None:
        """Begin at a moment."""
        self.key = key
        self._instrument = instrument
        self._told = now
        self._seq = now.tape.cursor
        self._followers: set[Subscription] = set()
        self._unread: Hashable | None = key if self.is_conflated else None
        self._state = self._state_at(now)

    def admit(self, follower: Subscription) -> None:
        """Let a subscriber follow, and tell it the state."""
        self._followers.add(follower)
        follower.offer(self._message(self._state, None))

    def dismiss(self, follower: Subscription) -> bool:
        """Let a subscriber go; say whether nobody is left."""
        self._followers.discard(follower)
        return not self._followers

    def advance(self, now: Moment) -> None:
        """Tell what has come since the last time, if anything has."""
        if not now.is_after(self._told):
            return
        news = self._news(now)
        self._told = now
        if news is None:
            return
        message = self._message(news.content, None if news.stands_alone else self._seq)
        self._seq = now.tape.cursor
        for follower in self._followers:
            follower.offer(message, self._unread)

    def give_up(self, error: PaperdeskError) -> None:
        """Tell everyone why nothing more will come."""
        problem = {"topic": "system", "event": "problem", "code": error.code, "detail": error.message}
        for follower in self._followers:
            follower.offer({**problem, "id": str(self.key.tape_id), "symbol": self.key.symbol})

    @abstractmethod
    def _state_at(self, now: Moment) -> Content:
        """Return what somebody has to know who begins to follow."""

    @abstractmethod
    def _news(self, now: Moment) -> News | None:
        """Return what has come since the moment that was told last, and keep the state up to date."""

    def _message(self, content: Content, after: int | None) -> Message:
        key, tape = self.key, self._told.tape
        head = {"topic": key.topic, "id": str(key.tape_id), "symbol": key.symbol}
        if key.interval is not None:
            head["interval"] = key.interval
        moment = {"seq": tape.cursor, "after": after, "at": instant_text(tape.at)}
        return {"topic": MARKET, "text": msgspec.json.encode({**head, **moment, **content}).decode()}


class Quotes(Channel):
    """The standing quote, whenever it is another; null where there is none."""

    is_conflated = True

    def _state_at(self, now: Moment) -> Content:
        self._quote = standing_quote(now.dataset, self._instrument.id, now.tape.cursor)
        return {"quote": None if self._quote is None else _shown_quote(self._quote)}

    def _news(self, now: Moment) -> News | None:
        before = self._quote
        self._state = self._state_at(now)
        return None if self._quote == before else News(self._state)


class Depth(Channel):
    """The book as far as the tape has it, which is its best level; null with a reason where nobody told sizes."""

    is_conflated = True

    def _state_at(self, now: Moment) -> Content:
        quote = book_of(now.dataset, self._instrument.id, now.tape.cursor)
        return {
            "depth": None if quote is None else _shown_book(quote),
            "reason": LACKS_DEPTH if quote is None else None,
        }

    def _news(self, now: Moment) -> News | None:
        before, self._state = self._state, self._state_at(now)
        return None if self._state == before else News(self._state)


class Status(Channel):
    """Whether the symbol trades: the session that has opened and not yet closed, and the halt it stands in."""

    is_conflated = True

    def _state_at(self, now: Moment) -> Content:
        shown = _shown_session(now.dataset.session_at(now.tape.cursor))
        halt = standing_halt(now.dataset.statuses(now.tape.cursor), self._instrument)
        if halt is not None:
            shown |= {"trading": "halted", "since": instant_text(halt.at), "reason": halt.reason.value}
        return {"status": shown}

    def _news(self, now: Moment) -> News | None:
        before, self._state = self._state, self._state_at(now)
        return None if self._state == before else News(self._state)


class Prints(Channel):
    """Every print in order; the state is the last one."""

    is_conflated = False

    def _state_at(self, now: Moment) -> Content:
        last = now.dataset.last_print(self._instrument.id, now.tape.cursor)
        return {"prints": [] if last is None else [self._shown(last, now)]}

    def _news(self, now: Moment) -> News | None:
        if now.tape.cursor == self._told.tape.cursor:
            return None
        if now.is_far_from(self._told):
            self._state = self._state_at(now)
            return News(self._state, stands_alone=True)
        wanted = frozenset({self._instrument.id})
        facts = now.dataset.facts_between(self._told.tape.cursor, now.tape.cursor, wanted)
        found = list(islice((fact for fact in facts if isinstance(fact, OpenFact | CloseFact)), ROWS_MAX + 1))
        if not found:
            return None
        self._state = self._state_at(now)
        if len(found) > ROWS_MAX:
            return News(self._state, stands_alone=True)
        return News({"prints": [self._shown(fact, now) for fact in found]})

    def _shown(self, fact: OpenFact | CloseFact, now: Moment) -> Content:
        """Show a print; the volume beside a bar's last price is not its size."""
        rows = now.dataset.known_rows(self._instrument.id, now.tape.cursor)
        size = fact.volume if isinstance(rows, PrintColumns) and isinstance(fact, CloseFact) else None
        shown = {"fact": fact.seq, "at": instant_text(fact.at), "price": plain(fact.price)}
        return {**shown, "size": None if size is None else plain(size)}


class Bars(Channel):
    """Every bar once it is over; the state is the last one."""

    is_conflated = False

    def _state_at(self, now: Moment) -> Content:
        return self._kept(read_bars(now.tape, now.dataset, self._query, 1))

    def _news(self, now: Moment) -> News | None:
        if minutes_of(self._interval) is not None and now.is_far_from(self._told):
            self._state = self._state_at(now)
            return News(self._state, stands_alone=True)
        found = self._ended_since(now)
        if not found:
            return None
        self._state = self._kept(found[-1:])
        bars = [_shown_bar(each) for each in found[-ROWS_MAX:]]
        return News({"bars": bars}, stands_alone=len(found) > ROWS_MAX)

    @property
    def _interval(self) -> Interval:
        assert self.key.interval is not None, "bars have an interval"
        return self.key.interval

    @property
    def _query(self) -> BarQuery:
        return BarQuery(self.key.tape_id, self.key.symbol, self._interval)

    def _kept(self, last: list[Bar]) -> Content:
        self._ended_at: datetime | None = last[-1].at if last else None
        return {"bars": [_shown_bar(each) for each in last]}

    def _ended_since(self, now: Moment) -> list[Bar]:
        """Return the bars that ended since the last one: of the tape's own bars, only those after it matter."""
        wanted = BarsWanted(minutes_of(self._interval), self._ended_at)
        rows = now.dataset.closed_bars(self._instrument.id, now.tape.cursor, wanted)
        if rows is None:
            return []
        if self._ended_at is not None:
            first = int(np.searchsorted(rows.columns.at, microseconds(self._ended_at), side="right"))
            rows = replace(rows, columns=picked_bars(rows.columns, slice(first, None)))
        return resampled(rows, self._interval, now.dataset.calendar, standing_of(now.tape, now.dataset)).bars()


def _shown_quote(quote: Quote) -> Content:
    sizes = {"bid_size": quote.bid_size, "ask_size": quote.ask_size}
    return {
        "at": instant_text(quote.at),
        "bid": plain(quote.bid),
        "ask": plain(quote.ask),
        **{name: None if size is None else plain(size) for name, size in sizes.items()},
        "derived_from": quote.derived_from,
    }


def _shown_book(quote: Quote) -> Content:
    assert quote.bid_size is not None, "a book has sizes"
    assert quote.ask_size is not None, "a book has sizes"
    sides = {"bids": (quote.bid, quote.bid_size), "asks": (quote.ask, quote.ask_size)}
    levels = {name: [{"price": plain(price), "size": plain(size)}] for name, (price, size) in sides.items()}
    return {"at": instant_text(quote.at), **levels}


def _shown_bar(bar: Bar) -> Content:
    numbers = {"open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close, "volume": bar.volume}
    shown = {name: None if number is None else plain(number) for name, number in numbers.items()}
    return {"at": instant_text(bar.at), **shown}


def _shown_session(session: Session | None) -> Content:
    if session is None:
        return {"trading": "closed", "session_on": None, "closes_at": None}
    return {"trading": "open", "session_on": session.on.isoformat(), "closes_at": instant_text(session.closes_at)}
