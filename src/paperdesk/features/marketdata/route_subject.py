"""Choose which sources are asked about a subject, in turn, or go back to those of the settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.marketdata.feeds.vendor import Subject
from paperdesk.features.marketdata.sources import require_tells
from paperdesk.features.marketdata.store import delete_source_route, save_source_route
from paperdesk.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RouteSubject:
    """Ask these sources in turn from the next question on; None for those of the settings."""

    subject: Subject
    vendors: Sequence[str] | None


async def route_subject(work: UnitOfWork, command: RouteSubject) -> None:
    """Write the row of sources, or delete it."""
    work.require(Scope.ADMIN)
    if command.vendors is None:
        await delete_source_route(work, command.subject)
    else:
        await save_source_route(work, command.subject, require_tells(command.subject, command.vendors))
    await work.record("route_subject", details={"subject": command.subject, "sources": command.vendors})
