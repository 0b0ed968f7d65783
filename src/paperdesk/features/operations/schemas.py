"""What jobs look like from outside, and what monitors are told."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.infra.cache import CacheState
from paperdesk.infra.db import PoolState, Row


class JobOut(BaseModel):
    """A background job: how far it is, and what came of it."""

    id: UUID
    kind: str
    state: str = Field(description="waiting, running, done, failed or cancelled.")
    attempts: int = Field(description="How often it was begun; a failed one after the last is a dead letter.")
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


class CacheOut(BaseModel):
    """Where answers are kept; while that place is away, everything is loaded anew."""

    keeper: str
    answers: bool
    away_since: datetime | None
    reason: str | None

    @classmethod
    def of(cls, state: CacheState) -> "CacheOut":
        """Show how the cache stands."""
        return cls(
            keeper=state.keeper,
            answers=state.away_since is None,
            away_since=state.away_since,
            reason=state.reason,
        )


class PoolOut(BaseModel):
    """Connections to the database: how many there may be, and how many are in use just now."""

    name: str
    size: int
    in_use: int

    @classmethod
    def of(cls, pool: PoolState) -> "PoolOut":
        """Show how a pool stands."""
        return cls(**asdict(pool))


class DatabaseOut(BaseModel):
    """How quickly the database answered, and the connections to it."""

    answered_ms: float
    pools: list[PoolOut]


class PumpOut(BaseModel):
    """Whether anybody moves the tapes; while nobody does, quotes stand still and no order fills."""

    are_moving: bool


class TradingOut(BaseModel):
    """Whether orders are taken and meet the market: how many commands wait for the one who decides, of how many."""

    orders_are_taken: bool
    waiting: int
    waiting_max: int
    quotes: PumpOut


class ReadyOut(BaseModel):
    """That the desk can be used, and what slows it down."""

    status: Literal["ready"]
    database: DatabaseOut
    quotes: PumpOut
    cache: CacheOut
