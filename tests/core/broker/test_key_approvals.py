"""What an order of a key is worth decides whether a person is asked first, however it is put."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.key_approvals import ApprovalNeeded, check_exercise, check_worth
from paperdesk.core.broker.key_budgets import Asked
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.values import replace
from tests.scenery import option
from tests.stories import Story


def asked(quantity: str, limit: str, *, replaces: bool = False) -> Asked:
    """Return a purchase as the writer has it when it looks at what it is worth."""
    story = Story(cash="10000000")
    order = story.order(story.place(Side.BUY, quantity, limit=limit))
    return Asked(story.account, (order,), (replace(order, quantity=Decimal(1)),) if replaces else (), story.view)


@given(quantity=st.integers(1, 50), price=st.integers(1, 90), above=st.integers(0, 5000), replaces=st.booleans())
def test_exactly_what_is_worth_more_than_the_threshold_has_to_wait(
    quantity: int, price: int, above: int, *, replaces: bool
) -> None:
    wish = asked(str(quantity), str(price), replaces=replaces)
    if quantity * price <= above:
        check_worth(Decimal(above), wish)
        return
    with pytest.raises(ApprovalNeeded) as needed:
        check_worth(Decimal(above), wish)
    assert needed.value.worth == quantity * price  # of a replacement all of it, or small steps would pass unasked
    assert needed.value.words == f"buy {quantity} ACME at {price}"


def test_an_exercise_counts_the_money_that_changes_hands_for_it() -> None:
    account, call = Story().account, option("call", "90")
    check_exercise(Decimal(18_000), account, call, Decimal(2))
    with pytest.raises(ApprovalNeeded) as needed:
        check_exercise(Decimal(17_999), account, call, Decimal(2))
    assert needed.value.worth == Decimal(18_000)
    assert needed.value.words.startswith("exercise 2 ")
