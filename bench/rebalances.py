"""A hundred symbols brought back to equal parts of the equity every 21 bars: all at once.

Fees keep fractions of a cent, as those of the peers do.
"""

from decimal import Decimal
from typing import Final

import numpy as np

from bench.random_bars import DAYS, MEANS, Row, timed
from paperdesk.core.backtest.compiled.baskets import Brought, Panel, bring_shares, panel_of
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.broker.fees import FeeRounding, FeeSchedule
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.strategy import Shares

SYMBOLS, EVERY = 100, 21
REBALANCE_MAX_MS: Final = 3.0
# Purchases are paid with what is left, not with what the sales beside them will bring.
PART: Final = Decimal("0.009")
EXACT: Final = FeeSchedule("percent", value_rate=Decimal("0.001"), rounding=FeeRounding.EXACT)
EXACTLY: Final = replace(MEANS, rules=replace(MEANS.rules, fees=EXACT))


def shares() -> Shares:
    """Return what is due."""
    due = np.full(DAYS, -1, np.int64)
    due[::EVERY] = 0
    return Shares(due, [[PART] * SYMBOLS], is_at_once=True)


def brought(panel: Panel) -> Brought:
    """Run it, from bars side by side to measures."""
    found = bring_shares(panel, shares(), EXACTLY)
    found.measured()
    return found


def rebalance_row(bars: list[Bars]) -> Row:
    """Return how long that takes, and what came of it."""
    panel = panel_of(bars, EXACTLY)
    found = brought(panel)
    return Row(
        "compiled",
        timed(lambda: brought(panel)),
        len(found.fills),
        float(found.worths.money(found.ledger.equity.item(-1))),
    )
