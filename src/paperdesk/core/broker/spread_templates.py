"""Spreads by name: which rights, sides and ratios on which of some ascending strikes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.market.options import Right


class StrikesDoNotFit(Invalid):
    """A spread has as many strikes as its template says, each above the one before."""


class SpreadTemplate(StrEnum):
    """The spreads that can be built by name."""

    BULL_CALL = "bull_call"
    BEAR_CALL = "bear_call"
    BULL_PUT = "bull_put"
    BEAR_PUT = "bear_put"
    IRON_CONDOR = "iron_condor"
    IRON_BUTTERFLY = "iron_butterfly"
    LONG_CALL_BUTTERFLY = "long_call_butterfly"
    LONG_PUT_BUTTERFLY = "long_put_butterfly"
    LONG_STRADDLE = "long_straddle"
    SHORT_STRADDLE = "short_straddle"
    LONG_STRANGLE = "long_strangle"
    SHORT_STRANGLE = "short_strangle"
    JADE_LIZARD = "jade_lizard"
    REVERSE_JADE_LIZARD = "reverse_jade_lizard"
    BIG_LIZARD = "big_lizard"


@dataclass(frozen=True, slots=True)
class TemplateLeg:
    """One leg: a right on the strike of a number, and how many are bought, below zero sold."""

    right: Right
    strike: int
    ratio: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The legs of a template, and where its strikes usually lie: how many widths from the price of the underlying."""

    widths: Sequence[int]
    legs: Sequence[TemplateLeg]

    def require(self, strikes: Sequence[Decimal]) -> None:
        """Refuse strikes that do not fit."""
        if len(strikes) != len(self.widths) or any(low >= high for low, high in pairwise(strikes)):
            raise StrikesDoNotFit(
                f"This spread takes {len(self.widths)} strikes, each above the one before.",
                strikes=len(self.widths),
            )


def _shape(widths: Sequence[int], calls: Mapping[int, int], puts: Mapping[int, int]) -> Shape:
    """Return a shape from what is bought and sold of calls and of puts, by the number of the strike."""
    legs = [TemplateLeg(Right.PUT, strike, ratio) for strike, ratio in puts.items()]
    return Shape(widths, [*legs, *(TemplateLeg(Right.CALL, strike, ratio) for strike, ratio in calls.items())])


SHAPES: Final[Mapping[SpreadTemplate, Shape]] = {
    SpreadTemplate.BULL_CALL: _shape([0, 1], {0: 1, 1: -1}, {}),
    SpreadTemplate.BEAR_CALL: _shape([0, 1], {0: -1, 1: 1}, {}),
    SpreadTemplate.BULL_PUT: _shape([-1, 0], {}, {0: 1, 1: -1}),
    SpreadTemplate.BEAR_PUT: _shape([-1, 0], {}, {0: -1, 1: 1}),
    SpreadTemplate.IRON_CONDOR: _shape([-2, -1, 1, 2], {2: -1, 3: 1}, {0: 1, 1: -1}),
    SpreadTemplate.IRON_BUTTERFLY: _shape([-1, 0, 1], {1: -1, 2: 1}, {0: 1, 1: -1}),
    SpreadTemplate.LONG_CALL_BUTTERFLY: _shape([-1, 0, 1], {0: 1, 1: -2, 2: 1}, {}),
    SpreadTemplate.LONG_PUT_BUTTERFLY: _shape([-1, 0, 1], {}, {0: 1, 1: -2, 2: 1}),
    SpreadTemplate.LONG_STRADDLE: _shape([0], {0: 1}, {0: 1}),
    SpreadTemplate.SHORT_STRADDLE: _shape([0], {0: -1}, {0: -1}),
    SpreadTemplate.LONG_STRANGLE: _shape([-1, 1], {1: 1}, {0: 1}),
    SpreadTemplate.SHORT_STRANGLE: _shape([-1, 1], {1: -1}, {0: -1}),
    SpreadTemplate.JADE_LIZARD: _shape([-1, 1, 2], {1: -1, 2: 1}, {0: -1}),
    SpreadTemplate.REVERSE_JADE_LIZARD: _shape([-2, -1, 1], {2: -1}, {0: 1, 1: -1}),
    SpreadTemplate.BIG_LIZARD: _shape([0, 1], {0: -1, 1: 1}, {0: -1}),
}
