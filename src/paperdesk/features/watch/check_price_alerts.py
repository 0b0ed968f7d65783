"""Look at what a tape has told since, and let the alerts fire that waited for it.

The database tells which tapes have moved, after the commit that moved them, so no order ever waits for an alert. An
alert and what fired of it are written together, under the version that was looked at: whatever is looked at twice,
after a crash or by two processes, fires once.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.ids import InstrumentId, TapeId, uuid_from_text
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import Moment, ShareDividend, Split
from paperdesk.core.market.facts import CorporateActionFact, MarketFact, PriceFact, SessionOpened
from paperdesk.core.market.price_alerts import AlertCondition, AlertFired, PriceAlert, begun_session, met, split
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.queries import tape_for_all
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.watch import store
from paperdesk.features.watch.alerts import SetAlert
from paperdesk.features.watch.lookout import Lookout
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime

CHANNEL: Final = store.CHANNEL
LOOK_AGAIN_S: Final = 0.1
FACTS_AT_ONCE: Final = 2_000
# How many facts may be looked at twice after a restart by an alert of which nothing has changed.
KEPT_EVERY: Final = 20_000


@dataclass(slots=True)
class Watch:
    """An alert on its way along a tape: how far it has come, and what has fired since it was kept."""

    kept: SetAlert
    cursor: int
    alert: PriceAlert
    reference: Decimal | None = None
    fired: list[AlertFired] = field(default_factory=list[AlertFired])

    def refer(self, dataset: Dataset, cursor: int) -> None:
        """Take the close that the moves of a session are counted from."""
        if self.alert.condition is AlertCondition.MOVE:
            before = dataset.previous_close(self.kept.instrument_id, cursor)
            self.reference = None if before is None else before.close

    def begin_session(self, dataset: Dataset, cursor: int) -> None:
        """Go into a session that opened at a cursor."""
        self.alert = begun_session(self.alert)
        self.refer(dataset, cursor)

    def meet(self, fact: PriceFact) -> None:
        """Meet a price."""
        self.alert, fired = met(self.alert, fact, self.reference)
        if fired is not None:
            self.fired.append(fired)

    def act(self, fact: CorporateActionFact) -> None:
        """Go along with what a company does to its shares: a split moves prices, and so what is waited for."""
        terms = fact.action.terms
        if fact.moment is Moment.EX and isinstance(terms, Split | ShareDividend):
            self.alert = split(self.alert, terms.ratio, fact.action.instrument.tick)

    @property
    def is_due(self) -> bool:
        """Say whether there is something to keep."""
        return self.alert != self.kept.alert or self.cursor - self.kept.checked_cursor >= KEPT_EVERY

    @property
    def next_kept(self) -> SetAlert:
        """Return the alert as it is to be kept."""
        return replace(self.kept, alert=self.alert, checked_cursor=self.cursor, version=self.kept.version + 1)


class Watcher:
    """The room that looks: it hears of tapes that moved and of alerts that were set."""

    def __init__(self, runtime: Runtime, shelf: Shelf) -> None:
        """Start without having looked at anything."""
        self.runtime, self.shelf = runtime, shelf
        self._lookout = Lookout(self._watched_tapes, LOOK_AGAIN_S)
        self._on_their_way: dict[TapeId, dict[UUID, Watch]] = {}

    def told(self, payload: str) -> None:
        """Take note of a tape that moved, or on which an alert was set."""
        word, _, named = payload.rpartition(" ")
        tape_id = TapeId(uuid_from_text(named))
        if word == "set":
            self._lookout.know([tape_id])
        if word != "fired":
            self._lookout.name([tape_id])

    def listening(self, *, is_on: bool) -> None:
        """Look at every tape with alerts: they may have moved while nobody told."""
        if is_on:
            self._lookout.name_all()

    async def run(self) -> None:
        """Look until cancelled; a database that goes away is waited for."""
        await keep_serving("watcher", lambda: self._lookout.run(self._look))

    async def _watched_tapes(self) -> set[TapeId]:
        async with self.runtime.as_system() as db:
            return await store.watched_tapes(db)

    async def _look(self, tape_id: TapeId) -> bool:
        is_watched = await check_price_alerts(self, tape_id)
        if not is_watched:
            self._on_their_way.pop(tape_id, None)
        return is_watched

    def begun(self, kept: SetAlert) -> Watch:
        """Return an alert where it was looked at last, unless it has changed since."""
        known = self._on_their_way.get(kept.tape_id, {}).get(kept.id)
        return known if known is not None and known.kept == kept else Watch(kept, kept.checked_cursor, kept.alert)

    def left(self, tape_id: TapeId, watches: Iterable[Watch]) -> None:
        """Remember how far the alerts of a tape have come; of those that were kept the database knows."""
        self._on_their_way[tape_id] = {each.kept.id: each for each in watches if not each.is_due}


async def check_price_alerts(watcher: Watcher, tape_id: TapeId) -> bool:
    """Look at what a tape has told since, and keep what came of it; say whether any alert waited there."""
    runtime = watcher.runtime
    async with runtime.as_system() as db:
        tape = await tape_for_all(db, tape_id)
        armed = await store.armed_alerts(db, tape_id)
    if tape is None or not armed:
        return False
    watches = [watcher.begun(each) for each in armed]
    await follow(await watcher.shelf.dataset(tape.dataset_id), watches, tape.cursor)
    due = [each for each in watches if each.is_due]
    if due:
        async with runtime.as_system() as db:
            for each in due:
                await store.keep_looked_at(db, each.next_kept, each.fired, runtime.clock.now())
    watcher.left(tape_id, watches)
    return True


async def follow(dataset: Dataset, watches: Sequence[Watch], upto: int) -> None:
    """Let alerts meet what a tape told up to a cursor, a piece at a time, so that others get their turn."""
    cursor = min(each.cursor for each in watches)
    by_instrument: dict[InstrumentId, list[Watch]] = {each.kept.instrument_id: [] for each in watches}
    for each in watches:
        by_instrument[each.kept.instrument_id].append(each)
        each.refer(dataset, each.cursor)
    while cursor < upto:
        end = min(dataset.ahead(cursor, FACTS_AT_ONCE), upto)
        for fact in dataset.facts_between(cursor, end, frozenset(by_instrument)):
            _tell(dataset, fact, by_instrument)
        cursor = end
        await asyncio.sleep(0)
    for each in watches:
        each.cursor = max(each.cursor, upto)


def _tell(dataset: Dataset, fact: MarketFact, by_instrument: Mapping[InstrumentId, Sequence[Watch]]) -> None:
    """Let the alerts that have not come so far hear a fact: a bell all of them, the rest those of its instrument."""
    match fact:
        case SessionOpened():
            for each in _behind(chain(*by_instrument.values()), fact.seq):
                each.begin_session(dataset, fact.seq)
        case CorporateActionFact():
            for each in _behind(by_instrument.get(fact.action.instrument.id, ()), fact.seq):
                each.act(fact)
        case _ if isinstance(fact, PriceFact):
            for each in _behind(by_instrument.get(fact.instrument_id, ()), fact.seq):
                each.meet(fact)
        case _:
            return


def _behind(watches: Iterable[Watch], seq: int) -> list[Watch]:
    return [each for each in watches if each.alert.is_armed and each.cursor < seq]
