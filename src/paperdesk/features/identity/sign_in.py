"""Sign in, by password or by a link that works once; the answer is a login with its access token."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from paperdesk.core.kernel.errors import Unauthenticated
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import store
from paperdesk.infra.crypto import hash_password, new_token, verify_password
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


class SignInRefused(Unauthenticated):
    """No user has this e-mail address and this password."""


class LinkSpent(Unauthenticated):
    """A sign-in link works once and for a day; this one has been used or is too old."""


@dataclass(frozen=True, slots=True)
class SignInByPassword:
    """Ask to sign in as the user with an e-mail address."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class SignInByLink:
    """Ask to sign in as the user whom a link was made for."""

    link_token: str


@dataclass(frozen=True, slots=True)
class Login:
    """A login that has begun: whoever holds the access token is the user until it expires."""

    id: UUID
    access_token: str
    expires_at: datetime
    user: store.User


async def sign_in(runtime: Runtime, command: SignInByPassword | SignInByLink) -> Login:
    """Begin a login. Raises SignInRefused or LinkSpent, and tells nothing more."""
    try:
        if isinstance(command, SignInByLink):
            return await _by_link(runtime, command)
        return await _by_password(runtime, command)
    except (LinkSpent, SignInRefused) as refusal:
        runtime.metrics.refused_sign_ins.labels(refusal.code).inc()
        raise


async def _by_link(runtime: Runtime, command: SignInByLink) -> Login:
    now = runtime.clock.now()
    async with runtime.as_system() as db:
        user = await store.spend_link(db, runtime.hasher.hash(command.link_token), now)
        if user is None:
            raise LinkSpent("This link has been used before or is too old; ask for a new one.")
        return await _begin(runtime, UnitOfWork(_caller(user), now, db), user)


async def _by_password(runtime: Runtime, command: SignInByPassword) -> Login:
    async with runtime.as_system() as db:
        user = await store.find_user_by_email(db, command.email.strip().lower())
    # Off the loop and outside any transaction, because it takes its time on purpose.
    password_hash = None if user is None else user.password_hash
    is_right = await asyncio.to_thread(_is_right, password_hash, command.password)
    if user is None or not is_right:
        raise SignInRefused("No user has this e-mail address and this password.")
    async with runtime.as_system() as db:
        return await _begin(runtime, UnitOfWork(_caller(user), runtime.clock.now(), db), user)


def _is_right(password_hash: str | None, password: str) -> bool:
    if password_hash is None:
        hash_password(password)  # the same work, so that the time taken tells nothing about who exists
        return False
    return verify_password(password_hash, password)


def _caller(user: store.User) -> Principal:
    return Principal(user.tenant_id, user.id, frozenset())


async def _begin(runtime: Runtime, work: UnitOfWork, user: store.User) -> Login:
    login_id, token = work.new_id(), new_token()
    expires_at = work.now + timedelta(hours=runtime.settings.login_hours)
    await store.add_login(work, login_id, runtime.hasher.hash(token), expires_at)
    await work.record("sign_in", login_id)
    return Login(login_id, token, expires_at, user)
