"""A key does what it was issued for, and nothing beyond: accounts, symbols, verbs, addresses, or trying things out."""

from typing import Any

import httpx
import pytest

from paperdesk.infra.jobs import enqueue
from tests.belongings import signed_in
from tests.desk import RunningDesk, Visitor, refused, wish

CALL = "ACME240621C00100000"
HERE, ELSEWHERE = "127.0.0.1", "10.9.9.9"


async def limited(desk: RunningDesk, *scopes: str, **limits: object) -> Visitor:
    """Return a program with a key of mine that is kept to something."""
    body = {"name": "A bot", "scopes": scopes or ["read", "trade"], "limits": limits}
    key = await desk.mine.post("/v1/keys", body)
    return desk.visitor(f"{key['key_id']}.{key['secret']}")


async def placed(visitor: Visitor, account_id: str, **terms: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
    """Ask for one share of ACME, or for what is said instead."""
    return await visitor.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1") | terms)


async def test_a_key_that_is_kept_to_accounts_finds_no_other(desk: RunningDesk) -> None:
    tape_id, its_own = await desk.market(cash="50000")
    other = await desk.mine.open_account(tape_id)
    order = await desk.mine.order(other, "buy", "1")
    bot = await limited(desk, accounts=[its_own])
    assert [each["id"] for each in await bot.rows("/v1/accounts")] == [its_own]
    assert (await placed(bot, its_own)).status_code == 201
    refused(await placed(bot, other), 404, "unknown_account")
    for path in (f"/v1/accounts/{other}", f"/v1/accounts/{other}/fills", f"/v1/accounts/{other}/ledger"):
        refused(await bot.ask("GET", path), 404, "unknown_account")
    for method in ("GET", "DELETE"):
        refused(await bot.ask(method, f"/v1/orders/{order['id']}"), 404, "unknown_order")
    opening = {"name": "Another", "tape_id": tape_id, "cash": "1"}
    refused(await bot.ask("POST", "/v1/accounts", json=opening), 403, "verb_not_allowed")
    spoken_for = (await bot.ask("GET", "/v2/account")).json()
    assert spoken_for["id"] == its_own


async def test_a_key_that_is_kept_to_accounts_finds_their_jobs_and_no_backtests(desk: RunningDesk) -> None:
    tape_id, its_own = await desk.market()
    other = await desk.mine.open_account(tape_id)
    async with desk.runtime.work(desk.first.principal) as work:
        of_its_own, of_another, of_none = [
            str(await enqueue(work, "rescore_account", arguments))
            for arguments in ({"account_id": its_own}, {"account_id": other}, {})
        ]
    await desk.mine.step(tape_id, count=2)
    asked = {"name": "A run", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    backtest = await desk.mine.post("/v1/backtests", asked)
    assert len(await desk.mine.rows("/v1/jobs")) == 4
    bot = await limited(desk, accounts=[its_own])
    assert [each["id"] for each in await bot.rows("/v1/jobs")] == [of_its_own]
    for job_id in (of_another, of_none, backtest["job_id"]):
        refused(await bot.ask("GET", f"/v1/jobs/{job_id}"), 404, "unknown_job")
    assert await bot.rows("/v1/backtests") == []
    refused(await bot.ask("GET", f"/v1/backtests/{backtest['id']}"), 404, "unknown_backtest")


async def test_a_key_that_is_kept_to_symbols_trades_no_other(desk: RunningDesk) -> None:
    _, account_id = await desk.market("pit", cash="50000")
    foreign = await desk.mine.order(account_id, "buy", "1")
    bot = await limited(desk, symbols=[CALL])
    assert (await placed(bot, account_id, symbol=CALL)).status_code == 201
    problem = refused(await placed(bot, account_id), 403, "symbol_not_allowed")
    assert (problem["symbol"], problem["allowed"]) == ("ACME", [CALL])
    refused(await bot.ask("DELETE", f"/v1/orders/{foreign['id']}"), 403, "symbol_not_allowed")
    refused(await bot.ask("DELETE", f"/v1/orders?account_id={account_id}"), 403, "symbol_not_allowed")
    preview = await bot.post("/v1/orders/preview", wish(account_id, "buy", "1"))
    assert preview["refusal"]["code"] == "symbol_not_allowed"
    whole = await limited(desk, symbols=["ACME"])
    assert (await placed(whole, account_id, symbol=CALL)).status_code == 201  # what it is written on is allowed


async def test_a_key_that_is_kept_to_verbs_does_nothing_else(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="50000")
    bot = await limited(desk, verbs=["place"])
    order = (await placed(bot, account_id)).json()
    problem = refused(await bot.ask("DELETE", f"/v1/orders/{order['id']}"), 403, "verb_not_allowed")
    assert (problem["verb"], problem["allowed"]) == ("cancel", ["place"])
    stepping = {"action": "step", "unit": "session"}
    refused(await bot.ask("POST", f"/v1/tapes/{tape_id}/control", json=stepping), 403, "verb_not_allowed")
    refused(await bot.ask("POST", "/v1/watchlists", json={"name": "W", "symbols": []}), 403, "verb_not_allowed")
    closing = await limited(desk, verbs=["cancel"])
    refused(await placed(closing, account_id), 403, "verb_not_allowed")
    assert (await closing.ask("DELETE", f"/v1/orders/{order['id']}")).is_success


async def test_a_key_is_taken_from_its_own_addresses_only(desk: RunningDesk) -> None:
    near = await limited(desk, networks=["127.0.0.0/8", "2001:db8::/32"])
    far = await limited(desk, networks=["10.0.0.0/8"])
    assert (await near.ask("GET", "/v1/me")).status_code == 200
    problem = refused(await far.ask("GET", "/v1/me"), 403, "address_not_allowed")
    assert problem["address"] == HERE
    transport = httpx.ASGITransport(desk.app, client=(ELSEWHERE, 1))
    headers = far.client.headers
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as client:
        assert (await client.get("/v1/me")).status_code == 200
        assert (await client.get("/v1/me", headers=near.client.headers)).json()["code"] == "address_not_allowed"


async def test_a_dry_run_key_is_told_what_would_happen_and_stores_nothing(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="5000")
    mine = await desk.mine.order(account_id, "buy", "1", limit_price="90.00")
    bot = await limited(desk, dry_run=True)
    before = await desk.footprint(account_id)
    told = refused(await placed(bot, account_id, type="limit", limit_price="100.00"), 403, "dry_run")
    assert (told["command"], told["order_status"], told["symbol"], told["quantity"]) == (
        "PlaceOrder", "accepted", "ACME", "1",
    )  # fmt: skip
    assert float(told["buying_power"]) - float(told["buying_power_after"]) == pytest.approx(100, abs=2)
    refused(await placed(bot, account_id, quantity="1000"), 409, "insufficient_buying_power")
    refused(await bot.ask("DELETE", f"/v1/orders/{mine['id']}"), 403, "dry_run")
    moved = {"amount": "100"}
    key = {"Idempotency-Key": "k"}
    answer = await bot.ask("POST", f"/v1/accounts/{account_id}/transfers", json=moved, headers=key)
    refused(answer, 403, "dry_run")
    stepping = {"action": "step", "unit": "session"}
    refused(await bot.ask("POST", f"/v1/tapes/{tape_id}/control", json=stepping), 403, "dry_run")
    refused(await bot.ask("POST", "/v1/watchlists", json={"name": "W", "symbols": []}), 403, "dry_run")
    assert await desk.footprint(account_id) == before
    assert await desk.mine.rows("/v1/watchlists") == []
    await desk.mine.order(account_id, "buy", "1", limit_price="91.00")  # the writer goes on as if nothing had come


async def test_a_batch_of_a_dry_run_key_is_tried_order_by_order(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="5000")
    bot = await limited(desk, dry_run=True)
    two = {"orders": [wish(account_id, "buy", "1"), wish(account_id, "buy", "1000")]}
    outcomes = (await bot.post("/v1/orders/batch", two))["outcomes"]
    assert [each["problem"]["code"] for each in outcomes] == ["dry_run", "insufficient_buying_power"]
    assert await desk.mine.rows("/v1/orders", account_id=account_id, status="all") == []


async def test_a_trader_keeps_keys_of_their_own_and_no_others(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    ada = await desk.mine.post("/v1/users", {"email": "ada@desk.test", "name": "Ada", "role": "trader"})
    link = {"link_token": ada["invitation"]["link_token"]}
    trader = desk.visitor((await desk.visitor().post("/v1/logins", link))["access_token"])
    key = await trader.post("/v1/keys", {"name": "Ada's", "scopes": ["read", "trade"]})
    assert key["user_id"] == ada["id"]
    assert [each["name"] for each in await trader.rows("/v1/keys")] == ["Ada's"]
    assert {each["name"] for each in await desk.mine.rows("/v1/keys")} == {"First key", "Ada's"}
    refused(await trader.ask("POST", "/v1/keys", json={"name": "More", "scopes": ["admin"]}), 403, "missing_scope")
    refused(await trader.ask("DELETE", f"/v1/keys/{desk.first.key.id}"), 404, "key_not_found")
    bound = f"/v1/accounts/{account_id}/keys/"
    refused(await trader.ask("PUT", bound + str(desk.first.key.id)), 404, "key_not_found")
    assert (await trader.ask("PUT", bound + key["id"])).status_code == 204
    bot = desk.visitor(f"{key['key_id']}.{key['secret']}")
    refused(await bot.ask("POST", "/v1/keys", json={"name": "More", "scopes": ["read"]}), 403, "missing_scope")
    assert (await placed(bot, account_id)).status_code == 201
    await desk.mine.ask("PATCH", f"/v1/users/{ada['id']}", json={"role": "viewer"})
    refused(await placed(bot, account_id), 403, "missing_scope")
    assert (await trader.ask("DELETE", f"/v1/keys/{key['id']}")).status_code == 204
    refused(await bot.ask("GET", "/v1/me"), 401, "credentials_ended")


async def test_a_key_that_administers_has_no_limits(desk: RunningDesk) -> None:
    body = {"name": "Both", "scopes": ["admin"], "limits": {"dry_run": True}}
    refused(await desk.mine.ask("POST", "/v1/keys", json=body), 422, "administering_key_limited")
    malformed: list[dict[str, list[str]]] = [
        {"networks": ["10.0.0.1/8"]}, {"verbs": []}, {"verbs": ["steal"]}, {"accounts": ["x"]},
    ]  # fmt: skip
    for limits in malformed:
        asked = {"name": "Bad", "scopes": ["read"], "limits": limits}
        refused(await desk.mine.ask("POST", "/v1/keys", json=asked), 422, "malformed_request")


async def test_a_key_says_what_it_is_kept_to_and_when_it_was_used(desk: RunningDesk) -> None:
    limits: dict[str, Any] = {"symbols": ["BOLT", "ACME"], "verbs": ["place", "cancel"], "networks": ["127.0.0.1"]}
    bot = await limited(desk, **limits)
    person = await signed_in(desk, desk.first)
    (key,) = [each for each in await person.rows("/v1/keys") if each["name"] == "A bot"]
    assert key["limits"] == {
        "accounts": None,
        "symbols": ["ACME", "BOLT"],
        "verbs": ["cancel", "place"],
        "networks": ["127.0.0.1/32"],
        "dry_run": False,
        "budget": None,
        "requests_per_minute": None,
        "approval_above": None,
    }
    assert key["last_used_at"] is None
    await bot.get("/v1/me")
    (key,) = [each for each in await person.rows("/v1/keys") if each["name"] == "A bot"]
    assert key["last_used_at"] == "2026-01-05T12:00:00Z"


async def test_a_budget_of_orders_is_for_a_market_day(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="50000")
    bot = await limited(desk, budget={"orders_a_day": 2})
    await placed(bot, account_id, type="limit", limit_price="50.00")
    order = (await placed(bot, account_id, type="limit", limit_price="50.00")).json()
    problem = refused(await placed(bot, account_id), 409, "key_budget_spent")
    assert (problem["rule"], problem["needed"], problem["available"]) == ("orders_a_day", "1", "0")
    change = {"limit_price": "51.00"}
    refused(await bot.ask("PATCH", f"/v1/orders/{order['id']}", json=change), 409, "key_budget_spent")
    assert (await bot.ask("DELETE", f"/v1/orders/{order['id']}")).is_success  # to cancel costs nothing
    other = await desk.mine.open_account(tape_id)
    assert (await placed(bot, other)).status_code == 201  # each account has its own
    await desk.mine.order(account_id, "buy", "1", limit_price="50.00")  # and so has each key
    await desk.mine.step(tape_id)
    assert (await placed(bot, account_id)).status_code == 201


async def test_a_budget_of_notional_counts_what_is_opened_and_a_repeat_once(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="50000")
    bot = await limited(desk, budget={"notional_a_day": "1000"})
    first = await bot.post("/v1/orders", wish(account_id, "buy", "6", limit_price="100.00"), **{"Idempotency-Key": "a"})
    again = await bot.post("/v1/orders", wish(account_id, "buy", "6", limit_price="100.00"), **{"Idempotency-Key": "a"})
    assert first["id"] == again["id"]
    problem = refused(
        await placed(bot, account_id, quantity="5", type="limit", limit_price="100"), 409, "key_budget_spent"
    )
    assert (problem["rule"], problem["needed"], problem["available"]) == ("notional_a_day", "500", "400")
    change = await bot.ask("PATCH", f"/v1/orders/{first['id']}", json={"quantity": "9"})
    assert change.is_success, change.text
    two = {
        "orders": [wish(account_id, "buy", "1", limit_price="60.00"), wish(account_id, "buy", "1", limit_price="60.00")]
    }
    outcomes = (await bot.post("/v1/orders/batch", two))["outcomes"]
    assert [each["problem"] and each["problem"]["code"] for each in outcomes] == [None, "key_budget_spent"]
    await desk.mine.order(account_id, "buy", "20")
    await desk.mine.step(tape_id)
    assert (await placed(bot, account_id, side="sell", quantity="20")).status_code == 201  # what closes is free


async def test_after_a_loss_a_key_opens_nothing_and_still_closes(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("falls", cash="50000")
    bot = await limited(desk, budget={"loss_a_day": "300"})
    assert (await placed(bot, account_id, quantity="100")).status_code == 201
    await desk.mine.step(tape_id)  # bought near 95 and worth 92 at the close
    day = await desk.mine.get(f"/v1/accounts/{account_id}")
    problem = refused(await placed(bot, account_id), 409, "key_budget_spent")
    assert (problem["rule"], problem["available"]) == ("loss_a_day", "300")
    assert -float(problem["needed"]) == pytest.approx(float(day["day_pl"]))
    assert (await placed(bot, account_id, side="sell", quantity="100")).status_code == 201
    assert (await placed(desk.mine, account_id)).status_code == 201


async def test_a_dry_run_tells_of_a_budget_and_spends_nothing(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="50000")
    bot = await limited(desk, dry_run=True, budget={"notional_a_day": "150"})
    for _ in range(2):
        refused(await placed(bot, account_id, type="limit", limit_price="100"), 403, "dry_run")
    refused(await placed(bot, account_id, quantity="2", type="limit", limit_price="100"), 409, "key_budget_spent")


async def test_a_preview_says_what_the_budget_and_the_threshold_of_the_key_would_say(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="50000")
    body = wish(account_id, "buy", "5", limit_price="100.00")
    bot = await limited(desk, budget={"notional_a_day": "800", "loss_a_day": "1000"}, approval_above="400")
    found = await bot.post("/v1/orders/preview", body)
    assert found["would_be_accepted"]
    assert found["warnings"][-1].endswith("a person has to approve of it. Placed, it waits for one.")
    spender = await limited(desk, budget={"notional_a_day": "800"})
    assert (await spender.post("/v1/orders/preview", body))["warnings"] == found["warnings"][:-1]
    assert (await placed(spender, account_id, quantity="5", type="limit", limit_price="100")).status_code == 201
    found = await spender.post("/v1/orders/preview", body)
    problem = refused(await spender.ask("POST", "/v1/orders", json=body), 409, "key_budget_spent")
    assert (found["refusal"]["code"], found["refusal"]["detail"]) == (problem["code"], problem["detail"])
    assert (await desk.mine.post("/v1/orders/preview", body))["would_be_accepted"]  # nobody else goes by it
