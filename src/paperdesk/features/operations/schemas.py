"""What jobs look like from outside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.infra.db import Row


class JobOut(BaseModel):
    """A background job: how far it is, and what came of it."""

    id: UUID
    kind: str
    state: str
    progress: float = Field(description="From 0 to 1.")
    message: str
    result: dict[str, Any] | None
    problems: list[dict[str, Any]]
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "JobOut":
        """Show a row of jobs."""
        return cls(**{name: row[name] for name in cls.model_fields})
