"""Sources: vendors of live prices with the keys that were set for them, asked in turn until one answers.

Which are asked is a row of names for each subject, from the settings unless a tenant chose its own. What did not
answer is named in the answer of what stood in for it; nothing but another vendor ever stands in.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

import httpx

from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound
from paperdesk.core.kernel.ids import TenantId
from paperdesk.features.marketdata.feeds import vendor_alpaca, vendor_fred
from paperdesk.features.marketdata.feeds.vendor import (
    BarPage,
    BarsAsked,
    ContractSnapshot,
    FoundInstrument,
    Provenance,
    Snapshot,
    Subject,
    Told,
    Vendor,
    VendorAction,
    VendorStatus,
    YieldOn,
)
from paperdesk.features.marketdata.feeds.vendor_alpaca import Alpaca, AlpacaTerms
from paperdesk.features.marketdata.feeds.vendor_fred import Fred, FredTerms
from paperdesk.features.marketdata.feeds.vendor_polygon import Polygon, PolygonTerms
from paperdesk.infra.call_limits import CallBudget
from paperdesk.infra.crypto import Sealed, Vault
from paperdesk.infra.outbound import (
    Line,
    Refusal,
    Surroundings,
    VendorBudgetUsedUp,
    VendorFailure,
    open_client,
    plain_refusal,
)
from paperdesk.infra.outbound_stream import OpenWire, open_wire
from paperdesk.infra.settings import Settings

T = TypeVar("T")

VENDORS: Final[Mapping[str, type[Alpaca | Polygon | Fred]]] = {"alpaca": Alpaca, "polygon": Polygon, "fred": Fred}
_REFUSALS: Final[Mapping[str, Refusal]] = {"alpaca": vendor_alpaca.refusal, "fred": vendor_fred.refusal}


class UnknownSource(NotFound):
    """There is no source of that name."""


class SourceNotConfigured(Invalid):
    """The settings name a source that does not exist, or one for what it does not tell; nothing starts like that."""


class SourceDoesNotTell(Invalid):
    """The source exists but tells nothing of that subject."""


class SourceKeyMissing(Conflict):
    """No source that could answer has a key yet."""


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The key of a source as it is kept."""

    vendor: str
    sealed: Sealed
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Sourcing:
    """What a tenant has set: keys by source, and the rows of sources it chose itself."""

    tenant_id: TenantId
    keys: Mapping[str, SealedKey]
    routes: Mapping[Subject, Sequence[str]]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A source that was asked before, or could not be, and the code of why it did not answer."""

    vendor: str
    code: str


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a source told, where that came from, and whom it stands in for."""

    value: T
    provenance: Provenance
    stands_in_for: Sequence[PassedOver] = ()


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands with one tenant's key."""

    vendor: str
    tells: Sequence[Subject]
    key_set_at: datetime | None
    calls_per_minute: int
    calls_left: int
    calls_today: int
    rests_until: datetime | None
    last_failure: tuple[datetime, str] | None


def require_vendor(name: str) -> str:
    """Return the name of a source, or refuse an unknown one."""
    if name not in VENDORS:
        raise UnknownSource(f"There is no source {name[:40]!r}; there are {', '.join(VENDORS)}.", source=name[:40])
    return name


def require_tells(subject: Subject, names: Sequence[str]) -> Sequence[str]:
    """Return the names of sources, or refuse what tells nothing of a subject; each stands once."""
    for name in names:
        if subject not in VENDORS[require_vendor(name)].tells:
            raise SourceDoesNotTell(f"{name} does not tell {subject}.", source=name, subject=subject.value)
    if not names or len(set(names)) < len(names):
        raise SourceDoesNotTell(f"Name at least one source of {subject}, each once.", subject=subject.value)
    return names


def routes_of(settings: Settings) -> Mapping[Subject, Sequence[str]]:
    """Return who is asked about each subject. Raises SourceNotConfigured, which stops the start."""
    routes: dict[Subject, Sequence[str]] = {}
    for subject in Subject:
        variable = f"PAPERDESK_{subject.name}_FROM"
        written: str = getattr(settings, f"{subject.value}_from")
        try:
            routes[subject] = require_tells(subject, [name.strip() for name in written.split(",")])
        except (UnknownSource, SourceDoesNotTell) as refusal:
            raise SourceNotConfigured(f"{variable} is {written!r}: {refusal.message}", variable=variable) from None
    return routes


class Sources:
    """The vendors of every tenant that set a key: connections by vendor, budget and breaker by tenant and vendor."""

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        around: Surroundings,
        open_connections: Callable[[], httpx.AsyncClient] = open_client,
        opens_wire: OpenWire = open_wire,
    ) -> None:
        """Read who is asked about what; connections are opened when first needed."""
        self.routes = routes_of(settings)
        self.vault = vault
        self._settings, self._around, self._open, self._opens_wire = settings, around, open_connections, opens_wire
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._budgets: dict[tuple[TenantId, str], CallBudget] = {}
        self._vendors: dict[tuple[TenantId, str], tuple[Sealed, Vendor]] = {}

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def wait(self, seconds: float) -> None:
        """Wait, as calls do between two tries."""
        await self._around.sleep(seconds)

    def seal(self, tenant_id: TenantId, vendor: str, key: tuple[str, str]) -> Sealed:
        """Seal a key id and a secret for their place."""
        return self.vault.seal(json.dumps(key), _place(tenant_id, vendor))

    def resealed(self, tenant_id: TenantId, key: SealedKey) -> Sealed:
        """Return a key sealed with the sealing key in use. Raises SealBroken."""
        return self.vault.resealed(key.sealed, _place(tenant_id, key.vendor))

    def row_of(self, sourcing: Sourcing, subject: Subject) -> Sequence[str]:
        """Return who is asked about a subject, in turn."""
        return sourcing.routes.get(subject, self.routes[subject])

    def vendor(self, sourcing: Sourcing, name: str) -> Vendor:
        """Return a vendor with the tenant's key. Raises SourceKeyMissing or SealBroken."""
        key = sourcing.keys.get(require_vendor(name))
        if key is None:
            raise SourceKeyMissing(f"No key has been set for {name}.", source=name)
        place = (sourcing.tenant_id, name)
        known = self._vendors.get(place)
        if known is None or known[0] != key.sealed:
            known = (key.sealed, self._made(name, place, key.sealed))
            self._vendors[place] = known
        return known[1]

    def state(self, sourcing: Sourcing, name: str) -> SourceState:
        """Return how a source stands."""
        now = self._around.clock.now()
        key = sourcing.keys.get(name)
        budget = self._budget((sourcing.tenant_id, name))
        known = self._vendors.get((sourcing.tenant_id, name))
        line = known[1].line if key is not None and known is not None and known[0] == key.sealed else None
        rest = line.breaker.rest(now) if line else None
        return SourceState(
            name,
            [subject for subject in Subject if subject in VENDORS[name].tells],
            key.set_at if key else None,
            budget.per_minute,
            budget.left(now),
            budget.used_today(now),
            now + rest if rest else None,
            line.last_failure if line else None,
        )

    async def ask(
        self, sourcing: Sourcing, subject: Subject, question: Callable[[Any], Awaitable[Told[T]]]
    ) -> Answer[T]:
        """Ask the sources of a subject in turn and return the first answer.

        Raises what the first of them failed with, or SourceKeyMissing when none has a key.
        """
        passed: list[PassedOver] = []
        failures: list[VendorFailure] = []
        for name in self.row_of(sourcing, subject):
            try:
                told = await question(self.vendor(sourcing, name))
            except SourceKeyMissing as missing:
                passed.append(PassedOver(name, missing.code))
            except VendorFailure as failure:
                passed.append(PassedOver(name, failure.code))
                failures.append(failure)
            else:
                return Answer(told.value, told.provenance, tuple(passed))
        names = [f"{each.vendor}: {each.code}" for each in passed]
        if not failures:
            raise SourceKeyMissing(f"No source of {subject} has a key.", subject=subject.value, asked=names)
        raise type(failures[0])(failures[0].message, **{**failures[0].facts, "asked": names})

    async def snapshots(self, sourcing: Sourcing, symbols: Sequence[str]) -> Answer[Mapping[str, Snapshot]]:
        """Return the latest of symbols."""
        return await self.ask(sourcing, Subject.QUOTES, lambda vendor: vendor.snapshots(symbols))

    async def bars(self, sourcing: Sourcing, asked: BarsAsked) -> Answer[BarPage]:
        """Return the first page of history; further ones are asked of the vendor that gave it."""
        return await self.ask(sourcing, Subject.BARS, lambda vendor: vendor.bars(asked))

    async def chain(
        self, sourcing: Sourcing, underlying: str, expires_on: date | None
    ) -> Answer[Sequence[ContractSnapshot]]:
        """Return an option chain."""
        return await self.ask(sourcing, Subject.CHAINS, lambda vendor: vendor.chain(underlying, expires_on))

    async def instruments(self, sourcing: Sourcing, words: str) -> Answer[Sequence[FoundInstrument]]:
        """Return the instruments that words find."""
        return await self.ask(sourcing, Subject.INSTRUMENTS, lambda vendor: vendor.instruments(words))

    async def actions(self, sourcing: Sourcing, symbol: str, days: tuple[date, date]) -> Answer[Sequence[VendorAction]]:
        """Return dividends and splits between two days, both included."""
        return await self.ask(sourcing, Subject.ACTIONS, lambda vendor: vendor.actions(symbol, *days))

    async def yields(self, sourcing: Sourcing, series: str, days: tuple[date, date]) -> Answer[Sequence[YieldOn]]:
        """Return a yield between two days, both included."""
        return await self.ask(sourcing, Subject.YIELDS, lambda vendor: vendor.yields(series, *days))

    async def halts(self, sourcing: Sourcing, symbols: Sequence[str]) -> AsyncIterator[Sequence[VendorStatus]]:
        """Yield nothing once somebody listens, then what happens to symbols: of the first source that has a key."""
        named = (name for name in self.row_of(sourcing, Subject.HALTS) if name in sourcing.keys)
        name = next(named, None)
        if name is None:
            raise SourceKeyMissing("No source of halts has a key.", subject=Subject.HALTS.value)
        vendor: Any = self.vendor(sourcing, name)
        async for told in vendor.halts(symbols):
            yield told

    def _budget(self, place: tuple[TenantId, str]) -> CallBudget:
        allowed: int = getattr(self._settings, f"{place[1]}_calls_per_minute")
        return self._budgets.setdefault(place, CallBudget(allowed))

    def _made(self, name: str, place: tuple[TenantId, str], sealed: Sealed) -> Vendor:
        key_id, secret = json.loads(self.vault.open(sealed, _place(*place)))
        if name not in self._clients:
            self._clients[name] = self._open()
        refusal = _REFUSALS.get(name, plain_refusal)
        line = Line(name, self._clients[name], self._budget(place), self._around, refusal)
        settings, clock, key = self._settings, self._around.clock, (key_id, secret)
        if name == Alpaca.name:
            feeds = settings.alpaca_feed, settings.alpaca_option_feed, settings.alpaca_stream_url
            terms = AlpacaTerms(settings.alpaca_prices_url, settings.alpaca_trading_url, *feeds)
            return Alpaca(line, clock, key, terms, self._opens_wire)
        if name == Polygon.name:
            return Polygon(line, clock, key, PolygonTerms(settings.polygon_url))
        assert name == Fred.name, "every vendor is made here"
        return Fred(line, clock, key, FredTerms(settings.fred_url))


def wait_s_of(failure: VendorBudgetUsedUp) -> float:
    """Return how long a spent budget asks to wait."""
    wait = failure.facts.get("retry_after_s")
    return float(wait) if isinstance(wait, int) else 1.0


def _place(tenant_id: TenantId, vendor: str) -> str:
    return f"{tenant_id}/{vendor}"
