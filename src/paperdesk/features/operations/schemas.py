"""What jobs and the audit trail look like from outside, and what monitors are told."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from paperdesk.features.operations.audit_chain import Break
from paperdesk.features.operations.verify_audit import Verified
from paperdesk.infra.cache import CacheState
from paperdesk.infra.db import PoolState, Row
from paperdesk.infra.http import Body


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


class AuditLineView(BaseModel):
    """Something that was done: who, what, to what, when and from where; the details say what came of it."""

    id: UUID
    recorded_at: datetime
    subject: str = Field(description="`user:` or `key:` and an id.")
    action: str = Field(examples=["change_user"])
    object_id: UUID | None
    details: dict[str, JsonValue]
    origin: str | None = Field(
        description="Door, address and request id; null where the desk did it by itself.",
        examples=["rest 127.0.0.1 4f1c0e6f2b7d9a3c5e81"],
    )
    seal: int | None = Field(description="Which seal stands for it; null for the moment before it is sealed.")

    @classmethod
    def of(cls, row: Row) -> Self:
        """Render a line."""
        return cls(**{name: row[name] for name in cls.model_fields})


class AuditBreakView(BaseModel):
    """The first place where the chain does not hold."""

    seal: int
    where: str = Field(examples=["line 0190f3c4-7a1b-7c3d-8e4f-5a6b7c8d9e0f", "event 12 of account …", "seal"])
    why: str = Field(examples=["changed", "missing", "added afterwards"])

    @classmethod
    def of(cls, found: Break) -> Self:
        """Render a break."""
        return cls(**asdict(found))


class VerificationBody(Body):
    """A head that you wrote down, if you did: the chain must still hold it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{}]})
    head: str | None = Field(default=None, max_length=100)


class VerificationView(BaseModel):
    """How far the chain of seals holds; whoever writes the head down elsewhere finds out if its end is cut off."""

    holds: bool
    head: str | None = Field(description="The last seal that holds: number, colon, hash.", examples=["17:" + "9f" * 32])
    lines: int = Field(description="Of the audit, sealed and as they were.")
    events: int = Field(description="Of accounts, sealed and as they were.")
    unsealed_lines: int = Field(description="They are sealed within seconds.")
    broken: AuditBreakView | None

    @classmethod
    def of(cls, found: Verified) -> Self:
        """Render what was found."""
        return cls(
            holds=found.broken is None,
            head=None if found.head is None else f"{found.head.number}:{found.head.hash.hex()}",
            lines=found.lines,
            events=found.events,
            unsealed_lines=found.unsealed,
            broken=None if found.broken is None else AuditBreakView.of(found.broken),
        )
