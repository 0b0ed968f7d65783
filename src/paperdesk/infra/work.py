"""The unit of work: one transaction, one instant, one caller.

It begins with its first statement and commits when the block is left; nobody else commits. Setting
the tenants of the transaction is that first statement, so that row-level security always applies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Column, ColumnElement, Table, Text, Uuid, false, insert, or_, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.ids import TenantId, uuid7
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.quotas import NO_QUOTAS, Quotas
from paperdesk.infra.crypto import entropy
from paperdesk.infra.db import Instant, metadata
from paperdesk.infra.personal import personal

audit = Table(
    "audit",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_id", Uuid),
    Column("details", JSONB, nullable=False),
    Column("origin", Text),
    Column("seal", BigInteger),
    info=personal(None),  # whose a line is says its subject, and lines stay
)

SET_TENANTS = text("select set_config('paperdesk.tenants', :tenants, true)")


def tenants_setting(tenants: Sequence[TenantId]) -> str:
    """Write tenants in the form the row policies read."""
    return "{" + ",".join(map(str, tenants)) + "}"


def owned(table: Table, work: "ReadOnly", *, or_public: bool = False) -> ColumnElement[bool]:
    """Return the condition that rows belong to the caller's tenant; row-level security is the second lock."""
    mine = table.c.tenant_id == work.who.tenant_id
    return or_(mine, table.c.tenant_id.is_(None)) if or_public else mine


def in_reach(account_id: Column[Any], work: "ReadOnly") -> ColumnElement[bool]:
    """Return the condition that a row is of an account that the caller's key is not kept from."""
    limits = work.who.limits
    return true() if limits is None or limits.accounts is None else account_id.in_(limits.accounts)


def of_no_account(work: "ReadOnly") -> ColumnElement[bool]:
    """Return the condition that what is of no account is there for the caller; for a key kept to some it is not."""
    limits = work.who.limits
    return true() if limits is None or limits.accounts is None else false()


def jsonable(value: object) -> Any:  # noqa: ANN401 - any JSON there is
    """Turn values into plain JSON: decimals and ids to strings, instants to ISO 8601."""
    return msgspec.to_builtins(value)


@dataclass(slots=True)
class ReadOnly:
    """A transaction that only reads, for one caller."""

    who: Principal
    now: datetime
    db: AsyncConnection

    def require(self, scope: Scope, verb: Verb | None = None) -> None:
        """Refuse a caller without the permission, or a key that is kept to other verbs."""
        self.who.require(scope, verb)


@dataclass(slots=True)
class UnitOfWork(ReadOnly):
    """A transaction that writes, with an audit line for everything it does; `allowed` is what each tenant may have."""

    announcements: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    allowed: Quotas = NO_QUOTAS

    def new_id(self) -> UUID:
        """Return a fresh UUIDv7 of this unit's instant."""
        return uuid7(self.now, entropy())

    def announce(self, topic: str, message: dict[str, Any]) -> None:
        """Publish a message on the bus once the transaction has committed."""
        self.announcements.append((topic, message))

    async def record(
        self, action: str, object_id: UUID | None = None, details: Mapping[str, object] | None = None
    ) -> None:
        """Write the audit line of what is being done."""
        await self.db.execute(
            insert(audit).values(
                id=self.new_id(),
                tenant_id=self.who.tenant_id,
                recorded_at=self.now,
                subject=self.who.subject,
                action=action,
                object_id=object_id,
                details=jsonable(details or {}),
                origin=self.who.origin,
            )
        )
