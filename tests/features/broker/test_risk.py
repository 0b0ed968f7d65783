"""The risk of an order through REST: told in every preview, and in the way where the account says so."""

from typing import Any

import pytest

from tests.desk import RunningDesk, refused, wish

CALL = "ACME240607C00100000"


async def looked_at(desk: RunningDesk, account_id: str, quantity: str, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    found = await desk.mine.post("/v1/orders/preview", wish(account_id, "buy", quantity, **terms))
    assert found["refusal"] is None
    risk: dict[str, Any] = found["risk"]
    return risk


def codes(risk: dict[str, Any]) -> dict[str, str]:
    return {each["code"]: each["severity"] for each in risk["findings"]}


async def test_a_preview_tells_every_rule_that_spoke_and_the_worst_decides(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    assert (await looked_at(desk, account_id, "10"))["level"] == "none"
    risk = await looked_at(desk, account_id, "70")
    assert codes(risk) == {"concentration": "extreme", "cash_low": "low"}
    assert (risk["level"], risk["blocks"]) == ("extreme", False)
    concentration = risk["findings"][0]
    assert (concentration["measured"], concentration["figure"]) == ("0.7", "0.2")
    assert concentration["message"].startswith("ACME and what moves with it would be 70 % of equity")
    assert concentration["suggestion"]
    assert {each["code"] for each in risk["unmeasured"]} == {"sector", "volatile_names"}
    order = await desk.mine.order(account_id, "buy", "70")
    assert order["status"] == "accepted"


async def test_what_is_held_counts_in_an_account_that_cannot_owe_too(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "15", symbol="ACME")
    await desk.mine.step(tape_id)
    risk = await looked_at(desk, account_id, "1")
    # 15 bought at 101.02, and one more of them at 103.00 each: 1,648 of 10,029.70.
    assert [each["measured"] for each in risk["findings"] if each["code"] == "concentration"] == ["0.1643"]


@pytest.mark.parametrize("kind", ["cash", "reg_t"])
async def test_an_account_that_blocks_refuses_an_order_of_extreme_risk_with_the_findings(
    desk: RunningDesk, kind: str
) -> None:
    tape_id, account_id = await desk.market(margin={"kind": kind}, risk={"mode": "block"})
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["risk_mode"] == "block"
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "31"))
    facts = refused(answer, 409, "risk_too_high")
    assert facts["level"] == "extreme"
    assert {"concentration", "extreme", "0.31"} <= set(facts["findings"][0].values())
    preview = await desk.mine.post("/v1/orders/preview", wish(account_id, "buy", "31"))
    assert preview["refusal"]["code"] == "risk_too_high"
    await desk.mine.order(account_id, "buy", "25")
    await desk.mine.step(tape_id)
    again = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "6"))
    refused(again, 409, "risk_too_high")
    await desk.mine.order(account_id, "sell", "25")


async def test_limits_of_an_account_block_what_is_beyond_them(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(
        "chain", cash="1000000", risk={"mode": "block", "limits": {"position_value": "2000", "orders_a_day": 2}}
    )
    over = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "21"))
    assert refused(over, 409, "risk_too_high")["findings"][0]["code"] == "position_value_limit"
    order = await desk.mine.order(account_id, "buy", "10")
    bigger = await desk.mine.ask("PATCH", f"/v1/orders/{order['id']}", json={"quantity": "21"})
    refused(bigger, 409, "risk_too_high")
    await desk.mine.order(account_id, "buy", "1", symbol=CALL)
    third = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1"))
    assert refused(third, 409, "risk_too_high")["findings"][0]["code"] == "orders_limit"
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "buy", "1")


async def test_limits_only_warn_in_an_account_that_does_not_block(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="1000000", risk={"limits": {"position_value": "2000"}})
    risk = await looked_at(desk, account_id, "21")
    assert codes(risk) == {"position_value_limit": "extreme"}
    await desk.mine.order(account_id, "buy", "21")


async def test_an_account_that_does_not_look_says_nothing(desk: RunningDesk) -> None:
    _, account_id = await desk.market(risk={"mode": "off"})
    assert (await desk.mine.post("/v1/orders/preview", wish(account_id, "buy", "70")))["risk"] is None


IDEAL = {"fill_model": "ideal"}
LOUD = {"figures": {"concentration": "100"}}
REG_T = {"kind": "reg_t", "borrow": {"easy_rate": "0"}, "interest": {"debit_rate": "0"}}
INDUSTRY = {**LOUD, "sectors": {"ACME": "industry"}}


@pytest.mark.parametrize(
    ("rules", "order", "code", "severity", "measured"),
    [
        ({}, {"quantity": "25"}, "concentration", "moderate", "0.25"),
        ({"risk": INDUSTRY}, {"quantity": "50"}, "sector", "moderate", "0.5"),
        ({"margin": REG_T}, {"quantity": "210"}, "leverage", "moderate", "2.1"),
        ({"margin": REG_T, **IDEAL}, {"quantity": "395"}, "buying_power_low", "moderate", "500"),
        ({"margin": REG_T}, {"quantity": "395"}, "margin_buffer", "high", "1.0127"),
        ({"risk": {"figures": {"option_level": 3}}}, {"quantity": "1", "symbol": CALL}, "option_level", "high", "2"),
        ({}, {"quantity": "1", "symbol": CALL}, "near_expiry", "low", "4"),
        (IDEAL, {"quantity": "60"}, "cash_low", "low", "4000"),
    ],
)
async def test_what_is_measured_matches_figures_worked_by_hand(
    desk: RunningDesk, rules: dict[str, Any], order: dict[str, str], code: str, severity: str, measured: str
) -> None:
    """A unit costs 100.00 and the account has 10,000.00; margin needs a quarter of what is held."""
    _, account_id = await desk.market("chain", **rules)
    risk = await looked_at(desk, account_id, **order)
    found = {each["code"]: (each["severity"], each["measured"]) for each in risk["findings"]}
    assert found[code] == (severity, measured)


async def test_volatile_names_are_measured_by_the_closes_of_the_tape(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["swings"].id, "2024-06-18T20:00:00Z")
    risk = await looked_at(desk, await desk.mine.open_account(tape_id), "31")
    (found,) = [each for each in risk["findings"] if each["code"] == "volatile_names"]
    assert (found["severity"], found["measured"], found["figure"]) == ("moderate", "0.31", "0.3")


async def test_day_trades_are_warned_of_where_the_regime_counts_them(desk: RunningDesk) -> None:
    regime = {**REG_T, "regime": "legacy_pdt"}
    _, account_id = await desk.market("quotes", cash="100000", margin=regime, fill_on_arrival=True)
    for _ in range(3):
        await desk.mine.order(account_id, "buy", "1")
        await desk.mine.order(account_id, "sell", "1")
    risk = await looked_at(desk, account_id, "1")
    assert [(each["severity"], each["measured"]) for each in risk["findings"] if each["code"] == "day_trades"] == [
        ("moderate", "3")
    ]


@pytest.mark.parametrize(
    ("limits", "order", "code", "sentence"),
    [
        ({"position_value": "2000"}, {"quantity": "21"}, "position_value_limit", "would be worth 2100"),
        ({"orders_a_day": 0}, {"quantity": "1"}, "orders_limit", "This would be order 1 of the day"),
        ({"contracts": "2"}, {"quantity": "3", "symbol": CALL}, "contracts_limit", "would have 3 contracts"),
        (
            {"naked_contracts": "0"},
            {"quantity": "1", "symbol": CALL, "side": "sell"},
            "naked_limit",
            "Nothing would cover 1 contracts",
        ),
        (
            {"strike_distance": "0.04"},
            {"quantity": "1", "symbol": "ACME240607C00105000"},
            "strike_limit",
            "0.05 of the underlying's price",
        ),
        ({"days_to_expiry": 5}, {"quantity": "1", "symbol": CALL}, "expiry_limit", "ends in 4 days"),
        ({"delta": "100"}, {"quantity": "101"}, "delta_limit", "a delta of 101"),
        ({"theta": "1"}, {"quantity": "1", "symbol": CALL}, "theta_limit", "a theta of"),
        ({"vega": "1"}, {"quantity": "1", "symbol": CALL}, "vega_limit", "a vega of"),
    ],
)
async def test_every_limit_refuses_by_its_code_with_a_sentence_and_its_figures(
    desk: RunningDesk, limits: dict[str, Any], order: dict[str, str], code: str, sentence: str
) -> None:
    quiet = {
        "concentration": "100", "sector": "100", "leverage": "100", "volatile_share": "100", "margin_buffer": "1",
        "option_level": 0, "days_to_expiry": 0,
    }  # fmt: skip
    rules = {"margin": REG_T, "option_level": 4, "risk": {"mode": "block", "figures": quiet, "limits": limits}}
    _, account_id = await desk.market("chain", cash="100000", **rules)
    before = await desk.footprint(account_id)
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, **{"side": "buy", **order}))
    (finding,) = refused(answer, 409, "risk_too_high")["findings"]
    assert (finding["code"], finding["severity"]) == (code, "extreme")
    assert sentence in finding["message"]
    assert {"measured", "figure"} <= finding.keys()
    assert await desk.footprint(account_id) == before


async def test_of_several_limits_the_same_one_is_told_first_every_time(desk: RunningDesk) -> None:
    limits = {"position_value": "100", "contracts": "1", "days_to_expiry": 5, "delta": "1"}
    _, account_id = await desk.market("chain", cash="100000", risk={"mode": "block", "limits": limits})
    for _ in range(2):
        answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "2", symbol=CALL))
        told = [each["code"] for each in refused(answer, 409, "risk_too_high")["findings"]]
        assert [each for each in told if each.endswith("_limit")] == [
            "position_value_limit", "contracts_limit", "expiry_limit", "delta_limit"
        ]  # fmt: skip
