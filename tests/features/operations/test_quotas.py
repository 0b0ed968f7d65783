"""An administrator sets how much their tenant may have at once, below what the desk allows, and sees what it has."""

from typing import Any

from paperdesk.core.kernel.quotas import QuotaReached
from paperdesk.infra.jobs import enqueue
from tests.desk import RunningDesk, refused


async def limited_to(desk: RunningDesk, **quotas: int) -> dict[str, Any]:
    """Set quotas and return what is told of them."""
    answer = await desk.mine.ask("PUT", "/v1/quotas", json=quotas)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_quota_refuses_what_is_one_too_many_and_what_is_there_stays(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    told = await limited_to(desk, accounts=1, people=1, keys=1, jobs=1, streams=0)
    assert told["accounts"] == told["people"] == told["keys"] == {"limit": 1, "used": 1}
    assert told["jobs"] == {"limit": 1, "used": 0}
    opening = {"name": "Another", "tape_id": tape_id, "cash": "1"}
    problem = refused(await desk.mine.ask("POST", "/v1/accounts", json=opening), 409, "quota_reached")
    assert (problem["kind"], problem["limit"], problem["used"]) == ("accounts", 1, 1)
    person = {"email": "ada@desk.test", "name": "Ada", "role": "trader"}
    refused(await desk.mine.ask("POST", "/v1/users", json=person), 409, "quota_reached")
    key = {"name": "Another", "scopes": ["read"]}
    refused(await desk.mine.ask("POST", "/v1/keys", json=key), 409, "quota_reached")
    async with desk.runtime.work(desk.first.principal) as work:
        await enqueue(work, "import_dataset", {})
    run = {"name": "A run", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    await desk.mine.step(tape_id, count=2)
    problem = refused(await desk.mine.ask("POST", "/v1/backtests", json=run), 409, "quota_reached")
    assert problem["kind"] == "jobs"
    walk = {**run, "strategy": "sma_cross", "ranges": {"fast": [2, 3]}, "choose_on": 1, "trade_on": 1}
    problem = refused(await desk.mine.ask("POST", "/v1/walk-forwards", json=walk), 409, "quota_reached")
    assert problem["kind"] == "jobs"
    events = await desk.mine.ask("GET", f"/v1/accounts/{account_id}/events")
    assert refused(events, 409, "quota_reached")["kind"] == "streams"

    await desk.theirs.open_account(await desk.theirs.open_tape(desk.markets["daily"].id))  # nobody else goes by it
    assert (await desk.mine.ask("POST", f"/v1/accounts/{account_id}/close", json={})).status_code < 500
    await limited_to(desk, accounts=2, keys=2)
    await desk.mine.open_account(tape_id)
    assert (await desk.mine.ask("POST", "/v1/keys", json=key)).status_code == 201


async def test_the_desk_allows_no_more_than_its_own_and_only_an_administrator_sets_any(desk: RunningDesk) -> None:
    desk.runtime.settings = desk.runtime.settings.model_copy(update={"tenant_keys": 2})
    assert (await limited_to(desk, keys=1000))["keys"] == {"limit": 2, "used": 1}
    key = await desk.mine.post("/v1/keys", {"name": "Reader", "scopes": ["read"], "limits": {"dry_run": True}})
    refused(await desk.mine.ask("POST", "/v1/keys", json={"name": "A", "scopes": ["read"]}), 409, "quota_reached")
    reader = desk.visitor(f"{key['key_id']}.{key['secret']}")
    assert (await reader.get("/v1/quotas"))["keys"] == {"limit": 2, "used": 2}
    refused(await reader.ask("PUT", "/v1/quotas", json={}), 403, "missing_scope")
    assert QuotaReached.code == "quota_reached"
