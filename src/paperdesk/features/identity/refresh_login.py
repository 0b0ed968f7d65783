"""Give a login its tokens, and the next ones for its refresh token; one that is shown twice ends the login.

A refresh token works once. Who shows one that was spent has copied it, or was copied: nobody can tell which,
so that the whole login ends, with every token that ever came of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from paperdesk.core.kernel.errors import Unauthenticated
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import login_store
from paperdesk.features.identity.login_store import NewToken, TokenKind
from paperdesk.infra.crypto import TokenHasher, new_token
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

ACCESS_LASTS = timedelta(minutes=15)


class RefreshRefused(Unauthenticated):
    """There is no login that this refresh token keeps alive; sign in again."""


class RefreshReused(Unauthenticated):
    """The refresh token had been used before, so that its login has ended for everybody; sign in again."""


@dataclass(frozen=True, slots=True)
class LoginTokens:
    """What keeps a login going: a token for calls, until when, and the one that fetches the next two."""

    access_token: str
    expires_at: datetime
    refresh_token: str


async def refresh_login(runtime: Runtime, refresh_token: str) -> LoginTokens:
    """Spend a refresh token for the next tokens. Raises RefreshRefused or RefreshReused. Acts as the system."""
    token_hash = runtime.hasher.hash(refresh_token)
    async with runtime.as_system() as db:
        now = runtime.clock.now()
        found = await login_store.find_refresh(db, token_hash)
        if found is None or found.ended_at is not None or found.expires_at <= now:
            raise RefreshRefused("This refresh token keeps no login alive; sign in again.")
        work = UnitOfWork(Principal(found.tenant_id, found.user_id, frozenset()), now, db)
        if found.spent_at is None:
            await login_store.spend_refresh(work, token_hash)
            return await issued(work, found.login_id, found.expires_at, runtime.hasher)
        await login_store.end_login(work, found.login_id)
        await work.record("end_copied_login", found.login_id)
    # Raised only now, so that the end of the login is stored.
    raise RefreshReused("This refresh token had been used before; its login has ended. Sign in again.")


async def issued(work: UnitOfWork, login_id: UUID, until: datetime, hasher: TokenHasher) -> LoginTokens:
    """Write the next two tokens of a login that can be kept alive until an instant, and return them."""
    access, refresh = new_token(), new_token()
    expires_at = min(work.now + ACCESS_LASTS, until)
    await login_store.add_tokens(
        work,
        login_id,
        NewToken(TokenKind.ACCESS, hasher.hash(access), expires_at),
        NewToken(TokenKind.REFRESH, hasher.hash(refresh), until),
    )
    return LoginTokens(access, expires_at, refresh)
