"""Whether the terms of a combo fit together, in fixed precedence: same request, same state, same refusal.

1  there are two legs to eight, each of them can be traded, and none is there twice
2  all of them are on one underlying, with one multiplier
3  ratios are whole numbers in lowest terms, and combos come whole
4  the legs are the structure that the order claims to be
5  it is a market or a limit order, with a time in force that needs no auction
6  the limit is on the tick; it may be zero or negative
"""

from collections.abc import Sequence
from decimal import Decimal
from math import gcd

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.checks import check_instrument
from paperdesk.core.broker.combos import Strategy, name_of
from paperdesk.core.broker.commands import ComboLeg, PlaceCombo
from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.orders import IMMEDIATE, LASTING, OrderClass, OrderType, Side
from paperdesk.core.broker.terms import (
    TYPES,
    LimitPriceMissing,
    LimitPriceNotAllowed,
    PriceOffTick,
    QuantityNotPositive,
    QuantityTooPrecise,
    TimeInForceNotAllowed,
    TypeNotAllowed,
)
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.instruments import Instrument

LEGS_MIN, LEGS_MAX = 2, 8
_TIMES = LASTING | IMMEDIATE


class LegCountOutOfRange(Invalid):
    """A combo has two legs to eight."""


class LegRepeated(Invalid):
    """A combo has every instrument once; its ratio says how many."""


class UnderlyingsDiffer(Invalid):
    """The legs of a combo are options on one underlying, and units of it."""


class MultipliersDiffer(Invalid):
    """The options of a combo have one multiplier, or there is no net price."""


class RatioNotWhole(Invalid):
    """A ratio is a whole number above zero."""


class RatiosNotReduced(Invalid):
    """The ratios of a combo have no common factor; the quantity says how many combos."""


class StructureNotFitting(Invalid):
    """The legs do not make the structure that the order claims to be."""


def check_combo(account: Account, command: PlaceCombo, view: MarketView) -> tuple[Instrument, ...]:
    """Return the instruments of a combo's legs; raise when its terms do not fit."""
    if not LEGS_MIN <= len(command.legs) <= LEGS_MAX:
        raise LegCountOutOfRange(
            f"A combo has {LEGS_MIN} legs to {LEGS_MAX}, not {len(command.legs)}.", legs=len(command.legs)
        )
    instruments = tuple(view.instrument(leg.symbol) for leg in command.legs)
    for instrument in instruments:
        check_instrument(account, instrument)
    for at, leg in enumerate(command.legs):
        if leg.symbol in {each.symbol for each in command.legs[:at]}:
            raise LegRepeated(f"{leg.symbol} is in the combo twice.", symbol=leg.symbol)
    check_terms_of_combo(command, instruments)
    return instruments


def check_terms_of_combo(command: PlaceCombo, instruments: Sequence[Instrument]) -> None:
    """Refuse what does not fit together, whatever the account is and holds."""
    _check_underlying(instruments)
    _check_ratios(command.legs)
    if command.quantity <= ZERO:
        raise QuantityNotPositive("The quantity must be above zero.", quantity=plain(command.quantity))
    if command.quantity % 1:
        raise QuantityTooPrecise("Combos are traded whole.", quantity=plain(command.quantity), lot_step="1")
    structure = structure_of(command.legs, instruments)
    if command.structure not in {None, structure}:
        raise StructureNotFitting(
            f"The legs are no {_spoken(command.structure)}: they make {_spoken(structure)}.",
            claimed=command.structure,
            found=structure,
        )
    _check_type(command)
    _check_limit(command, instruments)


def structure_of(legs: Sequence[ComboLeg], instruments: Sequence[Instrument]) -> Strategy:
    """Return the strategy that legs make; custom when they make none, or several."""
    return name_of(
        Leg(each.symbol, leg.ratio if leg.side is Side.BUY else -leg.ratio, each.contract)
        for leg, each in zip(legs, instruments, strict=True)
    )


def _spoken(structure: Strategy | None) -> str:
    return "nothing" if structure is None else structure.value.replace("_", " ")


def underlying_of(instruments: Sequence[Instrument]) -> str:
    """Return the symbol of what a combo is on."""
    return next((each.contract.underlying for each in instruments if each.contract is not None), instruments[0].symbol)


def _check_underlying(instruments: Sequence[Instrument]) -> None:
    underlyings = {each.symbol if each.contract is None else each.contract.underlying for each in instruments}
    if len(underlyings) > 1:
        raise UnderlyingsDiffer(
            f"The legs are on {' and '.join(sorted(underlyings))}; a combo is on one underlying.",
            underlyings=sorted(underlyings),
        )
    multipliers = {each.multiplier for each in instruments if each.contract is not None}
    if len(multipliers) > 1:
        raise MultipliersDiffer(
            f"The options have the multipliers {' and '.join(map(plain, sorted(multipliers)))}.",
            multipliers=[plain(each) for each in sorted(multipliers)],
        )


def _check_ratios(legs: Sequence[ComboLeg]) -> None:
    for leg in legs:
        if leg.ratio <= ZERO or leg.ratio % 1:
            raise RatioNotWhole(
                f"The ratio of {leg.symbol} must be a whole number above zero.",
                symbol=leg.symbol,
                ratio=plain(leg.ratio),
            )
    factor = gcd(*(int(leg.ratio) for leg in legs))
    if factor > 1:
        raise RatiosNotReduced(
            f"The ratios can all be divided by {factor}; ask for more combos instead.", common_factor=factor
        )


def _check_type(command: PlaceCombo) -> None:
    if command.type not in TYPES[OrderClass.COMBO]:
        raise TypeNotAllowed(
            f"A combo cannot be of the type {command.type.value}.", order_class="combo", type=command.type.value
        )
    if command.time_in_force not in _TIMES:
        raise TimeInForceNotAllowed(
            f"A combo cannot be {command.time_in_force.value}.",
            time_in_force=command.time_in_force.value,
            type=command.type.value,
            order_class="combo",
        )


def _check_limit(command: PlaceCombo, instruments: Sequence[Instrument]) -> None:
    limit, is_limited = command.limit_price, command.type is OrderType.LIMIT
    if limit is None:
        if is_limited:
            raise LimitPriceMissing("An order of the type limit needs a limit price.", type=command.type.value)
        return
    if not is_limited:
        raise LimitPriceNotAllowed("An order of the type market takes no limit price.", type=command.type.value)
    tick = tick_of(instruments)
    if limit % tick:
        raise PriceOffTick(
            f"{plain(limit)} is not a multiple of {plain(tick)}.", limit_price=plain(limit), tick=plain(tick)
        )


def tick_of(instruments: Sequence[Instrument]) -> Decimal:
    """Return the smallest step of a net price: that of the finest of its legs, whatever steps their prices keep to."""
    return min(each.tick for each in instruments)
