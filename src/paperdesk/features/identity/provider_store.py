"""The SQL of who somebody is at a provider of sign-ins; no request looks at it."""

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.ids import UserId
from paperdesk.features.identity import store
from paperdesk.features.identity.store import User
from paperdesk.features.identity.tables import provider_subjects
from paperdesk.infra.openid import Claims
from paperdesk.infra.work import UnitOfWork


async def find_linked(db: AsyncConnection, claims: Claims) -> User | None:
    """Return who is known by a subject of a provider, in the first tenant they are active in."""
    known = provider_subjects.c
    query = select(known.user_id).where(and_(known.issuer == claims.issuer, known.subject == claims.subject))
    found = (await db.execute(query)).scalar_one_or_none()
    return None if found is None else await store.find_person(db, UserId(found))


async def link(work: UnitOfWork, user_id: UserId, claims: Claims) -> bool:
    """Write by what subject somebody is known from now on; say whether they and it were free of others."""
    row = {"issuer": claims.issuer, "subject": claims.subject, "user_id": user_id, "linked_at": work.now}
    query = insert(provider_subjects).values(row).on_conflict_do_nothing()
    return (await work.db.execute(query)).rowcount == 1
