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
