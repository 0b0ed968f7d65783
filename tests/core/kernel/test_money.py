"""Money is exact, rounded once, and never mixes with floats."""

from contextvars import copy_context
from decimal import ROUND_CEILING, Decimal, DefaultContext, FloatOperation, getcontext, setcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.money import (
    CURRENCY_EXPONENTS,
    MAGNITUDE_MAX,
    MalformedNumber,
    UnknownCurrency,
    cent,
    decimal_from_text,
    fine_money,
    money,
    money_from_float,
    places,
    plain,
    to_array,
    trap_floats,
)
from tests.strategies import amounts, currencies, numbers


@pytest.mark.parametrize(("currency", "smallest"), [("USD", "0.01"), ("JPY", "1"), ("BTC", "0.00000001")])
def test_every_currency_has_its_smallest_amount(currency: str, smallest: str) -> None:
    assert cent(currency) == Decimal(smallest)


def test_an_unlisted_currency_is_refused_not_guessed() -> None:
    with pytest.raises(UnknownCurrency) as refusal:
        cent("XAU")
    assert refusal.value.facts == {"currency": "XAU"}


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.005", "0.00"), ("0.015", "0.02"), ("0.025", "0.02"), ("-0.015", "-0.02"), ("1.0049", "1.00")],
)
def test_cash_is_rounded_half_to_even(exact: str, rounded: str) -> None:
    assert str(money(Decimal(exact))) == rounded


def test_another_rounding_must_be_asked_for() -> None:
    assert money(Decimal("0.001"), rounding=ROUND_CEILING) == Decimal("0.01")


@given(amounts, currencies)
def test_rounding_moves_an_amount_by_half_a_cent_at_most_and_only_once(amount: Decimal, currency: str) -> None:
    rounded = money(amount, currency)
    assert abs(rounded - amount) <= cent(currency) / 2
    assert money(rounded, currency) == rounded
    assert places(rounded) <= CURRENCY_EXPONENTS[currency]


def test_the_largest_price_times_the_largest_quantity_can_still_be_rounded() -> None:
    largest = decimal_from_text("999999999999999")
    assert money(largest * largest) > MAGNITUDE_MAX


def test_fine_money_keeps_fractions_of_a_cent_of_whatever_can_be_priced() -> None:
    assert fine_money(Decimal("2.5125")) == Decimal("2.5125")
    assert fine_money(Decimal("0.000000015")) == Decimal("0.00000002")
    assert fine_money(MAGNITUDE_MAX * MAGNITUDE_MAX + Decimal("0.01")) == MAGNITUDE_MAX * MAGNITUDE_MAX


@given(numbers)
def test_a_number_written_plainly_reads_back_equal(number: Decimal) -> None:
    text = plain(number)
    assert decimal_from_text(text) == number
    assert "E" not in text
    assert plain(decimal_from_text(text)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [("1E+3", "1000"), ("1.50", "1.5"), ("100", "100"), ("-0.00", "0"), ("0E-9", "0"), ("-0E+3", "0"), ("-2.0", "-2")],
)
def test_plain_numbers_have_no_exponent_and_no_trailing_zeros(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@pytest.mark.parametrize(("number", "needed"), [("1.50", 1), ("1E+3", 0), ("0.000000001", 9), ("0", 0)])
def test_places_are_counted_without_trailing_zeros(number: str, needed: int) -> None:
    assert places(Decimal(number)) == needed


def test_places_of_a_long_number_are_counted_exactly() -> None:
    assert places(Decimal("123456789012345.123456789012345678")) == 18


@pytest.mark.parametrize(
    "text",
    [
        *("", "ten", "1,5", "NaN", "sNaN", "Infinity", "-inf"),
        *("1000000000000000", "1e99999999999", "0.0000000000000000001", "1e-99999999999"),
    ],
)
def test_what_is_not_a_number_we_can_hold_is_refused(text: str) -> None:
    with pytest.raises(MalformedNumber) as refusal:
        decimal_from_text(text)
    assert refusal.value.facts == {"value": text}


def test_a_refusal_quotes_only_the_beginning_of_nonsense() -> None:
    with pytest.raises(MalformedNumber) as refusal:
        decimal_from_text("x" * 10_000)
    assert refusal.value.facts == {"value": "x" * 40}


def test_comparing_money_with_a_float_raises_once_the_trap_is_set() -> None:
    trapped_before = DefaultContext.traps[FloatOperation]

    def mix() -> None:
        untrapped = getcontext().copy()
        untrapped.traps[FloatOperation] = False
        setcontext(untrapped)
        assert Decimal("0.5") < 0.75
        trap_floats()
        for mixture in (lambda: Decimal("0.5") < 0.75, lambda: Decimal(0.5)):  # noqa: RUF032 - the float is the point
            with pytest.raises(FloatOperation):
                mixture()

    try:
        copy_context().run(mix)
        assert DefaultContext.traps[FloatOperation], "threads that start later are trapped too"
    finally:
        DefaultContext.traps[FloatOperation] = trapped_before


def test_decimals_enter_arrays_as_floats() -> None:
    assert to_array([Decimal("0.5"), Decimal(-2)]) == [0.5, -2.0]


@given(st.integers(-(10**11), 10**11))
def test_cents_survive_the_way_through_a_float(units: int) -> None:
    amount = Decimal(units).scaleb(-2)
    assert money_from_float(to_array([amount])[0], 2) == amount


@pytest.mark.parametrize(("number", "rounded"), [(0.125, "0.12"), (0.375, "0.38"), (2.675, "2.68"), (1e-9, "0.00")])
def test_a_float_becomes_money_as_it_is_written_and_half_to_even(number: float, rounded: str) -> None:
    assert str(money_from_float(number, 2)) == rounded


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_never_become_money(number: float) -> None:
    with pytest.raises(AssertionError):
        money_from_float(number, 2)
