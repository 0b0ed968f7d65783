"""Options among the positions of a margined account: what they need together with their underlying, and who may.

A book is everything that moves with one underlying. Its pairing has the lowest requirement, by requirements.py;
indexes are broad, funds count as shares. An underlying need not be held, but without a price of it nobody knows
what is owed; then what is held is paid in full, and what is written is not known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from paperdesk.core.broker.approvals import COVERED, NAKED, SPREADS
from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.broker.option_rates import Basis
from paperdesk.core.broker.pairings import Underlying
from paperdesk.core.broker.requirements import Paired, Requirement, requirement
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument, Kind


@dataclass(frozen=True, slots=True)
class Exposure:
    """Signed units of an instrument at a price per unit; of a pair bought with leverage also what they cost.

    What is isolated has a margin of its own, and nothing else answers for it.
    """

    instrument: Instrument
    quantity: Decimal
    price: Decimal
    leverage: int = 1
    cost: Decimal = ZERO
    is_isolated: bool = False

    @property
    def value(self) -> Decimal:
        """Return what the units are worth, negative when they are owed."""
        return self.quantity * self.price * self.instrument.multiplier


Rate: TypeAlias = Callable[[Exposure], Decimal]

_BY_SHARES = frozenset({"covered_call", "covered_put", "collar", "conversion", "reversal"})
_UNBOUNDED = frozenset({"naked", "short_straddle"})


def books(exposures: Iterable[Exposure]) -> Iterator[tuple[Exposure, ...]]:
    """Yield exposures by what they move with; each book has options in it or is a single line."""
    found: defaultdict[InstrumentId, list[Exposure]] = defaultdict(list)
    for each in exposures:
        found[each.instrument.moves_with].append(each)
    for book in found.values():
        yield tuple(book)


def paired(book: tuple[Exposure, ...], marks: Marks, needed: Rate, *, is_initial: bool) -> Requirement | None:
    """Return what a book with options needs, by its cheapest pairing; None when its underlying has no price.

    Rates are shares of the underlying's price, so one that stands at zero is as good as none.
    """
    mark = _mark_of(book, marks)
    if mark is None:
        return None
    legs = [Leg(each.instrument.symbol, each.quantity, each.instrument.contract, each.price) for each in book]
    return requirement(legs, _market(mark, needed, is_initial=is_initial))


def level_needed(found: Requirement, symbol: str, free_cash: Decimal) -> int:
    """Return the approval level that writing an option takes, by the pairings it came to be part of."""
    return max((_level(each, free_cash) for each in found.paired if _is_written(each, symbol)), default=COVERED)


def naked_contracts(found: Requirement) -> Decimal:
    """Return how many written contracts of a book nothing covers."""
    naked = (leg.size for each in found.paired if each.strategy in _UNBOUNDED for leg in each.legs if not leg.is_long)
    return sum(naked, ZERO)


def _is_written(each: Paired, symbol: str) -> bool:
    return any(leg.symbol == symbol and not leg.is_long for leg in each.legs)


def _level(each: Paired, free_cash: Decimal) -> int:
    if each.strategy in _BY_SHARES:
        return COVERED
    if each.strategy not in _UNBOUNDED:
        return SPREADS
    contracts = [(leg.size, leg.contract) for leg in each.legs if leg.contract is not None]
    strikes = sum((size * contract.aggregate_strike for size, contract in contracts), ZERO)
    is_secured = all(not contract.is_call for _, contract in contracts) and strikes <= free_cash
    return COVERED if is_secured else NAKED


def _mark_of(book: tuple[Exposure, ...], marks: Marks) -> Mark | None:
    ids = {each.instrument.underlying_id for each in book if each.instrument.contract is not None}
    return next((marks[each] for each in ids if each is not None and each in marks and marks[each].price), None)


def _market(mark: Mark, needed: Rate, *, is_initial: bool) -> Underlying:
    long_rate, short_rate = (needed(Exposure(mark.instrument, Decimal(sign), mark.price)) for sign in (1, -1))
    return Underlying(
        spot=mark.price,
        on=mark.at.date(),
        long_rate=long_rate / mark.price,
        short_rate=short_rate / mark.price,
        basis=Basis.BROAD_INDEX if mark.instrument.kind is Kind.INDEX else Basis.EQUITY,
        is_initial=is_initial,
    )
