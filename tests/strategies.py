"""Every hypothesis strategy, one place.

Decimals are made of integers, so that they are exact and shrink to small numbers.
"""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import IDEAL, REALISTIC
from paperdesk.core.broker.lots import Lot
from paperdesk.core.broker.orders import Order, Side, TimeInForce
from paperdesk.core.kernel.ids import ENTROPY_BYTES, LotId, derived
from paperdesk.core.kernel.money import CURRENCY_EXPONENTS
from paperdesk.core.market.facts import PriceFact
from tests import stories


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    """Return decimals from low to high units of the last place; 1 to 100 at 2 places is 0.01 to 1.00."""
    return st.integers(low, high).map(lambda units: Decimal(units).scaleb(-places))


def texts(low: int, high: int, places: int) -> st.SearchStrategy[str]:
    """Return the same decimals as people write them."""
    return decimals(low, high, places).map(str)


# --- kernel -------------------------------------------------------------------------------------

currencies = st.sampled_from(sorted(CURRENCY_EXPONENTS))
entropies = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001 - hypothesis adds the zone
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as above
amounts = decimals(-(10**14), 10**14, 4)
numbers = st.integers(-(10**15) + 1, 10**15 - 1).flatmap(
    lambda units: st.integers(0, 18).map(lambda places: Decimal(units).scaleb(-places))
)

# --- broker -------------------------------------------------------------------------------------

account_rules = st.builds(
    stories.rules,
    st.sampled_from([IDEAL, REALISTIC]),
    st.sampled_from([stories.FREE, stories.PER_SHARE, FeeSchedule("flat", fill_minimum=Decimal("0.35"))]),
)

prices = texts(300, 2000, 2)
wide_prices = texts(1, 100_000, 2)
sizes = st.tuples(texts(0, 40, 0), texts(0, 40, 0))
sides = st.sampled_from(list(Side))
times_in_force = st.sampled_from(list(TimeInForce))
limits = st.none() | prices
quantities = {
    stories.ACME.symbol: texts(1, 60, 0),
    stories.GLOBEX.symbol: texts(1000, 60_000, 3),
}
instruments = st.sampled_from([stories.ACME, stories.GLOBEX])
symbols = st.sampled_from(sorted(quantities))
transfers = texts(-200_000, 200_000, 2)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[str, str]:
    """Return a low and a high that is not below it."""
    low, high = sorted([Decimal(draw(prices)), Decimal(draw(prices))])
    return str(low), str(high)


@st.composite
def placements(draw: st.DrawFn) -> stories.Step:
    """Return an order somebody might send."""
    symbol = draw(symbols)
    return stories.Step("place", (draw(sides), draw(quantities[symbol]), draw(limits), draw(times_in_force), symbol))


cancellations = st.integers(1, 12).map(lambda number: stories.Step("cancel", (stories.order_id(number),)))
moves_of_cash = transfers.map(lambda amount: stories.Step("transfer", (amount,)))
prints = st.builds(
    lambda verb, price, of: stories.Step(verb, (price, of)), st.sampled_from(["open", "close"]), prices, instruments
)
bar_ranges = st.builds(lambda pair, of: stories.Step("range", (*pair, of)), ranges(), instruments)
quotes = st.builds(
    lambda pair, size, of: stories.Step("quote", (*pair, size, of)), ranges(), st.none() | sizes, instruments
)
bells = st.sampled_from([stories.Step("session_closes"), stories.Step("session_opens")])
market_moves = st.one_of(prints, bar_ranges, quotes, bells)
steps = st.one_of(placements(), placements(), prints, bar_ranges, quotes, cancellations, moves_of_cash, bells)


@st.composite
def lots(draw: st.DrawFn) -> tuple[Lot, ...]:
    """Return the lots of a position, oldest first."""
    holdings = draw(st.lists(st.tuples(decimals(1, 10**6, 3), decimals(0, 10**8, 2)), min_size=1, max_size=6))
    return tuple(
        Lot(LotId(derived(stories.HERE, "lot", number)), stories.FIRST_OPEN, number, quantity, cost)
        for number, (quantity, cost) in enumerate(holdings, 1)
    )


@st.composite
def working_orders(draw: st.DrawFn) -> Order:
    """Return an accepted order in ACME."""
    limit = draw(st.none() | decimals(1, 3000, 2))
    return stories.order_of(draw(sides), draw(decimals(1, 60, 0)), limit, draw(times_in_force))


@st.composite
def price_facts(draw: st.DrawFn) -> PriceFact:
    """Return one fact about ACME that an order can meet."""
    low, high = draw(ranges())
    facts: list[PriceFact] = [
        stories.fact_open(low),
        stories.fact_close(high),
        stories.fact_range(low, high),
        stories.fact_quote(stories.quote_of(low, high, draw(st.none() | sizes))),
    ]
    return draw(st.sampled_from(facts))
