"""Ids of option contracts that can be read back: a chain has too many contracts to look them all up.

A UUID of version 8 (RFC 9562, section 5.8) carries a mark, and the root, expiry, right and strike of the
contract, which are its OCC symbol. Whoever has the id has the contract.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.options import ROOT_LENGTH_MAX, OptionContract, Right

_MARK: Final = 0x2A5DE57_0C7B
_LETTERS: Final = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIRST_DAY: Final = date(2000, 1, 1)
_DAY_BITS: Final = 16
_STRIKE_BITS: Final = 27
_ROOT_BITS: Final = 32
_PAYLOAD_BITS: Final = _ROOT_BITS + _DAY_BITS + 1 + _STRIKE_BITS
_VERSION_8: Final = 0x8 << 76
_VARIANT: Final = 0b10 << 62
_LOW: Final = (1 << 62) - 1
_MIDDLE: Final = (1 << 12) - 1


def option_id(contract: OptionContract) -> InstrumentId:
    """Return the id of a contract; those of equal root, expiry, right and strike are the same."""
    root = 0
    for letter in contract.root.ljust(ROOT_LENGTH_MAX):
        root = root * len(_LETTERS) + _LETTERS.index(letter)
    packed = root << _DAY_BITS | (contract.expires_on - _FIRST_DAY).days
    packed = packed << 1 | (contract.right is Right.PUT)
    packed = packed << _STRIKE_BITS | int(contract.strike * 1000)
    return InstrumentId(_spread(_MARK << _PAYLOAD_BITS | packed))


def contract_of(instrument_id: InstrumentId) -> OptionContract | None:
    """Return the contract with standard terms that an id stands for, None where it is no option's."""
    packed = _gathered(instrument_id)
    if packed >> _PAYLOAD_BITS != _MARK or InstrumentId(_spread(packed)) != instrument_id:
        return None
    strike = packed & ((1 << _STRIKE_BITS) - 1)
    packed >>= _STRIKE_BITS
    right = Right.PUT if packed & 1 else Right.CALL
    day = packed >> 1 & ((1 << _DAY_BITS) - 1)
    root, left = "", packed >> 1 + _DAY_BITS & ((1 << _ROOT_BITS) - 1)
    for _ in range(ROOT_LENGTH_MAX):
        left, letter = divmod(left, len(_LETTERS))
        root = _LETTERS[letter] + root
    return OptionContract(root.rstrip(), _FIRST_DAY + timedelta(days=day), right, Decimal(strike) / 1000)


def _spread(packed: int) -> UUID:
    """Make room for the version and the variant of a UUID."""
    high, middle, low = packed >> 74, packed >> 62 & _MIDDLE, packed & _LOW
    return UUID(int=high << 80 | _VERSION_8 | middle << 64 | _VARIANT | low)


def _gathered(instrument_id: InstrumentId) -> int:
    whole = instrument_id.int
    return (whole >> 80) << 74 | (whole >> 64 & _MIDDLE) << 62 | whole & _LOW
