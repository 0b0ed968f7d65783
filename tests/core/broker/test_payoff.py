"""Payoff at expiry: corners, break-evens, and the most there is to win and to lose."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.payoff import PayoffUndefined, payoff
from tests.chains import DECEMBER, JANUARY, books, leg, legs, shares


@pytest.mark.parametrize(
    ("text", "max_profit", "max_loss", "break_evens"),
    [
        ("+1C100@2", None, "200", ["102"]),
        ("-1C100@2", "200", None, ["102"]),
        ("-1P100@3", "300", "9700", ["97"]),
        ("+1C100@5 -1C110@2", "700", "300", ["103"]),
        ("+1P90@1 -1P95@2 -1C105@2 +1C110@1", "200", "300", ["93", "107"]),
        ("+1C95@7 -2C100@4 +1C105@2", "400", "100", ["96", "104"]),
        ("+1C100@3 +1P100@3", None, "600", ["94", "106"]),
        ("+1C95@5 -1C105@5", "1000", "0", ["0", "95"]),
        ("+1P100", "10000", "0", ["100"]),
    ],
)
def test_profit_loss_and_break_evens(
    text: str, max_profit: str | None, max_loss: str | None, break_evens: list[str]
) -> None:
    found = payoff(legs(text))
    assert found.max_profit == (None if max_profit is None else Decimal(max_profit))
    assert found.max_loss == (None if max_loss is None else Decimal(max_loss))
    assert found.break_evens == tuple(Decimal(each) for each in break_evens)


def test_a_covered_call_has_shares_in_it() -> None:
    found = payoff((shares(100, "98"), *legs("-1C105@2")))
    assert (found.max_profit, found.max_loss) == (Decimal(900), Decimal(9600))
    assert found.break_evens == (Decimal(96),)
    assert found.cost == 9600


def test_the_ranges_that_win() -> None:
    assert payoff(legs("-1P95@2 -1C105@2")).gains() == ((Decimal(91), Decimal(109)),)
    assert payoff(legs("+1P95@2 +1C105@2")).gains() == ((Decimal(0), Decimal(91)), (Decimal(109), None))


@pytest.mark.parametrize(
    "lines", [(), (leg("+1C100"), leg("-1C100", JANUARY)), (leg("+1C100"), leg("+1C100", root="ABC"))]
)
def test_legs_that_do_not_end_together_have_no_payoff(lines: tuple[Leg, ...]) -> None:
    with pytest.raises(PayoffUndefined):
        payoff(lines)


@given(books(), st.integers(0, 30_000))
def test_the_line_says_what_the_legs_are_worth(book: tuple[Leg, ...], cents: int) -> None:
    lines = tuple(line for line in book if line.contract is None or line.contract.expires_on == DECEMBER)
    if not lines:
        return
    spot, found = Decimal(cents) / 100, payoff(lines)
    worth = sum((line.worth(spot) for line in lines), Decimal(0)) - found.cost
    assert abs(found.profit(spot) - worth) < Decimal("1e-9")
    assert found.max_profit is None or worth <= found.max_profit
    assert found.max_loss is None or -worth <= found.max_loss
    assert all(abs(found.profit(each)) < Decimal("1e-9") for each in found.break_evens)
