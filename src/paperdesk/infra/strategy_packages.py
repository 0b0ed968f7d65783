"""Strategies of installed packages, found by their entry points, of the packages that the operator named alone.

A package offers strategies in the group `paperdesk.strategies` of its metadata. Installed is not asked for: whatever
runs here runs as the server, with its database and its secrets, so a package that came along with another one, or
that somebody installed for something else, runs nothing until it is named in `PAPERDESK_STRATEGY_PACKAGES`. A package
that cannot be used is told with the reason, and stops neither the server nor the others.

A process has the strategies it was started with, as it has its modules; what is installed later comes with the next
start.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution
from typing import Final

from paperdesk.core.strategy.catalogue import SHIPPED
from paperdesk.core.strategy.strategy import Strategy

GROUP: Final = "paperdesk.strategies"

_brought: Final[dict[str, type[Strategy]]] = {}
KNOWN: Final[Mapping[str, type[Strategy]]] = ChainMap(_brought, dict(SHIPPED))
"""Every strategy that this process can run, by its name."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A package, or one of its entry points, that no strategy comes of, and why."""

    package: str
    entry: str | None
    reason: str

    @property
    def said(self) -> str:
        """Say it for people."""
        return f"{self.package}{'' if self.entry is None else f' ({self.entry})'}: {self.reason}"


def named_in(packages: str) -> list[str]:
    """Return the names of packages that are written with commas between them."""
    return [name for each in packages.split(",") if (name := each.strip())]


def bring_in(packages: str) -> Sequence[Unusable]:
    """Make the strategies of the packages that are named known, in place of those before; return what is unusable."""
    _brought.clear()
    unusable: list[Unusable] = []
    for name in named_in(packages):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            unusable.append(Unusable(name, None, "is not installed"))
            continue
        entries = [each for each in found.entry_points if each.group == GROUP]
        if not entries:
            unusable.append(Unusable(name, None, f"has no entry point in the group {GROUP}"))
        unusable += [each for entry in entries for each in _taken(name, found, entry)]
    return unusable


def _taken(package: str, found: Distribution, entry: EntryPoint) -> Iterator[Unusable]:
    """Take the strategy of an entry point, or yield why not."""
    try:
        kind = entry.load()
    except Exception as error:  # noqa: BLE001 - one of the eight places: what others wrote may fail in any way
        yield Unusable(package, entry.name, f"{type(error).__name__}: {error}"[:500])
        return
    if not (isinstance(kind, type) and issubclass(kind, Strategy) and kind.name):
        yield Unusable(package, entry.name, "is no strategy with a name")
    elif kind.name in KNOWN:
        yield Unusable(package, entry.name, f"there is a strategy {kind.name!r} already")
    else:
        kind.package = f"{package} {found.version}"
        _brought[kind.name] = kind
