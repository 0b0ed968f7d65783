"""When a price alert fires: a price comes to a level from the other side, or a day's move comes to a share.

Pure, fact by fact, so that a tape that is played twice fires the same.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import PriceFact, QuoteFact, RangeFact

_PERCENT: Final = 100
_PLACES: Final = Decimal("0.0001")


class LevelWithoutMeaning(Invalid):
    """A price to come to is above zero, and a move is some percent up or down."""


class AlertCondition(StrEnum):
    """What an alert waits for: a price at the level or above, at it or below, or a move since the previous close."""

    ABOVE = "above"
    BELOW = "below"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class PriceAlert:
    """What is waited for; `level` is a price, or of a move its percent, below zero for a fall.

    `is_beyond` says that the price was there when it was looked at last: it has to leave before it can come again.
    """

    condition: AlertCondition
    level: Decimal
    rearms: bool
    is_beyond: bool = False
    is_armed: bool = True

    @property
    def is_upward(self) -> bool:
        """Say whether the price has to rise to get there."""
        return self.condition is AlertCondition.ABOVE or (self.condition is AlertCondition.MOVE and self.level > ZERO)


@dataclass(frozen=True, slots=True)
class AlertFired:
    """At which fact an alert fired, for which level, at which price, and what that was of a move."""

    cursor: int
    at: datetime
    level: Decimal
    price: Decimal
    change_percent: Decimal | None = None


def require_level(condition: AlertCondition, level: Decimal) -> None:
    """Refuse a level at which nothing could fire, or everything would."""
    if level == ZERO or (level < ZERO and condition is not AlertCondition.MOVE):
        raise LevelWithoutMeaning(
            "A move needs a percentage other than zero."
            if condition is AlertCondition.MOVE
            else "A price to wait for is above zero."
        )


def begun_session(alert: PriceAlert) -> PriceAlert:
    """Return an alert in a new session, in which a move begins anew."""
    return replace(alert, is_beyond=False) if alert.condition is AlertCondition.MOVE else alert


def split(alert: PriceAlert, ratio: Fraction, tick: Decimal) -> PriceAlert:
    """Return an alert after each unit became so many: its price goes along, to the nearest tick; a move stays."""
    if alert.condition is AlertCondition.MOVE:
        return alert
    exact = Fraction(alert.level) / ratio / Fraction(tick)
    return replace(alert, level=max(round(exact), 1) * tick)


def met(alert: PriceAlert, fact: PriceFact, reference: Decimal | None) -> tuple[PriceAlert, AlertFired | None]:
    """Return an alert after a price, and that it fired; `reference` is the close before the fact's session."""
    price = _furthest(fact, upward=alert.is_upward)
    change = None
    if alert.condition is AlertCondition.MOVE:
        if not reference:
            return alert, None
        change = (price / reference - 1) * _PERCENT
    value = price if change is None else change
    is_beyond = value >= alert.level if alert.is_upward else value <= alert.level
    after = replace(alert, is_beyond=is_beyond)
    if not is_beyond or alert.is_beyond or not alert.is_armed:
        return after, None
    told = None if change is None else change.quantize(_PLACES, ROUND_HALF_EVEN)
    return replace(after, is_armed=alert.rearms), AlertFired(fact.seq, fact.at, alert.level, price, told)


def _furthest(fact: PriceFact, *, upward: bool) -> Decimal:
    """Return how far a fact went: of a range its high or low, of a quote the price at which somebody would trade."""
    match fact:
        case RangeFact(low=low, high=high):
            return high if upward else low
        case QuoteFact(bid=bid, ask=ask):
            return bid if upward else ask
        case _:
            return fact.price
