"""Listed option contracts and their OCC symbols.

An OCC symbol is a root of one to six characters, the expiry as yymmdd, C or P, and the strike in
thousandths as eight digits. The official form pads the root with spaces to six characters, which
makes 21; most doors use the compact form without the padding. Both are read here.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from paperdesk.core.kernel.errors import Invalid

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


@dataclass(frozen=True, slots=True)
class OptionContract:
    """The terms of one listed option; the strike and the premium are per unit, times the multiplier."""

    root: str
    expires_on: date
    right: Right
    strike: Decimal
    multiplier: Decimal = Decimal(100)
    style: Style = Style.AMERICAN

    def __post_init__(self) -> None:
        """Refuse terms that no OCC symbol can state."""
        object.__setattr__(self, "right", Right(self.right))
        object.__setattr__(self, "style", Style(self.style))
        if not _ROOT.fullmatch(self.root):
            raise MalformedOptionContract(f"{self.root[:40]!r} is not an option root.", root=self.root[:40])
        thousandths = self.strike * 1000
        if not 0 < self.strike <= STRIKE_MAX or thousandths != thousandths.to_integral_value():
            raise MalformedOptionContract(f"{self.strike} is not a strike.", strike=str(self.strike))
        if self.expires_on.year // 100 * 100 != _CENTURY:
            raise MalformedOptionContract(f"No option expires on {self.expires_on}.", expires_on=str(self.expires_on))
        if self.multiplier <= 0:
            raise MalformedOptionContract("A multiplier is positive.", multiplier=str(self.multiplier))


def parse_occ(symbol: str) -> OptionContract:
    """Read an OCC symbol, compact or padded to 21 characters, as a contract with standard terms."""
    found = _SYMBOL.fullmatch(symbol)
    if found is None or (" " in symbol and len(symbol) != _PADDED_LENGTH):
        raise _malformed(symbol)
    try:
        expires_on = date(_CENTURY + int(found["year"]), int(found["month"]), int(found["day"]))
        right = Right.CALL if found["right"] == "C" else Right.PUT
        return OptionContract(found["root"], expires_on, right, Decimal(found["strike"]) / 1000)
    except (ValueError, MalformedOptionContract):
        raise _malformed(symbol) from None


def occ_symbol(contract: OptionContract, *, padded: bool = False) -> str:
    """Write the OCC symbol of a contract, compact unless the official 21 characters are asked for."""
    root = contract.root.ljust(ROOT_LENGTH_MAX) if padded else contract.root
    letter = "C" if contract.right is Right.CALL else "P"
    return f"{root}{contract.expires_on:%y%m%d}{letter}{int(contract.strike * 1000):08d}"


def _malformed(symbol: str) -> MalformedOptionSymbol:
    return MalformedOptionSymbol(f"{symbol[:40]!r} is not an OCC option symbol.", symbol=symbol[:40])
