"""Set how much the caller's tenant may have at once, below what the desk allows every tenant."""

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.quotas import Quotas
from paperdesk.features.identity import store
from paperdesk.infra.work import UnitOfWork


async def set_quotas(work: UnitOfWork, quotas: Quotas) -> None:
    """Write the quotas; the gate must be told once this has been committed."""
    work.require(Scope.ADMIN)
    before = await store.load_quotas(work)
    await store.save_quotas(work, quotas)
    await work.record("set_quotas", work.who.tenant_id, {"before": before, "after": quotas})
