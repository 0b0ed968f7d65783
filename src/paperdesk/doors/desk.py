"""What every door stands on, and how several apps share one address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.doors.open_lines import OpenLines
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.identity.access import Gate
from paperdesk.features.marketdata.publication import Publication
from paperdesk.features.marketdata.sources import Sources
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.runtime import Runtime


@dataclass(frozen=True)
class Desk:
    """What an app serves: the runtime and the rooms that live as long as it does."""

    runtime: Runtime
    gate: Gate
    shelf: Shelf
    writer: OrderWriter
    sources: Sources
    publication: Publication

    @cached_property
    def lines(self) -> OpenLines:
        """The streams that are open, by whatever door."""
        return OpenLines(self.runtime)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An app of its own at the same address, which paths are its, and how it refuses unless by a problem."""

    owns: Callable[[str], bool]
    app: ASGIApp
    refusing: Callable[[PaperdeskError, str], Response] | None = None


class Neighbours:
    """Sends each connection to the neighbour that owns its path, else to the app behind."""

    def __init__(self, app: ASGIApp, neighbours: Sequence[Neighbour]) -> None:
        """Stand before an app."""
        self._app = app
        self._neighbours = neighbours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on to whom it is for."""
        path = scope.get("path", "")
        found = next((each.app for each in self._neighbours if each.owns(path)), self._app)
        await found(scope, receive, send)
