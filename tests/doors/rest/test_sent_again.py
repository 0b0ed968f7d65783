"""Every write is safe to send again: under an Idempotency-Key, or because doing it twice comes to the same."""

import asyncio
from typing import Any

from tests.desk import RunningDesk, refused

KEY = "Idempotency-Key"

# What takes no key, and why sending it again does no harm.
WITHOUT = {
    "by nature": {
        "cancelling what is cancelled changes nothing": {
            ("DELETE", "/v1/orders"), ("DELETE", "/v1/orders/{order_id}"), ("POST", "/v1/orders/batch/cancel"),
            ("DELETE", "/v1/live/answers"),
        },
        "what is set is set": {
            ("PUT", "/v1/accounts/{account_id}/leverage"),
            ("PUT", "/v1/accounts/{account_id}/positions/{symbol}/at-expiry"), ("PUT", "/v1/me/password"),
            ("PUT", "/v1/rates"), ("PUT", "/v1/quotas"), ("PATCH", "/v1/users/{user_id}"),
        },
        "who or what is gone is gone": {
            ("DELETE", "/v1/logins/current"), ("DELETE", "/v1/logins/{login_id}"), ("DELETE", "/v1/keys/{key_id}"),
            ("DELETE", "/v1/users/{user_id}"), ("POST", "/v1/me/deletion"),
            ("DELETE", "/v1/users/{user_id}/second-factor"), ("POST", "/v1/me/second-factor/removal"),
        },
        "what has been decided is decided": {("POST", "/v1/approvals/{approval_id}/approve")},
        "an address is registered or invited once": {("POST", "/v1/registrations"), ("POST", "/v1/users")},
        "nothing is stored": {
            ("POST", "/v1/options/payoff"), ("POST", "/v1/options/spreads"),
            ("POST", "/v1/sources/{source}/test"), ("POST", "/v1/me/archive"),
        },
    },
    "the answer is a secret, which is shown once and kept nowhere": {
        "each is another": {
            ("POST", "/v1/keys"), ("POST", "/v1/logins"), ("POST", "/v1/logins/refresh"),
            ("POST", "/v1/sign-in-links"), ("POST", "/v1/users/{user_id}/sign-in-links"),
            ("POST", "/v1/notification-rules"), ("POST", "/v1/me/second-factor"),
            ("POST", "/v1/me/second-factor/confirmation"), ("POST", "/v1/me/second-factor/recovery-codes"),
        },
    },
}  # fmt: skip


async def test_every_write_takes_a_key_or_needs_none(desk: RunningDesk) -> None:
    api = await desk.mine.get("/openapi.json")
    writes = {
        (method.upper(), path): {each["name"] for each in operation.get("parameters", ())}
        for path, operations in api["paths"].items()
        for method, operation in operations.items()
        if method != "get"
    }
    without = {address for reasons in WITHOUT.values() for addresses in reasons.values() for address in addresses}
    assert {address for address, names in writes.items() if KEY not in names} == without


async def twice(desk: RunningDesk, method: str, path: str, body: dict[str, Any] | None, key: str) -> Any:  # noqa: ANN401 - any JSON
    """Send a request twice under a key, and return its one answer."""
    first = await desk.mine.ask(method, path, json=body, headers={KEY: key})
    assert first.is_success, first.text
    again = await desk.mine.ask(method, path, json=body, headers={KEY: key})
    assert (again.status_code, again.text and again.json()) == (first.status_code, first.text and first.json()), path
    assert again.headers.get("idempotency-replayed") == "true"
    return first.json() if first.content else None


async def test_what_is_sent_again_under_its_key_is_answered_again_and_not_done_again(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    listed = await twice(desk, "POST", "/v1/watchlists", {"name": "Mine", "symbols": ["ACME"]}, "a")
    assert [each["id"] for each in await desk.mine.rows("/v1/watchlists")] == [listed["id"]]
    await twice(desk, "PUT", f"/v1/watchlists/{listed['id']}", {"name": "Ours", "symbols": ["ACME"]}, "b")
    await twice(desk, "DELETE", f"/v1/watchlists/{listed['id']}", None, "c")
    alert = {"tape_id": tape_id, "symbol": "ACME", "condition": "above", "level": "1000"}
    await twice(desk, "POST", "/v1/price-alerts", alert, "d")
    assert len(await desk.mine.rows("/v1/price-alerts")) == 1
    await twice(desk, "POST", f"/v1/accounts/{account_id}/forks", {"name": "What if"}, "e")
    assert len(await desk.mine.rows("/v1/accounts")) == 2
    backtest = {"strategy": "buy_and_hold", "tape_id": tape_id, "symbols": ["ACME"]}
    run = await desk.mine.ask("POST", "/v1/backtests", json=backtest, headers={KEY: "f"})
    if run.is_success:
        await twice(desk, "POST", "/v1/backtests", backtest, "f")
        assert len(await desk.mine.rows("/v1/backtests")) == 1


async def test_a_step_or_a_file_sent_again_moves_and_imports_once(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    press, key = {"action": "step", "unit": "session"}, {KEY: "press"}
    first, again = [
        (await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json=press, headers=key)).json() for _ in range(2)
    ]
    assert (again["cursor"], again["at"]) == (first["cursor"], first["at"])
    rows = b"symbol,date,open,high,low,close,volume\nNOVA,2024-06-03,1.00,1.00,1.00,1.00,1\n"
    jobs = [
        (await desk.mine.ask("POST", "/v1/datasets", params={"name": "N"}, content=rows, headers={KEY: "file"})).json()
        for _ in range(2)
    ]
    assert jobs[0] == jobs[1]
    assert [each["id"] for each in await desk.mine.rows("/v1/jobs")] == [jobs[0]["job_id"]]
    other = await desk.mine.ask(
        "POST", "/v1/datasets", params={"name": "N"}, content=rows + b"\n", headers={KEY: "file"}
    )
    refused(other, 409, "idempotency_key_reused")


async def test_two_at_once_are_done_once_and_both_are_answered(desk: RunningDesk) -> None:
    asked = {"json": {"name": "Once", "symbols": []}, "headers": {KEY: "race"}}
    answers = await asyncio.gather(*(desk.mine.ask("POST", "/v1/watchlists", **asked) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_what_was_refused_may_be_asked_again_and_a_key_is_for_one_request_of_one_person(
    desk: RunningDesk,
) -> None:
    body, key = {"name": "", "symbols": []}, {KEY: "k"}
    refused(await desk.mine.ask("POST", "/v1/watchlists", json=body, headers=key), 422, "malformed_request")
    body["name"] = "Mine"
    assert (await desk.mine.ask("POST", "/v1/watchlists", json=body, headers=key)).status_code == 201
    other = await desk.mine.ask("POST", "/v1/watchlists", json={"name": "Else", "symbols": []}, headers=key)
    refused(other, 409, "idempotency_key_reused")
    reader = await desk.mine.post("/v1/keys", {"name": "Reads", "scopes": ["read"]})
    seen = await desk.visitor(f"{reader['key_id']}.{reader['secret']}").ask(
        "POST", "/v1/watchlists", json=body, headers=key
    )
    refused(seen, 403, "missing_scope")
    for malformed in ("", "a\tb", "x" * 256):
        answer = await desk.mine.ask("POST", "/v1/watchlists", json=body, headers={KEY: malformed})
        assert answer.status_code == 422, malformed
