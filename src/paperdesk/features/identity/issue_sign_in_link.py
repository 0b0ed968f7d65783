"""Make a link that signs a user in once, such as the one `up` prints."""

from datetime import timedelta

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import store
from paperdesk.infra.crypto import new_token
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

LINK_LASTS = timedelta(hours=24)


async def issue_sign_in_link(runtime: Runtime, who: Principal) -> str:
    """Return the token of a new link for a user; it works once, for a day. Acts as the system."""
    token = new_token()
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        await store.add_link(work, who.user_id, runtime.hasher.hash(token), work.now + LINK_LASTS)
        await work.record("issue_sign_in_link", who.user_id)
    return token
