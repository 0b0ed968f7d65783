"""Make a link by which somebody of the caller's tenant signs in once."""

from dataclasses import dataclass
from datetime import datetime

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.roles import require_administers
from paperdesk.features.identity import member_store, store
from paperdesk.features.identity.issue_sign_in_link import LINK_LASTS
from paperdesk.features.identity.queries import read_user
from paperdesk.infra.crypto import TokenHasher, new_token
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


class UserInactive(Conflict):
    """The person has been deactivated, and cannot sign in until that is undone."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A sign-in link: whoever has the token is the person it was made for, once, until it expires."""

    token: str
    expires_at: datetime


async def invite_user(runtime: Runtime, who: Principal, user_id: UserId) -> Invitation:
    """Return a new link. Raises MissingScope, UserNotFound, RoleOutOfReach, UserInactive. Acts as the system."""
    who.require(Scope.ADMIN)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        member = await read_user(work, user_id)
        require_administers(await member_store.role_of_caller(work), member.role)
        if member.deactivated_at is not None:
            raise UserInactive("This person has been deactivated; activate them first.", id=str(user_id))
        return await invited(work, user_id, runtime.hasher)


async def invited(
    work: UnitOfWork, user_id: UserId, hasher: TokenHasher, *, proves_address: bool = False
) -> Invitation:
    """Write a link for somebody of the caller's tenant and return it; who may is for the caller to know.

    One that goes to their address by mail, and nowhere else, proves that it is theirs.
    """
    invitation = Invitation(new_token(), work.now + LINK_LASTS)
    token_hash = hasher.hash(invitation.token)
    await store.add_link(work, user_id, token_hash, invitation.expires_at, proves_address=proves_address)
    await work.record("invite_user", user_id)
    return invitation
