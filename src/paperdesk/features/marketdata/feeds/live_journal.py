"""The recording of a live tape: one line of JSON a delivery, appended and flushed before anybody is told.

A line is there wholly or not at all: one that a crash tore is cut off before the next is written.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_from_text, instant_text
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction, Moment
from paperdesk.core.market.facts import (
    CloseFact,
    CorporateActionFact,
    HaltReason,
    MarketFact,
    QuoteFact,
    RangeFact,
    SessionClosed,
    SessionOpened,
    TradingHalted,
    TradingResumed,
)
from paperdesk.core.market.merge import UNNUMBERED
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.marketdata.feeds.actions import ActionReader, row_of
from paperdesk.features.marketdata.feeds.lines import Findings
from paperdesk.features.marketdata.feeds.live_actions import Word
from paperdesk.features.marketdata.feeds.live_facts import Seen
from paperdesk.features.marketdata.feeds.live_instruments import watched_instrument

JOURNAL: Final = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was delivered at one time: facts in their order, what has been seen by then, and what is watched anew."""

    at: datetime
    facts: Sequence[MarketFact] = ()
    seen: Mapping[InstrumentId, Seen] = field(default_factory=dict[InstrumentId, Seen])
    watched: Sequence[str] = ()
    source: str | None = None
    words: Sequence[Word] = ()


class Journal:
    """The file of a live tape's deliveries; whoever writes takes in first what others wrote."""

    def __init__(self, folder: Path, market: Calendar) -> None:
        """Take the dataset's folder, and the calendar of its market."""
        self._path = folder / JOURNAL
        self._market = market
        self._read_bytes = 0

    def news(self) -> list[Delivery]:
        """Return the deliveries that were written since the last look."""
        if not self._path.exists() or self._path.stat().st_size == self._read_bytes:
            return []
        with self._path.open("rb") as file:
            return self._rest(file)

    def append(self, delivery: Delivery) -> list[Delivery]:
        """Write a delivery durably at the end, and return those that others had written meanwhile."""
        line = json.dumps(_written(delivery), separators=(",", ":")).encode() + b"\n"
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            missed = self._rest(file)
            file.truncate(self._read_bytes)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
            self._read_bytes += len(line)
        return missed

    def _rest(self, file: IO[bytes]) -> list[Delivery]:
        file.seek(self._read_bytes)
        whole, newline, _torn = file.read().rpartition(b"\n")
        self._read_bytes += len(whole) + len(newline)
        return [_read(json.loads(line), self._market) for line in whole.splitlines()]


def _written(delivery: Delivery) -> dict[str, Any]:
    line: dict[str, Any] = {"at": instant_text(delivery.at)}
    if delivery.facts:
        line["facts"] = [_fact_row(fact) for fact in delivery.facts]
    if delivery.seen:
        line["seen"] = {str(key): _seen_row(seen) for key, seen in delivery.seen.items()}
    if delivery.watched:
        line["watched"] = list(delivery.watched)
    if delivery.source:
        line["source"] = delivery.source
    if delivery.words:
        line["words"] = [
            [each.symbol, each.since.isoformat(), list(map(_action_row, each.actions))] for each in delivery.words
        ]
    return line


def _read(line: Mapping[str, Any], market: Calendar) -> Delivery:
    at = instant_from_text(line["at"])
    return Delivery(
        at,
        list(_facts(line.get("facts", ()), market)),
        {InstrumentId(UUID(key)): _seen(row) for key, row in line.get("seen", {}).items()},
        line.get("watched", ()),
        line.get("source"),
        [
            Word(symbol, date.fromisoformat(since), _actions(rows, market))
            for symbol, since, rows in line.get("words", ())
        ],
    )


def _fact_row(fact: MarketFact) -> list[Any]:
    at = instant_text(fact.at)
    match fact:
        case SessionOpened(session_on=day):
            return ["opened", at, day.isoformat()]
        case SessionClosed(session_on=day):
            return ["closed", at, day.isoformat()]
        case RangeFact():
            return ["range", at, str(fact.instrument_id), *map(_text, (fact.low, fact.high, fact.volume))]
        case CloseFact():
            return ["print", at, str(fact.instrument_id), *map(_text, (fact.price, fact.volume))]
        case QuoteFact():
            numbers = (fact.bid, fact.ask, fact.bid_size, fact.ask_size)
            return ["quote", at, str(fact.instrument_id), *map(_text, numbers)]
        case _:
            return _event_row(fact, at)


def _event_row(fact: MarketFact, at: str) -> list[Any]:
    """Return the row of what is no price and no bell."""
    match fact:
        case TradingHalted():
            return ["halted", at, str(fact.instrument_id), fact.reason.value]
        case TradingResumed():
            return ["resumed", at, str(fact.instrument_id)]
        case CorporateActionFact():
            return [fact.moment.value, at, str(fact.action.id), _action_row(fact.action)]
        case _:
            raise AssertionError("a live tape tells nothing else")


_MOMENTS: Final = frozenset(Moment)
_KINDS: Final = {"range": RangeFact, "print": CloseFact, "quote": QuoteFact}


def _facts(rows: Sequence[Sequence[Any]], market: Calendar) -> Iterator[MarketFact]:
    for kind, at_text, *rest in rows:
        at = instant_from_text(at_text)
        if kind in _KINDS:
            yield _KINDS[kind](UNNUMBERED, at, InstrumentId(UUID(rest[0])), *map(_number, rest[1:]))
        elif kind == "halted":
            yield TradingHalted(UNNUMBERED, at, InstrumentId(UUID(rest[0])), HaltReason(rest[1]))
        elif kind == "resumed":
            yield TradingResumed(UNNUMBERED, at, InstrumentId(UUID(rest[0])))
        elif kind in _MOMENTS:
            (action,) = _actions([rest[1]], market)
            yield CorporateActionFact(UNNUMBERED, at, replace(action, id=UUID(rest[0])), Moment(kind))
        else:
            bell = SessionOpened if kind == "opened" else SessionClosed
            yield bell(UNNUMBERED, at, date.fromisoformat(rest[0]))


def _action_row(action: CorporateAction) -> dict[str, str]:
    return {name: cell for name, cell in row_of(action).items() if cell is not None}


def _actions(rows: Sequence[Mapping[str, str]], market: Calendar) -> list[CorporateAction]:
    instruments = {row["symbol"]: watched_instrument(row["symbol"], market.name) for row in rows}
    findings = Findings()
    found = ActionReader(instruments, market).read(enumerate(rows, start=1), findings)
    assert not findings.problems, "what was written can be read"
    return found


def _seen_row(seen: Seen) -> list[Any]:
    quote = None if seen.quote is None else [_text(number) for number in seen.quote]
    on = None if seen.on is None else seen.on.isoformat()
    printed_at = None if seen.printed_at is None else instant_text(seen.printed_at)
    return [printed_at, on, *map(_text, (seen.high, seen.low, seen.volume)), quote]


def _seen(row: Sequence[Any]) -> Seen:
    printed_at, on, high, low, volume, quote = row
    seen = Seen(
        None if printed_at is None else instant_from_text(printed_at),
        None if on is None else date.fromisoformat(on),
        high=_number(high),
        low=_number(low),
        volume=_number(volume),
    )
    if quote is None:
        return seen
    bid, ask, bid_size, ask_size = quote
    return replace(seen, quote=(Decimal(bid), Decimal(ask), _number(bid_size), _number(ask_size)))


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
