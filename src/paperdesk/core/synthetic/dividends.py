"""Ordinary dividends: four a year, of a share of the price on the day they are announced."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.sessions import Session
from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.chance import fixed_share
from paperdesk.core.synthetic.roster import ROSTER

ANNOUNCED: Final = 20
"""Sessions from the announcement of a dividend to its ex-date."""

PAID_AFTER: Final = 14
"""Days from the ex-date to the payment."""

AMOUNT_PLACES: Final = 6

_QUARTERS: Final = (1, 4, 7, 10)
_FROM: Final = 20
_LASTS: Final = 50
_PAYERS: Final = (Kind.EQUITY, Kind.ETF)


def ex_shares(sessions: Sequence[Session]) -> Floats:
    """Return what share of the announcement's price goes ex at each open, shape (days, members); mostly nothing.

    A member's ex-date is as many days into every quarter; funds that have one price a day keep what they earn.
    """
    found = np.zeros((len(sessions), len(ROSTER)))
    days = np.array([session.on.toordinal() for session in sessions])
    for number, member in enumerate(ROSTER):
        if member.kind not in _PAYERS or not member.dividend_rate:
            continue
        into = round(_FROM + _LASTS * fixed_share("ex-date", member.symbol))
        for year in range(sessions[0].on.year, sessions[-1].on.year + 1):
            for month in _QUARTERS:
                ex = sessions[0].on.replace(year=year, month=month, day=1).toordinal() + into
                day = int(np.searchsorted(days, ex))
                if ANNOUNCED < day < len(days):
                    found[day, number] = member.dividend_rate / len(_QUARTERS)
    return found
