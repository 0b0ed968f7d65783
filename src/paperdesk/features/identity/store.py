"""The SQL of identity: rows to values and back.

Functions that take a connection are for the system role, which sees every tenant; functions that
take a unit of work see one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, null, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.ids import KeyId, TenantId, UserId
from paperdesk.core.kernel.key_limits import KeyLimits
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.quotas import Quotas
from paperdesk.core.kernel.rates import Rates
from paperdesk.core.kernel.roles import Verification, scopes_of
from paperdesk.features.identity.login_store import TokenKind
from paperdesk.features.identity.member_store import NewUser, add_person, add_place
from paperdesk.features.identity.tables import (
    api_keys,
    login_tokens,
    logins,
    memberships,
    sign_in_links,
    tenant_rates,
    tenants,
    users,
)
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, owned

USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Credential:
    """A key or a login as it is on file; a login has no key id and the scopes of its user's role."""

    who: Principal
    secret_hash: bytes
    expires_at: datetime | None
    ended_at: datetime | None
    last_used_at: datetime | None
    rates: Rates | None
    quotas: Quotas | None


@dataclass(frozen=True, slots=True)
class User:
    """A person, in the tenant they sign in to."""

    id: UserId
    tenant_id: TenantId
    email: str
    name: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key about to be written down; its secret is known here only as a hash."""

    id: KeyId
    name: str
    prefix: str
    secret_hash: bytes
    scopes: frozenset[Scope]
    limits: KeyLimits | None
    expires_at: datetime | None


async def find_key(db: AsyncConnection, prefix: str) -> Credential | None:
    """Return the key with a public prefix, ended or not, unless its user left the tenant."""
    return await _find_key(db, api_keys.c.prefix == prefix)


async def find_key_by_id(db: AsyncConnection, key_id: KeyId) -> Credential | None:
    """Return the key with an id, likewise."""
    return await _find_key(db, api_keys.c.id == key_id)


async def _find_key(db: AsyncConnection, is_meant: ColumnElement[bool]) -> Credential | None:
    key = api_keys.c
    query = select(
        key.tenant_id, key.user_id, key.id.label("key_id"), key.scopes,
        key.limits, key.secret_hash, key.expires_at, key.last_used_at,
        memberships.c.role, memberships.c.verification, tenant_rates.c.rates, tenant_rates.c.quotas,
        func.coalesce(key.revoked_at, memberships.c.deactivated_at).label("ended_at"),
    ).join(memberships, _same_member(api_keys)).outerjoin(
        tenant_rates, tenant_rates.c.tenant_id == key.tenant_id
    ).where(is_meant)  # fmt: skip
    return await _credential(db, query)


async def find_login(db: AsyncConnection, token_hash: bytes) -> Credential | None:
    """Return the login of an access or browser token, ended or not, unless its user left the tenant."""
    login, token = logins.c, login_tokens.c
    query = (
        select(
            login.tenant_id, login.user_id, null().label("key_id"), null().label("scopes"),
            null().label("limits"), null().label("last_used_at"),
            token.token_hash.label("secret_hash"), token.expires_at, memberships.c.role, memberships.c.verification,
            tenant_rates.c.rates, tenant_rates.c.quotas,
            func.coalesce(login.ended_at, memberships.c.deactivated_at).label("ended_at"),
        )
        .join(login_tokens, token.login_id == login.id)
        .join(memberships, _same_member(logins))
        .outerjoin(tenant_rates, tenant_rates.c.tenant_id == login.tenant_id)
        .where(token.token_hash == token_hash, token.kind != TokenKind.REFRESH)
    )  # fmt: skip
    return await _credential(db, query)


def _same_member(table: Any) -> Any:  # noqa: ANN401 - a table's columns have no static types
    return and_(memberships.c.tenant_id == table.c.tenant_id, memberships.c.user_id == table.c.user_id)


async def _credential(db: AsyncConnection, query: Select[Any]) -> Credential | None:
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    scopes = scopes_of(row.role, row.verification)
    if row.scopes is not None:
        scopes &= frozenset(map(Scope, row.scopes))
    who = Principal(row.tenant_id, row.user_id, scopes, row.key_id, limits_of(row.limits))
    return Credential(
        who, row.secret_hash, row.expires_at, row.ended_at, row.last_used_at, _rates(row.rates), _quotas(row.quotas)
    )


def _rates(stored: object) -> Rates | None:
    return None if stored is None else msgspec.convert(stored, Rates)


def _quotas(stored: object) -> Quotas | None:
    return None if stored is None else msgspec.convert(stored, Quotas)


async def load_quotas(work: ReadOnly) -> Quotas | None:
    """Return the quotas that the caller's tenant has set."""
    query = select(tenant_rates.c.quotas).where(owned(tenant_rates, work))
    return _quotas((await work.db.execute(query)).scalar_one_or_none())


async def save_quotas(work: UnitOfWork, quotas: Quotas) -> None:
    """Write the quotas of the caller's tenant."""
    values = {"tenant_id": work.who.tenant_id, "quotas": jsonable(quotas)}
    query = upsert(tenant_rates).values(values)
    await work.db.execute(query.on_conflict_do_update(index_elements=["tenant_id"], set_={"quotas": values["quotas"]}))


async def lock_quota(work: UnitOfWork, kind: str) -> None:
    """Let whoever of the caller's tenant claims one more of a kind wait until this transaction ends."""
    await work.db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{work.who.tenant_id}/{kind}", 0))))


async def load_rates(work: ReadOnly) -> Rates | None:
    """Return the rates that the caller's tenant has set."""
    query = select(tenant_rates.c.rates).where(owned(tenant_rates, work))
    return _rates((await work.db.execute(query)).scalar_one_or_none())


async def save_rates(work: UnitOfWork, rates: Rates) -> None:
    """Write the rates of the caller's tenant."""
    values = {"tenant_id": work.who.tenant_id, "rates": jsonable(rates)}
    query = upsert(tenant_rates).values(values)
    await work.db.execute(query.on_conflict_do_update(index_elements=["tenant_id"], set_={"rates": values["rates"]}))


def limits_of(stored: object) -> KeyLimits | None:
    """Return what a key is kept to, as it was written down."""
    return None if stored is None else msgspec.convert(stored, KeyLimits)


async def note_used(db: AsyncConnection, found: Credential, now: datetime) -> None:
    """Write that a key was used, once a minute at most."""
    if found.last_used_at is None or now - found.last_used_at >= USE_NOTED_EVERY:
        query = update(api_keys).where(api_keys.c.id == found.who.key_id)
        await db.execute(query.values(last_used_at=now))


async def find_user_by_email(db: AsyncConnection, email: str) -> User | None:
    """Return the user with an e-mail address, in the first tenant they are active in."""
    return _user((await db.execute(_users().where(users.c.email == email))).first())


async def find_person(db: AsyncConnection, user_id: UserId) -> User | None:
    """Return a user in the first tenant they are active in."""
    return _user((await db.execute(_users().where(users.c.id == user_id))).first())


async def find_user(db: AsyncConnection, user_id: UserId, tenant_id: TenantId) -> User | None:
    """Return a user who is active in a tenant."""
    query = _users().where(users.c.id == user_id, memberships.c.tenant_id == tenant_id)
    return _user((await db.execute(query)).first())


def _users() -> Select[Any]:
    columns = (users.c.id, memberships.c.tenant_id, users.c.email, users.c.name, users.c.password_hash)
    is_active = and_(memberships.c.user_id == users.c.id, memberships.c.deactivated_at.is_(None))
    return select(*columns).join(memberships, is_active).order_by(memberships.c.tenant_id)


def _user(row: Row[Any] | None) -> User | None:
    return None if row is None else User(**row._asdict())


async def add_tenant(work: UnitOfWork, *, tenant_name: str, owner: NewUser) -> bool:
    """Write a new tenant and its owner; say whether the address was free, and write nothing if not. For the system."""
    is_new = await add_person(work, owner)
    if is_new:
        tenant = {"id": work.who.tenant_id, "name": tenant_name, "created_at": work.now}
        await work.db.execute(insert(tenants).values(tenant))
        await add_place(work, owner)
    return is_new


def require_keeper(work: ReadOnly) -> None:
    """Refuse a key that would keep keys without administering: a person keeps their own, however little they may."""
    work.require(Scope.READ if work.who.key_id is None else Scope.ADMIN)


def kept_by(work: ReadOnly) -> ColumnElement[bool]:
    """Return the condition that a key of the tenant is the caller's to keep: administrators keep all of them."""
    return true() if Scope.ADMIN in work.who.scopes else api_keys.c.user_id == work.who.user_id


async def add_key(work: UnitOfWork, key: NewKey) -> None:
    """Write a key of the caller."""
    await work.db.execute(
        insert(api_keys).values(
            id=key.id,
            tenant_id=work.who.tenant_id,
            user_id=work.who.user_id,
            name=key.name,
            prefix=key.prefix,
            secret_hash=key.secret_hash,
            scopes=sorted(key.scopes),
            limits=None if key.limits is None else jsonable(key.limits),
            created_at=work.now,
            expires_at=key.expires_at,
        )
    )


async def count_all_keys(work: ReadOnly) -> int:
    """Return how many keys the caller's tenant has that are not revoked."""
    theirs = and_(owned(api_keys, work), api_keys.c.revoked_at.is_(None))
    found: int = (await work.db.execute(select(func.count()).select_from(api_keys).where(theirs))).scalar_one()
    return found


async def count_people(work: ReadOnly) -> int:
    """Return how many people the caller's tenant has who are active."""
    theirs = and_(owned(memberships, work), memberships.c.deactivated_at.is_(None))
    found: int = (await work.db.execute(select(func.count()).select_from(memberships).where(theirs))).scalar_one()
    return found


async def count_keys(work: UnitOfWork) -> int:
    """Return how many keys the caller has that are not revoked."""
    mine = and_(owned(api_keys, work), api_keys.c.user_id == work.who.user_id, api_keys.c.revoked_at.is_(None))
    found: int = (await work.db.execute(select(func.count()).select_from(api_keys).where(mine))).scalar_one()
    return found


async def end_key(work: UnitOfWork, key_id: KeyId) -> bool:
    """Mark a key revoked, of the caller or for administrators of the tenant; say whether there was one to revoke."""
    is_good = and_(owned(api_keys, work), kept_by(work), api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    query = update(api_keys).where(is_good).values(revoked_at=work.now)
    return (await work.db.execute(query)).rowcount == 1


async def save_password(work: UnitOfWork, password_hash: str) -> None:
    """Write another password of the caller; the unit of work must be the system's."""
    await work.db.execute(update(users).where(users.c.id == work.who.user_id).values(password_hash=password_hash))


async def add_link(
    work: UnitOfWork, user_id: UserId, token_hash: bytes, expires_at: datetime, *, proves_address: bool = False
) -> None:
    """Write a sign-in link for a user of the caller's tenant; the unit of work must be the system's."""
    link = {"tenant_id": work.who.tenant_id, "user_id": user_id, "expires_at": expires_at}
    link |= {"proves_address": proves_address}
    await work.db.execute(insert(sign_in_links).values(token_hash=token_hash, **link))


async def find_link(db: AsyncConnection, token_hash: bytes, now: datetime) -> User | None:
    """Return whom a link signs in; none when it is unknown, used or expired. Nobody else uses it meanwhile."""
    link = sign_in_links.c
    query = select(link.user_id, link.tenant_id).where(
        link.token_hash == token_hash, link.used_at.is_(None), link.expires_at > now
    )
    row = (await db.execute(query.with_for_update())).one_or_none()
    return None if row is None else await find_user(db, row.user_id, row.tenant_id)


async def spend_link(db: AsyncConnection, token_hash: bytes, now: datetime) -> bool:
    """Use up a link that was found; one that was sent by mail verifies whoever was waiting for that, and says so."""
    link = sign_in_links.c
    query = update(sign_in_links).where(link.token_hash == token_hash).values(used_at=now)
    row = (await db.execute(query.returning(link.user_id, link.tenant_id, link.proves_address))).one()
    if not row.proves_address:
        return False
    member = memberships.c
    is_waiting = and_(member.user_id == row.user_id, member.verification == Verification.PENDING)
    theirs = update(memberships).where(is_waiting, member.tenant_id == row.tenant_id)
    return (await db.execute(theirs.values(verification=Verification.VERIFIED))).rowcount == 1
