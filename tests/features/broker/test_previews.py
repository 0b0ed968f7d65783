"""Orders are previewed through REST: told as they would be placed and filled, and nothing is left behind."""

from decimal import Decimal
from typing import Any

import pytest

from paperdesk.features.broker.preview_schemas import OrderPreviewOut
from tests.desk import RunningDesk, refused, wish

PREVIEW = "/v1/orders/preview"


async def previewed(desk: RunningDesk, account_id: str, side: str, quantity: str, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    found: dict[str, Any] = await desk.mine.post(PREVIEW, wish(account_id, side, quantity, **terms))
    assert found.keys() == OrderPreviewOut.model_fields.keys()
    return found


async def test_a_preview_leaves_nothing_behind(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    before = await desk.footprint(account_id)
    found = await previewed(desk, account_id, "buy", "10")
    assert found["would_be_accepted"]
    assert found["order"]["status"] == "accepted"
    assert found["order"]["waits_for"] == "next_open"
    assert await desk.footprint(account_id) == before


@pytest.mark.parametrize("kind", ["cash", "reg_t"])
async def test_what_was_previewed_is_what_happens_when_the_price_stands(desk: RunningDesk, kind: str) -> None:
    _, account_id = await desk.market("quotes", fill_on_arrival=True, fees="per_share", margin={"kind": kind})
    found = await previewed(desk, account_id, "buy", "10")
    placed = await desk.mine.order(account_id, "buy", "10")
    fill, *_ = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert placed["status"] == "filled"
    expected, after = found["expected_fill"], found["filled"]
    told = await desk.mine.get(f"/v1/fills/{fill['id']}/explanation")
    assert (expected["price"], expected["quantity"], expected["fees"]) == (fill["price"], "10", told["fees"])
    assert (expected["parts"], expected["rules"]) == (told["parts"], told["rules"])
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (after["cash"], after["held_cash"]) == (account["cash"], account["held_cash"])
    assert (after["buying_power"], after["margin"]) == (account["buying_power"], account["margin"])
    assert Decimal(account["cash"]) == Decimal(10_000) - Decimal(expected["cost"])
    assert after["position"] == "10"


async def test_a_position_that_is_sold_is_seen_with_its_lots(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    found = await previewed(desk, account_id, "sell", "4")
    assert (found["before"]["position"], found["filled"]["position"]) == ("10", "6")
    assert Decimal(found["expected_fill"]["cost"]) < 0


async def test_writing_an_option_shows_the_margin_of_its_pairing(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", cash="20000", margin={"kind": "reg_t"})
    await desk.mine.order(account_id, "buy", "100")
    await desk.mine.step(tape_id)
    found = await previewed(desk, account_id, "sell", "1", symbol="ACME240607C00100000")
    before, after = found["before"]["margin"], found["filled"]["margin"]
    assert (found["before"]["position"], found["filled"]["position"]) == ("0", "-1")
    assert before["maintenance_requirement"] == "2575"
    # Money is lent on the shares up to the strike, and the call itself is owed: 10300 - 0.75 x 10000 - 420.
    assert after["maintenance_requirement"] == "2380"
    assert found["borrow_rate"] is None


async def test_a_refused_order_answers_with_the_refusal_that_placing_it_gets(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    body = wish(account_id, "buy", "1000")
    found = await previewed(desk, account_id, "buy", "1000")
    problem = refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "insufficient_buying_power")
    assert not found["would_be_accepted"]
    assert found["refusal"]["code"] == problem["code"]
    assert found["refusal"]["detail"] == problem["detail"]
    assert found["refusal"]["facts"] == {name: problem[name] for name in ("needed", "available", "rule")}
    assert (found["order"], found["expected_fill"], found["filled"]) == (None, None, None)


async def test_a_symbol_that_is_not_there_is_a_refusal_too(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    found = await previewed(desk, account_id, "buy", "1", symbol="NOPE")
    assert (found["refusal"]["code"], found["before"]["position"]) == ("unknown_symbol", None)


async def test_a_client_order_id_is_judged_as_by_placing(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1", client_order_id="mine")
    again = await previewed(desk, account_id, "buy", "1", client_order_id="mine")
    assert again["would_be_accepted"]
    assert any("placed the same order before" in text for text in again["warnings"])
    other = await previewed(desk, account_id, "buy", "2", client_order_id="mine")
    assert other["refusal"]["code"] == "client_order_id_taken"


async def test_what_is_malformed_or_unknown_is_a_problem_as_ever(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    refused(await desk.mine.ask("POST", PREVIEW, json={"account_id": account_id}), 422, "malformed_order")
    refused(await desk.theirs.ask("POST", PREVIEW, json=wish(account_id, "buy", "1")), 404, "unknown_account")
