"""What a fill owes, by kind: rounded once for its order, whatever parts it fills in."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker import regulatory_rates
from paperdesk.core.broker.fees import (
    FEE_SCHEDULES,
    FeeRounding,
    FeeSchedule,
    RulesAsOf,
    UnknownFeeSchedule,
    commission,
    fee_due,
    fee_schedule,
    fees_due,
)
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.broker.regulatory_rates import SEC_SALES, TAF_SHARES, Rate, rate_on
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from tests.scenery import CALL, COIN, order_of, rules
from tests.stories import Story
from tests.strategies import decimals

REGULATORY = fee_schedule("regulatory_only")
OF_2024 = replace(REGULATORY, rules_as_of=RulesAsOf.TAPE_DATE)


def sale(on: date = date(2024, 6, 3), quantity: str = "1000") -> Order:
    return replace(
        order_of(Side.SELL, Decimal(quantity)), accepted_at=datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
    )


def due(schedule: FeeSchedule, order: Order, quantity: str, price: str, *, rests: bool = False) -> dict[str, str]:
    charged = fees_due(schedule, order, (Decimal(quantity), Decimal(price)), "USD", rests=rests)
    return {kind: str(amount) for kind, amount in charged.items()}


def test_a_sale_pays_regulators_by_the_rates_of_its_day_rounded_up() -> None:
    # 27.80 a million of 50,000 is 1.39; 0.000166 a share is 0.166, and later the audit trail 0.035.
    assert due(OF_2024, sale(), "1000", "50") == {"sec": "1.39", "taf": "0.17"}
    assert due(OF_2024, sale(date(2024, 9, 3)), "1000", "50") == {"cat": "0.04", "sec": "1.39", "taf": "0.17"}
    assert due(OF_2024, sale(date(2021, 3, 1)), "1000", "50") == {"sec": "0.26", "taf": "0.12"}


def test_by_default_the_rates_are_those_of_today_on_any_tape() -> None:
    old, new = (due(REGULATORY, sale(on), "1000", "50") for on in (date(1995, 1, 3), date(2024, 6, 3)))
    assert old == new


def test_exact_fees_keep_fractions_of_a_cent_and_reach_cash_with_them() -> None:
    exact = FeeSchedule("exact", value_rate=Decimal("0.001"), rounding=FeeRounding.EXACT)
    assert due(exact, order_of(quantity=Decimal(33)), "33", "10.01") == {"commission": "0.33033000"}
    assert due(replace(exact, rounding=FeeRounding.POSTING), order_of(quantity=Decimal(33)), "33", "10.01") == {
        "commission": "0.33"
    }


def test_nothing_that_is_filled_owes_nothing_not_even_the_least() -> None:
    assert fee_due(fee_schedule("per_share"), order_of(quantity=Decimal(10)), ZERO, Decimal(10), "USD") == ZERO


def test_a_purchase_pays_neither_section_31_nor_the_activity_fee() -> None:
    assert set(due(REGULATORY, order_of(quantity=Decimal(1000)), "1000", "50")) == {"cat"}


def test_the_activity_fee_has_a_most() -> None:
    assert due(OF_2024, sale(quantity="100000"), "100000", "1")["taf"] == "8.30"


def test_an_option_pays_by_the_contract_on_both_sides() -> None:
    bought = replace(order_of(quantity=Decimal(10)), instrument=CALL)
    assert due(REGULATORY, bought, "10", "2") == {"cat": "0.01", "orf": "0.29", "occ": "0.20"}
    sold = replace(bought, side=Side.SELL, accepted_at=datetime(2024, 6, 3, tzinfo=UTC))
    assert due(OF_2024, sold, "10", "2")["taf"] == "0.03"
    assert due(FeeSchedule("custom", per_contract=Decimal("0.65")), bought, "10", "2") == {"commission": "6.50"}


def test_what_is_not_listed_pays_no_american_regulator() -> None:
    assert due(REGULATORY, replace(order_of(), instrument=COIN), "1", "50") == {}


@pytest.mark.parametrize(
    ("schedule", "rests", "owed"),
    [
        (FeeSchedule("custom", value_rate=Decimal("0.001")), False, {"commission": "5.00"}),
        (FeeSchedule("custom", value_rate=Decimal("0.001"), order_maximum=Decimal(3)), False, {"commission": "3.00"}),
        (fee_schedule("maker_taker"), False, {"taker": "2.00"}),
        (fee_schedule("maker_taker"), True, {"maker": "1.00"}),
        (FeeSchedule("custom", maker_rate=Decimal("-0.0001")), True, {"maker": "-0.50"}),
        (fee_schedule("commission_free"), True, {}),
    ],
)
def test_each_way_of_charging(schedule: FeeSchedule, owed: dict[str, str], *, rests: bool) -> None:
    assert due(schedule, order_of(quantity=Decimal(100)), "100", "50", rests=rests) == owed


@given(
    st.sampled_from(sorted(FEE_SCHEDULES)), decimals(1, 10**6, 2), st.lists(st.integers(1, 500), min_size=1, max_size=8)
)
def test_parts_pay_together_what_the_whole_would_have_paid(name: str, price: Decimal, parts: list[int]) -> None:
    schedule = replace(fee_schedule(name), maker_rate=ZERO, taker_rate=ZERO)
    whole = order_of(Side.SELL, Decimal(sum(parts)))
    order, paid = whole, ZERO
    for part in parts:
        paid += sum(fees_due(schedule, order, (Decimal(part), price), "USD", rests=False).values(), ZERO)
        filled = order.filled_quantity + part
        order = replace(order, filled_quantity=filled, filled_value=order.filled_value + part * price)
    assert paid == fee_due(schedule, whole, whole.quantity, price, "USD")


@given(
    name=st.sampled_from(sorted(FEE_SCHEDULES)),
    price=decimals(1, 10**6, 2),
    quantity=st.integers(1, 5000),
    rests=st.booleans(),
)
def test_no_fill_owes_more_than_was_reserved_for_it(name: str, price: Decimal, quantity: int, *, rests: bool) -> None:
    order, schedule = order_of(quantity=Decimal(quantity)), fee_schedule(name)
    owed = sum(fees_due(schedule, order, (order.quantity, price), "USD", rests=rests).values(), ZERO)
    assert owed <= fee_due(schedule, order, order.quantity, price, "USD")


def test_each_kind_has_its_own_line_in_the_ledger_and_in_the_explanation() -> None:
    story = Story(rules=rules(REALISTIC, fee_schedule("per_share")))
    story.open("50")
    story.buy("100")
    story.close("50")
    story.sell("100")
    story.open("50")
    told = story.fills[1].explanation
    lines = {line.fee_kind: line.amount for line in story.entries[-1].postings if line.book is Book.FEES}
    assert told is not None
    assert told.fees == lines
    assert set(lines) == {"commission", "cat", "taf"}  # section 31 is zero now
    assert sum(lines.values()) == story.fills[1].fee


def test_schedules_are_found_by_name_and_unknown_ones_refused_with_the_names_there_are() -> None:
    assert {name: fee_schedule(name) for name in FEE_SCHEDULES} == FEE_SCHEDULES
    with pytest.raises(UnknownFeeSchedule) as refusal:
        fee_schedule("generous")
    assert refusal.value.facts == {"known": sorted(FEE_SCHEDULES)}


def test_every_table_of_rates_runs_forward_and_names_its_sources() -> None:
    tables = [table for table in vars(regulatory_rates).values() if isinstance(table, tuple)]
    assert len(tables) == 6
    for table in tables:
        assert all(isinstance(rate, Rate) and rate.source for rate in table)
        assert [rate.since for rate in table] == sorted({rate.since for rate in table})


@pytest.mark.parametrize(
    ("on", "amount"),
    [(date(2000, 1, 1), "0.0000174"), (date(2021, 2, 24), "0.0000221"), (date(2021, 2, 25), "0.0000051")],
)
def test_a_rate_holds_from_its_day_on(on: date, amount: str) -> None:
    assert rate_on(SEC_SALES, on).amount == Decimal(amount)
    assert rate_on(TAF_SHARES, None) is TAF_SHARES[-1]


def test_a_commission_may_be_of_the_value() -> None:
    assert commission(fee_schedule("percent"), Decimal(10), "USD", Decimal(1000)) == 1
