"""Sign in, by password or by a link that works once; the answer is a login with its access token."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from paperdesk.core.kernel.errors import Unauthenticated
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import login_store, store
from paperdesk.features.identity.check_code import CodeRefused, TooManyCodes, refusal_of_sign_in
from paperdesk.features.identity.login_store import LoginOnFile, NewToken, TokenKind, WayIn
from paperdesk.features.identity.refresh_login import LoginTokens, issued
from paperdesk.features.identity.register import FIRST_ACCOUNT
from paperdesk.infra.crypto import hash_password, new_token, verify_password
from paperdesk.infra.jobs import enqueue
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

PROGRAM_LENGTH_MAX = 200


class SignInRefused(Unauthenticated):
    """No user has this e-mail address and this password."""


class LinkSpent(Unauthenticated):
    """A sign-in link works once and for a day; this one has been used or is too old."""


@dataclass(frozen=True, slots=True)
class SignInByPassword:
    """Ask to sign in as the user with an e-mail address, with a code where they have a second factor."""

    email: str
    password: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class SignInByLink:
    """Ask to sign in as the user whom a link was made for, with a code where they have a second factor."""

    link_token: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A login that has begun: whoever holds one of its tokens is the user; the browser's lasts longest."""

    id: UUID
    tokens: LoginTokens
    browser_token: str
    user: store.User


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a login begins."""

    way_in: WayIn
    program: str


async def sign_in(
    runtime: Runtime, command: SignInByPassword | SignInByLink, program: str = "", origin: str | None = None
) -> Login:
    """Begin a login with what calls itself a program, from where the audit trail says it came.

    Raises SignInRefused or LinkSpent, and tells nothing more; to who has passed that CodeNeeded, CodeRefused or
    TooManyCodes.
    """
    try:
        if isinstance(command, SignInByLink):
            return await _by_link(runtime, command, program, origin)
        return await _by_password(runtime, command, program, origin)
    except (LinkSpent, SignInRefused, CodeRefused, TooManyCodes) as refusal:
        runtime.metrics.refused_sign_ins.labels(refusal.code).inc()
        raise


async def _by_link(runtime: Runtime, command: SignInByLink, program: str, origin: str | None) -> Login:
    now = runtime.clock.now()
    async with runtime.as_system() as db:
        token_hash = runtime.hasher.hash(command.link_token)
        user = await store.find_link(db, token_hash, now)
        if user is None:
            raise LinkSpent("This link has been used before or is too old; ask for a new one.")
        work = UnitOfWork(_caller(user, origin), now, db)
        refusal = await refusal_of_sign_in(runtime, work, command.code)
        if refusal is None:
            if await store.spend_link(db, token_hash, now):
                await enqueue(work, FIRST_ACCOUNT, {"user_id": user.id})
            return await _begin(runtime, work, user, Beginning(WayIn.LINK, program))
    # Raised only now, so that a wrong code is counted; the link stays good for the next one.
    raise refusal


async def _by_password(runtime: Runtime, command: SignInByPassword, program: str, origin: str | None) -> Login:
    async with runtime.as_system() as db:
        user = await store.find_user_by_email(db, command.email.strip().lower())
    # Off the loop and outside any transaction, because it takes its time on purpose.
    password_hash = None if user is None else user.password_hash
    is_same = await asyncio.to_thread(is_right, password_hash, command.password)
    if user is None or not is_same:
        raise SignInRefused("No user has this e-mail address and this password.")
    async with runtime.as_system() as db:
        work = UnitOfWork(_caller(user, origin), runtime.clock.now(), db)
        refusal = await refusal_of_sign_in(runtime, work, command.code)
        if refusal is None:
            return await _begin(runtime, work, user, Beginning(WayIn.PASSWORD, program))
    raise refusal


def is_right(password_hash: str | None, password: str) -> bool:
    """Say whether a password is somebody's, who may have none, in the same time whoever they are."""
    if password_hash is None:
        hash_password(password)  # the same work, so that the time taken tells nothing about who exists
        return False
    return verify_password(password_hash, password)


def _caller(user: store.User, origin: str | None) -> Principal:
    return Principal(user.tenant_id, user.id, frozenset(), origin=origin)


async def _begin(runtime: Runtime, work: UnitOfWork, user: store.User, how: Beginning) -> Login:
    until = work.now + timedelta(days=runtime.settings.refresh_days)
    login = LoginOnFile(work.new_id(), how.way_in, how.program[:PROGRAM_LENGTH_MAX], work.now, until)
    await login_store.add_login(work, login)
    browser = new_token()
    lasts = timedelta(hours=runtime.settings.login_hours)
    token = NewToken(TokenKind.BROWSER, runtime.hasher.hash(browser), work.now + lasts)
    await login_store.add_tokens(work, login.id, token)
    tokens = await issued(work, login.id, until, runtime.hasher)
    await work.record("sign_in", login.id)
    return Login(login.id, tokens, browser, user)
