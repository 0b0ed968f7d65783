"""What a pair bought with leverage needs, for every cost and leverage there is, and where its account is liquidated."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.leverage import (
    LEVERAGE_MAX,
    initial,
    isolated_margin,
    liquidation_price,
    maintained_cost,
    maintenance,
    opened_cost,
    tier_of,
)
from paperdesk.core.broker.margin import Stage, requirement, standing
from paperdesk.core.broker.margin_book import Leverage, MarginBook, MarginMode
from paperdesk.core.broker.margin_rates import LEVERAGE_TIERS
from paperdesk.core.broker.margin_rules import MarginKind
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.broker.position_margin import PositionMargin, position_margin
from paperdesk.core.broker.valuation import value_account
from paperdesk.core.kernel.values import replace
from tests.scenery import ACME, CHAIN, COIN, REG_T, empty_account, free, mark_of, quote_of, rules
from tests.strategies import decimals

costs = decimals(0, 10**12, 2)
leverages = st.integers(1, LEVERAGE_MAX)
CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("cost", "leverage", "opens", "holds"),
    [
        ("50000", 10, "5000", "250"),
        ("50000", 125, "400", "250"),
        ("50000.01", 50, "1000.0002", "250.0001"),
        ("250000", 50, "5000", "2250"),
        ("1000000", 25, "40000", "17250"),
        ("5000000", 10, "500000", "217250"),
        ("20000000", 5, "4000000", "1717250"),
        ("30000000", 2, "15000000", "4217250"),
        ("30000000", 125, "4217250", "4217250"),  # its price rose beyond what it is lent on: never below maintenance
        ("0", 10, "0", "0"),
    ],
)
def test_a_cost_needs_what_its_tier_says(cost: str, leverage: int, opens: str, holds: str) -> None:
    assert initial(Decimal(cost), leverage) == Decimal(opens)
    assert maintenance(Decimal(cost)) == Decimal(holds)


def test_in_every_tier_what_opens_is_more_than_what_holds() -> None:
    assert LEVERAGE_TIERS[0].maintenance_rate == Decimal("0.005")
    for tier in LEVERAGE_TIERS:
        assert Decimal(1) / tier.leverage_max > tier.maintenance_rate
        assert tier_of(tier.above + CENT) is tier


@given(costs, decimals(0, 10**9, 2), leverages)
def test_more_never_needs_less_and_a_cent_more_never_needs_more_than_a_cent(
    cost: Decimal, more: Decimal, leverage: int
) -> None:
    for needed in (maintenance, lambda each: initial(each, leverage)):
        assert needed(cost) <= needed(cost + more)
        assert needed(cost + CENT) - needed(cost) <= CENT


@given(decimals(0, 10**10, 2), leverages)
def test_a_margin_maintains_and_opens_exactly_what_needs_so_much(margin: Decimal, leverage: int) -> None:
    assert maintenance(maintained_cost(margin)) == margin
    assert abs(initial(opened_cost(margin, leverage), leverage) - margin) < Decimal("1e-15")


@given(decimals(0, 10**8, 3), decimals(1, 10**8, 2), decimals(0, 10**10, 2), st.sampled_from(Stage))
def test_a_leverage_of_one_needs_all_of_the_value_as_without_any(
    quantity: Decimal, price: Decimal, cost: Decimal, stage: Stage
) -> None:
    usual, plain_one = Exposure(COIN, quantity, price), Exposure(COIN, quantity, price, 1, cost)
    assert requirement([plain_one], stage) == requirement([usual], stage) == usual.value


def leveraged(leverage: int, cash: Decimal, quantity: Decimal, cost: Decimal) -> Account:
    book = MarginBook(leverage=(Leverage(COIN.id, COIN.symbol, leverage),) if leverage > 1 else ())
    held = {COIN.id: Position(COIN.id, quantity, cost=cost)}
    return replace(empty_account(rules(margin=REG_T)), cash=cash, book=book, positions=held)


def margin_of(account: Account, price: Decimal, *, is_paired: bool = False) -> PositionMargin:
    marks = {COIN.id: mark_of(quote_of(str(price), str(price), of=COIN))} if price else {}
    worth = value_account(account.cash, "USD", list(account.positions.values()), marks)
    return position_margin(account, worth.positions[0], COIN, standing(account, marks), is_paired=is_paired)


@given(
    leverages.filter(lambda times: times > 1),
    decimals(1, 10**6, 3),
    decimals(100, 10**8, 2),
    decimals(100, 10**8, 2),
    decimals(-(10**8), 10**8, 2),
)
def test_at_its_liquidation_price_a_lone_position_leaves_its_account_worth_its_maintenance(
    leverage: int, quantity: Decimal, entry: Decimal, price: Decimal, owned: Decimal
) -> None:
    account = leveraged(leverage, owned - quantity * entry, quantity, quantity * entry)
    found = margin_of(account, price)
    if found.liquidation_price is None:
        assert account.cash >= maintenance(quantity * entry)
        return
    marks = {COIN.id: replace(mark_of(quote_of("1", "1", of=COIN)), price=found.liquidation_price)}
    stands = standing(account, marks)
    assert stands is not None
    assert abs(stands.equity - stands.maintenance) < Decimal("1e-9")
    assert found.maintenance == stands.maintenance


@given(leverages.filter(lambda times: times > 1), decimals(100, 5_000_000, 2))
def test_within_the_first_tier_the_liquidation_price_follows_from_entry_and_leverage(
    leverage: int, entry: Decimal
) -> None:
    account = leveraged(leverage, entry / leverage - entry, Decimal(1), entry)
    found, rate = margin_of(account, entry).liquidation_price, Decimal("0.005")
    assert found is not None
    assert abs(found - entry * (1 - Decimal(1) / leverage + rate)) < Decimal("1e-15")


def test_fifty_thousand_at_ten_times_are_liquidated_at_45_250() -> None:
    assert margin_of(leveraged(10, Decimal(-45_000), Decimal(1), Decimal(50_000)), Decimal(50_000)) == PositionMargin(
        10, Decimal(5000), Decimal(250), Decimal(45_250)
    )


def test_what_cannot_be_said_of_a_position_says_why() -> None:
    usual = leveraged(1, Decimal(10_000), Decimal(1), Decimal(50_000))
    price = Decimal(50_000)
    cash, portfolio = (
        replace(usual, rules=rules(margin=free(each))) for each in (MarginKind.CASH, MarginKind.PORTFOLIO)
    )
    assert margin_of(usual, price) == PositionMargin(1, price, price, reason="it was not bought with leverage")
    assert margin_of(cash, price) == PositionMargin(1, reason="a cash account owes nothing")
    assert "scan" in str(margin_of(portfolio, price).reason)
    assert "pairing" in str(margin_of(usual, price, is_paired=True).reason)
    assert "no price yet" in str(margin_of(usual, Decimal(0)).reason)
    rich = leveraged(2, Decimal(100_000), Decimal(1), Decimal(50_000))
    assert margin_of(rich, price).reason == "the account could carry all that the position could lose"
    assert {ACME.id, *(each.moves_with for each in CHAIN)} == {ACME.id}


@given(leverages, decimals(1, 10**6, 3), decimals(100, 10**8, 2), st.sampled_from([1, -1]))
def test_an_isolated_position_is_liquidated_where_its_margin_comes_down_to_what_maintains_it(
    leverage: int, units: Decimal, entry: Decimal, sign: int
) -> None:
    quantity, cost = sign * units, sign * units * entry
    leverage = min(leverage, tier_of(abs(cost)).leverage_max)
    margin = isolated_margin(cost, leverage, "USD")
    price = liquidation_price(quantity, cost, margin)
    assert abs(margin + quantity * price - cost - maintenance(abs(cost))) < Decimal("1e-9")
    assert price < entry if sign > 0 else price > entry
    assert 0 <= margin - initial(abs(cost), leverage) < CENT


@pytest.mark.parametrize(("quantity", "price"), [(1, 45_250), (-1, 54_750)])
def test_ten_times_fifty_thousand_on_a_margin_of_its_own_end_at_45_250_and_sold_short_at_54_750(
    quantity: int, price: int
) -> None:
    chosen = Leverage(COIN.id, COIN.symbol, 10, MarginMode.ISOLATED)
    account = leveraged(10, Decimal(100_000), Decimal(quantity), quantity * Decimal(50_000))
    account = replace(account, book=MarginBook(leverage=(chosen,)))
    for mark in ("48000", "0"):  # it needs no price to be told
        assert margin_of(account, Decimal(mark)) == PositionMargin(
            10, Decimal(5000), Decimal(250), Decimal(price), mode=MarginMode.ISOLATED
        )
