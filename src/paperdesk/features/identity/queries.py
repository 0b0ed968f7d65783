"""What identity shows: the caller, and the people and keys of the caller's tenant."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import KeyId, UserId
from paperdesk.core.kernel.key_limits import KeyLimits
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.quotas import NO_QUOTAS, Quotas
from paperdesk.core.kernel.roles import Verification
from paperdesk.core.kernel.tiers import Tier
from paperdesk.features.identity import login_store, member_store, store
from paperdesk.features.identity.login_store import LoginOnFile
from paperdesk.features.identity.member_store import Member, MemberFilter
from paperdesk.features.identity.revoke_key import KeyNotFound
from paperdesk.features.identity.tables import api_keys, tenants
from paperdesk.infra.http import PageParams
from paperdesk.infra.jobs import count_open, enqueue
from paperdesk.infra.keyset import part_of
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import ReadOnly, UnitOfWork, owned


class UserNotFound(NotFound):
    """There is nobody by this id, or they belong to another tenant."""


@dataclass(frozen=True, slots=True)
class Me:
    """The caller in full; `key_prefix` is the public id of the key that was used, if one was."""

    user: Member
    tenant_name: str
    key_prefix: str | None


@dataclass(frozen=True, slots=True)
class KeyOnFile:
    """A key that has not been revoked, without its secret; it may have expired."""

    id: KeyId
    prefix: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    limits: KeyLimits | None
    user_id: UserId
    last_used_at: datetime | None


async def me(work: ReadOnly) -> Me:
    """Return who the caller is. Raises UserNotFound when they have been deleted this moment."""
    who = work.who
    user = await read_user(work, who.user_id)
    tenant_name = (await work.db.execute(select(tenants.c.name).where(tenants.c.id == who.tenant_id))).scalar_one()
    is_shown = and_(owned(api_keys, work), api_keys.c.id == who.key_id)
    prefix = (await work.db.execute(select(api_keys.c.prefix).where(is_shown))).scalar_one_or_none()
    return Me(user, tenant_name, prefix)


async def address_of(work: ReadOnly, user_id: UserId) -> str | None:
    """Return the mail address that somebody of the tenant has confirmed; None when they have not, or have gone."""
    found = await member_store.find_member(work, user_id)
    if found is None or found.deactivated_at is not None or found.verification is not Verification.VERIFIED:
        return None
    return found.email


async def list_logins(work: ReadOnly, limit: int, before: UUID | None) -> list[LoginOnFile]:
    """Return logins of the caller that stand, newest first, those before an id."""
    work.require(Scope.READ)
    return await login_store.list_logins(work, limit, before)


async def login_of(work: ReadOnly, token_hash: bytes) -> LoginOnFile | None:
    """Return the login of the caller that a token belongs to."""
    return await login_store.login_of(work, token_hash)


async def holder_of(runtime: Runtime, key_id: KeyId) -> Principal | None:
    """Return what a key may do now; None when it was revoked, has expired, or its owner has gone."""
    async with runtime.as_system() as db:
        found = await store.find_key_by_id(db, key_id)
    if found is None or found.ended_at is not None:
        return None
    return found.who if found.expires_at is None or found.expires_at > runtime.clock.now() else None


async def require_key(work: ReadOnly, key_id: KeyId) -> None:
    """Refuse a key that was revoked, or that is not the caller's to keep."""
    store.require_keeper(work)
    is_good = and_(owned(api_keys, work), store.kept_by(work), api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    if (await work.db.execute(select(api_keys.c.id).where(is_good))).one_or_none() is None:
        raise KeyNotFound("There is no such key, or it was revoked before.", id=str(key_id))


async def keys(work: ReadOnly, page: PageParams) -> list[KeyOnFile]:
    """Return a page of the keys that are the caller's to keep and not revoked, and one more, newest first."""
    work.require(Scope.READ)
    key = api_keys.c
    query = select(api_keys).where(owned(api_keys, work), store.kept_by(work), key.revoked_at.is_(None))
    rows = await work.db.execute(part_of(query, page, api_keys.c, key.id))
    return [_key(row) for row in rows]


def _key(row: Row[Any]) -> KeyOnFile:
    lasts, limits = (row.created_at, row.expires_at), store.limits_of(row.limits)
    scopes = [*map(Scope, row.scopes)]
    return KeyOnFile(row.id, row.prefix, row.name, scopes, *lasts, limits, row.user_id, row.last_used_at)


async def read_user(work: ReadOnly, user_id: UserId, *, is_locked: bool = False) -> Member:
    """Return somebody of the caller's tenant, who stays as they are if locked. Raises UserNotFound."""
    found = await member_store.find_member(work, user_id, is_locked=is_locked)
    if found is None:
        raise UserNotFound("There is nobody by this id.", id=str(user_id))
    return found


async def tier_for_one_more(work: UnitOfWork) -> Tier:
    """Return the tier of the caller, who claims one more of something; another claim of theirs waits for this one."""
    return await member_store.lock_tier_of_caller(work)


async def require_quota(work: UnitOfWork, kind: str, used: Callable[[UnitOfWork], Awaitable[int]]) -> None:
    """Refuse one more of a kind when the caller's tenant has as many as it may; other claims wait for this one."""
    quotas = await quotas_of(work, work.allowed)
    if getattr(quotas, kind) is not None:
        await store.lock_quota(work, kind)
        quotas.require_room(kind, await used(work))


async def quotas_of(work: ReadOnly, allowed: Quotas) -> Quotas:
    """Return how much the caller's tenant may have, by its own quotas and what the desk allows each."""
    return (await store.load_quotas(work) or NO_QUOTAS).within(allowed)


async def used_of(work: ReadOnly) -> tuple[int, int]:
    """Return how many active people and how many keys the caller's tenant has."""
    return await store.count_people(work), await store.count_all_keys(work)


async def enqueue_asked(work: UnitOfWork, kind: str, arguments: dict[str, Any]) -> UUID:
    """Write a job that the caller asks for, in their name. Raises QuotaReached where as many are open as may be."""
    await require_quota(work, "jobs", count_open)
    return await enqueue(work, kind, {**arguments, "user_id": work.who.user_id})


async def people(work: ReadOnly, wanted: MemberFilter, page: PageParams) -> tuple[list[Member], str | None]:
    """Return a page of the caller's tenant's people, whoever came first at the top."""
    work.require(Scope.READ)
    rows = await member_store.list_members(work, wanted, page)
    return page.cut(rows, lambda member: (member.id,))
