"""Bars at which a share may be under the price test of short sales: it fell by a tenth in their session or the last.

Whether it holds at a moment of such a bar is for the exact engine to say; at all others it does not.
"""

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints


def falls(at: Ints, low: Ints, close: Ints, session_closes: Ints) -> Ints:
    """Return 1 for every bar of a session that, like the one before, has a low at nine tenths of an earlier close."""
    session = np.searchsorted(session_closes, at)
    begins = np.flatnonzero(np.diff(session, prepend=-1))
    numbers, lows = session[begins], np.minimum.reduceat(low, begins)
    fell = np.zeros(len(session_closes) + 2, np.bool_)
    fell[numbers[1:]] = 10 * lows[1:] <= 9 * close[begins[1:] - 1]
    # Before the first session there is one behind the last, of which nothing is known.
    return (fell[session] | fell[session - 1]).astype(np.int64)
