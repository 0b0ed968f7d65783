"""What a key is kept to, beside its permissions: accounts, symbols, verbs, addresses, or trying things out only."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from uuid import UUID

from paperdesk.core.kernel.errors import Forbidden


class Verb(StrEnum):
    """What a key may do with accounts and tapes; all else that is written is beyond a key with named verbs."""

    PLACE = "place"
    REPLACE = "replace"
    CANCEL = "cancel"
    CLOSE = "close"
    EXERCISE = "exercise"
    TRANSFER = "transfer"
    TAPE = "tape"


class VerbNotAllowed(Forbidden):
    """The key is kept to other verbs than this."""


class SymbolNotAllowed(Forbidden):
    """The key is kept to other symbols than this; an option counts as what it is written on, too."""


class AddressNotAllowed(Forbidden):
    """The key is not taken from this address."""


class DryRun(Forbidden):
    """The key only tries things out: this would have been done, and nothing was stored."""


@dataclass(frozen=True, slots=True)
class KeyBudget:
    """What the orders of a key may come to in an account in a market day; None is any number or amount."""

    orders_a_day: int | None = None
    notional_a_day: Decimal | None = None
    loss_a_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What a key is kept to; None is anything. A key that is kept to accounts or symbols has the verbs and no more."""

    accounts: frozenset[UUID] | None = None
    symbols: frozenset[str] | None = None
    verbs: frozenset[Verb] | None = None
    networks: tuple[str, ...] | None = None
    dry_run: bool = False
    budget: KeyBudget | None = None
    requests_per_minute: int | None = None
    approval_above: Decimal | None = None

    def require_verb(self, verb: Verb | None) -> None:
        """Refuse what is none of the verbs that the key may use; None is everything that has no verb."""
        if self.verbs is None and self.accounts is None and self.symbols is None:
            return
        allowed = frozenset(Verb) if self.verbs is None else self.verbs
        if verb not in allowed:
            raise VerbNotAllowed(
                f"This key may {_listed(allowed)}, and nothing else.",
                verb=None if verb is None else verb.value,
                allowed=sorted(allowed),
            )

    def require_symbol(self, *symbols: str | None) -> None:
        """Refuse an instrument none of whose names is allowed: its symbol, or that of what it is written on."""
        if self.symbols is not None and self.symbols.isdisjoint(symbols):
            raise SymbolNotAllowed(
                f"This key may not trade {symbols[0] or 'all symbols at once'}.",
                symbol=symbols[0],
                allowed=sorted(self.symbols),
            )

    def require_address(self, address: str | None) -> None:
        """Refuse an address that is in none of the networks."""
        if self.networks is not None and not _is_within(address, self.networks):
            raise AddressNotAllowed("This key is not taken from this address.", address=address)


NO_LIMITS = KeyLimits()


def _listed(verbs: Collection[Verb]) -> str:
    return ", ".join(sorted(verbs))


@lru_cache(maxsize=1024)
def _is_within(address: str | None, networks: tuple[str, ...]) -> bool:
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in each for each in map(_network, networks))


def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)
