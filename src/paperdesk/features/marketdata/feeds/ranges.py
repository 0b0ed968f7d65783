"""What stands at many cursors of a dataset at once: whoever goes along all of it would ask for it one by one."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import Phase
from paperdesk.features.marketdata.feeds.columns import Ints, PrintColumns, QuoteColumns, exact
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.price_facts import Source
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from paperdesk.features.marketdata.feeds.timeline import SESSIONS

# A cursor, its instant in microseconds since 1970, and how many sessions have closed by then.
Stop: TypeAlias = tuple[int, int, int]
_AT_ONCE = 4096


def stops(dataset: Dataset, after: int, upto: int) -> Iterator[Stop]:
    """Yield where steps of a bar end, with after < cursor <= upto."""
    if not isinstance(dataset, RecordedDataset):
        yield from _one_by_one(dataset, after, upto)
        return
    timeline, closes = dataset.timeline, dataset.timeline.track(SESSIONS, Phase.SESSION_CLOSED).seqs
    ends = timeline.ends_between(after, upto, "bar")
    for start in range(0, len(ends), _AT_ONCE):
        some = ends[start : start + _AT_ONCE]
        closed = closes.searchsorted(some, "right")
        yield from zip(some.tolist(), timeline.at[some - 1].tolist(), closed.tolist(), strict=True)


def _one_by_one(dataset: Dataset, after: int, upto: int) -> Iterator[Stop]:
    cursor = dataset.next_step(after, "bar")
    while cursor is not None and cursor <= upto:
        yield cursor, microseconds(dataset.at_of(cursor)), dataset.sessions_closed(cursor)
        cursor = dataset.next_step(cursor, "bar")


def last_prints(dataset: Dataset, instrument_id: InstrumentId, cursors: Sequence[int]) -> list[Decimal] | None:
    """Return the price of the last open or close by each cursor, as `last_print` tells it.

    None where those are not simply what is stored: one by one they can be asked for.
    """
    if not isinstance(dataset, RecordedDataset) or dataset.ex_dates.get(instrument_id):
        return None
    places = dataset.places.get(instrument_id, [])
    if len(places) != 1:
        return None
    source = dataset.sources[places[0]]
    prices = _stored(dataset, places[0], np.array(cursors, np.int64))
    if prices is None or _is_off_tick(prices, source, dataset.instrument(instrument_id).tick):
        return None
    return [exact(price, source.scale) for price in prices.tolist()]


def _stored(dataset: RecordedDataset, number: int, cursors: Ints) -> Ints | None:
    """Return the last open or close by each cursor as it is stored; None where there is none by the first."""
    columns = dataset.sources[number].columns
    if isinstance(columns, QuoteColumns):
        return None
    if isinstance(columns, PrintColumns):
        told = {Phase.CLOSE: columns.price}
    else:
        told = {Phase.OPEN: columns.open, Phase.CLOSE: columns.close}
    latest, prices = np.zeros(len(cursors), np.int64), np.zeros(len(cursors), np.int64)
    for phase, column in told.items():
        track = dataset.timeline.track(number, phase)
        places = track.seqs.searchsorted(cursors, "right") - 1
        if not len(track.seqs):
            continue
        seqs = np.where(places >= 0, track.seqs[places], 0)
        prices = np.where(seqs > latest, column[track.rows[places]], prices)
        latest = np.maximum(latest, seqs)
    return prices if latest.all() else None


def _is_off_tick(prices: Ints, source: Source, tick: Decimal) -> bool:
    if not Decimal(1).scaleb(-source.scale) % tick:
        return False
    step = tick.scaleb(source.scale)
    return step != step.to_integral_value() or bool((prices % int(step)).any())
