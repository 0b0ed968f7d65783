"""What combos hold, what they are refused for, and who may trade which."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.approvals import OptionLevelTooLow
from paperdesk.core.broker.checks import InsufficientShares, IntentNotFitting, NoPriceYet
from paperdesk.core.broker.combo_terms import (
    LegCountOutOfRange,
    LegRepeated,
    MultipliersDiffer,
    RatioNotWhole,
    RatiosNotReduced,
    StructureNotFitting,
    UnderlyingsDiffer,
    check_terms_of_combo,
)
from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.commands import ComboLeg, PlaceCombo
from paperdesk.core.broker.fill_models import HARSH
from paperdesk.core.broker.margin_checks import (
    InsufficientBuyingPower,
    MinimumEquityMissing,
    NotBorrowable,
    PositionsWithoutPrice,
)
from paperdesk.core.broker.margin_rules import BorrowTable, MarginKind, MarginRules
from paperdesk.core.broker.orders import (
    AT_RELEASE,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from paperdesk.core.broker.preview import preview
from paperdesk.core.broker.risk_checks import RiskTooHigh
from paperdesk.core.broker.risk_rules import RiskFigures, RiskLimits, RiskMode, RiskRules
from paperdesk.core.broker.terms import (
    LimitPriceMissing,
    LimitPriceNotAllowed,
    PriceOffTick,
    QuantityNotPositive,
    QuantityTooPrecise,
    TimeInForceNotAllowed,
    TypeNotAllowed,
)
from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.values import replace
from tests.chains import asked_combo
from tests.pit import CREDIT, HIGH, LOW, LOW_PUT, PUT, VERTICAL, desk, leg_statuses, quoted
from tests.scenery import ACME, CASH_ONLY, GLOBEX, PER_SHARE, REG_T, order_id, rules
from tests.stories import Story


def test_a_debit_spread_holds_its_limit_and_a_second_one_as_much_again() -> None:
    story = desk()
    story.combo(VERTICAL, "2.90")
    assert story.account.held == Decimal(290)
    story.combo(VERTICAL, "2.60", "2")
    assert story.account.held == Decimal(290 + 520)


def test_earlier_orders_count_so_the_hold_is_what_it_adds_to_the_requirement() -> None:
    story = desk(level=4)
    story.buy("1", "5.50", symbol=LOW.symbol)
    held = story.account.held
    story.combo(f"-1 {HIGH.symbol} -1 {PUT.symbol} +1 {LOW_PUT.symbol}", "-4.50")
    assert story.account.held - held < Decimal(500)
    alone = desk(level=4)
    alone.combo(f"-1 {HIGH.symbol} -1 {PUT.symbol} +1 {LOW_PUT.symbol}", "-4.50")
    assert alone.account.held > Decimal(500)


def test_earlier_orders_that_only_close_take_nothing_from_a_combo() -> None:
    story = desk()
    story.buy("1", symbol=PUT.symbol)
    quoted(story)
    story.sell("1", "9.00", symbol=PUT.symbol)
    story.combo(VERTICAL, "2.75")
    assert story.account.held == Decimal(275)


def test_closing_a_spread_reserves_its_units_and_no_money_and_takes_the_oldest_lots_first() -> None:
    story = desk()
    story.combo(VERTICAL, None)
    quoted(story)
    story.combo(VERTICAL, None)
    quoted(story, **{LOW.symbol: ("6.00", "6.10")})
    combo = story.combo(f"-1:stc {LOW.symbol} +1:btc {HIGH.symbol}", "-2.50", structure=Strategy.VERTICAL)
    assert story.account.held == 0
    assert (story.position(LOW).reserved, story.position(HIGH).reserved) == (Decimal(1), Decimal(1))
    quoted(story)
    assert story.order(combo).status is OrderStatus.FILLED
    assert story.position(LOW).cost == Decimal(610)
    assert story.position(LOW).reserved == 0


def test_a_spread_whose_units_are_promised_already_is_judged_as_one_that_opens() -> None:
    story = desk()
    story.combo(VERTICAL, None)
    quoted(story)
    story.combo(CREDIT, "-2.50")
    again = story.combo(CREDIT, "-2.60")
    assert story.order(again).status is OrderStatus.ACCEPTED
    covered = desk(level=3)
    covered.combo(VERTICAL, None)
    quoted(covered)
    covered.combo(CREDIT, "-2.50")
    covered.account = replace(covered.account, rules=replace(covered.account.rules, option_level=2))
    with pytest.raises(OptionLevelTooLow):
        covered.combo(CREDIT, "-2.60")


def test_a_roll_closes_one_leg_and_opens_the_other_in_one_ticket() -> None:
    story = desk(level=4)
    story.sell("1", symbol=LOW.symbol)
    quoted(story)
    combo = story.combo(f"+1:btc {LOW.symbol} -1:sto {HIGH.symbol}")
    quoted(story)
    assert story.order(combo).average_fill_price == Decimal("2.75")
    assert (story.position(LOW).quantity, story.position(HIGH).quantity) == (Decimal(0), Decimal(-1))


def test_a_leg_that_crosses_zero_closes_first_and_opens_the_rest() -> None:
    story = desk("50000", 4)
    story.buy("1", symbol=LOW.symbol)
    quoted(story)
    combo = story.combo(CREDIT, None, "3")
    assert story.position(LOW).reserved == 1
    quoted(story)
    assert story.order(combo).status is OrderStatus.FILLED
    assert (story.position(LOW).quantity, story.position(HIGH).quantity) == (Decimal(-2), Decimal(3))


def test_a_cash_account_pays_the_net_price_and_sells_only_what_it_holds() -> None:
    story = desk(margin=CASH_ONLY)
    with pytest.raises(InsufficientShares):
        story.combo(VERTICAL)
    story.combo(f"+1 {LOW.symbol} +1 {PUT.symbol}", "9.60")
    assert story.account.held == Decimal(960)
    quoted(story)
    combo = story.combo(f"-1:stc {LOW.symbol} +1:bto {HIGH.symbol}", "-2.50")
    assert (story.account.held, story.position(LOW).reserved) == (Decimal(0), Decimal(1))
    quoted(story)
    assert story.order(combo).average_fill_price == Decimal("-2.55")
    assert story.account.cash == Decimal(20_000) - 960 + 255


def test_a_cash_account_shrinks_what_it_holds_as_a_combo_fills_in_parts() -> None:
    story = desk(margin=CASH_ONLY, fees=PER_SHARE)
    combo = story.combo(f"+1 {LOW.symbol} +1 {PUT.symbol}", "9.70", "4")
    assert story.account.held == Decimal(4 * 970) + 2 * Decimal(1)
    quoted(story, ("1", "1"))
    assert story.order(combo).filled_quantity == 1
    assert story.account.held == Decimal(3 * 970)


def test_a_market_combo_that_costs_more_than_is_free_ends_and_so_does_its_rest() -> None:
    story = desk("1000", margin=CASH_ONLY)
    combo = story.combo(f"+1 {LOW.symbol} +1 {PUT.symbol}")
    quoted(story, **{LOW.symbol: ("9", "9")})
    assert (story.order(combo).status, story.order(combo).closed_reason) == (OrderStatus.CANCELLED, AT_RELEASE)
    assert story.fills == []
    story = desk("2000", margin=CASH_ONLY)
    combo = story.combo(f"+1 {LOW.symbol} +1 {PUT.symbol}", None, "2")
    quoted(story, ("1", "1"), **{LOW.symbol: ("9", "9")})
    assert story.order(combo).filled_quantity == 1
    assert (story.order(combo).status, story.order(combo).closed_reason) == (OrderStatus.CANCELLED, AT_RELEASE)
    assert leg_statuses(story, combo) == [OrderStatus.CANCELLED] * 2


def test_a_margined_account_that_cannot_carry_it_any_more_when_it_fills_gets_none_of_it() -> None:
    story = desk("2100")
    combo = story.combo(CREDIT, None, "5")
    quoted(story, **{LOW.symbol: ("3.00", "3.10")})
    assert (story.order(combo).status, story.order(combo).closed_reason) == (OrderStatus.CANCELLED, AT_RELEASE)
    assert not story.fills
    assert not story.account.held


def test_what_margin_does_not_carry_is_refused() -> None:
    with pytest.raises(InsufficientBuyingPower):
        desk("3000").combo(CREDIT, "-2.50", "20")
    with pytest.raises(InsufficientBuyingPower):
        desk("1000").combo(f"+1 {LOW.symbol} +1 {PUT.symbol}", "9.60", "2")
    with pytest.raises(MinimumEquityMissing):
        desk("1000").combo(VERTICAL)


def test_approval_levels_are_judged_by_all_legs_together() -> None:
    with pytest.raises(OptionLevelTooLow) as refusal:
        desk(level=2).combo(VERTICAL)
    assert refusal.value.facts["needed"] == 3
    with pytest.raises(OptionLevelTooLow) as refusal:
        desk().combo(f"+1 {LOW.symbol} -2 {HIGH.symbol}")
    assert refusal.value.facts["needed"] == 4
    with pytest.raises(OptionLevelTooLow):
        desk(level=1).combo(f"+100 ACME +1 {LOW_PUT.symbol}")


def test_shares_that_a_combo_sells_short_have_to_be_lent() -> None:
    margin = MarginRules(MarginKind.REG_T, borrow=BorrowTable(Decimal(0), {"ACME": None}))
    with pytest.raises(NotBorrowable):
        desk(margin=margin).combo(f"-100 ACME +1 {LOW.symbol}")
    story = desk("50000")
    story.combo(f"-100 ACME +1 {LOW.symbol}")
    story.quote("100", "100.02")
    quoted(story)
    assert story.position().quantity == -100


def test_a_combo_is_no_order_in_its_underlying() -> None:
    story = desk()
    combo = story.combo(VERTICAL, "2.00")
    story.quote("1.00", "1.10")
    story.open("1.00")
    assert story.order(combo).status is OrderStatus.ACCEPTED


def test_without_prices_nobody_knows_what_it_holds() -> None:
    story = Story(cash="20000", rules=replace(rules(margin=REG_T), option_level=3))
    story.quote("100", "100.02")
    with pytest.raises(NoPriceYet):
        story.combo(VERTICAL, "2.75")


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ((f"+1 {LOW.symbol}", "1"), LegCountOutOfRange),
        ((f"+1 {LOW.symbol} -1 {LOW.symbol}", "1"), LegRepeated),
        ((f"+1 {LOW.symbol} -1 NOBODY", "1"), UnknownSymbol),
        ((f"+1 {LOW.symbol} -1 GLOBEX", "1"), UnderlyingsDiffer),
        ((f"+2 {LOW.symbol} -2 {HIGH.symbol}", "1"), RatiosNotReduced),
        ((f"+1.5 {LOW.symbol} -1 {HIGH.symbol}", "1"), RatioNotWhole),
        ((f"+0 {LOW.symbol} -1 {HIGH.symbol}", "1"), RatioNotWhole),
        ((VERTICAL, "2.755"), PriceOffTick),
        ((VERTICAL, "2.75", "0"), QuantityNotPositive),
        ((VERTICAL, "2.75", "1.5"), QuantityTooPrecise),
        ((f"+1:sto {LOW.symbol} -1 {HIGH.symbol}", "1"), IntentNotFitting),
        ((f"+1:btc {LOW.symbol} -1 {HIGH.symbol}", "1"), IntentNotFitting),
    ],
)
def test_legs_that_do_not_fit_are_refused_by_name(asked: tuple[str, ...], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        desk().combo(*asked)


def test_a_claimed_structure_is_checked_against_the_legs() -> None:
    story = desk()
    with pytest.raises(StructureNotFitting) as refusal:
        story.combo(VERTICAL, structure=Strategy.STRADDLE)
    assert refusal.value.facts == {"claimed": "straddle", "found": "vertical"}
    condor = f"-1 {LOW_PUT.symbol} +1 {PUT.symbol} -1 {LOW.symbol} +1 {HIGH.symbol}"
    assert story.order(story.combo(condor)).structure is not None


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"type": OrderType.STOP}, TypeNotAllowed),
        ({"type": OrderType.LIMIT}, LimitPriceMissing),
        ({"limit_price": Decimal(1)}, LimitPriceNotAllowed),
        ({"time_in_force": TimeInForce.OPG}, TimeInForceNotAllowed),
    ],
)
def test_types_and_times_that_no_combo_has_are_refused(terms: dict[str, object], refusal: type[Exception]) -> None:
    story = desk()
    pair = (ComboLeg(LOW.symbol, Side.BUY), ComboLeg(HIGH.symbol, Side.SELL))
    command = PlaceCombo(story.account.id, order_id(90), pair, Decimal(1))
    with pytest.raises(refusal):
        story.asks(replace(command, **terms))  # type: ignore[arg-type]


def test_what_the_account_cannot_be_judged_by_is_asked_for_by_name() -> None:
    story = Story(cash="20000", rules=replace(rules(margin=REG_T), option_level=3))
    quoted(story)
    with pytest.raises(PositionsWithoutPrice):  # nobody knows what the underlying is worth
        story.combo(VERTICAL, "2.75")
    story = desk()
    story.quote("10", "10", of=GLOBEX)
    story.buy("1", symbol="GLOBEX")
    story.quote("10", "10", of=GLOBEX)
    assert story.position(GLOBEX).quantity == 1
    del story.quotes[GLOBEX.id]
    with pytest.raises(PositionsWithoutPrice):
        story.combo(VERTICAL, "2.75")


def test_with_little_equity_a_combo_is_paid_in_full() -> None:
    story = desk("1000")
    story.combo(f"+1 {LOW.symbol} +1 {PUT.symbol}", "9.60")
    quoted(story)
    assert story.account.cash == Decimal(40)
    story = desk("2300")
    combo = story.combo(CREDIT, "-2.00")
    story.transfer("-400")
    story.quote("100", "100.02")
    quoted(story)
    assert story.order(combo).closed_reason == AT_RELEASE


def test_a_combo_that_nobody_can_judge_when_it_fills_ends() -> None:
    story = desk()
    combo = story.combo(VERTICAL)
    story.quote("10", "10", of=GLOBEX)
    del story.quotes[ACME.id]
    quoted(story)
    assert story.order(combo).closed_reason == AT_RELEASE


def test_options_with_different_multipliers_have_no_net_price() -> None:
    assert HIGH.contract is not None
    other = replace(HIGH, contract=replace(HIGH.contract, multiplier=Decimal(10)))
    with pytest.raises(MultipliersDiffer):
        check_terms_of_combo(asked_combo(VERTICAL, "1.00", "1"), (LOW, other))


def test_a_preview_of_a_combo_is_what_happens_and_says_why_where_nothing_does() -> None:
    story = desk(fees=PER_SHARE)
    found = preview(story.account, replace(asked_combo(VERTICAL, None, "2"), account_id=story.account.id), story.view)
    assert found.combo is not None
    assert (found.combo.price, found.combo.quantity) == (Decimal("2.75"), Decimal(2))
    assert found.cost == Decimal(550) + found.combo.fee
    for net, reason in (("1.00", "out_of_reach"), ("9.00", "legs_not_quoted")):
        if reason == "legs_not_quoted":
            story.close("5.40", of=LOW)
        found = preview(story.account, asked_combo(VERTICAL, net, "1"), story.view)
        assert (found.combo, found.cost, found.unfilled_reason) == (None, None, reason)
    found = preview(story.account, asked_combo(VERTICAL, "1.005", "1"), story.view)
    assert found.refusal is not None
    assert found.refusal.code == "price_off_tick"
    short = asked_combo(f"-100 ACME +1 {LOW.symbol}", None, "1")
    assert preview(desk("50000").account, short, desk("50000").view).borrow_rate is not None


def test_what_a_venue_turned_away_never_arrives() -> None:
    story = desk(model=replace(HARSH, reject_rate=Decimal(1)), fill_on_arrival=True)
    assert story.arrives(story.combo(VERTICAL)) == ()


def test_the_risk_of_a_combo_is_that_of_its_legs_together() -> None:
    limits = RiskLimits(naked_contracts=Decimal(0), days_to_expiry=None, orders_a_day=2)
    figures = RiskFigures(concentration=Decimal(9), leverage=Decimal(9), volatile_share=Decimal(9), cash=Decimal(0))
    story = desk("100000", 4, risk=RiskRules(RiskMode.BLOCK, replace(figures, buying_power=Decimal(0)), limits))
    with pytest.raises(RiskTooHigh) as refusal:
        story.combo(f"+1 {LOW.symbol} -2 {HIGH.symbol}")
    assert "naked" in str(refusal.value.facts["findings"])
    found = preview(story.account, asked_combo(VERTICAL, "2.00", "1"), story.view)
    assert found.risk is not None
    assert not found.risk.is_refused
    first = story.combo(VERTICAL, "2.00")
    story.replace(first, limit_price="2.10")
    with pytest.raises(RiskTooHigh):  # a combo is one order of the day, whatever its legs
        [story.combo(VERTICAL, "2.00") for _ in range(2)]


def test_nobody_looks_at_the_risk_of_combos_where_the_account_does_not() -> None:
    story = desk(risk=RiskRules(RiskMode.OFF))
    found = preview(story.account, asked_combo(VERTICAL, "2.00", "1"), story.view)
    assert found.risk is None


@pytest.mark.parametrize("legs", [VERTICAL, CREDIT])
def test_a_combo_on_a_share_that_stands_at_zero_is_judged_like_one_without_a_price(legs: str) -> None:
    unknown, worthless = desk(), desk()
    del unknown.quotes[ACME.id]
    worthless.quote("0", "0")
    refusals = []
    for story in (unknown, worthless):
        with pytest.raises((NoPriceYet, PositionsWithoutPrice, InsufficientBuyingPower)) as refused:
            story.combo(legs, "-2.50" if legs == CREDIT else "2.75")
        refusals.append(refused.type)
    assert refusals[0] is refusals[1]
