"""Change one's own password; the old one is asked for, unless one has just come in by a link."""

import asyncio
from dataclasses import dataclass

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import login_store, store
from paperdesk.features.identity.passwords import require_strong
from paperdesk.features.identity.prove_self import Proof, find_self, prove_self
from paperdesk.infra.crypto import hash_password
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


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
    proof = Proof(command.token_hash, command.old)
    found = await find_self(runtime, who, proof)
    require_strong(command.new, found.user.name, found.user.email, found.user.email.partition("@")[0])
    await prove_self(runtime, found, proof)
    password_hash = await asyncio.to_thread(hash_password, command.new)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        await store.save_password(work, password_hash)
        await login_store.end_other_logins(work, found.login.id)
        await work.record("change_password", who.user_id)
