"""Jitter: the same question with its numbers shaken a little, for what stands on one exact number stands on nothing.

    parameters   each number within a share of itself, counts by one at least, all kept to what they may be; what is
                 whole stays whole, for half a share cannot be traded everywhere
    fees         all that an account pays, times a factor within a share of one
    slippage     so many basis points more, of the price, at every fill on bars (`latency_bps` of the fill model)
    spread       so many basis points more on each side of a price that nobody quoted (`half_spread_bps`)
    delay        bars are told so many bars late

Equal seeds shake alike, and a run is shaken alike however many there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.parameters import Parameter, Value
from paperdesk.core.synthetic.chance import stream

_OF_FEES: Final = ("per_share", "order_minimum", "per_contract", "value_rate", "taker_rate")
_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Shaking:
    """How far things may go: shares of what they are, basis points that are added, and bars."""

    parameters: float = 0.0
    fees: float = 0.0
    slippage_bps: float = 0.0
    half_spread_bps: float = 0.0
    delay_bars: int = 0


@dataclass(frozen=True, slots=True)
class Shaken:
    """How one run is shaken: its parameters, the factor of its fees, and what is added."""

    number: int
    parameters: Mapping[str, Value]
    fees: Decimal
    slippage_bps: Decimal
    half_spread_bps: Decimal
    delay_bars: int

    def rules(self, rules: Rules) -> Rules:
        """Return rules with these frictions; the name of the fill model says that it is not the one it was."""
        model = rules.fill_model
        told = f"{model.name} +{self.slippage_bps} +{self.half_spread_bps} late {self.delay_bars}"
        shaken = replace(
            model,
            name=told,
            latency_bps=model.latency_bps + self.slippage_bps,
            half_spread_bps=model.half_spread_bps + self.half_spread_bps,
        )
        return replace(rules, fill_model=shaken, fees=_times(rules.fees, self.fees))


def shaken(
    declared: Mapping[str, Parameter], values: Mapping[str, Value], by: Shaking, number: int, seed: int
) -> Shaken:
    """Return how the run of a number is shaken."""
    chance = stream(seed, "jitter", number)
    return Shaken(
        number,
        {name: _moved(declared[name], value, by.parameters, chance) for name, value in values.items()},
        _exact(1 + by.fees * chance.uniform(-1, 1)),
        _exact(by.slippage_bps * chance.random()),
        _exact(by.half_spread_bps * chance.random()),
        int(chance.integers(0, by.delay_bars + 1)),
    )


def _moved(declared: Parameter, value: Value, share: float, chance: np.random.Generator) -> Value:
    """Return a number moved within a share of itself; words and switches stay."""
    way = chance.uniform(-1, 1)
    if isinstance(value, bool | str):
        return value
    # A count has somewhere to go, however small it is.
    span = Decimal(value) * _exact(share)
    span = max(span, Decimal(1)) if isinstance(value, int) and share else span
    moved = Decimal(value) + span * _exact(way)
    if value == int(value):
        moved = moved.to_integral_value()
    if declared.at_least is not None:
        moved = max(moved, Decimal(declared.at_least))
    if declared.at_most is not None:
        moved = min(moved, Decimal(declared.at_most))
    return int(moved) if isinstance(value, int) else moved


def _exact(number: float) -> Decimal:
    return Decimal(str(round(number, _PLACES)))


def _times(fees: FeeSchedule, factor: Decimal) -> FeeSchedule:
    most = None if fees.order_maximum is None else fees.order_maximum * factor
    # A rebate is none of one's costs.
    maker = fees.maker_rate * factor if fees.maker_rate > ZERO else fees.maker_rate
    return replace(
        fees, **{name: getattr(fees, name) * factor for name in _OF_FEES}, order_maximum=most, maker_rate=maker
    )
