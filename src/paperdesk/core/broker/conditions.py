"""What a moment adds to a fill model: how much the market moves, the time of day, and what the seed draws.

Only models that heed the moment are asked about it, and only where an order crosses a spread: whoever rests at a
limit, or meets an auction, pays none of this. Rules that such a fill can name:

    volatility_unknown   there are too few closes to tell, so nothing was added for it
    first_half_hour      the session had opened no more than half an hour before
    last_half_hour       the session closed within half an hour
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.chance import drawn_for
from paperdesk.core.broker.fill_models import FillModel, Strain
from paperdesk.core.broker.marks import Circumstances, Marks
from paperdesk.core.broker.matching import Execution
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import PriceFact, RangeFact

EDGE = timedelta(minutes=30)
NOISE = "noise"
VOLATILITY_UNKNOWN, FIRST_HALF_HOUR, LAST_HALF_HOUR = "volatility_unknown", "first_half_hour", "last_half_hour"
# Two percent a day, 252 days a year: what costs are stated for. Above it they go up in proportion, to three times.
NORMAL_VOLATILITY = Decimal("0.32")
_FACTOR_MAX = Decimal(3)
_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Moment:
    """A fill model as it prices one order at one fact, and what was looked at for it."""

    model: FillModel
    rules: tuple[str, ...] = ()
    seen: dict[str, Decimal] = field(default_factory=dict)
    draws: dict[str, Decimal] = field(default_factory=dict)

    def noted(self, order: Order, execution: Execution) -> Execution:
        """Return an execution that says what the moment did to it; it does nothing to who crosses no spread."""
        if order.post_only or order.auction_at is not None or execution.rule == "limit_in_range":
            return execution
        said = (*execution.rules, *self.rules)
        return replace(execution, rules=said, draws={**execution.draws, **self.draws}, seen=self.seen)


def moment_of(rules: Rules, order: Order, fact: PriceFact, marks: Marks) -> Moment:
    """Return the fill model of an account as it prices an order at a fact."""
    model = rules.fill_model
    mark = marks.get(order.instrument.moves_with)
    around = Circumstances() if mark is None else mark.circumstances()
    edge = _edge_of(around, fact) if model.edge_rate else None
    said = [] if edge is None else [edge]
    if model.volatility_share and around.volatility is None:
        said.append(VOLATILITY_UNKNOWN)
    draws = {NOISE: drawn_for(rules.seed, order, fact.seq, NOISE)} if model.noise_rate else {}
    strain = Strain(
        volatility=_volatile(model, around.volatility),
        time_of_day=ZERO if edge is None else model.edge_rate,
        noise=sum((model.noise_rate * (2 * each - 1) for each in draws.values()), ZERO),
    )
    is_known = model.volatility_share and around.volatility is not None
    return Moment(
        model=replace(model, strain=strain),
        rules=tuple(said),
        seen={"volatility": around.volatility.quantize(_STEP)} if is_known and around.volatility else {},
        draws=draws,
    )


def _volatile(model: FillModel, volatility: Decimal | None) -> Decimal:
    """Return what is added to costs where a market moves more than usual; a calm one costs what it always does."""
    if volatility is None or volatility <= NORMAL_VOLATILITY:
        return ZERO
    beyond = min(volatility / NORMAL_VOLATILITY, _FACTOR_MAX) - 1
    return (model.volatility_share * beyond).quantize(_STEP, ROUND_CEILING)


def _edge_of(around: Circumstances, fact: PriceFact) -> str | None:
    """Return in which half hour of its session a fact lies wholly; a range lies where its whole bar does."""
    began_at = around.began_at if isinstance(fact, RangeFact) else fact.at
    if around.session is None or began_at is None:
        return None
    opens_at, closes_at = around.session.opens_at, around.session.closes_at
    if opens_at <= began_at and fact.at <= opens_at + EDGE:
        return FIRST_HALF_HOUR
    return LAST_HALF_HOUR if closes_at - EDGE <= began_at and fact.at <= closes_at else None
