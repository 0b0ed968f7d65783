"""Sign out: end the login that is being used."""

from dataclasses import dataclass

from paperdesk.core.kernel.errors import NotFound
from paperdesk.features.identity import store
from paperdesk.infra.work import UnitOfWork


class NoLogin(NotFound):
    """There is no login to end: the request was made with an API key."""


@dataclass(frozen=True, slots=True)
class SignOut:
    """Ask to end the login whose access token has this hash."""

    token_hash: bytes


async def sign_out(work: UnitOfWork, command: SignOut) -> None:
    """Mark a login ended; the gate must forget it once this has been committed. Raises NoLogin."""
    login_id = await store.end_login(work, command.token_hash)
    if login_id is None:
        raise NoLogin("There is no login to end; revoke an API key instead.")
    await work.record("sign_out", login_id)
