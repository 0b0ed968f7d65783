"""Listed option contracts and their OCC symbols.

An OCC symbol is a root of one to six characters, the expiry as yymmdd, C or P, and the strike in
thousandths as eight digits. The official form pads the root with spaces to six characters, which
makes 21; most doors use the compact form without the padding. Both are read here.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO

ROOT_LENGTH_MAX = 6
STRIKE_MAX = Decimal("99999.999")

_CENTURY = 2000
_ROOT = re.compile(r"[A-Z0-9]{1,6}")
_SYMBOL = re.compile(
    r"(?P<root>[A-Z0-9]{1,6}) *(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?P<right>[CP])(?P<strike>[0-9]{8})"
)
_TAIL_LENGTH = 15
_PADDED_LENGTH = ROOT_LENGTH_MAX + _TAIL_LENGTH


class MalformedOptionSymbol(Invalid):
    """An option symbol is its root, yymmdd, C or P, and the strike in thousandths as eight digits."""


class MalformedOptionContract(Invalid):
    """The terms cannot be those of a listed option."""


class Right(StrEnum):
    """What the holder may do: buy (call) or sell (put) at the strike."""

    CALL = "call"
    PUT = "put"


class Style(StrEnum):
    """When the holder may exercise: on any day, or at expiry only."""

    AMERICAN = "american"
    EUROPEAN = "european"


class Settlement(StrEnum):
    """What exercise brings: the underlying itself, or money by its close (pm) or its opening value (am)."""

    PHYSICAL = "physical"
    CASH_PM = "cash_pm"
    CASH_AM = "cash_am"


@dataclass(frozen=True, slots=True)
class Supplement:
    """What a corporate action made one contract deliver beside its underlying: other units, and cash."""

    units: tuple[tuple[InstrumentId, Decimal], ...] = ()
    cash: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class OptionContract:
    """The terms of one listed option; the strike and the premium are per unit, times the multiplier.

    `deliverable` is how many units of the underlying one contract moves, None for as many as the
    multiplier says; after a corporate action the two differ, and coverage counts the deliverable. Of what has
    only a `supplement` left the deliverable is zero.
    """

    root: str
    expires_on: date
    right: Right
    strike: Decimal
    multiplier: Decimal = Decimal(100)
    style: Style = Style.AMERICAN
    settlement: Settlement = Settlement.PHYSICAL
    underlying: str = ""
    deliverable: Decimal | None = None
    supplement: Supplement | None = None

    def __post_init__(self) -> None:
        """Refuse terms that no OCC symbol can state."""
        object.__setattr__(self, "right", Right(self.right))
        object.__setattr__(self, "style", Style(self.style))
        object.__setattr__(self, "settlement", Settlement(self.settlement))
        object.__setattr__(self, "underlying", self.underlying or self.root)
        if not _ROOT.fullmatch(self.root):
            raise MalformedOptionContract(f"{self.root[:40]!r} is not an option root.", root=self.root[:40])
        thousandths = self.strike * 1000
        if not 0 < self.strike <= STRIKE_MAX or thousandths != thousandths.to_integral_value():
            raise MalformedOptionContract(f"{self.strike} is not a strike.", strike=str(self.strike))
        if self.expires_on.year // 100 * 100 != _CENTURY:
            raise MalformedOptionContract(f"No option expires on {self.expires_on}.", expires_on=str(self.expires_on))
        if self.multiplier <= 0:
            raise MalformedOptionContract("A multiplier is positive.", multiplier=str(self.multiplier))
        if self.deliverable is not None and (self.deliverable < 0 or not (self.deliverable or self.supplement)):
            raise MalformedOptionContract("A contract delivers something.", deliverable=str(self.deliverable))

    @property
    def is_call(self) -> bool:
        """Say whether the holder may buy, rather than sell."""
        return self.right is Right.CALL

    @property
    def last_on(self) -> date:
        """Return the day it trades until: its last, or for one that settles in the morning the day before."""
        return self.expires_on - timedelta(days=1) if self.settlement is Settlement.CASH_AM else self.expires_on

    @property
    def units(self) -> Decimal:
        """Return how many units of the underlying one contract moves."""
        return self.multiplier if self.deliverable is None else self.deliverable

    @property
    def aggregate_strike(self) -> Decimal:
        """Return the money that changes hands when one contract is exercised."""
        return self.strike * self.multiplier

    def intrinsic(self, spot: Decimal) -> Decimal:
        """Return what exercising one contract is worth, in money, with the underlying at a price."""
        gain = spot * self.units - self.aggregate_strike
        return max(gain if self.is_call else -gain, Decimal(0))


# European index roots, with their index and how they settle.
# Source: the exchange's index option specifications (Cboe: SPX, SPXW, XSP, VIX, DJX, RUT, RUTW; Nasdaq: NDX,
# NDXP), as of November 2026. SPX and its like of the third Friday settle to the opening; the others to the close.
INDEX_ROOTS = {
    "SPX": ("SPX", Settlement.CASH_AM),
    "SPXW": ("SPX", Settlement.CASH_PM),
    "XSP": ("XSP", Settlement.CASH_PM),
    "VIX": ("VIX", Settlement.CASH_AM),
    "VIXW": ("VIX", Settlement.CASH_AM),
    "DJX": ("DJX", Settlement.CASH_AM),
    "RUT": ("RUT", Settlement.CASH_AM),
    "RUTW": ("RUT", Settlement.CASH_PM),
    "NDX": ("NDX", Settlement.CASH_AM),
    "NDXP": ("NDX", Settlement.CASH_PM),
}


def listed(root: str, expires_on: date, right: Right, strike: Decimal) -> OptionContract:
    """Return a contract with the terms its root is listed with; a root of no index is American and physical."""
    found = INDEX_ROOTS.get(root)
    if found is None:
        return OptionContract(root, expires_on, right, strike)
    underlying, settlement = found
    return OptionContract(
        root, expires_on, right, strike, style=Style.EUROPEAN, settlement=settlement, underlying=underlying
    )


def parse_occ(symbol: str) -> OptionContract:
    """Read an OCC symbol, compact or padded to 21 characters, as a contract with standard terms."""
    found = _SYMBOL.fullmatch(symbol)
    if found is None or (" " in symbol and len(symbol) != _PADDED_LENGTH):
        raise _malformed(symbol)
    try:
        expires_on = date(_CENTURY + int(found["year"]), int(found["month"]), int(found["day"]))
        right = Right.CALL if found["right"] == "C" else Right.PUT
        return listed(found["root"], expires_on, right, Decimal(found["strike"]) / 1000)
    except (ValueError, MalformedOptionContract):
        raise _malformed(symbol) from None


def canonical_symbol(symbol: str) -> str:
    """Return the form in which a symbol is kept: of an OCC symbol that is padded to 21 characters the compact one."""
    if len(symbol) != _PADDED_LENGTH or " " not in symbol:
        return symbol
    try:
        return occ_symbol(parse_occ(symbol))
    except MalformedOptionSymbol:
        return symbol


def occ_symbol(contract: OptionContract, *, padded: bool = False) -> str:
    """Write the OCC symbol of a contract, compact unless the official 21 characters are asked for."""
    root = contract.root.ljust(ROOT_LENGTH_MAX) if padded else contract.root
    letter = "C" if contract.right is Right.CALL else "P"
    return f"{root}{contract.expires_on:%y%m%d}{letter}{int(contract.strike * 1000):08d}"


def _malformed(symbol: str) -> MalformedOptionSymbol:
    return MalformedOptionSymbol(f"{symbol[:40]!r} is not an OCC option symbol.", symbol=symbol[:40])
