"""What stands at many cursors of a dataset at once: whoever goes along all of it would ask for it one by one."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import Phase
from paperdesk.features.marketdata.feeds.columns import BarColumns, Ints, PrintColumns, exact
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.price_facts import Source
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from paperdesk.features.marketdata.feeds.timeline import ACTIONS, SESSIONS, STATUSES

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


def stirs_at(dataset: Dataset, after: int) -> int:
    """Return the number of the first fact after a cursor at which companies may act, or trading halt or go on.

    Where nobody knows in advance it is the very next one, unless nothing of that kind is known at all.
    """
    if not isinstance(dataset, RecordedDataset):
        end = dataset.facts_total
        return after + 1 if dataset.actions or dataset.statuses(end) else end + 1
    timeline = dataset.timeline
    tracks = (timeline.track(ACTIONS, Phase.CORPORATE_ACTION), timeline.track(STATUSES, Phase.STATUS))
    told = (track.seqs[track.seqs.searchsorted(after, "right") :] for track in tracks)
    return min((seqs.item(0) for seqs in told if len(seqs)), default=timeline.total + 1)


def last_prints(dataset: Dataset, instrument_id: InstrumentId, cursors: Sequence[int]) -> list[Decimal | None] | None:
    """Return the price of the last open or close by each cursor, as `last_print` tells it.

    None where that is not simply what is stored: one by one they can be asked for.
    """
    if not isinstance(dataset, RecordedDataset):
        return None
    places = dataset.places.get(instrument_id, [])
    if len(places) != 1:
        return None
    source, asked = dataset.sources[places[0]], np.array(cursors, np.int64)
    prices, seqs = _stored(dataset, places[0], asked)
    if _is_off_tick(prices, source, dataset.instrument(instrument_id).tick):
        return None
    is_stored = seqs > 0
    for ex, _ in dataset.ex_dates.get(instrument_id, ()):
        is_stored &= (seqs >= ex) | (ex > asked)
    step = exact(1, source.scale)
    told = zip(prices.tolist(), is_stored.tolist(), strict=True)
    return [price * step if is_told else None for price, is_told in told]


def _stored(dataset: RecordedDataset, number: int, cursors: Ints) -> tuple[Ints, Ints]:
    """Return the last open or close by each cursor as it is stored, and its number; 0 where there is none."""
    columns = dataset.sources[number].columns
    told: dict[Phase, Ints] = {}
    if isinstance(columns, PrintColumns):
        told = {Phase.CLOSE: columns.price}
    elif isinstance(columns, BarColumns):
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
    return prices, latest


def _is_off_tick(prices: Ints, source: Source, tick: Decimal) -> bool:
    if not Decimal(1).scaleb(-source.scale) % tick:
        return False
    step = tick.scaleb(source.scale)
    return step != step.to_integral_value() or bool((prices % int(step)).any())
