"""What identity shows: the caller, and the keys of the caller's tenant."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from paperdesk.core.kernel.ids import KeyId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity.revoke_key import KeyNotFound
from paperdesk.features.identity.store import User, find_user
from paperdesk.features.identity.tables import api_keys, tenants
from paperdesk.infra.work import ReadOnly, owned


@dataclass(frozen=True, slots=True)
class Me:
    """The caller in full; `key_prefix` is the public id of the key that was used, if one was."""

    user: User
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


async def me(work: ReadOnly) -> Me:
    """Return who the caller is; the connection must be the system's, because users belong to no tenant."""
    who = work.who
    user = await find_user(work.db, who.user_id, who.tenant_id)
    assert user is not None, "a principal is a user who exists"
    tenant_name = (await work.db.execute(select(tenants.c.name).where(tenants.c.id == who.tenant_id))).scalar_one()
    is_shown = and_(owned(api_keys, work), api_keys.c.id == who.key_id)
    prefix = (await work.db.execute(select(api_keys.c.prefix).where(is_shown))).scalar_one_or_none()
    return Me(user, tenant_name, prefix)


async def require_key(work: ReadOnly, key_id: KeyId) -> None:
    """Refuse a key that the caller's tenant does not have, or has revoked."""
    is_good = and_(owned(api_keys, work), api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    if (await work.db.execute(select(api_keys.c.id).where(is_good))).one_or_none() is None:
        raise KeyNotFound("There is no such key, or it was revoked before.", id=str(key_id))


async def keys(work: ReadOnly, limit: int, before: KeyId | None) -> list[KeyOnFile]:
    """Return the keys of the caller's tenant that are not revoked, newest first, those before an id."""
    work.require(Scope.READ)
    key = api_keys.c
    query = select(key.id, key.prefix, key.name, key.scopes, key.created_at, key.expires_at).where(
        owned(api_keys, work), key.revoked_at.is_(None)
    )
    if before is not None:
        query = query.where(key.id < before)
    rows = await work.db.execute(query.order_by(key.id.desc()).limit(limit))
    return [
        KeyOnFile(row.id, row.prefix, row.name, [*map(Scope, row.scopes)], row.created_at, row.expires_at)
        for row in rows
    ]
