"""A strategy as somebody keeps it: a shipped one with symbols and parameters, in versions that never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.ids import UserId


@dataclass(frozen=True, slots=True)
class StrategyVersion:
    """What is traded and how, as it was from an instant on; `code_version` is that of the shipped strategy."""

    number: int
    code_version: int
    symbols: Sequence[str]
    parameters: Mapping[str, Any]
    note: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class SavedStrategy:
    """A strategy under a name; its newest version is the one that runs, unless it is switched off.

    Published, everybody of the tenant may read and run it; its owner alone changes it.
    """

    id: UUID
    owner_id: UserId
    name: str
    strategy: str
    is_active: bool
    is_published: bool
    created_at: datetime
    changed_at: datetime
    newest: StrategyVersion
