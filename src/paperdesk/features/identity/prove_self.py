"""Prove that a login is in its owner's hands, before what cannot be taken back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from paperdesk.core.kernel.errors import Forbidden
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import login_store, store
from paperdesk.features.identity.login_store import LoginOnFile, WayIn
from paperdesk.features.identity.sign_in import is_right
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

# Who came in by a link may have forgotten the password; for so long the link stands for it.
LINK_COUNTS_FOR = timedelta(minutes=15)


class LoginNeeded(Forbidden):
    """Only somebody who signed in does this; an API key cannot."""


class OldPasswordWrong(Forbidden):
    """The password is missing or wrong; without it, sign in by a link first."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody shows: the hash of their login's token, and their password, which a fresh link stands for."""

    token_hash: bytes
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """Who it is, and by which login."""

    user: store.User
    login: LoginOnFile


async def find_self(runtime: Runtime, who: Principal, proof: Proof) -> Proven:
    """Return the login and its user, not proven yet. Raises LoginNeeded. Acts as the system."""
    async with runtime.as_system() as db:
        login = await login_store.login_of(UnitOfWork(who, runtime.clock.now(), db), proof.token_hash)
        user = await store.find_user(db, who.user_id, who.tenant_id)
    if login is None or user is None:
        raise LoginNeeded("Sign in to do this; an API key cannot do it.")
    return Proven(user, login)


async def prove_self(runtime: Runtime, found: Proven, proof: Proof) -> None:
    """Compare the password, unless a link that was used just now stands for it. Raises OldPasswordWrong."""
    if found.login.way_in is WayIn.LINK and runtime.clock.now() < found.login.created_at + LINK_COUNTS_FOR:
        return
    # Off the loop and outside any transaction, because it takes its time on purpose.
    if not await asyncio.to_thread(is_right, found.user.password_hash, proof.password or ""):
        raise OldPasswordWrong("The old password is wrong; without it, sign in by a link first.")
