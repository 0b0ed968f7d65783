"""The Greeks of positions add up by underlying and in money; what is not known of one is not known of the whole."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.marks import QUOTE_MID, Greeks, Mark
from paperdesk.core.broker.portfolio_greeks import NO_GREEKS, NO_PRICE, NOTHING, PortfolioGreeks, portfolio_greeks
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from tests.scenery import ACME, COIN, FIRST_OPEN, option

CALL = option("C", "100", days=30)
SHARES = Mark(ACME, Decimal(100), QUOTE_MID, FIRST_OPEN)
SENSED = Greeks(Decimal(50), Decimal(-4), Decimal(12), Decimal(2), Decimal(3))


def of(held: dict[Instrument, int], *marks: Mark) -> PortfolioGreeks:
    quantities: dict[InstrumentId, Decimal] = {each.id: Decimal(n) for each, n in held.items()}
    return portfolio_greeks(quantities, {each.id: each.symbol for each in held}, {m.instrument.id: m for m in marks})


def call(greeks: Greeks | None = SENSED) -> Mark:
    return Mark(CALL, Decimal(3), QUOTE_MID, FIRST_OPEN, greeks=lambda: greeks)


def test_shares_and_options_add_up_in_shares_and_in_money() -> None:
    found = of({ACME: 10, CALL: -2}, SHARES, call())
    (acme,) = found.underlyings
    assert (acme.underlying, acme.delta, acme.gamma) == ("ACME", Decimal(-90), Decimal(-4))
    assert acme.money == found.total
    assert found.total is not None
    assert (found.total.delta, found.total.gamma) == (Decimal(-9000), Decimal(-400))
    assert (found.total.theta, found.total.vega, found.total.rho) == (Decimal(8), Decimal(-24), Decimal(-6))
    assert found.invested == 10 * 100 + 2 * 3 * 100
    assert found.per_thousand == found.total.times(Decimal(1000) / 1600)


def test_what_is_not_known_of_one_is_not_known_of_the_whole() -> None:
    coin = replace(SHARES, instrument=COIN)
    found = of({ACME: 1, CALL: 1, COIN: 1}, SHARES, call(None), coin)
    assert [(each.underlying, each.delta, dict(each.missing)) for each in found.underlyings] == [
        ("ACME", None, {CALL.symbol: NO_GREEKS}),
        (COIN.symbol, Decimal(1), {}),
    ]
    assert (found.total, found.per_thousand, found.invested) == (None, None, Decimal(500))
    unpriced = of({ACME: 1})
    assert dict(unpriced.underlyings[0].missing) == {"ACME": NO_PRICE}
    assert (unpriced.invested, unpriced.total) == (None, None)
    (alone,) = of({CALL: 1}, call()).underlyings
    assert (alone.underlying, alone.spot, alone.money) == (CALL.symbol, None, None)


def test_nothing_held_is_nothing_and_nothing_for_each_thousand() -> None:
    found = of({})
    assert (found.total, found.invested, found.per_thousand) == (NOTHING, Decimal(0), None)


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_greeks_of_two_portfolios_together_are_the_sum_of_theirs(shares: int, calls: int) -> None:
    whole = {ACME: shares, CALL: calls}
    both, one, other = (of(held, SHARES, call()).total for held in (whole, {ACME: shares}, {CALL: calls}))
    assert both is not None
    assert one is not None
    assert other is not None
    assert (both.delta, both.vega) == (one.delta + other.delta, one.vega + other.vega)
