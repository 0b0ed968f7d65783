"""Tapes that stand still at an instant, over a dataset and no database."""

from datetime import datetime
from uuid import UUID

from paperdesk.core.kernel.ids import DatasetId, TapeId, UserId
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.tapes import Tape, TapeState


def tape_at(dataset: Dataset, at: datetime) -> Tape:
    """Return a tape that stands at an instant."""
    cursor, nobody = dataset.cursor_at(at), UUID(int=0)
    return Tape(
        TapeId(nobody), None, UserId(nobody), DatasetId(nobody), "Still", shared=False, cursor=cursor, at=at,
        target_cursor=cursor, target_at=at, state=TapeState.PAUSED, speed=None, has_ended=False, starts_at=at,
    )  # fmt: skip
