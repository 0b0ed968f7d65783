"""An order of a key that is worth more than the key may place unasked waits for a person, and is placed as it came."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from paperdesk.infra.clock import FrozenClock
from tests.belongings import signed_in
from tests.desk import RunningDesk, Visitor, refused, wish


async def bounded(desk: RunningDesk, above: str = "500", **limits: object) -> Visitor:
    """Return a program whose key asks about orders above an amount."""
    body = {"name": "A bot", "scopes": ["read", "trade"], "limits": {"approval_above": above, **limits}}
    key = await desk.mine.post("/v1/keys", body)
    return desk.visitor(f"{key['key_id']}.{key['secret']}")


async def asked(bot: Visitor, account_id: str, quantity: str = "10", **terms: Any) -> httpx.Response:  # noqa: ANN401
    """Ask to buy ACME, ten at 100 unless it is said otherwise."""
    return await bot.ask("POST", "/v1/orders", json=wish(account_id, "buy", quantity, limit_price="100.00") | terms)


async def waiting(answer: httpx.Response) -> dict[str, Any]:
    """Return what an order waits for."""
    assert (answer.status_code, answer.headers["cache-control"]) == (202, "no-store"), answer.text
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["order_id"]) == ("waiting", None)
    return found


async def test_a_large_order_waits_and_is_placed_when_a_person_approves(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="50000")
    bot = await bounded(desk)
    assert (await asked(bot, account_id, "5")).status_code == 201  # exactly what it may
    before = await desk.footprint(account_id)
    wait = await waiting(await asked(bot, account_id, client_order_id="large"))
    assert (wait["asked"], wait["worth"], wait["threshold"]) == ("buy 10 ACME at 100", "1000", "500")
    assert (await waiting(await asked(bot, account_id, client_order_id="large")))["id"] == wait["id"]
    refused(await asked(bot, account_id, "11", client_order_id="large"), 409, "client_order_id_taken")
    assert await desk.footprint(account_id) == before
    assert (await bot.get(f"/v1/approvals/{wait['id']}"))["status"] == "waiting"  # the key may look, and no more
    refused(await bot.ask("POST", f"/v1/approvals/{wait['id']}/approve"), 403, "approver_limited")

    person = await signed_in(desk, desk.first)
    (listed,) = await person.rows("/v1/approvals", status="waiting")
    assert listed == wait
    approved = await person.post(f"/v1/approvals/{wait['id']}/approve", None)
    assert (approved["status"], approved["decided_by"]) == ("approved", f"user:{desk.first.user_id}")
    order = await bot.get(f"/v1/orders/{approved['order_id']}")
    assert (order["client_order_id"], order["quantity"], order["limit_price"]) == ("large", "10", "100")
    again = await asked(bot, account_id, client_order_id="large")
    assert (again.status_code, again.json()["id"]) == (200, order["id"])
    assert (await person.post(f"/v1/approvals/{wait['id']}/approve", None))["order_id"] == order["id"]
    refused(
        await person.ask("POST", f"/v1/approvals/{wait['id']}/decline", json={"reason": "No."}), 409, "approval_ended"
    )
    assert await person.rows("/v1/approvals", status="waiting") == []
    (state, *_) = await person.rows(f"/v1/orders/{order['id']}/history")
    assert state["subject"] == f"key:{wait['key_id']}"  # whose order it is
    assert state["origin"].startswith("rest 127.0.0.1 ")
    query = "select action from audit where object_id = $1"
    lines = {line["action"] for line in await desk.owner.fetch(query, UUID(wait["id"]))}
    assert lines == {"ask_approval", "approve_order"}


async def test_a_larger_replacement_and_a_closing_wait_too_and_a_batch_order_by_order(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="50000")
    await desk.mine.order(account_id, "buy", "20")
    await desk.mine.step(tape_id)
    bot = await bounded(desk)
    order = (await asked(bot, account_id, "4", limit_price="50.00")).json()
    change = {"quantity": "11"}
    wait = await waiting(await bot.ask("PATCH", f"/v1/orders/{order['id']}", json=change))
    done = await desk.mine.post(f"/v1/approvals/{wait['id']}/approve", None)
    assert (await bot.get(f"/v1/orders/{done['order_id']}"))["replaces"] == order["id"]
    assert (await desk.mine.post(f"/v1/approvals/{wait['id']}/approve", None)) == done
    closing = await bot.ask("POST", f"/v1/accounts/{account_id}/positions/ACME/close", json={})
    wait = await waiting(closing)
    assert wait["asked"] == "sell 20 ACME"
    two = {"orders": [wish(account_id, "buy", quantity, limit_price="100.00") for quantity in ("1", "6")]}
    small, large = (await bot.post("/v1/orders/batch", two))["outcomes"]
    assert small["order"]["quantity"] == "1"
    assert (large["order"], large["problem"]["code"]) == (None, "approval_pending")
    assert large["problem"]["facts"]["approval_id"] in {row["id"] for row in await bot.rows("/v1/approvals")}


async def test_what_was_declined_stays_declined_and_what_nobody_decided_expires(
    desk: RunningDesk, clock: FrozenClock
) -> None:
    _, account_id = await desk.market(cash="50000")
    bot = await bounded(desk)
    wait = await waiting(await asked(bot, account_id, client_order_id="no"))
    told = await desk.mine.post(f"/v1/approvals/{wait['id']}/decline", {"reason": "Too much."})
    assert (told["status"], told["reason"]) == ("declined", "Too much.")
    problem = refused(await asked(bot, account_id, client_order_id="no"), 409, "approval_declined")
    assert (problem["approval_id"], problem["reason"]) == (wait["id"], "Too much.")
    refused(await desk.mine.ask("POST", f"/v1/approvals/{wait['id']}/approve"), 409, "approval_ended")
    late = await waiting(await asked(bot, account_id, client_order_id="late"))
    clock.advance(timedelta(minutes=60))
    problem = refused(await desk.mine.ask("POST", f"/v1/approvals/{late['id']}/approve"), 409, "approval_ended")
    assert problem["approval_status"] == "expired"
    assert [row["id"] for row in await desk.mine.rows("/v1/approvals", status="expired")] == [late["id"]]
    anew = await waiting(await asked(bot, account_id, client_order_id="late"))
    assert anew["id"] != late["id"]


async def test_what_is_approved_is_judged_again_by_then(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="50000")
    bot = await bounded(desk, budget={"orders_a_day": 1})
    wait = await waiting(await asked(bot, account_id))
    await asked(bot, account_id, "1")
    refused(await desk.mine.ask("POST", f"/v1/approvals/{wait['id']}/approve"), 409, "key_budget_spent")
    told = await desk.mine.get(f"/v1/approvals/{wait['id']}")
    assert (told["status"], told["order_id"]) == ("refused", None)
    assert told["reason"].startswith("The order needs 1 of the key's orders a day")
    other = await bounded(desk)
    wait = await waiting(await asked(other, account_id))
    assert (await desk.mine.ask("DELETE", f"/v1/keys/{wait['key_id']}")).status_code == 204
    refused(await desk.mine.ask("POST", f"/v1/approvals/{wait['id']}/approve"), 409, "key_stands_no_more")


async def test_who_may_not_trade_and_who_is_elsewhere_decides_nothing(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="50000")
    bot = await bounded(desk)
    wait = await waiting(await asked(bot, account_id))
    vera = await desk.mine.post("/v1/users", {"email": "vera@desk.test", "name": "Vera", "role": "viewer"})
    link = {"link_token": vera["invitation"]["link_token"]}
    viewer = desk.visitor((await desk.visitor().post("/v1/logins", link))["access_token"])
    assert [row["id"] for row in await viewer.rows("/v1/approvals")] == [wait["id"]]
    for visitor, status, code in ((viewer, 403, "missing_scope"), (desk.theirs, 404, "unknown_approval")):
        refused(await visitor.ask("POST", f"/v1/approvals/{wait['id']}/approve"), status, code)
        declining = await visitor.ask("POST", f"/v1/approvals/{wait['id']}/decline", json={"reason": "No."})
        refused(declining, status, code)
    assert await desk.theirs.rows("/v1/approvals") == []
    elsewhere = await bounded(desk, accounts=[await desk.mine.open_account(tape_id)])
    assert await elsewhere.rows("/v1/approvals") == []  # a key that is kept to accounts sees theirs


async def test_an_exercise_that_needs_approval_cannot_wait(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", cash="50000")
    await desk.mine.order(account_id, "buy", "1", symbol="ACME240607C00100000")
    await desk.mine.step(tape_id)
    path = f"/v1/accounts/{account_id}/positions/ACME240607C00100000/exercise"
    bot = await bounded(desk, "9999")
    problem = refused(await bot.ask("POST", path, json={}), 409, "approval_needed")
    assert (problem["worth"], problem["threshold"], problem["currency"]) == ("10000", "9999", "USD")
    assert await bot.rows("/v1/approvals") == []
    assert (await (await bounded(desk, "10000")).ask("POST", path, json={})).status_code == 201
