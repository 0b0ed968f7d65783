"""Hear what companies do beside the prices of a live tape: once a market day of each symbol, one after another."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.marketdata.feeds.live import LiveDataset
from paperdesk.features.marketdata.feeds.live_actions import word_of
from paperdesk.features.marketdata.feeds.live_journal import Delivery
from paperdesk.features.marketdata.feeds.vendor_actions import actions_of
from paperdesk.features.marketdata.read_sourcing import read_sourcing
from paperdesk.features.marketdata.sources import Sources
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log

HEARD_AHEAD: Final = timedelta(days=90)
AGAIN_AFTER: Final = timedelta(minutes=5)
"""After a failure that does not say how long to wait."""


@dataclass(slots=True)
class NewsOfCompanies:
    """Asks the sources of corporate actions for every live tape, and lets each tape hear what they say."""

    runtime: Runtime
    sources: Sources
    due_at: dict[DatasetId, datetime] = field(default_factory=dict[DatasetId, datetime])
    heard: dict[tuple[DatasetId, str], date] = field(default_factory=dict[tuple[DatasetId, str], date])
    asking: dict[DatasetId, "asyncio.Task[None]"] = field(default_factory=dict[DatasetId, "asyncio.Task[None]"])

    async def ask(self, tape: Tape, dataset: LiveDataset, instrument: Instrument, today: date) -> None:
        """Ask about one symbol, and let the tape hear what is new."""
        asked_at = self.runtime.clock.now()
        last, pause = min(today + HEARD_AHEAD, dataset.calendar.last), timedelta()
        try:
            asking = await read_sourcing(self.runtime, owner_of(tape))
            told = (await self.sources.actions(asking, instrument.symbol, (today, last))).value
            theirs = (each for each in told if each.symbol == instrument.symbol and today <= each.ex_on <= last)
            # What is told twice, perhaps with two days of its announcement, is one action.
            once = dict.fromkeys(replace(each, announced_on=None) for each in theirs)
            word = word_of(instrument.symbol, today, actions_of(instrument, list(once)))
        except PaperdeskError as failure:
            wait = failure.facts.get("retry_after_s")
            pause = timedelta(seconds=wait) if isinstance(wait, int) else AGAIN_AFTER
            log.warning("live_actions_not_told", tape_id=str(tape.id), symbol=instrument.symbol, code=failure.code)
        else:
            self.heard[tape.dataset_id, instrument.symbol] = today
            if dataset.companies.is_news(word):
                at = max(self.runtime.clock.now(), dataset.live_until or self.runtime.clock.now())
                await dataset.deliver(Delivery(at, words=[word]))
                for missed in dataset.companies.missed(at):
                    log.warning("live_action_heard_too_late", tape_id=str(tape.id), action_id=str(missed.id))
        # The usual time is counted from the question: between its answer and here a day may have begun.
        poll = timedelta(seconds=self.runtime.settings.live_poll_s)
        self.due_at[tape.dataset_id] = max(asked_at + poll, self.runtime.clock.now() + pause)


def hear_companies(news: NewsOfCompanies, tape: Tape, dataset: LiveDataset) -> None:
    """Begin to ask about the next symbol of a tape, if it is time and the last answer has come."""
    now = news.runtime.clock.now()
    asking = news.asking.get(tape.dataset_id)
    if (asking is not None and not asking.done()) or now < news.due_at.get(tape.dataset_id, now):
        return
    today = dataset.calendar.day_of(now)
    for symbol in dataset.watched:
        instrument = dataset.by_symbol(symbol)
        if instrument is None or instrument.contract is not None:
            continue
        if news.heard.get((tape.dataset_id, symbol)) != today:
            news.asking[tape.dataset_id] = asyncio.create_task(news.ask(tape, dataset, instrument, today))
            return


def owner_of(tape: Tape) -> Principal:
    """Return who has the key that a live tape is asked for with."""
    assert tape.tenant_id is not None, "a live tape belongs to who has the key"
    return Principal(tape.tenant_id, tape.owner_id, frozenset({Scope.READ}))
