"""Set the key of a source: sealed before it is written, and never shown again."""

from dataclasses import dataclass, field

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.marketdata.feeds.vendor_alpaca import Alpaca
from paperdesk.features.marketdata.sources import Sources, require_vendor
from paperdesk.features.marketdata.store import save_source_key
from paperdesk.infra.work import UnitOfWork


class SourceKeyIncomplete(Invalid):
    """A key at Alpaca is two things, its id and its secret; the others have a secret alone."""


@dataclass(frozen=True, slots=True)
class SetSourceKey:
    """Use a key at a source from now on."""

    vendor: str
    secret: str = field(repr=False)
    key_id: str | None = None


async def set_source_key(work: UnitOfWork, sources: Sources, command: SetSourceKey) -> None:
    """Seal and write a key in place of the one before."""
    work.require(Scope.ADMIN)
    vendor = require_vendor(command.vendor)
    if (command.key_id is not None) is not (vendor == Alpaca.name):
        raise SourceKeyIncomplete(
            "A key at Alpaca has an id and a secret; a key at another source has a secret alone.", source=vendor
        )
    sealed = sources.seal(work.who.tenant_id, vendor, (command.key_id or "", command.secret))
    await save_source_key(work, vendor, sealed)
    await work.record("set_source_key", details={"source": vendor, "sealed_with": sealed.key_name})
