"""Set how much of the desk somebody of the caller's tenant may use; what they have already stays."""

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.tiers import Tier
from paperdesk.core.kernel.values import replace
from paperdesk.features.identity import member_store
from paperdesk.features.identity.member_store import Member
from paperdesk.features.identity.queries import read_user
from paperdesk.infra.work import UnitOfWork


async def set_tier(work: UnitOfWork, user_id: UserId, tier: Tier) -> Member:
    """Write the tier and return the person with it. Raises MissingScope, UserNotFound."""
    work.require(Scope.LIMITS)
    before = await read_user(work, user_id, is_locked=True)
    after = replace(before, tier=tier)
    await member_store.save_member(work, after)
    await work.record("set_tier", user_id, {"before": before.tier, "after": tier})
    return after
