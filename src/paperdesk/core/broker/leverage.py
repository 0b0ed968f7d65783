"""What a crypto pair needs that was bought with leverage, by what it cost.

    initial       cost / leverage, and never less than maintenance
    maintenance   cost x rate - amount, by the tier that the cost is in

Both stand still while the price moves, so the price at which an account that holds nothing else is liquidated is
known when it buys: entry x (1 - 1/leverage + rate) in the first tier. The tiers stand in margin_rates.py.

A pair whose margin is isolated has exactly its initial margin, to the cent and rounded up, and is worth that and what
it has won or lost. It is liquidated where that is no more than maintenance, whatever else the account has:

    long    entry x (1 + rate) - margin / units
    short   entry x (1 - rate) + margin / units
"""

from decimal import ROUND_CEILING, Decimal

from paperdesk.core.broker.margin_rates import LEVERAGE_TIERS, LeverageTier
from paperdesk.core.kernel.money import money

LEVERAGE_MIN, LEVERAGE_MAX = 1, LEVERAGE_TIERS[0].leverage_max


def tier_of(cost: Decimal) -> LeverageTier:
    """Return the tier that a cost is in; each goes up to where the next begins, that amount included."""
    return next(each for each in reversed(LEVERAGE_TIERS) if cost > each.above or not each.above)


def maintenance(cost: Decimal) -> Decimal:
    """Return what going on to hold something needs that cost so much."""
    tier = tier_of(cost)
    return cost * tier.maintenance_rate - tier.amount


def initial(cost: Decimal, leverage: int) -> Decimal:
    """Return what opening something needs that costs so much."""
    return max(cost / leverage, maintenance(cost))


def maintained_cost(margin: Decimal) -> Decimal:
    """Return what may have cost at most whatever so much margin maintains."""
    tier = next(each for each in reversed(LEVERAGE_TIERS) if margin >= maintenance(each.above))
    return (margin + tier.amount) / tier.maintenance_rate


def opened_cost(margin: Decimal, leverage: int) -> Decimal:
    """Return what may cost at most whatever so much margin opens."""
    return min(margin * leverage, maintained_cost(margin))


def isolated_margin(cost: Decimal, leverage: int, currency: str) -> Decimal:
    """Return the margin of its own of a position with a signed cost."""
    return money(initial(abs(cost), leverage), currency, ROUND_CEILING)


def liquidation_price(units: Decimal, cost: Decimal, margin: Decimal) -> Decimal:
    """Return where so many signed units of a signed cost leave of a margin of their own what maintains them."""
    return (cost + maintenance(abs(cost)) - margin) / units
