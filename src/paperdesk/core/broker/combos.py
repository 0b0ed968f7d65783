"""Which strategies a set of legs is made of, for any quantities: the same legs, always the same answer.

Lines are taken apart in a fixed order, and what one step takes is gone for the next:

    1  shares with a short and a long option     conversion, reversal, collar
    2  shares with a short option                covered call, covered put
    3  shares with a long option                 protective put, protective call
    4  two whole lines in 1:2 or 1:3             ratio
    5  long and short of one right and expiry    vertical, each short with the nearest long strike
    6  long and short of one right               calendar at one strike, diagonal at two
    7  call and put of one expiry                straddle, strangle, risk reversal
    8  two verticals                             box, iron butterfly, iron condor, butterfly, condor
    9  two calendars at one strike               jelly roll
    10 what is left                              cash-secured put, single, the underlying itself

So a short option is covered by shares before it is covered by a long one, and five long calls with
three short ones are three verticals and two singles.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations, product
from typing import TypeAlias

from paperdesk.core.broker.legs import Leg, by_underlying, options_of, terms, units_of
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace


class Strategy(StrEnum):
    """The strategies that are recognised."""

    UNDERLYING = "underlying"
    SINGLE = "single"
    COVERED_CALL = "covered_call"
    COVERED_PUT = "covered_put"
    CASH_SECURED_PUT = "cash_secured_put"
    PROTECTIVE_PUT = "protective_put"
    PROTECTIVE_CALL = "protective_call"
    COLLAR = "collar"
    CONVERSION = "conversion"
    REVERSAL = "reversal"
    VERTICAL = "vertical"
    STRADDLE = "straddle"
    STRANGLE = "strangle"
    RISK_REVERSAL = "risk_reversal"
    CALENDAR = "calendar"
    DIAGONAL = "diagonal"
    RATIO = "ratio"
    BUTTERFLY = "butterfly"
    CONDOR = "condor"
    IRON_BUTTERFLY = "iron_butterfly"
    IRON_CONDOR = "iron_condor"
    BOX = "box"
    JELLY_ROLL = "jelly_roll"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Combo:
    """One strategy, so many times; the legs have the quantities of one of them, with their signs."""

    strategy: Strategy
    units: Decimal
    legs: tuple[Leg, ...]

    @property
    def whole(self) -> tuple[Leg, ...]:
        """Return the legs with the quantities of all of them."""
        return tuple(replace(leg, quantity=leg.quantity * self.units) for leg in self.legs)


_Naming: TypeAlias = Callable[[Combo, Combo], Strategy | None]
_Distance: TypeAlias = Callable[[Leg, Leg], Decimal | None]

_RATIOS = frozenset({Decimal(2), Decimal(3)})


def recognise(legs: Iterable[Leg], free_cash: Decimal = ZERO) -> tuple[Combo, ...]:
    """Return the strategies that lines are made of; cash secures short puts, those with the lowest strikes first."""
    found: list[Combo] = []
    for of_one in by_underlying(legs).values():
        combos, free_cash = _Bench(of_one).taken_apart(free_cash)
        found += combos
    return tuple(found)


def name_of(legs: Iterable[Leg]) -> Strategy:
    """Return the one strategy that an order's legs are; custom when they are none, or several."""
    lines = tuple(legs)
    options = options_of(lines)
    if len(lines) == len(options) == 2 and _is_ratio(*options):  # noqa: PLR2004 - a ratio has two legs
        return Strategy.RATIO
    combos = recognise(lines)
    return combos[0].strategy if len(combos) == 1 else Strategy.CUSTOM


class _Bench:
    """Lines of one underlying while they are taken apart: what is left of each, and what was found."""

    def __init__(self, legs: tuple[Leg, ...]) -> None:
        self.options = options_of(legs)
        self.shares = next((leg for leg in legs if leg.contract is None), None)
        self.left = {leg.symbol: leg.quantity for leg in self.options}
        self.units = units_of(legs)
        self.found: list[Combo] = []

    def taken_apart(self, free_cash: Decimal) -> tuple[list[Combo], Decimal]:
        """Return every strategy, and the cash that is still free."""
        self._cover_with_shares()
        self._find_ratios()
        self._pair_opposites(Strategy.VERTICAL, _vertical_distance)
        self._pair_opposites(Strategy.CALENDAR, _calendar_distance)
        self._pair_opposites(Strategy.DIAGONAL, _days_apart)
        for name in (_straddle, _strangle, _risk_reversal):
            self._pair_rights(name)
        self._combine(Strategy.VERTICAL, _of_verticals)
        self._combine(Strategy.CALENDAR, _of_calendars)
        free_cash = self._leave(free_cash)
        return self.found, free_cash

    def _lines(self, *, is_call: bool | None = None, is_long: bool | None = None) -> list[Leg]:
        """Return what is left of lines, of one right or one side where that is asked for."""
        lines = (replace(leg, quantity=self.left[leg.symbol]) for leg in self.options if self.left[leg.symbol])
        return [
            leg
            for leg in lines
            if is_call in {None, terms(leg).is_call} and (is_long is None or leg.is_long is is_long)
        ]

    def _take(self, strategy: Strategy, count: Decimal, *legs: Leg) -> None:
        """Take a strategy off the bench, so many times."""
        for leg in legs:
            if leg.contract is None:
                self.units -= leg.quantity * count
            else:
                self.left[leg.symbol] -= leg.quantity * count
        self.found.append(Combo(strategy, count, legs))

    def _lots(self, option: Leg) -> Decimal:
        """Return how many contracts the shares that are left can cover."""
        return abs(self.units) // terms(option).units

    def _share_leg(self, option: Leg) -> Leg:
        assert self.shares is not None, "only shares cover"
        units = terms(option).units
        return replace(self.shares, quantity=units if self.units > ZERO else -units)

    def _cover_with_shares(self) -> None:
        if not self.units:
            return
        is_long = self.units > ZERO
        # Long shares are covered against by short calls and protected by long puts; short shares the reverse.
        for same_strike in (True, False):
            shorts = self._lines(is_call=is_long, is_long=False)
            longs = self._lines(is_call=not is_long, is_long=True)
            for short, long in product(shorts, longs):
                self._collar(short, long, same_strike=same_strike)
        covered = Strategy.COVERED_CALL if is_long else Strategy.COVERED_PUT
        protected = Strategy.PROTECTIVE_PUT if is_long else Strategy.PROTECTIVE_CALL
        for strategy, is_held in ((covered, False), (protected, True)):
            for option in self._lines(is_call=is_long is not is_held, is_long=is_held):
                count = min(self._lots(option), option.size)
                if count:
                    self._take(strategy, count, self._share_leg(option), _one(option))

    def _collar(self, short: Leg, long: Leg, *, same_strike: bool) -> None:
        sold, bought = terms(short), terms(long)
        fits = sold.expires_on == bought.expires_on and sold.units == bought.units
        if not fits or (sold.strike == bought.strike) is not same_strike:
            return
        count = min(abs(self.left[short.symbol]), abs(self.left[long.symbol]), self._lots(short))
        if count:
            whole = Strategy.CONVERSION if self.units > ZERO else Strategy.REVERSAL
            strategy = whole if same_strike else Strategy.COLLAR
            self._take(strategy, count, self._share_leg(short), _one(short), _one(long))

    def _find_ratios(self) -> None:
        lines = [leg for leg in self.options if self.left[leg.symbol]]
        for one, other in combinations(lines, 2):
            alone = [leg for leg in lines if _series(leg) == _series(one)] == [one, other]
            few, many = sorted((one.size, other.size))
            alone = alone and all(self.left[leg.symbol] == leg.quantity for leg in (one, other))
            if alone and _is_ratio(one, other) and not many % few and many / few in _RATIOS:
                self._take(Strategy.RATIO, few, _times(one, one.size / few), _times(other, other.size / few))

    def _pair_opposites(self, strategy: Strategy, distance: _Distance) -> None:
        """Pair each short with the long at the smallest distance, the nearest pairs first."""
        shorts, longs = self._lines(is_long=False), self._lines(is_long=True)
        near = [(far, short, long) for short in shorts for long in longs if (far := distance(short, long)) is not None]
        for _, short, long in sorted(near, key=lambda pair: pair[0]):
            count = min(abs(self.left[short.symbol]), abs(self.left[long.symbol]))
            if count:
                self._take(strategy, count, *sorted((_one(short), _one(long)), key=_place))

    def _pair_rights(self, name: Callable[[Leg, Leg], Strategy | None]) -> None:
        for call, put in product(self._lines(is_call=True), self._lines(is_call=False)):
            one, other = terms(call), terms(put)
            fits = (one.expires_on, one.units) == (other.expires_on, other.units)
            strategy = name(call, put) if fits else None
            count = min(abs(self.left[call.symbol]), abs(self.left[put.symbol]))
            if strategy and count:
                self._take(strategy, count, *sorted((_one(call), _one(put)), key=_place))

    def _combine(self, strategy: Strategy, name: _Naming) -> None:
        """Make larger strategies of two smaller ones, as often as both are there."""
        parts = [combo for combo in self.found if combo.strategy is strategy]
        self.found = [combo for combo in self.found if combo.strategy is not strategy]
        units = [combo.units for combo in parts]
        for (i, one), (j, other) in combinations(enumerate(parts), 2):
            named = name(one, other)
            count = min(units[i], units[j])
            if named and count:
                units[i], units[j] = units[i] - count, units[j] - count
                self.found.append(Combo(named, count, _merged(one.legs + other.legs)))
        self.found += [replace(combo, units=left) for combo, left in zip(parts, units, strict=True) if left]

    def _leave(self, free_cash: Decimal) -> Decimal:
        for option in self._lines():
            contract = terms(option)
            if not option.is_long and not contract.is_call:
                secured = min(free_cash // contract.aggregate_strike, option.size)
                if secured > ZERO:
                    free_cash -= secured * contract.aggregate_strike
                    self._take(Strategy.CASH_SECURED_PUT, secured, _one(option))
            if self.left[option.symbol]:
                self._take(Strategy.SINGLE, abs(self.left[option.symbol]), _one(option))
        if self.units and self.shares is not None:
            self._take(Strategy.UNDERLYING, abs(self.units), _one(self.shares))
        return free_cash


def _one(leg: Leg) -> Leg:
    return _times(leg, Decimal(1))


def _times(leg: Leg, count: Decimal) -> Leg:
    return replace(leg, quantity=count if leg.is_long else -count)


def _series(leg: Leg) -> tuple[object, ...]:
    contract = terms(leg)
    return contract.expires_on, contract.right, contract.units


def _place(leg: Leg) -> tuple[object, ...]:
    contract = terms(leg)
    return contract.expires_on, contract.right.value, contract.strike


def _is_ratio(one: Leg, other: Leg) -> bool:
    """Say whether two lines are of one series and expiry, opposite, and of different sizes."""
    return _series(one) == _series(other) and one.is_long is not other.is_long and one.size != other.size


def _vertical_distance(short: Leg, long: Leg) -> Decimal | None:
    fits = _series(short) == _series(long) and terms(short).strike != terms(long).strike
    return abs(terms(short).strike - terms(long).strike) if fits else None


def _calendar_distance(short: Leg, long: Leg) -> Decimal | None:
    return _days_apart(short, long) if terms(short).strike == terms(long).strike else None


def _days_apart(short: Leg, long: Leg) -> Decimal | None:
    sold, bought = terms(short), terms(long)
    fits = sold.right is bought.right and sold.units == bought.units and sold.expires_on != bought.expires_on
    return Decimal(abs((sold.expires_on - bought.expires_on).days)) if fits else None


def _straddle(call: Leg, put: Leg) -> Strategy | None:
    fits = call.is_long is put.is_long and terms(call).strike == terms(put).strike
    return Strategy.STRADDLE if fits else None


def _strangle(call: Leg, put: Leg) -> Strategy | None:
    return Strategy.STRANGLE if call.is_long is put.is_long else None


def _risk_reversal(_call: Leg, _put: Leg) -> Strategy | None:
    return Strategy.RISK_REVERSAL


def _of_verticals(one: Combo, other: Combo) -> Strategy | None:
    """Name two verticals of one expiry; those that bet the same way stay two."""
    (low, high), (other_low, other_high) = one.legs, other.legs
    if terms(low).expires_on != terms(other_low).expires_on or low.is_long is other_low.is_long:
        return None
    strikes = terms(low).strike, terms(high).strike
    others = terms(other_low).strike, terms(other_high).strike
    if terms(low).right is terms(other_low).right:
        gap = others[0] - strikes[1] if strikes < others else strikes[0] - others[1]
        return None if gap < ZERO else Strategy.CONDOR if gap else Strategy.BUTTERFLY
    if strikes == others:
        return Strategy.BOX
    calls, puts = (strikes, others) if terms(low).is_call else (others, strikes)
    if calls[0] == puts[1]:
        return Strategy.IRON_BUTTERFLY
    return Strategy.IRON_CONDOR if puts[1] < calls[0] else None


def _of_calendars(one: Combo, other: Combo) -> Strategy | None:
    (near, far), (other_near, other_far) = one.legs, other.legs
    same_days = [terms(leg).expires_on for leg in (near, far)] == [
        terms(leg).expires_on for leg in (other_near, other_far)
    ]
    is_roll = terms(near).right is not terms(other_near).right and near.is_long is not other_near.is_long
    same_strike = terms(near).strike == terms(other_near).strike
    return Strategy.JELLY_ROLL if same_days and same_strike and is_roll else None


def _merged(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """Return legs in order, with one line for each option."""
    return tuple(sorted(_summed(legs), key=_place))


def _summed(legs: tuple[Leg, ...]) -> Iterator[Leg]:
    for symbol in dict.fromkeys(leg.symbol for leg in legs):
        same = [leg for leg in legs if leg.symbol == symbol]
        yield replace(same[0], quantity=sum((leg.quantity for leg in same), ZERO))
