"""A study as it is kept: one question, asked in such a way that what comes of it can be believed or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from paperdesk.features.backtests.backtests import Backtest


class StudyKind(StrEnum):
    """What is asked: what choosing brings out of sample, whether the future is seen, or how much small changes do."""

    CROSS_VALIDATION = "cross_validation"
    LEAKS = "leaks"
    JITTER = "jitter"


@dataclass(frozen=True, slots=True)
class Study:
    """A question, and a plan of how it is studied; what came of it is the report of the question."""

    kind: StudyKind
    asked: Backtest
    plan: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        """Return its id, which is that of its trials in the ledger too."""
        return self.asked.id
