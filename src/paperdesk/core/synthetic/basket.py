"""What the index fund holds: stated shares of ten companies, and a remainder that is published as such."""

from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.synthetic.arrays import Ints
from paperdesk.core.synthetic.roster import BASKET, PLACE

INDEX_FUND: Final = "SPY"
_SHARE_PLACES: Final = 4

REMAINDER_PLACES: Final = 6
"""Digits after the point of the remainder: those of a price and of a number of shares."""


def remainder(close: Ints) -> Ints:
    """Return what is left of the fund after its stated shares, in millionths; `close` is (days, members) in cents."""
    left: Ints = close[:, PLACE[INDEX_FUND]] * 10**_SHARE_PLACES
    for symbol, shares in BASKET.items():
        left = left - np.int64(int(Decimal(shares).scaleb(_SHARE_PLACES))) * close[:, PLACE[symbol]]
    return left
