"""What a book of options needs: the pairing of its legs with the lowest requirement, by the universal spread rule.

Options stand together in a spread when every long expires on or after every short. The spread is worth what
it is worth at expiry, at a price of zero and at every strike; above the highest strike it must not go on
falling. Its requirement is the worst of these losses. Contracts that no spread takes are naked, or straddled,
or stand with shares; pairings.py has the price of each.

Which contract goes where is an integer programme, solved exactly for books of up to twelve lines. A longer
book is cut, in order of expiry and strike, into books of twelve lines that are each solved exactly: a pairing
that is possible, and so never lower than the lowest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperdesk.core.broker.combos import Strategy, name_of
from paperdesk.core.broker.integer_programme import cheapest
from paperdesk.core.broker.legs import Leg, options_of, terms, units_of
from paperdesk.core.broker.pairings import Pairing, Underlying, alone, hedges, premium, straddles
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.values import replace

EXACT_LINES = 12


@dataclass(frozen=True, slots=True)
class Paired:
    """Legs that are margined together, what they need, and why in one sentence."""

    strategy: str
    legs: tuple[Leg, ...]
    requirement: Decimal
    equity_needed: Decimal
    explanation: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a book on one underlying needs; exact when no pairing needs less."""

    paired: tuple[Paired, ...]
    is_exact: bool

    @property
    def total(self) -> Decimal:
        """Return the requirement as the exchange's manual prints it, before proceeds are applied."""
        return sum((each.requirement for each in self.paired), ZERO)

    @property
    def equity_needed(self) -> Decimal:
        """Return what equity, with every position at its mark, must not fall below."""
        return sum((each.equity_needed for each in self.paired), ZERO)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of the programme: pairings first, then of each spread its worst loss, and then its lines."""

    pairings: tuple[Pairing, ...]
    spreads: tuple[tuple[Leg, ...], ...]

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.pairings) + sum(1 + len(lines) for lines in self.spreads)

    def starts(self) -> Iterator[tuple[int, tuple[Leg, ...]]]:
        """Yield where the worst loss of each spread stands, with the lines that follow it."""
        at = len(self.pairings)
        for lines in self.spreads:
            yield at, lines
            at += 1 + len(lines)


def requirement(legs: Iterable[Leg], market: Underlying, exact_lines: int = EXACT_LINES) -> Requirement:
    """Return what a book on one underlying needs; its prices are marks per unit.

    A book of more lines than `exact_lines` is cut into books of so many.
    """
    lines = tuple(legs)
    options, shares = options_of(lines), _shares(lines)
    if len(options) <= exact_lines:
        return Requirement(tuple(_Book(options, shares, market).paired()), is_exact=True)
    found: list[Paired] = []
    for start in range(0, len(options), exact_lines):
        book = _Book(options[start : start + exact_lines], shares, market)
        found += book.paired()
        shares = book.shares_left
    return Requirement((*found, *_Book((), shares, market).paired()), is_exact=False)


def _shares(lines: Sequence[Leg]) -> Leg | None:
    units = units_of(lines)
    return replace(next(leg for leg in lines if leg.contract is None), quantity=units) if units else None


class _Book:
    """One book of at most twelve lines, and the shares it may use."""

    def __init__(self, options: Sequence[Leg], shares: Leg | None, market: Underlying) -> None:
        self.options, self.shares, self.market = options, shares, market
        self.shares_left = shares
        lines = (*options, *((shares,) if shares else ()))
        self.lines = {leg.symbol: leg for leg in lines}
        self.alone = {leg.symbol: alone(leg, market) for leg in lines}
        shorts = [leg for leg in options if not leg.is_long]
        calls = [leg for leg in shorts if terms(leg).is_call]
        puts = [leg for leg in shorts if not terms(leg).is_call]
        self.numbers = _Numbers(
            pairings=(*hedges(shares, list(options), market), *straddles(calls, puts, market)),
            spreads=tuple(self._spreads()),
        )

    def paired(self) -> Iterator[Paired]:
        """Yield the cheapest pairing of every line, wholly used."""
        left = {symbol: leg.size for symbol, leg in self.lines.items()}
        numbers = self._cheapest()
        for pairing, count in zip(self.numbers.pairings, numbers, strict=False):
            if count:
                yield self._taken(pairing, count, left)
        for at, lines in self.numbers.starts():
            counts = numbers[at + 1 : at + 1 + len(lines)]
            taken = [_sized(leg, count) for leg, count in zip(lines, counts, strict=True) if count]
            if any(not leg.is_long for leg in taken):
                yield _spread(_trimmed(taken), left)
        for symbol, count in left.items():
            if count:
                yield self._taken(self.alone[symbol], count, left)

    def _spreads(self) -> Iterator[tuple[Leg, ...]]:
        """Yield for each expiry of a short what a spread may hold: shorts up to it and longs from it on."""
        for expires_on in sorted({terms(leg).expires_on for leg in self.options if not leg.is_long}):
            lines = [leg for leg in self.options if _fits(leg, expires_on)]
            if any(leg.is_long for leg in lines):
                yield tuple(lines)

    def _cheapest(self) -> list[Decimal]:
        if not len(self.numbers):
            return []
        rows, limits = [], []
        for symbol, leg in self.lines.items():
            rows.append(self._use_of(symbol))
            limits.append(leg.size)
        for at, lines in self.numbers.starts():
            for effect in _effects(lines):
                rows.append(self._row(at, effect))
                limits.append(ZERO)
            rows[-1][at] = ZERO  # the slope has no loss that it could be set against
        losses = {at for at, _ in self.numbers.starts()}
        whole = [index for index in range(len(self.numbers)) if index not in losses]
        return cheapest(self._costs(), rows, limits, whole)

    def _costs(self) -> list[Decimal]:
        """Return by how much each number changes what the book needs when everything stands alone."""
        costs = [pairing.equity_needed - self._needed_alone(pairing) for pairing in self.numbers.pairings]
        for _, lines in self.numbers.starts():
            costs.append(Decimal(1))
            costs += [
                (premium(leg) if leg.is_long else -premium(leg)) - self.alone[leg.symbol].equity_needed for leg in lines
            ]
        return costs

    def _needed_alone(self, pairing: Pairing) -> Decimal:
        return sum((count * self.alone[symbol].equity_needed for symbol, count in pairing.uses.items()), ZERO)

    def _use_of(self, symbol: str) -> list[Decimal]:
        row = [pairing.uses.get(symbol, ZERO) for pairing in self.numbers.pairings]
        for _, lines in self.numbers.starts():
            row += [ZERO, *(Decimal(leg.symbol == symbol) for leg in lines)]
        return row

    def _row(self, at: int, effect: Sequence[Decimal]) -> list[Decimal]:
        row = [ZERO] * len(self.numbers)
        row[at : at + 1 + len(effect)] = [Decimal(-1), *effect]
        return row

    def _taken(self, pairing: Pairing, count: Decimal, left: dict[str, Decimal]) -> Paired:
        for symbol, each in pairing.uses.items():
            left[symbol] -= each * count
        if self.shares is not None:
            self.shares_left = _sized(self.shares, left[self.shares.symbol])
        legs = tuple(_sized(self.lines[symbol], each * count) for symbol, each in pairing.uses.items())
        return Paired(
            pairing.name, legs, pairing.requirement * count, pairing.equity_needed * count, f"each {pairing.reason}"
        )


def _fits(leg: Leg, expires_on: date) -> bool:
    return terms(leg).expires_on >= expires_on if leg.is_long else terms(leg).expires_on <= expires_on


def _sized(leg: Leg, size: Decimal) -> Leg:
    return replace(leg, quantity=size if leg.is_long else -size)


def _effects(lines: Sequence[Leg]) -> Iterator[list[Decimal]]:
    """Yield what one contract of each line loses at every price that matters, and last above all of them."""
    for spot in _prices(lines):
        yield [terms(leg).intrinsic(spot) * (-1 if leg.is_long else 1) for leg in lines]
    yield [(terms(leg).units if terms(leg).is_call else ZERO) * (-1 if leg.is_long else 1) for leg in lines]


def _prices(lines: Iterable[Leg]) -> list[Decimal]:
    return sorted({ZERO, *(terms(leg).aggregate_strike / terms(leg).units for leg in lines if terms(leg).units)})


def _worst(legs: Sequence[Leg]) -> tuple[Decimal, Decimal]:
    """Return the worst loss of a spread at expiry, never below zero, and the lowest price that brings it."""
    losses = [(max(-sum((leg.worth(spot) for leg in legs), ZERO), ZERO), -spot) for spot in _prices(legs)]
    loss, price = max(losses)
    return loss, -price


def _is_bounded(legs: Sequence[Leg]) -> bool:
    return sum((leg.quantity * terms(leg).units for leg in legs if terms(leg).is_call), ZERO) >= ZERO


def _trimmed(legs: list[Leg]) -> list[Leg]:
    """Return a spread without the longs that it does not need."""
    worst, _ = _worst(legs)
    for at, leg in enumerate(legs):
        if not leg.is_long:
            continue
        low, high = ZERO, leg.size
        while low < high:
            tried = (low + high) // 2
            legs[at] = _sized(leg, tried)
            suffices = _is_bounded(legs) and _worst(legs)[0] <= worst
            low, high = (low, tried) if suffices else (tried + 1, high)
        legs[at] = _sized(leg, low)
    return [leg for leg in legs if leg.quantity]


def _spread(legs: list[Leg], left: dict[str, Decimal]) -> Paired:
    for leg in legs:
        left[leg.symbol] -= leg.size
    loss, price = _worst(legs)
    paid = sum((leg.market_value for leg in legs if leg.is_long), ZERO)
    owed = sum((leg.market_value for leg in legs if not leg.is_long), ZERO)
    explanation = f"worst loss {plain(loss)}, at {plain(price)}, and {plain(paid)} for what is long"
    named = name_of(legs)
    strategy = "spread" if named is Strategy.CUSTOM else named.value
    return Paired(strategy, tuple(legs), loss + paid, loss + paid + owed, explanation)
