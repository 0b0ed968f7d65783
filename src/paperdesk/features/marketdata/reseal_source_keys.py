"""Seal the keys of all tenants' sources anew with the sealing key in use, when that has been changed."""

from paperdesk.core.kernel.ids import TenantId
from paperdesk.features.marketdata.sources import SealedKey, Sources
from paperdesk.features.marketdata.store import keys_sealed_otherwise, replace_sealed_key
from paperdesk.infra.crypto import SealBroken, Sealed
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log


async def reseal_source_keys(runtime: Runtime, sources: Sources) -> int:
    """Return how many keys were sealed anew; one that cannot be opened stays as it is, and says so when it is used."""
    done = 0
    async with runtime.as_system() as db:
        for row in await keys_sealed_otherwise(db, sources.vault.current):
            tenant_id, vendor = TenantId(row["tenant_id"]), row["vendor"]
            key = SealedKey(vendor, Sealed(row["sealed_with"], row["box"]), row["recorded_at"])
            try:
                await replace_sealed_key(db, (tenant_id, vendor), sources.resealed(tenant_id, key))
                done += 1
            except SealBroken:
                log.warning(
                    "source_key_unreadable", vendor=vendor, tenant_id=str(tenant_id), key_name=row["sealed_with"]
                )
    return done
