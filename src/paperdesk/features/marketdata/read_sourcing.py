"""Read what a tenant set about its sources, in a transaction that is over before any of them is asked."""

from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.marketdata.sources import Sourcing
from paperdesk.features.marketdata.store import load_sourcing
from paperdesk.infra.runtime import Runtime


async def read_sourcing(runtime: Runtime, who: Principal) -> Sourcing:
    """Return the sealed keys and the chosen rows of a caller's tenant."""
    who.require(Scope.READ)
    async with runtime.read(who) as work:
        return await load_sourcing(work)
