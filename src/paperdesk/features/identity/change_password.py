"""Change one's own password; the old one is asked for, unless one has just come in by a link."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from paperdesk.core.kernel.errors import Forbidden
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import login_store, store
from paperdesk.features.identity.login_store import LoginOnFile, WayIn
from paperdesk.features.identity.passwords import require_strong
from paperdesk.features.identity.sign_in import is_right
from paperdesk.infra.crypto import hash_password
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

# Who came in by a link may have forgotten the old password; for so long the link stands for it.
LINK_COUNTS_FOR = timedelta(minutes=15)


class LoginNeeded(Forbidden):
    """A password is changed by somebody who signed in; an API key cannot do it."""


class OldPasswordWrong(Forbidden):
    """The old password is missing or wrong; without it, sign in by a link first."""


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Ask for another password, from the login whose token has this hash."""

    token_hash: bytes
    new: str
    old: str | None = None


async def change_password(runtime: Runtime, who: Principal, command: ChangePassword) -> None:
    """Write the new password and end every other login; the gate must forget the user. Acts as the system.

    Raises LoginNeeded, OldPasswordWrong, PasswordTooWeak.
    """
    async with runtime.as_system() as db:
        login = await login_store.login_of(UnitOfWork(who, runtime.clock.now(), db), command.token_hash)
        user = await store.find_user(db, who.user_id, who.tenant_id)
    if login is None or user is None:
        raise LoginNeeded("Sign in to change your password; an API key cannot do it.")
    require_strong(command.new, user.name, user.email, user.email.partition("@")[0])
    # Off the loop and outside any transaction, because it takes its time on purpose.
    if not _stands_for_the_old(login, runtime) and not await asyncio.to_thread(
        is_right, user.password_hash, command.old or ""
    ):
        raise OldPasswordWrong("The old password is wrong; without it, sign in by a link first.")
    password_hash = await asyncio.to_thread(hash_password, command.new)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        await store.save_password(work, password_hash)
        await login_store.end_other_logins(work, login.id)
        await work.record("change_password", who.user_id)


def _stands_for_the_old(login: LoginOnFile, runtime: Runtime) -> bool:
    return login.way_in is WayIn.LINK and runtime.clock.now() < login.created_at + LINK_COUNTS_FOR
