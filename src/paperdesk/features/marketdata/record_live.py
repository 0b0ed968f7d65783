"""Record live markets: ask the sources every few seconds while a session is open, and let the clock run always.

One process records for all. Facts are on disk before any tape moves to them; where no source answers, nothing is
delivered, quotes grow old and orders wait.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import DatasetId, InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import MarketFact, PriceFact, TradingResumed
from paperdesk.core.market.halts import standing_halt
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.merge import UNNUMBERED, place_of
from paperdesk.features.marketdata.control_tape import CONTROL_TOPIC
from paperdesk.features.marketdata.feeds.live import LiveDataset
from paperdesk.features.marketdata.feeds.live_facts import Seen, facts_of
from paperdesk.features.marketdata.feeds.live_journal import Delivery
from paperdesk.features.marketdata.hear_companies import NewsOfCompanies, hear_companies, owner_of
from paperdesk.features.marketdata.hear_halts import NewsOfHalts, has_resumed_unheard, hear_halts
from paperdesk.features.marketdata.kept_sources import KeptSources
from paperdesk.features.marketdata.read_sourcing import read_sourcing
from paperdesk.features.marketdata.sources import Sources
from paperdesk.features.marketdata.store import live_tapes
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log

TICK_S: Final = 1.0


@dataclass(slots=True)
class Recorder:
    """Asks and records for every live tape there is."""

    runtime: Runtime
    shelf: Shelf
    sources: Sources
    due_at: dict[DatasetId, datetime] = field(default_factory=dict[DatasetId, datetime])
    asking: dict[DatasetId, "asyncio.Task[None]"] = field(default_factory=dict[DatasetId, "asyncio.Task[None]"])
    news: NewsOfCompanies = field(init=False)
    halts: NewsOfHalts = field(init=False)

    def __post_init__(self) -> None:
        """Ask about companies and listen for halts beside prices."""
        self.news = NewsOfCompanies(self.runtime, self.sources)
        self.halts = NewsOfHalts(self.runtime, self.sources)

    async def run(self) -> None:
        """Record until cancelled."""
        try:
            await keep_serving("recorder", self._serve)
        finally:
            listening = (each.task for each in self.halts.listening.values())
            for asking in (*self.asking.values(), *self.news.asking.values(), *listening):
                asking.cancel()
            self.halts.listening.clear()

    async def _serve(self) -> None:
        while True:
            await record_live(self)
            await asyncio.sleep(TICK_S)

    async def record(self, tape: Tape, dataset: LiveDataset) -> None:
        """Let the clock of one live tape run to now, and deliver what its sources say if it is time to ask."""
        now = self.runtime.clock.now()
        bells = dataset.bells_until(now)
        if bells:
            await dataset.deliver(Delivery(now, bells))
        dataset.live_until = max(now, dataset.live_until or now)
        if dataset.watched and dataset.calendar.is_open(now) and self.due_at.get(tape.dataset_id, now) <= now:
            self.due_at[tape.dataset_id] = now + timedelta(seconds=self.runtime.settings.live_poll_s)
            self._begin(tape, dataset)
        hear_companies(self.news, tape, dataset)
        self.runtime.bus.publish(CONTROL_TOPIC, {"id": str(tape.id)})

    def _begin(self, tape: Tape, dataset: LiveDataset) -> None:
        """Begin to ask, unless the last answer is still on its way: a slow vendor holds up nobody's clock."""
        asking = self.asking.get(tape.dataset_id)
        if asking is None or asking.done():
            self.asking[tape.dataset_id] = asyncio.create_task(self._ask(tape, dataset))

    async def _ask(self, tape: Tape, dataset: LiveDataset) -> None:
        try:
            kept = KeptSources(self.sources, self.runtime.cache, self.runtime.clock)
            asking = await read_sourcing(self.runtime, owner_of(tape))
            answer = await kept.fresh_snapshots(asking, list(dataset.watched))
        except PaperdeskError as failure:
            wait = failure.facts.get("retry_after_s")
            if isinstance(wait, int):
                self.due_at[tape.dataset_id] = self.runtime.clock.now() + timedelta(seconds=wait)
            log.warning("live_tape_not_told", tape_id=str(tape.id), code=failure.code)
            return
        at = max(self.runtime.clock.now(), dataset.live_until or answer.provenance.as_of)
        session = dataset.calendar.session_at(at)
        if session is None:
            return
        facts: list[MarketFact] = []
        fresh: dict[InstrumentId, Seen] = {}
        for symbol, snapshot in answer.value.items():
            instrument = dataset.by_symbol(symbol)
            if instrument is not None:
                before = dataset.seen.get(instrument.id, Seen())
                found, after = facts_of(instrument.id, snapshot, before, (at, session))
                told, after = _outside_halts(dataset, instrument, (found, after), before)
                facts += told
                if after != before:
                    fresh[instrument.id] = after
        if facts or fresh:
            source = f"{answer.provenance.vendor}/{answer.provenance.feed}"
            await dataset.deliver(Delivery(at, sorted(facts, key=place_of), fresh, source=source))


async def record_live(recorder: Recorder) -> None:
    """Look after every live tape once."""
    async with recorder.runtime.as_system() as db:
        tapes = await live_tapes(db)
    found: list[tuple[Tape, LiveDataset]] = []
    for tape in tapes:
        dataset = await recorder.shelf.dataset(tape.dataset_id)
        assert isinstance(dataset, LiveDataset), "its manifest says so"
        await recorder.record(tape, dataset)
        found.append((tape, dataset))
    hear_halts(recorder.halts, found)


def _outside_halts(
    dataset: LiveDataset, instrument: Instrument, news: tuple[Sequence[PriceFact], Seen], before: Seen
) -> tuple[Sequence[MarketFact], Seen]:
    """Return what is told of an instrument: nothing of one that is halted, but the end of a halt that is over.

    A print that was missed is not told afterwards; a quote that still stands is. What shows that a halt is over is
    told the next time: nothing may meet it before everybody knows.
    """
    found, after = news
    halt = standing_halt(dataset.statuses(dataset.facts_total), instrument)
    if halt is None:
        return found, after
    if found and halt.instrument_id == instrument.id and has_resumed_unheard(dataset, halt, after.printed_at):
        return [TradingResumed(UNNUMBERED, found[0].at, instrument.id)], before
    return [], replace(after, quote=before.quote)
