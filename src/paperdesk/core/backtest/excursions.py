"""How far a price went against a round trip and in its favour while it was held."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from paperdesk.core.backtest.round_trips import RoundTrip
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.strategy.history import History


@dataclass(frozen=True, slots=True)
class Excursion:
    """The worst and the best that a price did, as fractions of the entry price; None where no bar tells it.

    The bar in which something was left counts as a whole where it was left at its close, for a bar does not tell what
    came after a price inside it: so these are bounds, never less than what was lived through.
    """

    bars: int
    adverse: float | None
    favourable: float | None


def excursion_of(trip: RoundTrip, history: History, until: datetime) -> Excursion:
    """Return what the bars that closed after the entry, and not after the exit or `until`, say of a round trip."""
    begins, ends = (microseconds(each) for each in (trip.entered_at, trip.left_at or until))
    first, last = (int(np.searchsorted(history.at, each, side="right")) for each in (begins, ends))
    low, high = history.columns["low"][first:last], history.columns["high"][first:last]
    if not len(low) or np.isnan(low).all() or np.isnan(high).all():
        return Excursion(last - first, None, None)
    entry = float(trip.entry_price)
    fell, rose = float(np.nanmin(low)) / entry - 1, float(np.nanmax(high)) / entry - 1
    against, along = (fell, rose) if trip.side is Side.BUY else (-rose, -fell)
    return Excursion(last - first, min(against, 0.0), max(along, 0.0))
