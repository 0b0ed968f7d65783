"""From the rules of an account to whole numbers, or the names of what the compiled driver cannot express."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from paperdesk.core.backtest.compiled.arithmetic import Scale
from paperdesk.core.backtest.compiled.book import NEUTRAL, OPTIMISTIC, REALISTIC
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import FillModel
from paperdesk.core.broker.margin_rules import MarginRegime
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import CURRENCY_EXPONENTS, FINE_PLACES, ZERO, places
from paperdesk.core.market.instruments import Instrument, Kind

EXPRESSIBLE_KINDS: Final = frozenset({Kind.EQUITY, Kind.ETF, Kind.CRYPTO})
LARGEST: Final = 2**62
_COST_PLACES: Final = 4
PATHS: Final = {BarPath.NEUTRAL: NEUTRAL, BarPath.OPTIMISTIC: OPTIMISTIC, BarPath.REALISTIC: REALISTIC}


class NotExpressible(Invalid):
    """The compiled driver does not know what the run needs; the exact engine runs it."""


def refusal(names: list[str]) -> NotExpressible:
    """Return the refusal of what has these names."""
    return NotExpressible(f"Only the exact engine knows what this run needs: {', '.join(names)}.", features=names)


def inexpressible(rules: Rules, instrument: Instrument, currency: str) -> Iterator[str]:
    """Yield the names of what an account's rules have and the compiled driver has not."""
    model = rules.fill_model
    cost = (model.half_spread_bps, model.latency_bps)
    found = {
        "instrument_kind": instrument.kind not in EXPRESSIBLE_KINDS,
        "other_currency": instrument.currency != currency,
        "portfolio_margin": rules.margin.is_portfolio,
        "margin_regime": rules.margin.regime is MarginRegime.LEGACY_PDT and rules.margin.is_margined,
        "recalls": bool(rules.margin.borrow.recall_rate) and rules.margin.borrow.is_hard(instrument.symbol),
        "interest_on_cash": rules.margin.interest.credit_rate > ZERO,
        "funding": rules.margin.is_funded,
        "risk_limits": rules.risk.blocks,
        "fill_on_arrival": rules.fill_on_arrival,
        "regulatory_fees": rules.fees.regulatory,
        "exact_fees_on_margin": rules.fees.is_exact and rules.margin.is_margined,
        "chance": model.is_chancy,
        "prices_by_the_moment": model.heeds_moment,
        "impact": bool(model.impact_bps or model.flat_impact_bps),
        "participation": model.participation_rate is not None,
        "fine_costs": any(places(each) > _COST_PLACES for each in cost),
    }
    yield from (name for name, is_there in found.items() if is_there)


def scale_of(rules: Rules, instrument: Instrument, currency: str, price_places: int) -> Scale:
    """Return the scale of an instrument under rules, its prices in whole numbers of a last place.

    Raises NotExpressible.
    """
    names = list(inexpressible(rules, instrument, currency))
    money_places = money_places_of(rules, currency)
    unit_places = price_places + places(instrument.lot_step)
    if whole(instrument.lot_step, places(instrument.lot_step)) != 1:
        names.append("lots_of_many")
    if names:
        raise refusal(names)
    fees = rules.fees
    rate_places = max(places(each) for each in _rates(fees))
    shift = unit_places + rate_places
    most = fees.order_maximum
    return Scale(
        value_by=10 ** (unit_places - money_places),
        tick=whole(instrument.tick, price_places),
        cost=cost_of(rules.fill_model),
        fee_by=10 ** (shift - money_places),
        fee_a_unit=whole(fees.per_share, price_places + rate_places),
        fee_rate=whole(fees.value_rate, rate_places),
        fee_least=whole(fees.order_minimum, shift),
        fee_most=-1 if most is None else whole(most, shift),
        taker_rate=whole(fees.taker_rate, rate_places),
        maker_rate=whole(fees.maker_rate, rate_places),
        through_ticks=rules.fill_model.through_ticks,
        path=PATHS[rules.bar_path],
    )


def money_places_of(rules: Rules, currency: str) -> int:
    """Return how many places an account's money has: those of its currency, or of fees that are not rounded to it."""
    return FINE_PLACES if rules.fees.is_exact else CURRENCY_EXPONENTS.get(currency, 0)


def places_of(rules: Rules, instrument: Instrument, price_places: int, currency: str) -> int:
    """Return how many places prices need so that they have their tick, and money no more than a lot of them.

    Raises NotExpressible for exact fees of what is not worth whole cents, for that is rounded to them by itself.
    """
    lot_places = places(instrument.lot_step)
    if rules.fees.is_exact and price_places + lot_places > CURRENCY_EXPONENTS.get(currency, 0):
        raise refusal(["exact_fees_of_fine_values"])
    return max(price_places, places(instrument.tick), money_places_of(rules, currency) - lot_places)


def cost_of(model: FillModel) -> int:
    """Return spread and latency of a model, in hundred-millionths of a price."""
    return whole(model.half_spread_bps + model.latency_bps, _COST_PLACES)


def check_size(scale: Scale, price: int, units: int) -> None:
    """Refuse what could become larger than a whole number can be, at the highest price and with the most units."""
    largest = max(price * (scale.cost + 1), scale.tick * 10**8)
    most = max(scale.fee_least, scale.fee_most, scale.fee_by)
    if 4 * largest >= LARGEST or most >= LARGEST or units > units_most(scale, price):
        raise refusal(["numbers_too_large"])


def units_most(scale: Scale, price: int) -> int:
    """Return the most units that an order can have at a price without becoming too large."""
    rates = scale.fee_rate + abs(scale.taker_rate) + abs(scale.maker_rate) + 1
    return (LARGEST // 4 - 1) // (price * rates + scale.fee_a_unit)


def _rates(fees: FeeSchedule) -> tuple[Decimal, ...]:
    amounts = (fees.per_share, fees.value_rate, fees.taker_rate, fees.maker_rate, fees.order_minimum)
    return (*amounts, fees.order_maximum or ZERO)


def whole(number: Decimal, after_point: int) -> int:
    """Return a number in units of its last place, of so many after the point."""
    return int(number.scaleb(after_point))
