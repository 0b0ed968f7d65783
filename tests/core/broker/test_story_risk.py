"""How risky an order is, worked by hand: 10,000.00 are there, and a unit costs 100.00 unless a story says so."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.engine import decide
from paperdesk.core.broker.margin_rules import MarginKind, MarginRegime
from paperdesk.core.broker.marks import Greeks
from paperdesk.core.broker.orders import OrderType, Side
from paperdesk.core.broker.preview import preview
from paperdesk.core.broker.risk_checks import Assessment, RiskTooHigh
from paperdesk.core.broker.risk_rules import RiskFigures, RiskLevel, RiskLimits, RiskMode, RiskRules
from paperdesk.core.broker.risk_voices import Finding
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from tests.scenery import ACME, DAY, GLOBEX, HERE, REG_T, free, option, reg_t, rules
from tests.stories import Story

# Nothing speaks but what a story is about.
QUIET = RiskFigures(
    concentration=Decimal(100),
    leverage=Decimal(100),
    buying_power=Decimal(0),
    volatile_share=Decimal(100),
    margin_buffer=Decimal(1),
    cash=Decimal(0),
    option_level=0,
    days_to_expiry=0,
)
CALL = option("C", "100", days=30)


def speaking(mode: RiskMode = RiskMode.WARN, **figures: Any) -> RiskRules:  # noqa: ANN401 - any figure
    """Return rules of which only the figures given speak."""
    return RiskRules(mode, replace(QUIET, **figures))


def quoted(risk: RiskRules, **more: Any) -> Story:  # noqa: ANN401 - any rule
    """Tell of an account at a price of 100."""
    story = Story(rules=replace(rules(risk=risk), **more))
    story.open("100")
    return story


def told(story: Story, quantity: str, symbol: str = "ACME", side: Side = Side.BUY) -> Assessment:
    """Return what a preview says of the risk of an order."""
    which = OrderId(derived(HERE, "looked at"))
    command = PlaceOrder(story.account.id, which, symbol, side, OrderType.MARKET, Decimal(quantity))
    found = preview(story.account, command, story.view)
    assert found.refusal is None
    assert found.risk is not None
    return found.risk


def spoken(found: Assessment, code: str) -> tuple[RiskLevel, str] | None:
    """Return how bad a rule found it, and what it measured; None if it did not speak."""
    return next(((each.level, each.facts["measured"]) for each in found.findings if each.code == code), None)


@pytest.mark.parametrize(
    ("quantity", "level"),
    [
        ("15", RiskLevel.NONE),
        ("16", RiskLevel.LOW),
        ("20", RiskLevel.LOW),
        ("21", RiskLevel.MODERATE),
        ("25", RiskLevel.MODERATE),
        ("26", RiskLevel.HIGH),
        ("30", RiskLevel.HIGH),
        ("31", RiskLevel.EXTREME),
    ],
)
def test_concentration_is_what_is_held_of_a_name_in_equity(quantity: str, level: RiskLevel) -> None:
    found = told(quoted(speaking(concentration=Decimal("0.20"))), quantity)
    assert found.level is level
    measured = str((Decimal(quantity) / 100).normalize())
    assert spoken(found, "concentration") == (None if level is RiskLevel.NONE else (level, measured))


def test_concentration_counts_what_is_held_already_and_options_on_it() -> None:
    story = quoted(speaking(concentration=Decimal("0.20")))
    story.buy("10")
    story.open("100")
    story.quote("3.00", "3.00", of=CALL)
    # 1,000 of shares and 600 of options, of 10,000.
    assert spoken(told(story, "2", CALL.symbol), "concentration") == (RiskLevel.LOW, "0.16")


def test_leverage_is_all_positions_without_their_signs_in_equity() -> None:
    story = quoted(speaking(leverage=Decimal(2)), margin=REG_T)
    story.open("10", GLOBEX)
    story.sell("500", symbol="GLOBEX")
    story.open("10", GLOBEX)
    assert told(story, "100").level is RiskLevel.NONE  # 5,000 short and 10,000 long
    assert spoken(told(story, "160"), "leverage") == (RiskLevel.MODERATE, "2.1")


def test_volatile_names_are_added_up() -> None:
    story = quoted(speaking(volatile_share=Decimal("0.30")))
    story.vols = {ACME.id: Decimal("0.51"), GLOBEX.id: Decimal("0.50")}
    story.open("10", GLOBEX)
    story.buy("400", symbol="GLOBEX")
    story.open("10", GLOBEX)
    assert spoken(told(story, "22"), "volatile_names") is None
    assert spoken(told(story, "31"), "volatile_names") == (RiskLevel.MODERATE, "0.31")


def test_what_cannot_be_measured_says_why_and_is_no_finding() -> None:
    story = quoted(speaking())
    found = told(story, "1")
    assert {each.code for each in found.unmeasured} == {"sector", "volatile_names"}
    assert found.level is RiskLevel.NONE
    story.buy("1")
    story.open("100")
    del story.quotes[ACME.id]
    story.open("10", GLOBEX)
    story.vols = {GLOBEX.id: Decimal(1)}
    missing = {each.code: each.reason for each in told(story, "1", "GLOBEX").unmeasured}
    assert missing.keys() == {"sector", "concentration", "leverage", "volatile_names"}
    assert set(missing.values()) - {missing["sector"]} == {"A position has no price yet."}


def test_without_equity_there_is_nothing_to_compare_with() -> None:
    story = quoted(speaking())
    owed = Claim(derived(HERE, "owed"), ACME.id, Decimal(-20_000))
    story.account = replace(story.account, claims={owed.action_id: owed})
    reasons = {each.code: each.reason for each in told(story, "1").unmeasured}
    assert reasons["leverage"] == "The account has no equity to compare with."


def test_a_book_that_no_model_can_value_has_no_margin_buffer_that_anybody_knows() -> None:
    story = quoted(speaking(), margin=free(MarginKind.PORTFOLIO))
    story.transfer("100000")
    story.quote("3.00", "3.00", of=CALL)
    assert "margin_buffer" in {each.code for each in told(story, "1", CALL.symbol).unmeasured}


def test_buying_power_and_cash_that_are_left() -> None:
    story = quoted(speaking(buying_power=Decimal(1000), cash=Decimal(5000)))
    assert told(story, "50").level is RiskLevel.NONE
    found = told(story, "91")
    assert spoken(found, "buying_power_low") == (RiskLevel.MODERATE, "900")
    assert spoken(found, "cash_low") == (RiskLevel.LOW, "900")


def test_the_margin_buffer_is_equity_in_what_holding_needs() -> None:
    story = quoted(speaking(margin_buffer=Decimal("1.25")), margin=REG_T)
    # 320 units need 8,000 to be held, so 10,000 are just 1.25 times that.
    assert spoken(told(story, "320"), "margin_buffer") is None
    assert spoken(told(story, "340"), "margin_buffer") == (RiskLevel.MODERATE, "1.1765")
    assert spoken(told(story, "390"), "margin_buffer") == (RiskLevel.HIGH, "1.0256")


def test_day_trades_are_counted_where_they_matter() -> None:
    story = quoted(speaking(day_trades=1), margin=reg_t(MarginRegime.LEGACY_PDT))
    assert spoken(told(story, "1"), "day_trades") is None
    for order in (story.buy, story.sell):
        order("1")
        story.open("100")
    assert spoken(told(story, "1"), "day_trades") == (RiskLevel.MODERATE, "1")


def test_options_speak_of_the_level_and_of_the_days_they_have() -> None:
    soon = option("C", "100", days=1)
    story = quoted(speaking(option_level=3, days_to_expiry=7))
    story.quote("1.00", "1.00", of=soon)
    levels = {each.code: each.level for each in told(story, "1", soon.symbol).findings}
    assert levels == {"option_level": RiskLevel.HIGH, "near_expiry": RiskLevel.LOW}


def test_an_order_that_only_closes_is_no_risk() -> None:
    story = quoted(speaking(RiskMode.BLOCK, concentration=Decimal("0.20")))
    story.buy("30")
    story.open("200")
    assert told(story, "20", side=Side.SELL) == Assessment(blocks=True)
    story.sell("20")


def test_an_order_of_extreme_risk_is_refused_where_the_account_blocks_it() -> None:
    story = quoted(speaking(RiskMode.BLOCK, concentration=Decimal("0.20")))
    which = story.buy("30")
    with pytest.raises(RiskTooHigh) as refused:
        story.buy("31")
    facts: Any = refused.value.facts
    assert facts["level"] == "extreme"
    (spoke,) = facts["findings"]
    assert (spoke["code"], spoke["severity"], spoke["measured"]) == ("concentration", "extreme", "0.31")
    assert spoke["suggestion"]
    with pytest.raises(RiskTooHigh):
        story.replace(which, quantity="31")


def test_an_account_that_warns_places_the_order_all_the_same_and_one_that_does_not_look_says_nothing() -> None:
    story = quoted(speaking(concentration=Decimal("0.20")))
    assert told(story, "40").level is RiskLevel.EXTREME
    story.buy("40")
    silent = quoted(RiskRules(RiskMode.OFF))
    which = OrderId(derived(HERE, "looked at"))
    command = PlaceOrder(silent.account.id, which, "ACME", Side.BUY, OrderType.MARKET, Decimal(1))
    assert preview(silent.account, command, silent.view).risk is None


def limited(**limits: Any) -> RiskRules:  # noqa: ANN401 - any limit
    """Return rules that block beyond one limit."""
    none = {each.name: None for each in fields(RiskLimits)}
    return RiskRules(RiskMode.BLOCK, QUIET, RiskLimits(**{**none, **limits}))


def broken(refused: pytest.ExceptionInfo[RiskTooHigh]) -> tuple[str, str]:
    facts: Any = refused.value.facts
    (spoke,) = facts["findings"]
    return spoke["code"], spoke["measured"]


def test_a_position_has_a_limit_in_money() -> None:
    story = quoted(limited(position_value=Decimal(2000)))
    story.buy("15")
    story.open("100")
    with pytest.raises(RiskTooHigh) as refused:
        story.buy("6")
    assert broken(refused) == ("position_value_limit", "2100")
    story.buy("5")


def test_an_order_by_money_counts_with_the_units_that_its_money_buys() -> None:
    story = quoted(limited(position_value=Decimal(2000)))
    with pytest.raises(RiskTooHigh) as refused:
        story.buy("0", notional="2500")
    assert broken(refused) == ("position_value_limit", "2500")


def test_a_day_has_a_limit_of_orders_and_the_next_begins_anew() -> None:
    story = quoted(limited(orders_a_day=2))
    for _ in range(2):
        story.buy("1", "90")
    with pytest.raises(RiskTooHigh) as refused:
        story.buy("1", "90")
    assert broken(refused) == ("orders_limit", "3")
    story.at += DAY
    story.buy("1", "90")


def quoted_option(risk: RiskRules, **more: Any) -> Story:  # noqa: ANN401 - any rule
    story = quoted(risk, **more)
    story.quote("3.00", "3.00", of=CALL)
    return story


def test_options_have_limits_of_contracts_strikes_and_days() -> None:
    with pytest.raises(RiskTooHigh) as refused:
        quoted_option(limited(contracts=Decimal(2))).buy("3", symbol=CALL.symbol)
    assert broken(refused) == ("contracts_limit", "3")
    near, far = quoted_option(limited(strike_distance=Decimal("0.02"))), option("C", "105", days=30)
    near.buy("1", symbol=CALL.symbol)
    near.quote("3.00", "3.00", of=far)
    with pytest.raises(RiskTooHigh) as refused:
        near.buy("1", symbol=far.symbol)
    assert broken(refused) == ("strike_limit", "0.05")
    quoted_option(limited(days_to_expiry=30)).buy("1", symbol=CALL.symbol)
    with pytest.raises(RiskTooHigh) as refused:
        quoted_option(limited(days_to_expiry=31)).buy("1", symbol=CALL.symbol)
    assert broken(refused) == ("expiry_limit", "30")


def test_contracts_that_nothing_covers_have_a_limit() -> None:
    story = quoted_option(limited(naked_contracts=Decimal(1)), margin=REG_T, option_level=4)
    story.transfer("100000")
    story.buy("100")
    story.open("100")
    with pytest.raises(RiskTooHigh) as refused:
        story.sell("3", symbol=CALL.symbol)
    assert broken(refused) == ("naked_limit", "2")
    story.sell("2", symbol=CALL.symbol)


def test_a_strike_far_from_a_price_nobody_knows_is_not_measured() -> None:
    story = quoted_option(limited(strike_distance=Decimal("0.02")))
    del story.quotes[ACME.id]
    assert "strike_limit" in {each.code for each in told(story, "1", CALL.symbol).unmeasured}


def test_a_finding_can_be_told_as_facts() -> None:
    finding = Finding("leverage", RiskLevel.LOW, "So it is.", "Do less.", {"measured": "1", "figure": "2"})
    assert finding.facts_told["severity"] == "low"


# --- sectors ------------------------------------------------------------------------------------


def industrial(**more: Any) -> Story:  # noqa: ANN401 - any field of the rules about risk
    known = {"sectors": {"ACME": "industry", "GLOBEX": "industry"}, **more}
    risk = replace(speaking(sector=Decimal("0.40")), **known)
    story = quoted(risk)
    story.open("10", GLOBEX)
    story.buy("200", symbol="GLOBEX")
    story.open("10", GLOBEX)
    return story


def test_a_sector_is_everything_held_of_its_names_and_options_on_them() -> None:
    story = industrial()
    assert spoken(told(story, "10"), "sector") is None  # 2,000 and 1,000 of 10,000
    assert spoken(told(story, "21"), "sector") == (RiskLevel.MODERATE, "0.41")
    story.quote("3.00", "3.00", of=CALL)
    assert spoken(told(story, "13", CALL.symbol), "sector") == (RiskLevel.HIGH, "0.59")


def test_the_account_s_word_on_a_sector_comes_before_the_tape_s() -> None:
    story = industrial(sectors={"GLOBEX": "energy"})
    assert "sector" in {each.code for each in told(story, "21").unmeasured}
    view = replace(story.view, sectors={ACME.id: "energy", GLOBEX.id: "industry"})
    command = PlaceOrder(
        story.account.id, OrderId(derived(HERE, "energy")), "ACME", Side.BUY, OrderType.MARKET, Decimal(21)
    )
    found = preview(story.account, command, view).risk
    assert found is not None
    assert spoken(found, "sector") == (RiskLevel.MODERATE, "0.41")


def test_a_position_of_no_known_sector_is_told_and_not_counted() -> None:
    story = industrial(sectors={"ACME": "industry"})
    found = told(story, "41")
    assert spoken(found, "sector") == (RiskLevel.MODERATE, "0.41")
    assert [each.reason for each in found.unmeasured if each.code == "sector"] == [
        "Of a position nobody says which sector it belongs to, so it was not counted."
    ]


def test_a_sector_is_not_measured_while_a_position_has_no_price() -> None:
    story = industrial()
    del story.quotes[GLOBEX.id]
    assert "sector" in {each.code for each in told(story, "21").unmeasured}


# --- Greeks -------------------------------------------------------------------------------------


def sensed(story: Story, contract: Instrument, greeks: Greeks | None) -> MarketView:
    """Return the market with what a contract is sensitive to."""
    view = story.view
    return replace(view, marks={**view.marks, contract.id: replace(view.marks[contract.id], greeks=lambda: greeks)})


@pytest.mark.parametrize(
    ("limits", "code", "measured"),
    [
        ({"delta": Decimal(159)}, "delta_limit", "160"),
        ({"theta": Decimal("7.9")}, "theta_limit", "8"),
        ({"vega": Decimal("23.9")}, "vega_limit", "24"),
    ],
)
def test_greeks_of_everything_held_have_limits(limits: dict[str, Decimal], code: str, measured: str) -> None:
    story = quoted_option(limited(**limits))
    story.buy("60")
    story.open("100")
    view = sensed(story, CALL, Greeks(Decimal(50), Decimal(-4), Decimal(12), Decimal(1), Decimal(3)))
    which = OrderId(derived(HERE, "sensed"))
    order = PlaceOrder(story.account.id, which, CALL.symbol, Side.BUY, OrderType.MARKET, Decimal(2))
    with pytest.raises(RiskTooHigh) as refused:
        decide(story.account, order, view)
    assert broken(refused) == (code, measured)
    assert decide(story.account, replace(order, quantity=Decimal(1)), view)


def test_greeks_that_nobody_knows_are_not_measured() -> None:
    story = quoted_option(limited(delta=Decimal(1), vega=Decimal(1)))
    codes = {"delta_limit", "vega_limit"}
    assert codes <= {each.code for each in told(story, "1", CALL.symbol).unmeasured}
    story.buy("1")
    story.open("100")
    story.open("10", GLOBEX)
    del story.quotes[ACME.id]
    assert codes <= {each.code for each in told(story, "1", "GLOBEX").unmeasured}
