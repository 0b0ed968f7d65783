"""Option requirements: the exchange's worked examples, and what holds for every book.

Examples with a page are those of the Cboe Margin Manual of 30 November 2021. Those of IBM and SPX are from
Cboe's table "Margin Requirement Examples for Sample Options-based Positions" at the close of 23 February 2007,
which prints what is left to pay after proceeds.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.broker.legs import Leg, by_underlying
from paperdesk.core.broker.option_rates import LONG_DATED_DAYS, Basis
from paperdesk.core.broker.pairings import Underlying
from paperdesk.core.broker.requirements import EXACT_LINES, Requirement, requirement
from paperdesk.core.kernel.values import replace
from tests.chains import DECEMBER, JANUARY, books, leg, legs, shares

NOVEMBER = date(2024, 11, 1)


def market(spot: str, basis: Basis = Basis.EQUITY, leverage: str = "1", *, is_initial: bool = False) -> Underlying:
    """Return the market, with half and a quarter of what is held, and 30 % of what is sold short."""
    long_rate = Decimal("0.50") if is_initial else Decimal("0.25")
    short_rate = Decimal("0.50") if is_initial else Decimal("0.30")
    return Underlying(Decimal(spot), NOVEMBER, long_rate, short_rate, basis, Decimal(leverage), is_initial=is_initial)


@pytest.mark.parametrize(
    ("page", "text", "where", "total"),
    [
        ("p. 28 short put", "-1P80@2", market("95"), "1000"),
        ("p. 28 short put", "-1P20@1.50", market("19.50"), "540"),
        ("p. 29 fund of leverage two", "-1P725@3", market("970", leverage="2"), "14800"),
        ("p. 30 broad-based fund", "-1P410@.10", market("445.35", Basis.BROAD_INDEX), "4110"),
        ("p. 32 short call", "-1C120@8.40", market("128.50"), "3410"),
        ("p. 32 short call", "-1C30@.05", market("26.38"), "268.80"),
        ("p. 34 index call", "-1C430@8.70", market("433.35", Basis.BROAD_INDEX), "7370.25"),
        ("p. 39 long put spread", "+1P250@3 -1P240@.95", market("255"), "300"),
        ("p. 42 short call spread", "+1C125@3.80 -1C120@8.40", market("128.50"), "880"),
        ("p. 45 short straddle", "-1C90@7 -1P90@3.70", market("92.63"), "2922.60"),
        ("p. 52 long butterfly", "+1P540@5.60 -2P550@7.20 +1P555@9.80", market("550"), "2040"),
        ("p. 56 iron butterfly", "+1P16@.10 -1P20@.20 -1C20@7 +1C24@4", market("26.75"), "810"),
    ],
)
def test_the_worked_examples_of_the_margin_manual(page: str, text: str, where: Underlying, total: str) -> None:
    found = requirement(legs(text), where)
    assert (page, found.total) == (page, Decimal(total))
    assert len(found.paired) == 1


@pytest.mark.parametrize(
    ("page", "held", "text", "where", "total"),
    [
        ("p. 47 covered call, initial", 100, "-1C90@7", market("92.38", is_initial=True), "4619"),
        ("p. 47 short put, short shares", -100, "-1P250@3", market("255"), "33150"),
        ("p. 58 protective put", 100, "+1P95@1", market("103.50"), "1800"),
        ("p. 59 conversion", 100, "+1P110@1.35 -1C110@6.50", market("115"), "1100"),
        ("p. 60 reverse conversion", -100, "+1C110@6.50 -1P110@1.35", market("115"), "12100"),
        ("p. 61 reverse conversion", -100, "+1C75@.50 -1P75@4", market("71.90"), "8560"),
        ("p. 61 collar", 100, "+1P30@.40 -1C35@.20", market("31.75"), "475"),
    ],
)
def test_the_worked_examples_with_shares(page: str, held: int, text: str, where: Underlying, total: str) -> None:
    found = requirement((shares(held), *legs(text)), where)
    assert (page, found.total) == (page, Decimal(total))
    assert len(found.paired) == 1


IBM = market("97.73", is_initial=True)
SPX = market("1451.19", Basis.BROAD_INDEX, is_initial=True)


@pytest.mark.parametrize(
    ("name", "held", "text", "where", "needed"),
    [
        ("short call", 0, "-100C100@1.68", IBM, "172760"),
        ("short put", 0, "-100P100@3.18", IBM, "195460"),
        ("covered call", 10_000, "-100C100@1.68", IBM, "471850"),
        ("protective put", 10_000, "+100P95@1.02", IBM, "498850"),
        ("synthetic long", 0, "+100C100@1.68 -100P100@3.18", IBM, "212260"),
        ("risk reversal", 0, "+100P95@1.02 -100C105@.40", IBM, "132960"),
        ("collar", 10_000, "+100P95@1.02 -100C105@.40", IBM, "494850"),
        ("call spread", 0, "+100C95@4.53 -100C105@.40", IBM, "41300"),
        ("long straddle", 0, "+100P100@3.18 +100C100@1.68", IBM, "48600"),
        ("index call", 0, "-100C1460@21.66", SPX, "2088685"),
        ("index put", 0, "-100P1460@22.55", SPX, "2176785"),
        ("index risk reversal", 0, "+100P1450@18.72 -100C1500@5.96", SPX, "1875885"),
        ("index call spread", 0, "+100C1450@27.57 -100C1500@5.96", SPX, "216100"),
    ],
)
def test_what_is_left_to_pay_in_the_table_of_2007(
    name: str, held: int, text: str, where: Underlying, needed: str
) -> None:
    book = (*legs(text), *((shares(held),) if held else ()))
    # The table prints 48,500 for the straddle, which its own premiums do not give.
    assert (name, requirement(book, where).equity_needed) == (name, Decimal(needed))


def test_every_pairing_says_why() -> None:
    (spread,) = requirement(legs("+1C125@3.80 -1C120@8.40"), market("128.50")).paired
    assert (spread.strategy, spread.explanation) == ("vertical", "worst loss 500, at 125, and 380 for what is long")
    (naked,) = requirement(legs("-1P80@2"), market("95")).paired
    assert naked.explanation == "each premium 200 and 800: 20 % less what it is out of the money, at least 10 %"


def test_five_long_and_three_short_need_three_spreads_and_two_longs() -> None:
    found = requirement(legs("+5C100@5 -3C105@2"), market("100"))
    assert [(each.strategy, int(each.requirement)) for each in found.paired] == [("vertical", 1500), ("long", 1000)]
    assert found.equity_needed == 1900


def test_a_long_covers_only_if_it_expires_on_or_after_the_short() -> None:
    calendar = requirement((leg("-1C100@2"), leg("+1C100@3", JANUARY)), market("100"))
    assert [each.strategy for each in calendar.paired] == ["calendar"]
    assert calendar.total == 300
    reverse = requirement((leg("-1C100@3", JANUARY), leg("+1C100@2")), market("100"))
    assert {each.strategy for each in reverse.paired} == {"naked", "long"}


def test_a_far_spread_is_left_naked_where_that_needs_less() -> None:
    found = requirement(legs("-1P95@.50 +1P20@.01"), market("100"))
    assert {each.strategy for each in found.paired} == {"naked", "long"}


def test_a_spread_that_is_part_of_several_is_called_a_spread() -> None:
    found = requirement(legs("+1C100@4 -1C105@2 +1P80@.20 -1P85@.40"), market("100"))
    assert [each.strategy for each in found.paired] == ["spread"]


def test_a_long_dated_option_lends_a_quarter_of_its_value_while_it_stands_alone() -> None:
    far = NOVEMBER + timedelta(days=LONG_DATED_DAYS + 1)
    alone = requirement((leg("+1C100@8", far),), market("100"))
    assert alone.total == 600
    spread = requirement((leg("+1C100@8", far), leg("-1C100@2")), market("100"))
    assert spread.total == 800
    assert spread.paired[0].strategy == "calendar"


def test_an_adjusted_contract_covers_what_it_delivers() -> None:
    (short,) = legs("-1C100@2")
    assert short.contract is not None
    ten = replace(short.contract, root="XYZ1", underlying="XYZ", deliverable=Decimal(10))
    found = requirement((Leg("XYZ1", Decimal(-1), ten, Decimal(2)), shares(100)), market("500"))
    assert [(each.strategy, [int(line.quantity) for line in each.legs]) for each in found.paired] == [
        ("covered_call", [10, -1]),
        ("shares", [90]),
    ]
    (put,) = legs("-1P100@2")
    uneven = requirement((Leg("XYZ1", Decimal(-1), ten, Decimal(2)), put), market("100"))
    assert [each.strategy for each in uneven.paired] == ["naked", "naked"]


def cheapest_by_trial(book: tuple[Leg, ...], where: Underlying) -> Decimal:
    """Try every way to leave shorts out of one spread; what is left out is naked or straddled."""
    shorts = [line for line in book if not line.is_long]
    longs = [line for line in book if line.is_long]
    best = None
    for counts in product(*(range(int(line.size) + 1) for line in shorts)):
        inside = [Leg(s.symbol, Decimal(-n), s.contract, s.price) for s, n in zip(shorts, counts, strict=True) if n]
        outside = [
            Leg(s.symbol, s.quantity + n, s.contract, s.price)
            for s, n in zip(shorts, counts, strict=True)
            if n < s.size
        ]
        needed = requirement(outside, where).equity_needed + _together((*inside, *longs))
        best = needed if best is None else min(best, needed)
    assert best is not None
    return best


def _together(spread: tuple[Leg, ...]) -> Decimal:
    """Return what a spread needs, a fortune when nothing bounds its loss."""
    spots = [Decimal(0), *(line.contract.strike for line in spread if line.contract), Decimal(10_000)]
    loss = max(max(-sum((line.worth(spot) for line in spread), Decimal(0)), Decimal(0)) for spot in spots)
    calls = sum((line.quantity for line in spread if line.contract and line.contract.is_call), Decimal(0))
    return loss + sum((line.market_value for line in spread), Decimal(0)) + (10**9 if calls < 0 else 0)


@settings(max_examples=60, deadline=None)
@given(books(lines=4, sizes=3))
def test_no_pairing_of_one_expiry_needs_less(book: tuple[Leg, ...]) -> None:
    options = tuple(line for line in book if line.contract and line.contract.expires_on == DECEMBER)
    if options:
        assert requirement(options, market("100")).equity_needed == cheapest_by_trial(options, market("100"))


@given(books(), books(lines=1))
def test_one_more_long_never_raises_what_the_shorts_need(book: tuple[Leg, ...], more: tuple[Leg, ...]) -> None:
    longs = tuple(
        line for line in more if line.contract and line.is_long and line.symbol not in {each.symbol for each in book}
    )
    before, after = requirement(book, market("100")), requirement((*book, *longs), market("100"))
    paid = sum((line.market_value for line in longs), Decimal(0))
    assert after.equity_needed - paid <= before.equity_needed


@given(books())
def test_every_line_is_used_once_and_wholly(book: tuple[Leg, ...]) -> None:
    assert _used(requirement(book, market("100"))) == {line.symbol: line.quantity for line in book}


@settings(max_examples=15, deadline=None)
@given(books(lines=16, sizes=5))
def test_a_long_book_is_paired_in_parts_and_never_below_the_lowest(book: tuple[Leg, ...]) -> None:
    found = requirement(book, market("100"))
    options = [line for line in book if line.contract]
    assert found.is_exact is (len(options) <= EXACT_LINES)
    assert _used(found) == {line.symbol: line.quantity for line in book}
    assert list(by_underlying(book)) in ([], ["XYZ"])


@settings(max_examples=60, deadline=None)
@given(books(lines=8, sizes=4), st.integers(2, 5))
def test_a_book_that_is_cut_needs_what_the_exact_one_does_or_more(book: tuple[Leg, ...], lines: int) -> None:
    exact, cut = requirement(book, market("100")), requirement(book, market("100"), exact_lines=lines)
    assert exact.is_exact
    assert cut.is_exact is (len([line for line in book if line.contract]) <= lines)
    assert cut.equity_needed >= exact.equity_needed
    assert _used(cut) == _used(exact)


def test_a_book_of_fourteen_lines_is_cut_and_says_so() -> None:
    strikes = range(70, 140, 10)
    spreads = [line for strike in strikes for line in legs(f"-1P{strike}@2 +1P{strike - 5}@1")]
    found = requirement((*spreads, shares(100)), market("100"))
    assert not found.is_exact
    assert _used(found) == {line.symbol: line.quantity for line in (*spreads, shares(100))}
    exact = requirement((*spreads[:EXACT_LINES], shares(100)), market("100"))
    assert found.equity_needed >= exact.equity_needed


def test_a_book_without_anything_needs_nothing() -> None:
    assert requirement((), market("100")).total == 0


def _used(found: Requirement) -> dict[str, Decimal]:
    used: dict[str, Decimal] = {}
    for each in found.paired:
        for line in each.legs:
            used[line.symbol] = used.get(line.symbol, Decimal(0)) + line.quantity
    return used
