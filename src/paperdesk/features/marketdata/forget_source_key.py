"""Forget the key of a source."""

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.marketdata.sources import SourceKeyMissing, require_vendor
from paperdesk.features.marketdata.store import delete_source_key
from paperdesk.infra.work import UnitOfWork


async def forget_source_key(work: UnitOfWork, vendor: str) -> None:
    """Delete a key; what was asked with it before is not undone."""
    work.require(Scope.ADMIN)
    if not await delete_source_key(work, require_vendor(vendor)):
        raise SourceKeyMissing(f"No key has been set for {vendor}.", source=vendor)
    await work.record("forget_source_key", details={"source": vendor})
