"""Hear when trading on a live tape is halted and resumed: one stream for each tenant, for all that its tapes watch.

While a stream is away nobody says whether a halt still stands. So of those that stood before it came back, one ends
with the first print that is dated after: during a halt there is none.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import TenantId
from paperdesk.core.market.facts import StatusFact, TradingHalted, TradingResumed
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.merge import UNNUMBERED
from paperdesk.features.marketdata.feeds.live import LiveDataset
from paperdesk.features.marketdata.feeds.live_journal import Delivery
from paperdesk.features.marketdata.feeds.vendor import VendorStatus
from paperdesk.features.marketdata.hear_companies import owner_of
from paperdesk.features.marketdata.read_sourcing import read_sourcing
from paperdesk.features.marketdata.sources import Sources
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log

AGAIN_S: Final = 1.0
AGAIN_MAX_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Listening:
    """A tenant's stream at work, the shares it is about, and the recordings that hear it."""

    symbols: Sequence[str]
    heard_by: list[LiveDataset]
    task: "asyncio.Task[None]"


@dataclass(slots=True)
class NewsOfHalts:
    """Listens for every tenant that has live tapes."""

    runtime: Runtime
    sources: Sources
    listening: dict[TenantId, _Listening] = field(default_factory=dict[TenantId, _Listening])

    async def listen(self, tape: Tape, symbols: Sequence[str], heard_by: list[LiveDataset]) -> None:
        """Listen until cancelled; a stream that breaks is opened again, sooner at first and later more seldom."""
        wait_s = AGAIN_S
        while True:
            try:
                asking = await read_sourcing(self.runtime, owner_of(tape))
                async for told in self.sources.halts(asking, symbols):
                    wait_s = AGAIN_S
                    for dataset in heard_by:
                        await self._take(dataset, told)
            except PaperdeskError as failure:
                log.warning("live_halts_not_told", tape_id=str(tape.id), code=failure.code)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, AGAIN_MAX_S)

    async def _take(self, dataset: LiveDataset, told: Sequence[VendorStatus]) -> None:
        now = self.runtime.clock.now()
        if not told:
            dataset.halts_doubted_since = now
            return
        found = [fact for each in told if (fact := _fact_of(dataset, each, now)) is not None]
        if found:
            await dataset.deliver(Delivery(max(now, dataset.live_until or now), found))


def hear_halts(news: NewsOfHalts, tapes: Iterable[tuple[Tape, LiveDataset]]) -> None:
    """Let each tenant's stream be about what its live tapes watch; one that is about something else begins anew."""
    of: dict[TenantId, list[tuple[Tape, LiveDataset]]] = {}
    for tape, dataset in tapes:
        of.setdefault(owner_of(tape).tenant_id, []).append((tape, dataset))
    for tenant_id in news.listening.keys() - of.keys():
        news.listening.pop(tenant_id).task.cancel()
    for tenant_id, theirs in of.items():
        heard_by = [dataset for _, dataset in theirs]
        symbols = sorted({symbol for dataset in heard_by for symbol in dataset.watched if _is_share(dataset, symbol)})
        known = news.listening.get(tenant_id)
        if known is not None and (known.symbols, known.heard_by) == (symbols, heard_by):
            continue
        if known is not None:
            known.task.cancel()
        task = asyncio.create_task(news.listen(theirs[0][0], symbols, heard_by))
        news.listening[tenant_id] = _Listening(symbols, heard_by, task)


def _is_share(dataset: LiveDataset, symbol: str) -> bool:
    instrument = dataset.by_symbol(symbol)
    return instrument is not None and instrument.kind in {Kind.EQUITY, Kind.ETF}


def _fact_of(dataset: LiveDataset, told: VendorStatus, now: datetime) -> StatusFact | None:
    """Return what a status says that is new on a tape: a halt of what trades, or the end of one that stands."""
    instrument = dataset.by_symbol(told.symbol)
    if instrument is None:
        return None
    is_halted = dataset.own_halt(instrument.id) is not None
    if told.halted_for is not None and not is_halted:
        return TradingHalted(UNNUMBERED, now, instrument.id, told.halted_for)
    if told.halted_for is None and is_halted:
        return TradingResumed(UNNUMBERED, now, instrument.id)
    return None


def has_resumed_unheard(dataset: LiveDataset, halt: TradingHalted, printed_at: datetime | None) -> bool:
    """Say whether a print shows that a halt ended while nobody listened."""
    since = dataset.halts_doubted_since
    return since is not None and halt.at < since and printed_at is not None and printed_at > since + _LATE


_LATE: Final = timedelta(seconds=2)
"""How much later than it was paid a print may be dated by who tells of it."""
