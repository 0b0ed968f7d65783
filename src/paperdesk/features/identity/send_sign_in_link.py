"""Send somebody a way in, to the address that they have here; whoever asks is told the same for every address."""

from dataclasses import dataclass

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import letters, store
from paperdesk.features.identity.invite_user import invited
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SendSignInLink:
    """Ask for a link to an address."""

    email: str


async def send_sign_in_link(runtime: Runtime, command: SendSignInLink) -> None:
    """Post a link to whoever is active and has the address, if anybody. Acts as the system."""
    async with runtime.as_system() as db:
        user = await store.find_user_by_email(db, command.email.strip().lower())
        if user is None:
            return
        work = UnitOfWork(Principal(user.tenant_id, user.id, frozenset()), runtime.clock.now(), db)
        link = await invited(work, user.id, runtime.hasher, proves_address=True)
    runtime.postman.post(letters.way_back_in(runtime.settings, user.email, link.token))
