"""Jitter moves numbers a little and within what they may be, alike for equal seeds."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.jitter import Shaking, shaken
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.strategy.catalogue import SHIPPED

ALL = Shaking(0.2, 0.5, 4, 2, 3)
FEES = FeeSchedule("mine", per_share=Decimal("0.01"), value_rate=Decimal("0.001"), maker_rate=Decimal("-0.0001"))


@given(st.sampled_from(sorted(SHIPPED)), st.integers(1, 500), st.integers(0, 2**31))
def test_every_parameter_stays_near_what_it_was_and_within_what_it_may_be(name: str, number: int, seed: int) -> None:
    declared = SHIPPED[name].parameters
    values = {each: parameter.default for each, parameter in declared.items()}
    found = shaken(declared, values, ALL, number, seed)
    assert found == shaken(declared, values, ALL, number, seed)
    for each, value in found.parameters.items():
        was = values[each]
        assert declared[each].read(each, value) == value
        if isinstance(was, bool | str):
            assert value == was
        else:
            assert isinstance(value, int | Decimal)
            span = max(abs(Decimal(was)) * Decimal("0.2"), Decimal(1) if isinstance(was, int) else Decimal(0))
            assert abs(Decimal(value) - Decimal(was)) <= span + Decimal("0.5") * (was == int(was))
            # A hundred shares become ninety-seven, and not 97.13, which a desk would refuse.
            assert was != int(was) or value == int(value)
    assert Decimal("0.5") <= found.fees <= Decimal("1.5")
    assert 0 <= found.slippage_bps <= 4
    assert 0 <= found.half_spread_bps <= 2
    assert 0 <= found.delay_bars <= 3


def test_frictions_are_added_to_the_rules_and_rebates_are_left_alone() -> None:
    found = shaken({}, {}, ALL, 1, 5)
    before = Rules(fees=FEES)
    after = found.rules(before)
    assert after.fees.per_share == FEES.per_share * found.fees
    assert after.fees.value_rate == FEES.value_rate * found.fees
    assert after.fees.maker_rate == FEES.maker_rate
    assert after.fill_model.latency_bps == before.fill_model.latency_bps + found.slippage_bps
    assert after.fill_model.half_spread_bps == before.fill_model.half_spread_bps + found.half_spread_bps
    assert after.fill_model.name.startswith("realistic +")


def test_what_is_not_shaken_stays_as_it_is() -> None:
    declared = SHIPPED["sma_cross"].parameters
    values = {each: parameter.default for each, parameter in declared.items()}
    found = shaken(declared, values, Shaking(), 4, 9)
    assert found.parameters == values
    assert [found.fees, found.slippage_bps, found.half_spread_bps, found.delay_bars] == [1, 0, 0, 0]
