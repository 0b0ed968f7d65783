"""The SQL of people: who belongs to a tenant, as what, and since when.

What a request reads and changes goes by its own role in the database, which sees the people of its tenant and
no password; writing somebody new and letting somebody go are the system's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.roles import Role, Verification
from paperdesk.core.kernel.tiers import Tier
from paperdesk.features.identity.tables import (
    api_keys,
    login_tokens,
    logins,
    memberships,
    preferences,
    provider_subjects,
    recovery_codes,
    second_factors,
    sign_in_links,
    tenants,
    users,
)
from paperdesk.infra.http import PageParams
from paperdesk.infra.keyset import part_of
from paperdesk.infra.work import ReadOnly, UnitOfWork, owned


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody about to be written down, with a place in the caller's tenant."""

    id: UserId
    email: str
    name: str
    role: Role
    tier: Tier = Tier.BASIC
    password_hash: str | None = None
    verification: Verification = Verification.VERIFIED


@dataclass(frozen=True, slots=True)
class Member:
    """A person and what they are in a tenant."""

    id: UserId
    email: str
    name: str
    role: Role
    verification: Verification
    tier: Tier
    joined_at: datetime
    deactivated_at: datetime | None

    @property
    def is_acting_owner(self) -> bool:
        """Say whether the tenant can count on this owner."""
        return self.role is Role.OWNER and self.deactivated_at is None


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """Which people of a tenant are meant; what is None does not matter."""

    is_verified: bool | None = None
    is_active: bool | None = None
    role: Role | None = None


async def add_person(work: UnitOfWork, user: NewUser) -> bool:
    """Write a user who has no place yet; say whether the address was free, and write nothing if not. For the system."""
    person = {
        "id": user.id, "email": user.email, "name": user.name,
        "password_hash": user.password_hash, "created_at": work.now,
    }  # fmt: skip
    return (await work.db.execute(insert(users).values(person).on_conflict_do_nothing())).rowcount == 1


async def add_place(work: UnitOfWork, user: NewUser) -> None:
    """Write what somebody is in the caller's tenant."""
    place = {"tenant_id": work.who.tenant_id, "user_id": user.id, "joined_at": work.now}
    standing = {"role": user.role, "verification": user.verification, "tier": user.tier}
    await work.db.execute(insert(memberships).values(place | standing))


def _members(work: ReadOnly) -> Select[Any]:
    member = memberships.c
    columns = (member.role, member.verification, member.tier, member.joined_at, member.deactivated_at)
    people = select(users.c.id, users.c.email, users.c.name, *columns)
    return people.join(memberships, member.user_id == users.c.id).where(owned(memberships, work))


def _member(row: Any) -> Member:  # noqa: ANN401 - a row's columns have no static types
    typed = {"role": Role(row.role), "verification": Verification(row.verification), "tier": Tier(row.tier)}
    return Member(**row._asdict() | typed)


async def find_member(work: ReadOnly, user_id: UserId, *, is_locked: bool = False) -> Member | None:
    """Return somebody of the caller's tenant; locked, their place stays as it is until the transaction ends."""
    query = _members(work).where(users.c.id == user_id)
    query = query.with_for_update(of=memberships) if is_locked else query
    row = (await work.db.execute(query)).one_or_none()
    return None if row is None else _member(row)


async def list_members(work: ReadOnly, wanted: MemberFilter, page: PageParams) -> list[Member]:
    """Return a page of the caller's tenant's people, and one more, whoever came first at the top."""
    member, query = memberships.c, _members(work)
    if wanted.is_verified is not None:
        is_verified = member.verification == Verification.VERIFIED
        query = query.where(is_verified if wanted.is_verified else ~is_verified)
    if wanted.is_active is not None:
        query = query.where(member.deactivated_at.is_(None) == wanted.is_active)
    if wanted.role is not None:
        query = query.where(member.role == wanted.role)
    columns = {"email": users.c.email, "name": users.c.name, "role": member.role, "joined_at": member.joined_at}
    query = part_of(query, page, columns, users.c.id, newest_first=False)
    return [_member(row) for row in await work.db.execute(query)]


async def role_of_caller(work: ReadOnly) -> str:
    """Return what the caller is in their tenant; nothing when they have just left it."""
    mine = and_(owned(memberships, work), memberships.c.user_id == work.who.user_id)
    return (await work.db.execute(select(memberships.c.role).where(mine))).scalar_one_or_none() or ""


async def lock_tier_of_caller(work: UnitOfWork) -> Tier:
    """Return the tier of the caller, whose next claim waits until this transaction ends; the lowest if they left."""
    mine = and_(owned(memberships, work), memberships.c.user_id == work.who.user_id)
    query = select(memberships.c.tier).where(mine).with_for_update()
    return Tier((await work.db.execute(query)).scalar_one_or_none() or Tier.BASIC)


async def lock_owners(work: UnitOfWork) -> frozenset[UserId]:
    """Return the owners a tenant can count on, who stay as they are until the transaction ends."""
    is_acting = and_(memberships.c.role == Role.OWNER, memberships.c.deactivated_at.is_(None))
    query = select(memberships.c.user_id).where(owned(memberships, work), is_acting)
    rows = await work.db.execute(query.order_by(memberships.c.user_id).with_for_update())
    return frozenset(map(UserId, rows.scalars()))


async def save_member(work: UnitOfWork, member: Member) -> None:
    """Write what somebody is called, and what they are in the caller's tenant."""
    mine = and_(owned(memberships, work), memberships.c.user_id == member.id)
    standing = {
        "role": member.role, "verification": member.verification, "tier": member.tier,
        "deactivated_at": member.deactivated_at,
    }  # fmt: skip
    await work.db.execute(update(memberships).where(mine).values(standing))
    await work.db.execute(update(users).where(users.c.id == member.id).values(name=member.name))


async def end_logins(work: UnitOfWork, user_id: UserId) -> None:
    """Mark every login that somebody has in the caller's tenant ended."""
    mine = and_(owned(logins, work), logins.c.user_id == user_id, logins.c.ended_at.is_(None))
    await work.db.execute(update(logins).where(mine).values(ended_at=work.now))


async def find_preferences(work: ReadOnly) -> dict[str, Any] | None:
    """Return what the caller said they prefer, by its name; none when they never did."""
    mine = and_(owned(preferences, work), preferences.c.user_id == work.who.user_id)
    named = [column for column in preferences.c if column.name not in {"tenant_id", "user_id"}]
    row = (await work.db.execute(select(*named).where(mine))).one_or_none()
    return None if row is None else dict(row._asdict())


async def save_preferences(work: UnitOfWork, values: Mapping[str, str]) -> None:
    """Write what the caller prefers, in the place of what they preferred before."""
    query = insert(preferences).values(tenant_id=work.who.tenant_id, user_id=work.who.user_id, **values)
    await work.db.execute(query.on_conflict_do_update(index_elements=["tenant_id", "user_id"], set_=dict(values)))


async def has_others(work: UnitOfWork, user_id: UserId) -> bool:
    """Say whether anybody else belongs to the caller's tenant, deactivated or not."""
    query = select(exists().where(owned(memberships, work), memberships.c.user_id != user_id))
    found: bool = (await work.db.execute(query)).scalar_one()
    return found


async def erase_tenant_name(work: UnitOfWork) -> None:
    """Blank what the caller's tenant is called, which may be its only person's name; the system's work."""
    await work.db.execute(update(tenants).where(tenants.c.id == work.who.tenant_id).values(name=""))


async def erase_member(work: UnitOfWork, user_id: UserId) -> None:
    """Take somebody's place, ways in, name and address away; the system's work.

    The id stays, because accounts, keys and the audit name it.
    """
    theirs = select(logins.c.id).where(owned(logins, work), logins.c.user_id == user_id)
    mine = and_(owned(login_tokens, work), login_tokens.c.login_id.in_(theirs))
    await work.db.execute(delete(login_tokens).where(mine))
    for table in (memberships, preferences, logins, sign_in_links):
        await work.db.execute(delete(table).where(owned(table, work), table.c.user_id == user_id))
    keys = and_(owned(api_keys, work), api_keys.c.user_id == user_id, api_keys.c.revoked_at.is_(None))
    await work.db.execute(update(api_keys).where(keys).values(revoked_at=work.now))
    is_elsewhere = exists().where(memberships.c.user_id == user_id)
    for table in (recovery_codes, second_factors, provider_subjects):
        await work.db.execute(delete(table).where(table.c.user_id == user_id, ~is_elsewhere))
    nobody = {"email": f"deleted:{user_id}", "name": "", "password_hash": None}
    await work.db.execute(update(users).where(users.c.id == user_id, ~is_elsewhere).values(nobody))
