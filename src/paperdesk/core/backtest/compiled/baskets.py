"""Drive the kernel of several instruments by shares of the equity, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints
from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.portfolio import (
    BEYOND_AT,
    FILLED,
    IS_FULL,
    ORDERS,
    REFUSED,
    STATE,
    TOO_LARGE,
    UNPAID,
    Basket,
    Ledger,
    Plan,
    blank_ledger,
    rebalance,
)
from paperdesk.core.backtest.compiled.scaling import (
    LARGEST,
    check_size,
    places_of,
    refusal,
    scale_of,
    units_most,
)
from paperdesk.core.backtest.compiled.track import Bars, Worths, check_all_prices
from paperdesk.core.backtest.measures import Measured, measures_of
from paperdesk.core.kernel.money import ZERO, places
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.strategy.strategy import Shares

_SHARE_PLACES: Final = 9
# An account that becomes larger than so many times its beginning is for the exact engine.
_GROWS_MOST: Final = 1000
_GROWS_LEAST: Final = 4


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a run, in whole numbers; `portfolio.py` names the columns."""

    bars: Sequence[Bars]
    means: Means
    ledger: Ledger

    @property
    def worths(self) -> Worths:
        """Return what its numbers are worth."""
        return Worths(self.bars[0], self.means.places)

    @property
    def orders(self) -> Ints:
        """Return the orders as they were accepted."""
        return self.ledger.orders[: self.ledger.now[ORDERS]]

    @property
    def refused(self) -> Ints:
        """Return what cash did not pay for."""
        return self.ledger.refused[: self.ledger.now[REFUSED]]

    @property
    def fills(self) -> Ints:
        """Return the orders that filled, at the open of the bar after their own."""
        filled: Ints = self.orders[self.orders[:, STATE] == FILLED]
        return filled

    @property
    def is_short_of_cash(self) -> bool:
        """Say whether cash did not pay for an order, at the close or any more at the open."""
        return len(self.refused) > 0 or bool(np.any(self.orders[:, STATE] == UNPAID))

    def measured(self, periods_a_year: float = 252) -> Measured:
        """Return measures over the closes of sessions."""
        bars = self.bars[0]
        at = [instant_of(bars.open_at.item(0)), instant_of(bars.at.item(-1))]
        worth = np.append(self.ledger.equity[bars.sessions_ended(at[0])], self.ledger.equity[-1])
        cents = 10**self.means.places
        return measures_of(at, np.concatenate([[float(self.means.cash)], worth / cents]), periods_a_year)


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars of several instruments at the same instants and with the same terms, as columns side by side."""

    bars: Sequence[Bars]
    open: Ints
    close: Ints
    turn: Ints
    highest: int
    lowest: int


def panel_of(bars: Sequence[Bars], means: Means) -> Panel:
    """Lay bars side by side, as fine as an account's money is; raises NotExpressible where they do not go together."""
    first = bars[0]
    names = [
        *([] if len(first) else ["no_bars"]),
        *([] if all(_is_together(first, each) for each in bars) else ["uneven_bars"]),
        *([] if len({_terms(each) for each in bars}) == 1 else ["uneven_terms"]),
    ]
    if names:
        raise refusal(names)
    check_all_prices(bars)
    finest = max(places_of(means.rules, each.instrument, each.places, means.currency) for each in bars)
    bars = [each.to_places(finest) for each in bars]
    opened, close = (np.stack([getattr(each, name) for each in bars], axis=1) for name in ("open", "close"))
    turn = np.argsort([str(each.instrument.id) for each in bars], kind="stable")
    highest, lowest = max(opened.max(), close.max()), min(opened.min(), close.min())
    return Panel(bars, opened, close, turn, int(highest), int(lowest))


def bring_shares(panel: Panel, shares: Shares, means: Means) -> Brought:
    """Bring an account to shares of its equity whenever some are due; raises NotExpressible.

    An account that may owe does the same as one of cash for as long as that pays for everything, with what has
    settled; one that begins to owe is for the exact engine.
    """
    bars, first = panel.bars, panel.bars[0]
    scale = scale_of(means.rules, first.instrument, means.currency, first.places)
    check_size(scale, panel.highest, 1)
    # No order is larger than all of the equity in the cheapest of them.
    plan = _plan(first, shares, means, (units_most(scale, panel.highest) - 1) * panel.lowest // scale.value_by)
    basket = Basket(first.track(means.rules.margin.rules_as_of), panel.open, panel.close, panel.turn)
    rooms = 4 * (int(np.count_nonzero(shares.due >= 0)) + 1) * len(bars)
    ledger = blank_ledger(means.cash_in_cents, len(first), len(bars), rooms)
    rebalance(basket, scale, plan, ledger)
    while ledger.now[IS_FULL]:
        # Sales that lapse are ordered again at every close.
        rooms *= 4
        ledger = blank_ledger(means.cash_in_cents, len(first), len(bars), rooms)
        rebalance(basket, scale, plan, ledger)
    brought = Brought(bars, means, ledger)
    is_early, may_owe = ledger.now[BEYOND_AT] >= 0, means.rules.margin.is_margined
    names = {
        "unsettled_proceeds": is_early and not may_owe,
        "margin": may_owe and (is_early or brought.is_short_of_cash),
        "numbers_too_large": ledger.now[TOO_LARGE] > 0,
    }
    found = [name for name, is_there in names.items() if is_there]
    if found:
        raise refusal(found)
    return brought


def _is_together(one: Bars, other: Bars) -> bool:
    pairs = ((one.at, other.at), (one.open_at, other.open_at))
    return all(mine is theirs or np.array_equal(mine, theirs) for mine, theirs in pairs)


def _terms(bars: Bars) -> tuple[object, ...]:
    of = bars.instrument
    return of.kind, of.currency, of.tick, of.lot_step, of.multiplier, bars.calendar or of.calendar


def _plan(bars: Bars, shares: Shares, means: Means, equity_most: int) -> Plan:
    """Write shares down as whole numbers over one power of ten, of an equity that may not grow beyond some."""
    given = [share for row in shares.rows for share in row]
    digits = max((places(each) for each in given), default=0)
    if digits > _SHARE_PLACES or min(given, default=ZERO) < ZERO:
        raise refusal(["fine_shares"] if digits > _SHARE_PLACES else ["short_positions"])
    apart = bars.places - means.places
    numerators = [[int(each.scaleb(digits + max(apart, 0))) for each in row] for row in shares.rows]
    most = min(_GROWS_MOST * means.cash_in_cents, LARGEST // max(1, *map(max, numerators)), equity_most)
    if most < _GROWS_LEAST * means.cash_in_cents:
        raise refusal(["numbers_too_large"])
    lots = int(1 / bars.instrument.lot_step)
    due, rows = np.ascontiguousarray(shares.due, np.int64), np.array(numerators, np.int64)
    return Plan(due, rows, 10 ** (digits + max(-apart, 0)), lots, most, int(shares.is_at_once))
