"""Corporate actions as values: terms that cannot be are refused, and each unit becomes what it becomes."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    ActionTerms,
    CashDividend,
    Delisting,
    MalformedCorporateAction,
    Merger,
    Moment,
    Outcome,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
    moments,
    outcome,
)
from tests.scenery import ACME, GLOBEX, action_of

ONE, TWO, HALF = Decimal(1), Decimal(2), Decimal("0.5")


@pytest.mark.parametrize(
    "malformed",
    [
        lambda: CashDividend(ZERO),
        lambda: ShareDividend(ZERO),
        lambda: Split(TWO, TWO),
        lambda: Split(ZERO, ONE),
        lambda: SpinOff(GLOBEX, ZERO),
        lambda: SpinOff(GLOBEX, ONE, basis_rate=Decimal("1.01")),
        Merger,
        lambda: Merger(cash=-ONE, into=GLOBEX, rate=ONE),
        lambda: Merger(into=GLOBEX),
        lambda: Merger(cash=ONE, rate=ONE),
        lambda: Delisting(-ONE),
        lambda: replace(action_of(CashDividend(ONE)), announced_on=date(2030, 1, 1)),
        lambda: action_of(Split(TWO, ONE), in_lieu_price="0"),
    ],
)
def test_terms_that_cannot_be_are_refused(malformed: object) -> None:
    with pytest.raises(MalformedCorporateAction):
        malformed()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("terms", "becomes"),
    [
        (CashDividend(HALF), Outcome(((ACME, Fraction(1)),), HALF)),
        (Split(Decimal(3), TWO), Outcome(((ACME, Fraction(3, 2)),))),
        (ShareDividend(Decimal("0.05")), Outcome(((ACME, Fraction(21, 20)),))),
        (SpinOff(GLOBEX, HALF), Outcome(((ACME, Fraction(1)), (GLOBEX, Fraction(1, 2))))),
        (Merger(cash=TWO), Outcome((), TWO)),
        (Merger(cash=TWO, into=GLOBEX, rate=HALF), Outcome(((GLOBEX, Fraction(1, 2)),), TWO)),
        (SymbolChange(GLOBEX), Outcome(((GLOBEX, Fraction(1)),))),
        (Delisting(HALF), Outcome((), HALF)),
        (Delisting(), Outcome(((ACME, Fraction(1)),))),
    ],
)
def test_a_unit_becomes_units_cash_or_both(terms: ActionTerms, becomes: Outcome) -> None:
    assert outcome(action_of(terms)) == becomes


def test_only_cash_dividends_move_something_on_a_second_day_and_never_before_the_ex_date() -> None:
    dividend = action_of(CashDividend(ONE))
    later = replace(dividend, pay_on=date(2020, 4, 1))
    assert moments(later) == ((Moment.EX, later.ex_on), (Moment.PAY, date(2020, 4, 1)))
    for unusual in (dividend, replace(dividend, pay_on=date(2020, 3, 1))):
        assert moments(unusual) == ((Moment.EX, dividend.ex_on), (Moment.PAY, dividend.ex_on))
    split = action_of(Split(TWO, ONE))
    assert moments(split) == ((Moment.EX, split.ex_on),)


def test_an_action_is_known_from_its_announcement_and_without_one_from_its_ex_date() -> None:
    split = action_of(Split(TWO, ONE))
    assert split.known_on == split.ex_on
    assert replace(split, announced_on=date(2020, 3, 1)).known_on == date(2020, 3, 1)
    assert split.kind == "split"
