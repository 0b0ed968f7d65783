"""What can be quoted and traded, and the terms of its contract.

An instrument's id is not its symbol: symbols change hands, ids never do.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId, derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.option_ids import option_id
from paperdesk.core.market.options import OptionContract, parse_occ


class Kind(StrEnum):
    """The kinds of instrument; only some of them can be traded."""

    EQUITY = "equity"
    ETF = "etf"
    INDEX = "index"
    FUND = "fund"
    OPTION = "option"
    CRYPTO = "crypto"
    SERIES = "series"
    CURRENCY = "currency"
    BOND = "bond"


class PriceUnit(StrEnum):
    """What a price counts: money for a unit, percent of a bond's face, points of an index, or percent a year."""

    MONEY = "money"
    PERCENT_OF_FACE = "percent_of_face"
    POINTS = "points"
    PERCENT = "percent"


_ONE = Decimal(1)
_INSTRUMENTS = UUID("5b0c3f0e-7a53-4f5e-9d2b-2f6f1f0f7c11")
_PAIR = re.compile(r"(?P<base>[A-Z0-9]{2,10})/(?P<quote>[A-Z0-9]{2,10})")

# A bond trades with the interest it has accrued and pays coupons, of which a tape of prices tells nothing.
NOT_TRADABLE = frozenset({Kind.INDEX, Kind.SERIES, Kind.CURRENCY, Kind.BOND})
_UNITS = {Kind.BOND: PriceUnit.PERCENT_OF_FACE, Kind.INDEX: PriceUnit.POINTS, Kind.SERIES: PriceUnit.PERCENT}


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument: tick and lot step are the smallest moves of its price and of a quantity.

    `underlying_id` is what an option is written on, None where its market does not have that.
    """

    id: InstrumentId
    symbol: str
    name: str
    kind: Kind
    currency: str
    tick: Decimal
    lot_step: Decimal
    calendar: str = "XNYS"
    contract: OptionContract | None = None
    underlying_id: InstrumentId | None = None

    @property
    def multiplier(self) -> Decimal:
        """Return how many units of its price one unit costs: that of the contract for an option, else one."""
        return _ONE if self.contract is None else self.contract.multiplier

    @property
    def price_unit(self) -> PriceUnit:
        """Return what its price counts; of a bond it is clean, which is without accrued interest."""
        return _UNITS.get(self.kind, PriceUnit.MONEY)

    @property
    def moves_with(self) -> InstrumentId:
        """Return the name that it moves with: itself, or what an option is written on."""
        return self.underlying_id or self.id

    @property
    def is_tradable(self) -> bool:
        """Say whether orders in this instrument make sense at all; an index can only be watched."""
        return self.kind not in NOT_TRADABLE


class MalformedPair(Invalid):
    """A crypto pair is written as base and quote currency with a stroke, such as BTC/USD."""


@dataclass(frozen=True, slots=True)
class CryptoPair:
    """What is bought (base) and what it is paid with (quote)."""

    base: str
    quote: str


def parse_pair(symbol: str) -> CryptoPair:
    """Read a crypto symbol such as BTC/USD."""
    found = _PAIR.fullmatch(symbol)
    if found is None:
        raise MalformedPair(f"{symbol[:40]!r} is not a pair such as BTC/USD.", symbol=symbol[:40])
    return CryptoPair(found["base"], found["quote"])


def related(instruments: Iterable[Instrument]) -> Iterator[Instrument]:
    """Yield instruments of one market with options knowing what they are written on, where it is among them."""
    known = list(instruments)
    by_symbol = {each.symbol: each.id for each in known if each.contract is None}
    for each in known:
        underlying_id = None if each.contract is None else by_symbol.get(each.contract.underlying)
        yield each if underlying_id is None else replace(each, underlying_id=underlying_id)


def instrument_id(kind: Kind, symbol: str, calendar: str) -> InstrumentId:
    """Return the id that an instrument has, the same in every dataset; that of an option tells its contract."""
    if kind is Kind.OPTION:
        return option_id(parse_occ(symbol))
    return InstrumentId(derived(_INSTRUMENTS, kind.value, symbol, calendar))
