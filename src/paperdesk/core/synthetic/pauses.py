"""Pauses of a flash crash: whose price falls too far within five minutes is not traded for five.

They follow from the minutes of the session alone, so the same seed gives the same pauses, and no price is another
because of them: what would have been paid meanwhile is told to nobody.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.market.instruments import Kind
from paperdesk.core.synthetic.daily import DailyMarket
from paperdesk.core.synthetic.minutes import MinuteBars
from paperdesk.core.synthetic.roster import ROSTER

FALL: Final = 0.06
"""The fall of a share within five minutes that stops trading in it, as a fraction."""

WITHIN: Final = 5
LASTS: Final = 5
"""Minutes over which a fall is measured, and for which trading stops."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A member of the roster that is not traded from the end of one minute to the end of another, counted from 1."""

    member: int
    first: int
    last: int


def pauses_of(market: DailyMarket, day: int, bars: MinuteBars) -> list[Pause]:
    """Return the pauses of a session, which only that of a flash crash has: of each share the first."""
    if market.climate.crash_day != day:
        return []
    close = bars.close[: len(ROSTER)].astype(np.float64)
    fell = close[:, WITHIN:] / close[:, :-WITHIN] < 1 - FALL
    shares = [number for number, one in enumerate(ROSTER) if one.kind is Kind.EQUITY and market.listed[day, number]]
    begins = [(number, int(fell[number].argmax()) + WITHIN + 1) for number in shares if fell[number].any()]
    return [Pause(number, first, first + LASTS) for number, first in begins if first + LASTS < bars.minutes]
