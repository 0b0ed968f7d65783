"""Tapes by name: what to play, and where to begin.

Three kinds of them: synthetic markets, which the core knows; well-known times of the recorded datasets
that everybody has; and what members of a tenant have saved, for themselves or for all of it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.features.marketdata.feeds.samples import US_EQUITIES


@dataclass(frozen=True, slots=True)
class SavedPreset:
    """A tape as somebody saved it: a dataset and the moment to begin at; `owner_id` may forget it again."""

    name: str
    title: str
    summary: str
    dataset_id: DatasetId
    starts_at: datetime
    warm_up: int
    shared: bool
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class Replay:
    """A well-known time of a recorded dataset that everybody has: it begins at the close of a day."""

    name: str
    title: str
    summary: str
    source: str
    starts_on: date


REPLAYS: Final = {
    replay.name: replay
    for replay in (
        Replay(
            "lehman_2008",
            "September 2008",
            "Twenty large American stocks from the last session of August 2008 on: the failure of Lehman Brothers "
            "comes on the fifteenth of September.",
            US_EQUITIES.terms.name,
            date(2008, 8, 29),
        ),
        Replay(
            "pandemic_2020",
            "March 2020",
            "The same stocks and five factor ETFs from the market's top on 19 February 2020 on: a third was lost "
            "by 23 March.",
            US_EQUITIES.terms.name,
            date(2020, 2, 19),
        ),
    )
}
