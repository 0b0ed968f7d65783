"""Set how often the people of the caller's tenant may ask, below what the desk allows everybody."""

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.rates import Rates
from paperdesk.features.identity import store
from paperdesk.infra.work import UnitOfWork


async def set_rates(work: UnitOfWork, rates: Rates) -> None:
    """Write the rates; the gate must be told once this has been committed."""
    work.require(Scope.ADMIN)
    before = await store.load_rates(work)
    await store.save_rates(work, rates)
    await work.record("set_rates", work.who.tenant_id, {"before": before, "after": rates})
