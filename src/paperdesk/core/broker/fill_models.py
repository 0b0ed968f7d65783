"""How a market price becomes a customer's price: pure, named, chosen by the account.

A price is rounded once, to the tick, against the customer.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.errors import Invalid

_BPS = Decimal(10_000)


class UnknownFillModel(Invalid):
    """The fill model is not one we have."""


@dataclass(frozen=True, slots=True)
class FillModel:
    """Half the spread assumed around a price that nobody quoted, and how a resting limit fills.

    With trade-through a resting limit fills only when the price goes beyond it; without, a touch will do.
    """

    name: str
    half_spread_bps: Decimal
    needs_trade_through: bool


IDEAL = FillModel("ideal", half_spread_bps=Decimal(0), needs_trade_through=False)
REALISTIC = FillModel("realistic", half_spread_bps=Decimal(1), needs_trade_through=True)
FILL_MODELS = {model.name: model for model in (IDEAL, REALISTIC)}


def fill_model(name: str) -> FillModel:
    """Look a fill model up by its name."""
    if name not in FILL_MODELS:
        raise UnknownFillModel(f"There is no fill model {name!r}.", known=sorted(FILL_MODELS))
    return FILL_MODELS[name]


def crossed_price(model: FillModel, side: Side, price: Decimal, tick: Decimal) -> Decimal:
    """Return what a customer pays or gets when crossing the assumed spread around an unquoted price."""
    half = price * model.half_spread_bps / _BPS
    if side is Side.BUY:
        return ((price + half) / tick).to_integral_value(ROUND_CEILING) * tick
    # A price close to zero stays sellable at one tick rather than at nothing.
    return max(((price - half) / tick).to_integral_value(ROUND_FLOOR) * tick, tick)


def is_reached(model: FillModel, side: Side, limit: Decimal, low: Decimal, high: Decimal) -> bool:
    """Say whether a range of prices fills a limit that rests in the book."""
    if side is Side.BUY:
        return low < limit or (low == limit and not model.needs_trade_through)
    return high > limit or (high == limit and not model.needs_trade_through)
