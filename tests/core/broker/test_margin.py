"""What positions need and what an account has, held against worked numbers of Regulation T and FINRA 4210."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.margin import (
    Stage,
    buying_power,
    is_pattern_day_trader,
    means,
    overnight_buying_power,
    requirement,
    stage_of,
    standing,
)
from paperdesk.core.broker.margin_book import DayTrade, MarginBook
from paperdesk.core.broker.margin_rules import BorrowTable, MarginKind, MarginRegime, MarginRules
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.kernel.values import replace
from tests.scenery import ACME, COIN, FIRST_OPEN, GLOBEX, REG_T, empty_account, mark_of, order_id, quote_of, rules


def held(quantity: str, price: str) -> Exposure:
    return Exposure(ACME, Decimal(quantity), Decimal(price))


def account_with(cash: str, *positions: tuple[str, str], margin: MarginRules = REG_T) -> Account:
    account = replace(empty_account(rules(margin=margin)), cash=Decimal(cash))
    found = {
        of.id: Position(of.id, quantity=Decimal(quantity))
        for of, (quantity, _) in zip((ACME, GLOBEX), positions, strict=False)
    }
    return replace(account, positions=found)


def marks_of(*positions: tuple[str, str]) -> Marks:
    quotes = [quote_of(price, price, of=of) for of, (_, price) in zip((ACME, GLOBEX), positions, strict=False)]
    return {mark.instrument.id: mark for mark in map(mark_of, quotes)}


@pytest.mark.parametrize(
    ("quantity", "price", "initial", "maintenance"),
    [
        ("100", "50", "2500", "1250"),  # long: half, and a quarter
        ("-100", "50", "2500", "1500"),  # short: half beside its proceeds, and 30 %
        ("-100", "16", "800", "500"),  # short: 5.00 a unit is more than 30 % of 16.00
        ("-100", "10", "500", "500"),  # short at 10.00: 5.00 a unit is half
        ("-100", "5", "500", "500"),  # short at 5.00 exactly: the rule of the dearer ones
        ("-100", "4", "400", "400"),  # below 5.00: all of its value
        ("-100", "2", "250", "250"),  # below 2.50: 2.50 a unit
        ("0", "50", "0", "0"),
    ],
)
def test_shares_need_what_the_rules_say(quantity: str, price: str, initial: str, maintenance: str) -> None:
    assert requirement([held(quantity, price)], Stage.INITIAL) == Decimal(initial)
    assert requirement([held(quantity, price)], Stage.MAINTENANCE) == Decimal(maintenance)


def test_what_nothing_is_lent_on_is_paid_in_full() -> None:
    coin = Exposure(COIN, Decimal("0.5"), Decimal(50_000))
    assert {requirement([coin], stage) for stage in Stage} == {Decimal(25_000)}


def test_a_purchase_on_half_margin_stands_as_the_textbook_says() -> None:
    """A deposit of 10,000 buys 20,000 worth; at 16,000 equity is 6,000 over a maintenance of 4,000."""
    account = account_with("-10000", ("200", ""))
    stands = standing(account, marks_of(("200", "100")))
    assert stands is not None
    assert (stands.equity, stands.initial_excess, stands.maintenance_excess) == (
        Decimal(10_000),
        Decimal(0),
        Decimal(5_000),
    )
    fallen = standing(account, marks_of(("200", "80")))
    assert fallen is not None
    assert (fallen.equity, fallen.maintenance, fallen.initial_excess) == (
        Decimal(6_000),
        Decimal(4_000),
        Decimal(-2_000),
    )
    # The price of a maintenance call is debit / (1 - 25 %): 13,333.33, or 66.67 a unit.
    called = standing(account, marks_of(("200", "66.66")))
    assert called is not None
    assert called.maintenance_excess < 0


def test_a_short_sale_is_called_where_its_credit_is_thirteen_tenths_of_its_value() -> None:
    """10,000 deposited and 20,000 sold short are a credit of 30,000; it is 130 % of 23,076.92."""
    account = account_with("30000", ("-200", ""))
    stands = standing(account, marks_of(("-200", "100")))
    assert stands is not None
    assert (stands.equity, stands.short_value, stands.initial_excess) == (Decimal(10_000), Decimal(-20_000), Decimal(0))
    above, below = (standing(account, marks_of(("-200", price))) for price in ("115.38", "115.39"))
    assert above is not None
    assert below is not None
    assert above.maintenance_excess > 0 > below.maintenance_excess


def test_longs_and_shorts_are_needed_for_side_by_side() -> None:
    positions = (("100", "50"), ("-100", "20"))
    stands = standing(account_with("5000", *positions), marks_of(*positions))
    assert stands is not None
    assert (stands.equity, stands.long_value, stands.short_value) == (Decimal(8_000), Decimal(5_000), Decimal(-2_000))
    assert (stands.initial, stands.maintenance) == (Decimal(3_500), Decimal(1_850))


def test_a_position_without_a_price_leaves_the_standing_unknown() -> None:
    assert standing(account_with("5000", ("100", "50")), {}) is None
    assert standing(account_with("5000"), {}) is not None


def test_each_regime_has_its_requirement_and_its_means() -> None:
    positions = (("200", "100"),)
    marks = marks_of(*positions)
    book = MarginBook(memorandum=Decimal(1_000), excess_at_close=Decimal(3_000))
    found = {}
    for regime in MarginRegime:
        account = replace(account_with("-10000", *positions, margin=MarginRules(MarginKind.REG_T, regime)), book=book)
        stands = standing(account, marks)
        assert stands is not None
        found[regime] = (stage_of(account), means(account, stands))
    assert found == {
        MarginRegime.REALTIME_BLOCK: (Stage.MAINTENANCE, Decimal(5_000)),
        MarginRegime.INTRADAY_CALL: (Stage.INITIAL, Decimal(1_000)),
        MarginRegime.LEGACY_PDT: (Stage.INITIAL, Decimal(1_000)),
    }


def test_four_day_trades_make_a_pattern_and_four_times_the_excess_of_the_last_close() -> None:
    trades = tuple(DayTrade(FIRST_OPEN.date(), order_id(number)) for number in range(4))
    account = account_with("50000", margin=MarginRules(MarginKind.REG_T, MarginRegime.LEGACY_PDT))
    account = replace(account, book=MarginBook(excess_at_close=Decimal(30_000), day_trades=trades))
    stands = standing(account, {})
    assert stands is not None
    assert is_pattern_day_trader(account)
    assert (stage_of(account), means(account, stands)) == (Stage.MAINTENANCE, Decimal(30_000))


def test_what_no_list_names_is_easy_to_borrow() -> None:
    table = BorrowTable(Decimal("0.01"), {"ACME": Decimal("0.40"), "GLOBEX": None})
    assert [table.rate_of(symbol) for symbol in ("ACME", "GLOBEX", "BOLT")] == [Decimal("0.40"), None, Decimal("0.01")]


def test_buying_power_is_what_the_regime_leaves_and_without_equity_only_cash() -> None:
    held_by_orders, book = Decimal(1_000), MarginBook(memorandum=Decimal(6_000))
    found = {}
    for regime in (MarginRegime.REALTIME_BLOCK, MarginRegime.INTRADAY_CALL):
        account = account_with("10000", margin=MarginRules(MarginKind.REG_T, regime))
        account = replace(account, held=held_by_orders, book=book)
        stands = standing(account, {})
        assert stands is not None
        found[regime] = (buying_power(account, stands), overnight_buying_power(account))
    assert found == {
        MarginRegime.REALTIME_BLOCK: (Decimal(36_000), Decimal(10_000)),
        MarginRegime.INTRADAY_CALL: (Decimal(10_000), Decimal(10_000)),
    }
    poor = replace(account_with("1500"), held=held_by_orders)
    stands = standing(poor, {})
    assert stands is not None
    assert buying_power(poor, stands) == Decimal(500)
