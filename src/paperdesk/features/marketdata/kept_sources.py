"""What sources told, kept for a while: prices for seconds, lists for an hour, each for the tenant who asked.

An answer says when its source gave it, so that what was kept shows its age. With another key or another row of
sources it is another question. What stands in for a source that failed is kept no longer than a price.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec

from paperdesk.core.kernel.errors import Invalid
from paperdesk.features.marketdata.feeds.vendor import (
    BarPage,
    BarsAsked,
    ContractSnapshot,
    FoundInstrument,
    Snapshot,
    Subject,
    VendorAction,
    YieldOn,
)
from paperdesk.features.marketdata.sources import Answer, Sources, Sourcing
from paperdesk.infra.cache import Cache, Group, Kind
from paperdesk.infra.clock import Clock

T = TypeVar("T")

PRICES_LAST: Final = timedelta(seconds=5)
LISTS_LAST: Final = timedelta(hours=1)
SETTLED_AFTER: Final = timedelta(days=1)
"""History that ended so long ago is told complete by every source, those with a delay among them."""


class NoSymbol(Invalid):
    """A question about quotes names at least one symbol."""


def _for_prices(_: Answer[Any]) -> timedelta:
    return PRICES_LAST


def _for_lists(answer: Answer[Any]) -> timedelta:
    has_failed = any(each.code != "source_key_missing" for each in answer.stands_in_for)
    return PRICES_LAST if has_failed else LISTS_LAST


QUOTES: Final[Kind[Answer[Snapshot | None]]] = Kind("live_quotes", Answer[Snapshot | None], _for_prices)
CHAINS: Final[Kind[Answer[Sequence[ContractSnapshot]]]] = Kind(
    "live_chains", Answer[Sequence[ContractSnapshot]], _for_prices
)
BARS: Final[Kind[Answer[BarPage]]] = Kind("live_bars", Answer[BarPage], _for_prices)
HISTORY: Final[Kind[Answer[BarPage]]] = Kind("live_history", Answer[BarPage], _for_lists)
INSTRUMENTS: Final[Kind[Answer[Sequence[FoundInstrument]]]] = Kind(
    "live_instruments", Answer[Sequence[FoundInstrument]], _for_lists
)
ACTIONS: Final[Kind[Answer[Sequence[VendorAction]]]] = Kind("live_actions", Answer[Sequence[VendorAction]], _for_lists)
YIELDS: Final[Kind[Answer[Sequence[YieldOn]]]] = Kind("live_yields", Answer[Sequence[YieldOn]], _for_lists)


@dataclass(frozen=True, slots=True)
class KeptSources:
    """The sources of a desk with the cache in front of them."""

    sources: Sources
    cache: Cache
    clock: Clock

    async def snapshots(self, sourcing: Sourcing, symbols: Sequence[str]) -> Answer[Mapping[str, Snapshot]]:
        """Return the latest of symbols, each no older than five seconds, all of them from one source."""
        if not symbols:
            raise NoSymbol("Name at least one symbol.")

        async def load(missing: Sequence[str]) -> Mapping[str, Answer[Snapshot | None]]:
            return _apart(await self.sources.snapshots(sourcing, missing), missing)

        kept = await self.cache.many(QUOTES, self._group(sourcing, Subject.QUOTES), symbols, load)
        if len({_origin(each) for each in kept.values()}) > 1:
            return await self.fresh_snapshots(sourcing, symbols)
        return _together(kept)

    async def fresh_snapshots(self, sourcing: Sourcing, symbols: Sequence[str]) -> Answer[Mapping[str, Snapshot]]:
        """Ask for the latest of symbols whatever is kept, and keep it for who asks next."""
        answer = await self.sources.snapshots(sourcing, symbols)
        await self.cache.keep(QUOTES, self._group(sourcing, Subject.QUOTES), _apart(answer, symbols))
        return answer

    async def bars(self, sourcing: Sourcing, asked: BarsAsked) -> Answer[BarPage]:
        """Return one page of history; what is settled counts as a list."""
        kind = HISTORY if asked.end <= self.clock.now() - SETTLED_AFTER else BARS
        words = _words(asked.symbol, asked.length, asked.start, asked.end, asked.page)
        group = self._group(sourcing, Subject.BARS)
        return await self.cache.one(kind, group, words, lambda: self.sources.bars(sourcing, asked))

    async def chain(
        self, sourcing: Sourcing, underlying: str, expires_on: date | None
    ) -> Answer[Sequence[ContractSnapshot]]:
        """Return an option chain with quotes."""
        group, words = self._group(sourcing, Subject.CHAINS), _words(underlying, expires_on)
        return await self.cache.one(CHAINS, group, words, lambda: self.sources.chain(sourcing, underlying, expires_on))

    async def instruments(self, sourcing: Sourcing, words: str) -> Answer[Sequence[FoundInstrument]]:
        """Return the instruments that words find."""
        group = self._group(sourcing, Subject.INSTRUMENTS)
        return await self.cache.one(INSTRUMENTS, group, words, lambda: self.sources.instruments(sourcing, words))

    async def actions(self, sourcing: Sourcing, symbol: str, days: tuple[date, date]) -> Answer[Sequence[VendorAction]]:
        """Return dividends and splits between two days, both included."""
        group, words = self._group(sourcing, Subject.ACTIONS), _words(symbol, *days)
        return await self.cache.one(ACTIONS, group, words, lambda: self.sources.actions(sourcing, symbol, days))

    async def yields(self, sourcing: Sourcing, series: str, days: tuple[date, date]) -> Answer[Sequence[YieldOn]]:
        """Return a yield between two days, both included."""
        group, words = self._group(sourcing, Subject.YIELDS), _words(series, *days)
        return await self.cache.one(YIELDS, group, words, lambda: self.sources.yields(sourcing, series, days))

    async def forget(self, sourcing: Sourcing) -> None:
        """Ask a tenant's sources anew from the next question on."""
        await self.cache.forget(_owner(sourcing))

    def _group(self, sourcing: Sourcing, subject: Subject) -> Group:
        row = self.sources.row_of(sourcing, subject)
        keys = {name: sourcing.keys[name].set_at.isoformat() for name in row if name in sourcing.keys}
        return Group(_owner(sourcing), _words(*row, *keys.items()))


def _owner(sourcing: Sourcing) -> str:
    return f"sources/{sourcing.tenant_id}"


def _words(*asked: str | date | datetime | tuple[str, str] | None) -> str:
    """Return what was asked as one text; no two questions have the same."""
    return msgspec.json.encode(asked).decode()


def _apart(answer: Answer[Mapping[str, Snapshot]], symbols: Sequence[str]) -> dict[str, Answer[Snapshot | None]]:
    """Return an answer about symbols as one about each; that a source knows nothing of one is an answer too."""
    return {each: Answer(answer.value.get(each), answer.provenance, answer.stands_in_for) for each in symbols}


def _together(kept: Mapping[str, Answer[Snapshot | None]]) -> Answer[Mapping[str, Snapshot]]:
    """Return answers of one source as one; it is as old as the oldest of them."""
    oldest = min(kept.values(), key=lambda each: each.provenance.as_of)
    known = {symbol: each.value for symbol, each in kept.items() if each.value is not None}
    return Answer(known, oldest.provenance, oldest.stands_in_for)


def _origin(answer: Answer[Any]) -> tuple[object, ...]:
    told = answer.provenance
    return told.vendor, told.feed, told.is_delayed, tuple(answer.stands_in_for)
