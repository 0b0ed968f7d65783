"""How much of a market fact an order can have, and what taking it does to the price.

    fact      volume                                    an account's share of the cap
    open      of the bar before: its own is the future  a quarter
    range     of the bar                                half, and of that what lies beyond a limit
    close     of the bar                                a quarter
    auction   of the auction                            all of it
    quote     the size at the touch                     all of it

The cap of a bar is its volume times the model's participation; each of its facts may use a share of it,
so that the whole bar never gives more, whenever a replay is cut. At one fact the account's orders share
it in the order they were accepted. Behind a limit the volume is taken to be spread evenly over the
range: what traded at the limit itself went to those ahead in the queue, and only what traded beyond it
comes to the order. Where the volume is unknown nothing limits the size, and the fill says so.
"""

from decimal import Decimal

from msgspec import Struct

from paperdesk.core.broker.fill_models import FillModel
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import AuctionFact, CloseFact, OpenFact, PriceFact, QuoteFact, RangeFact

VOLUME_SHARES: dict[type[PriceFact], Decimal] = {
    OpenFact: Decimal("0.25"),
    RangeFact: Decimal("0.5"),
    CloseFact: Decimal("0.25"),
    AuctionFact: Decimal(1),
}

# Why an order got what it got; further rules of a fill.
VOLUME_SHARE = "volume_share"
VOLUME_UNKNOWN = "volume_unknown"
QUOTED_SIZE = "quoted_size"
LIMIT_LEFT = "impact_within_limit"


class Reach(Struct, frozen=True, gc=False):
    """The units an order can have of a fact, in whole lots, and by which rules not more."""

    units: Decimal
    rules: tuple[str, ...] = ()

    def at_most(self, left: Decimal, order: Order, rule: str) -> "Reach":
        """Return the same, cut down by a further rule to the whole lots in what is left."""
        step = order.instrument.lot_step
        whole = max(left // step * step, ZERO)
        return self if self.units <= whole else Reach(whole, (*self.rules, rule))


def volume_of(fact: PriceFact) -> Decimal | None:
    """Return the volume that a fact may be judged by, None where it is unknown."""
    match fact:
        case OpenFact():
            return fact.trailing_volume
        case RangeFact() | CloseFact() | AuctionFact():
            return fact.volume
        case _:
            return None


def reach(order: Order, fact: PriceFact, model: FillModel, used: Decimal, limit: Decimal | None = None) -> Reach:
    """Return how much of a fact an order can have; `limit` is where it rests in a range."""
    wanted = Reach(order.workable)
    if isinstance(fact, QuoteFact):
        size = fact.ask_size if order.side is Side.BUY else fact.bid_size
        if size is None or not model.heeds_quoted_size:
            return wanted
        return wanted.at_most(size - used, order, QUOTED_SIZE)
    if model.participation_rate is None:
        return wanted
    volume = volume_of(fact)
    if volume is None:
        return Reach(order.workable, (VOLUME_UNKNOWN,))
    cap = volume * model.participation_rate * VOLUME_SHARES[type(fact)]
    if limit is not None and isinstance(fact, RangeFact):
        cap = _beyond(order.side, limit, fact, cap)
    return wanted.at_most(cap - used, order, VOLUME_SHARE)


def _beyond(side: Side, limit: Decimal, fact: RangeFact, volume: Decimal) -> Decimal:
    """Return the part of a volume that traded beyond a limit, taken to be spread evenly over the range."""
    distance = limit - fact.low if side is Side.BUY else fact.high - limit
    width = fact.high - fact.low
    return volume if distance >= width else volume * distance / width
