"""What subscribers hear of a market, however it moves and however slowly they read."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import DatasetId, TapeId, UserId
from paperdesk.core.market.facts import CloseFact, OpenFact
from paperdesk.features.marketdata import channels
from paperdesk.features.marketdata.channels import ChannelKey, Moment
from paperdesk.features.marketdata.feeds.dataset import Dataset, standing_quote
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.publication import Publication
from paperdesk.features.marketdata.queries import BarQuery, read_bars
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState
from paperdesk.infra.bus import QUEUE_MAX, Subscription
from tests.desk import Market, markets

__all__ = ["markets"]

TAPE = TapeId(UUID(int=5))

Told = dict[str, Any]
# How far a tape moves, by facts, and how many messages its subscriber reads before the next move.
WAY = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=25)


class Reader:
    """One subscriber of one tape, and all it has heard."""

    def __init__(self, run: asyncio.Runner, market: Market, topic: channels.Topic, interval: Interval | None) -> None:
        """Subscribe at the first fact that shows the symbol."""
        self.run = run.run
        shelf = Shelf(market.folder.parent)
        self.publication = Publication(shelf)
        self.dataset: Dataset = self.run(shelf.dataset(market.id))
        acme = self.dataset.by_symbol("ACME")
        assert acme is not None
        self.acme = acme.id
        first = next(seq for seq in range(1, 100) if self.dataset.listed(acme.id, seq))
        self.tape = tape_at(market.id, self.dataset, first)
        self.key = ChannelKey(TAPE, topic, "ACME", interval)
        self.heard: list[Told] = []
        self.line = self.subscribe()
        self.first = self.tape

    def subscribe(self) -> Subscription:
        """Let one more subscriber follow."""
        line = Subscription()
        now = Moment(self.tape, self.dataset)
        self.publication.admit(line, self.publication.channels(now, [self.key]))
        return line

    def move(self, facts: int) -> None:
        """Move the tape, and tell what came."""
        cursor = min(self.tape.cursor + facts, self.dataset.facts_total)
        self.tape = tape_at(self.tape.dataset_id, self.dataset, cursor)
        self.run(self.publication.tell(self.tape))

    def read(self, messages: int) -> None:
        """Read some of what is waiting."""
        self.heard += self.run(read(self.line, messages))

    def walk(self, way: list[tuple[int, int]]) -> None:
        """Move and read in turns, and read the rest at the end."""
        for facts, messages in way:
            self.move(facts)
            self.read(messages)
        self.read(QUEUE_MAX)


def tape_at(dataset_id: DatasetId, dataset: Dataset, cursor: int) -> Tape:
    """Return a tape that has been moved to a cursor."""
    at: datetime = dataset.at_of(cursor)
    return Tape(
        TAPE, None, UserId(UUID(int=6)), dataset_id, "A run", shared=False, cursor=cursor, at=at, target_cursor=cursor,
        target_at=at, state=TapeState.PAUSED, speed=None, has_ended=False, starts_at=at,
    )  # fmt: skip


async def read(line: Subscription, messages: int) -> list[Told]:
    """Read at most so many messages of those that wait."""
    found: list[Told] = []
    while len(found) < messages:
        try:
            async with asyncio.timeout(0):
                found.append(json.loads((await line.next())["text"]))
        except TimeoutError:
            break
    return found


@contextmanager
def reading(market: Market, topic: channels.Topic, interval: Interval | None = None) -> Iterator[Reader]:
    """Let somebody read a market."""
    with asyncio.Runner() as run:
        yield Reader(run, market, topic, interval)


EACH_WAY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("market", ["quotes", "daily", "minutes"])
@EACH_WAY
@given(way=WAY)
def test_the_last_quote_heard_is_the_standing_one(
    markets: dict[str, Market], market: str, way: list[tuple[int, int]]
) -> None:
    with reading(markets[market], "quotes") as reader:
        reader.walk(way)
        quote = standing_quote(reader.dataset, reader.acme, reader.tape.cursor)
        assert quote is not None
        last = reader.heard[-1]["quote"]
        assert (last["at"], float(last["bid"]), float(last["ask"])) == (
            quote.at.isoformat().replace("+00:00", "Z"), float(quote.bid), float(quote.ask),
        )  # fmt: skip
        assert reader.heard[0]["after"] is None
        seqs = [each["seq"] for each in reader.heard]
        assert seqs == sorted(seqs)


@pytest.mark.parametrize("market", ["daily", "minutes", "closes"])
@EACH_WAY
@given(way=WAY)
def test_every_print_is_heard_once_and_in_order(
    markets: dict[str, Market], market: str, way: list[tuple[int, int]]
) -> None:
    with reading(markets[market], "prints") as reader:
        reader.walk(way)
        told = [each["fact"] for message in reader.heard[1:] for each in message["prints"]]
        facts = reader.dataset.facts_between(reader.first.cursor, reader.tape.cursor, frozenset({reader.acme}))
        assert told == [fact.seq for fact in facts if isinstance(fact, OpenFact | CloseFact)]
        assert all(
            after["after"] <= before["seq"] for before, after in zip(reader.heard, reader.heard[1:], strict=False)
        )


@pytest.mark.parametrize("interval", get_args(Interval))
@EACH_WAY
@given(way=WAY)
def test_every_bar_is_heard_once_as_it_can_be_read(
    markets: dict[str, Market], interval: Interval, way: list[tuple[int, int]]
) -> None:
    market = markets["minutes" if interval[-1] in "mh" else "daily"]
    with reading(market, "bars", interval) as reader:
        reader.walk(way)
        told = [(each["at"], each["close"]) for message in reader.heard for each in message["bars"]]
        query = BarQuery(TAPE, "ACME", interval)
        known = read_bars(reader.tape, reader.dataset, query, 1000)
        before = max(len(read_bars(reader.first, reader.dataset, query, 1000)) - 1, 0)
        assert [at for at, _ in told] == [each.at.isoformat().replace("+00:00", "Z") for each in known[before:]]
        assert [float(close) for _, close in told] == [float(each.close) for each in known[before:]]


def test_everyone_who_follows_a_channel_is_handed_the_same_text(markets: dict[str, Market]) -> None:
    with reading(markets["daily"], "prints") as reader:
        lines = [reader.line, *(reader.subscribe() for _ in range(9))]
        for line in lines:
            reader.run(read(line, 1))
        reader.move(5)
        texts = [reader.run(line.next())["text"] for line in lines]
        assert len({id(text) for text in texts}) == 1


def test_too_many_prints_at_once_are_told_as_a_new_state(
    markets: dict[str, Market], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "ROWS_MAX", 2)
    with reading(markets["daily"], "prints") as reader:
        reader.move(100)
        reader.read(10)
        state, anew = reader.heard
        last = reader.dataset.last_print(reader.acme, reader.tape.cursor)
        assert last is not None
        assert anew["after"] is None
        assert [each["fact"] for each in anew["prints"]] == [last.seq]
        assert state["seq"] < anew["seq"]


def test_who_never_reads_quotes_is_not_lost_and_hears_the_newest(markets: dict[str, Market]) -> None:
    with reading(markets["daily"], "quotes") as reader:
        for _ in range(30):
            reader.move(1)
        assert not reader.line.is_lost
        reader.read(100)
        assert len(reader.heard) == 2


def test_who_never_reads_prints_is_lost_rather_than_told_half(
    markets: dict[str, Market], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperdesk.infra.bus.QUEUE_MAX", 3)
    with reading(markets["daily"], "prints") as reader:
        for _ in range(30):
            reader.move(1)
        assert reader.line.is_lost


def test_old_news_of_a_tape_changes_nothing(markets: dict[str, Market]) -> None:
    with reading(markets["daily"], "quotes") as reader:
        old = reader.tape
        reader.move(9)
        reader.read(10)
        reader.publication.moved(reader.tape)
        reader.publication.moved(old)
        reader.run(reader.publication.tell(old))
        reader.read(10)
        assert len(reader.heard) == 2
