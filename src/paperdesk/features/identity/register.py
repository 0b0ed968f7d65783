"""Register: a tenant of one's own, which can only be read until its owner's address is confirmed.

Whoever asks learns nothing about who is here: the answer is the same for an address that has an account, whose owner
gets a way in instead. No password is taken, because whoever registers somebody else's address would know it; whoever
the link reaches chooses one.
"""

from dataclasses import dataclass
from typing import Final

from paperdesk.core.kernel.errors import Forbidden
from paperdesk.core.kernel.ids import TenantId, UserId, uuid7
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.roles import Role, Verification
from paperdesk.features.identity import letters, store
from paperdesk.features.identity.invite_user import Invitation, invited
from paperdesk.features.identity.member_store import NewUser
from paperdesk.features.identity.send_sign_in_link import SendSignInLink, send_sign_in_link
from paperdesk.infra.crypto import entropy
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

# The job that opens the first account of whoever has come to be here by themselves; it knows accounts, and we do not.
FIRST_ACCOUNT: Final = "open_first_account"


class RegistrationClosed(Forbidden):
    """Nobody registers at this desk by themselves; ask somebody who administers its people."""


@dataclass(frozen=True, slots=True)
class Register:
    """Ask for an account of one's own."""

    email: str
    name: str


async def register(runtime: Runtime, command: Register) -> None:
    """Write tenant and owner, and post a link to confirm. Raises RegistrationClosed."""
    if runtime.settings.registration != "open":
        raise RegistrationClosed("Nobody registers at this desk by themselves; ask somebody who administers it.")
    email = command.email.strip().lower()
    now = runtime.clock.now()
    who = Principal(TenantId(uuid7(now, entropy())), UserId(uuid7(now, entropy())), frozenset())
    person = NewUser(who.user_id, email, command.name, Role.OWNER, verification=Verification.PENDING)
    link: Invitation | None = None
    async with runtime.as_system() as db:
        work = UnitOfWork(who, now, db)
        if await store.add_tenant(work, tenant_name=command.name, owner=person):
            await work.record("register", who.user_id)
            link = await invited(work, who.user_id, runtime.hasher, proves_address=True)
    if link is None:
        await send_sign_in_link(runtime, SendSignInLink(email))
    else:
        runtime.postman.post(letters.confirmation(runtime.settings, email, link.token))
