"""The port that market history comes through, whether it was recorded or is generated.

A cursor is the number of the last fact that has been delivered. Apart from stepping, nothing here may
use a fact after the cursor it is given.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.market.facts import CloseFact, MarketFact, OpenFact, PriceFact, StatusFact
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.features.marketdata.feeds.bar_rows import EVERY_BAR, BarRows, BarsWanted
from paperdesk.features.marketdata.feeds.columns import Columns
from paperdesk.features.marketdata.feeds.live import open_live
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Listing, SourceKind
from paperdesk.features.marketdata.feeds.recorded import open_recorded
from paperdesk.features.marketdata.feeds.synthetic import open_synthetic
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit
from paperdesk.features.marketdata.feeds.writer import read_manifest


class Dataset(Protocol):
    """An immutable version of market facts, numbered from 1 in the one order there is."""

    @property
    def manifest(self) -> DatasetManifest:
        """Return what the dataset says about itself."""

    @property
    def calendar(self) -> Calendar:
        """Return the calendar of its sessions."""

    @property
    def facts_total(self) -> int:
        """Return the number of the last fact; never shown to anybody who trades on the dataset."""

    @property
    def live_until(self) -> datetime | None:
        """Return what the clock of a live market shows; None for one that is recorded or generated as a whole."""

    @property
    def starts_from(self) -> datetime:
        """Return the earliest instant at which a tape may begin."""

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """Return every instrument there is, listed yet or not; see `listed`."""

    @property
    def actions(self) -> Sequence[CorporateAction]:
        """Return every corporate action of its instruments by ex-date; nobody may know one before `known_on`."""

    def statuses(self, cursor: int) -> Sequence[StatusFact]:
        """Return the halts and their ends that have been told by then, oldest first."""

    def by_symbol(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol, listed yet or not."""

    def first_on(self, instrument_id: InstrumentId) -> date:
        """Return the market day of an instrument's first row; only shown once it is listed."""

    def listed(self, instrument_id: InstrumentId, cursor: int) -> bool:
        """Say whether the instrument has had a price by then."""

    def search(self, words: str, cursor: int) -> list[Listing]:
        """Return what is listed by then and has the words in its symbol or name, by symbol."""

    def chain(self, underlying: str, cursor: int) -> list[Instrument]:
        """Return the option contracts on an underlying that are quoted by then and have not expired before."""

    def ahead(self, cursor: int, facts: int) -> int:
        """Return the cursor about so many facts on: a piece of a way that is not too long for one transaction."""

    def cursor_at(self, instant: datetime) -> int:
        """Return the number of the last fact at or before an instant, 0 before the first."""

    def at_of(self, seq: int) -> datetime:
        """Return the instant of a fact; 0 stands just before the first fact and has its instant."""

    def next_step(self, cursor: int, unit: StepUnit, count: int = 1) -> int | None:
        """Return the cursor `count` facts, quotes, bars or sessions on, or None at the very end."""

    def next_of(self, cursor: int, landmark: Landmark) -> int | None:
        """Return the cursor at the next open (opening prices known) or close, or None without one."""

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""

    def session_at(self, cursor: int) -> Session | None:
        """Return the session that has opened and not yet closed by then."""

    def facts_between(
        self, after: int, upto: int, instrument_ids: frozenset[InstrumentId] | None = None
    ) -> Iterator[MarketFact]:
        """Yield facts with after < seq <= upto: bells, actions, statuses, and prices of the instruments (None: all)."""

    def bars(
        self,
        instrument_id: InstrumentId,
        cursor: int,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Bar]:
        """Return the newest `limit` bars closed by then with start <= at < end, oldest first."""

    def closed_bars(self, instrument_id: InstrumentId, cursor: int, wanted: BarsWanted = EVERY_BAR) -> BarRows | None:
        """Return the bars closed by then as columns; None for an instrument that has none, only quotes."""

    def known_rows(self, instrument_id: InstrumentId, cursor: int) -> Columns:
        """Return the closed bars, the quotes or the prints by then, as they are stored."""

    def last_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last bar that has closed by then."""

    def last_closes(self, instruments: Sequence[Instrument], cursor: int) -> list[Bar | None]:
        """Return the last bar that each of many instruments has closed by then, None where there is none."""

    def previous_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last bar of the session before the one that opened last: the base of a day's change."""

    def last_price_fact(self, instrument_id: InstrumentId, cursor: int) -> PriceFact | None:
        """Return the last open, range, close or quote of an instrument by then."""

    def last_quote(self, instrument_id: InstrumentId, cursor: int) -> Quote | None:
        """Return the last real quote of an instrument by then."""

    def last_quotes(self, instruments: Sequence[Instrument], cursor: int) -> list[Quote | None]:
        """Return the last real quote of each of many instruments by then, None where there is none."""

    def last_print(self, instrument_id: InstrumentId, cursor: int) -> OpenFact | CloseFact | None:
        """Return the last open or close of an instrument by then, its price on the tick it is traded in."""

    def closes_session(self, instant: datetime) -> bool:
        """Say whether an instant is the close of a session."""

    def has_bells(self, after: int, upto: int) -> bool:
        """Say whether a session opens or closes, or a company acts, in the facts with after < seq <= upto."""


def open_dataset(path: Path) -> Dataset:
    """Open the dataset in a directory: recorded, generated from its recipe, or being recorded as it happens."""
    manifest = read_manifest(path)
    if manifest.kind is SourceKind.LIVE:
        return open_live(path, manifest)
    return open_recorded(path) if manifest.recipe is None else open_synthetic(manifest)


def standing_quote(dataset: Dataset, instrument_id: InstrumentId, cursor: int) -> Quote | None:
    """Return the last real quote, or bid = ask = the last open or close, marked as made of a bar."""
    return dataset.last_quote(instrument_id, cursor) or _quote_of_print(dataset, instrument_id, cursor)


def standing_quotes(dataset: Dataset, instruments: Sequence[Instrument], cursor: int) -> list[Quote | None]:
    """Return the standing quote of each of many instruments."""
    found = zip(instruments, dataset.last_quotes(instruments, cursor), strict=True)
    return [quote or _quote_of_print(dataset, each.id, cursor) for each, quote in found]


def _quote_of_print(dataset: Dataset, instrument_id: InstrumentId, cursor: int) -> Quote | None:
    fact = dataset.last_print(instrument_id, cursor)
    return None if fact is None else Quote(instrument_id, fact.at, fact.price, fact.price, derived_from="bar")
