"""The SQL of logins: one row for a sign-in and what lasts of it, and a row for each of its tokens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.features.identity.tables import login_tokens, logins, memberships
from paperdesk.infra.work import ReadOnly, UnitOfWork, owned


class TokenKind(StrEnum):
    """What a token of a login is good for: a call, the calls of one browser, or the next tokens."""

    ACCESS = "access"
    BROWSER = "browser"
    REFRESH = "refresh"


class WayIn(StrEnum):
    """How somebody signed in."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - a word, not one


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token about to be written down, known here only as a hash."""

    kind: TokenKind
    token_hash: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LoginOnFile:
    """A login that stands: how it began, with which program, and until when it can be kept alive."""

    id: UUID
    way_in: WayIn
    program: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as it is on file, with the login it keeps alive."""

    login_id: UUID
    user_id: UserId
    tenant_id: TenantId
    expires_at: datetime
    spent_at: datetime | None
    ended_at: datetime | None


async def add_login(work: UnitOfWork, login: LoginOnFile) -> None:
    """Write a login of the caller."""
    row = {
        "id": login.id, "tenant_id": work.who.tenant_id, "user_id": work.who.user_id, "way_in": login.way_in,
        "program": login.program, "created_at": login.created_at, "expires_at": login.expires_at,
    }  # fmt: skip
    await work.db.execute(insert(logins).values(row))


async def add_tokens(work: UnitOfWork, login_id: UUID, *tokens: NewToken) -> None:
    """Write tokens of a login of the caller, and let go of its short ones that have expired."""
    token = login_tokens.c
    is_over = and_(owned(login_tokens, work), token.login_id == login_id, token.kind == TokenKind.ACCESS)
    await work.db.execute(delete(login_tokens).where(is_over, token.expires_at <= work.now))
    always = {"login_id": login_id, "tenant_id": work.who.tenant_id}
    rows = [
        always | {"kind": each.kind, "token_hash": each.token_hash, "expires_at": each.expires_at} for each in tokens
    ]
    await work.db.execute(insert(login_tokens), rows)


async def find_refresh(db: AsyncConnection, token_hash: bytes) -> RefreshToken | None:
    """Return a refresh token, spent or not, which nobody else can spend until the transaction ends."""
    token, login, member = login_tokens.c, logins.c, memberships.c
    is_same = and_(
        member.tenant_id == login.tenant_id, member.user_id == login.user_id, member.deactivated_at.is_(None)
    )
    columns = (token.login_id, login.user_id, token.tenant_id, token.expires_at, token.spent_at, login.ended_at)
    query = (
        select(*columns)
        .join(logins, login.id == token.login_id)
        .join(memberships, is_same)
        .where(token.token_hash == token_hash, token.kind == TokenKind.REFRESH)
        .with_for_update(of=login_tokens)
    )
    row = (await db.execute(query)).one_or_none()
    return None if row is None else RefreshToken(**row._asdict())


async def spend_refresh(work: UnitOfWork, token_hash: bytes) -> None:
    """Mark a refresh token of the caller's tenant spent."""
    mine = and_(owned(login_tokens, work), login_tokens.c.token_hash == token_hash)
    await work.db.execute(update(login_tokens).where(mine).values(spent_at=work.now))


def _standing(work: ReadOnly) -> Any:  # noqa: ANN401 - a condition on columns without static types
    login = logins.c
    theirs = and_(owned(logins, work), login.user_id == work.who.user_id)
    return and_(theirs, login.ended_at.is_(None), login.expires_at > work.now)


async def login_of(work: ReadOnly, token_hash: bytes) -> LoginOnFile | None:
    """Return the login of the caller that a token belongs to."""
    token = login_tokens.c
    theirs = select(token.login_id).where(owned(login_tokens, work), token.token_hash == token_hash)
    found = await _logins(work, logins.c.id == theirs.scalar_subquery(), 1)
    return found[0] if found else None


async def list_logins(work: ReadOnly, limit: int, before: UUID | None) -> list[LoginOnFile]:
    """Return logins of the caller that stand, newest first, those before an id."""
    return await _logins(work, logins.c.id < before if before is not None else logins.c.id.is_not(None), limit)


async def _logins(work: ReadOnly, is_meant: Any, limit: int) -> list[LoginOnFile]:  # noqa: ANN401 - as above
    login = logins.c
    columns = (login.id, login.way_in, login.program, login.created_at, login.expires_at)
    query = select(*columns).where(owned(logins, work), _standing(work), is_meant)
    rows = await work.db.execute(query.order_by(login.id.desc()).limit(limit))
    return [LoginOnFile(**row._asdict() | {"way_in": WayIn(row.way_in)}) for row in rows]


async def end_login(work: UnitOfWork, login_id: UUID) -> bool:
    """Mark a login of the caller ended; say whether there was one to end."""
    is_good = and_(owned(logins, work), _standing(work), logins.c.id == login_id)
    return (await work.db.execute(update(logins).where(is_good).values(ended_at=work.now))).rowcount == 1


async def end_other_logins(work: UnitOfWork, but: UUID) -> None:
    """Mark every login of the caller ended but one."""
    others = and_(owned(logins, work), _standing(work), logins.c.id != but)
    await work.db.execute(update(logins).where(others).values(ended_at=work.now))
