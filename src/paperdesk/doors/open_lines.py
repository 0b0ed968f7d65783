"""How many lines stay open: so many for each person and so many in all, whichever door they came by."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from paperdesk.core.kernel.errors import RateLimited
from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.quotas import NO_QUOTAS, Quotas
from paperdesk.infra.runtime import Runtime


class TooManyLines(RateLimited):
    """Somebody has as many streams open as one may, or all together have as many as the desk serves."""


class OpenLines:
    """The lines that are open at this process, by whose they are."""

    def __init__(self, runtime: Runtime) -> None:
        """Start with none."""
        self._runtime = runtime
        self._total = 0
        self._of: Counter[UserId | TenantId] = Counter()

    def of_tenant(self, tenant_id: TenantId) -> int:
        """Return how many lines of a tenant are open here."""
        return self._of[tenant_id]

    @contextmanager
    def hold(self, who: Principal, quotas: Quotas = NO_QUOTAS) -> Iterator[None]:
        """Keep a line of somebody open for as long as the block lasts. Raises TooManyLines, QuotaReached."""
        most, most_in_all = self._runtime.settings.streams_per_person, self._runtime.settings.streams_max
        if self._of[who.user_id] >= most:
            raise TooManyLines(f"One person has at most {most} streams open.", limit=most)
        if self._total >= most_in_all:
            raise TooManyLines(f"At most {most_in_all} streams are open at once.", limit=most_in_all)
        quotas.require_room("streams", self._of[who.tenant_id])
        self._total += 1
        self._of.update((who.user_id, who.tenant_id))
        self._runtime.metrics.streams.inc()
        try:
            yield
        finally:
            self._total -= 1
            self._of.subtract((who.user_id, who.tenant_id))
            self._runtime.metrics.streams.dec()
