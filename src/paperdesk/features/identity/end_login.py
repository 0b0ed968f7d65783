"""End a login: the one that is being used, or another of the caller's."""

from uuid import UUID

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity import login_store
from paperdesk.infra.work import UnitOfWork


class NoLogin(NotFound):
    """There is no login to end: the request was made with an API key."""


class LoginNotFound(NotFound):
    """The caller has no such login, or it has ended."""


async def sign_out(work: UnitOfWork, token_hash: bytes) -> None:
    """Mark the login of a token ended; the gate must forget its user once this has been committed. Raises NoLogin."""
    login = await login_store.login_of(work, token_hash)
    if login is None or not await login_store.end_login(work, login.id):
        raise NoLogin("There is no login to end; revoke an API key instead.")
    await work.record("sign_out", login.id)


async def end_login(work: UnitOfWork, login_id: UUID) -> None:
    """Mark a login of the caller ended; a key needs more than to read for it. Raises MissingScope, LoginNotFound."""
    if work.who.key_id is not None:
        work.require(Scope.ADMIN)
    if not await login_store.end_login(work, login_id):
        raise LoginNotFound("You have no such login, or it has ended.", id=str(login_id))
    await work.record("end_login", login_id)
