"""Desks, callers and units of work stand side by side and know nothing of each other."""

import ast
import asyncio
import random
from pathlib import Path

from paperdesk.infra.runtime import Runtime
from tests.architecture.sources import PACKAGE, product_files
from tests.desk import RunningDesk, at_work, refused, wish

LUCK = {"client/calls.py", "infra/crypto.py", "infra/redis_keeper.py", "serving.py"}


async def test_two_desks_in_one_process_know_nothing_of_each_other(desk: RunningDesk) -> None:
    """They share a database here, which is the most that two processes of one desk do."""
    other = Runtime(
        desk.runtime.settings, desk.runtime.server, desk.runtime.hasher, desk.runtime.vault, desk.runtime.clock
    )
    other.app, other.system = desk.runtime.app, desk.runtime.system
    async with at_work(other) as (rooms, relay, pump):
        beside = RunningDesk(other, rooms, relay, pump, desk.first, desk.second, desk.markets, desk.owner, desk.vendors)
        for _ in range(3):
            await desk.mine.get("/v1/me")
        stranger = {"email": "nobody@example.com", "password": "wrong"}
        while (answer := await desk.visitor().ask("POST", "/v1/logins", json=stranger)).status_code == 401:
            pass
        refused(answer, 429, "too_many_sign_ins")
        refused(await beside.visitor().ask("POST", "/v1/logins", json=stranger), 401, "sign_in_refused")
        theirs, ours = [(await each.visitor().ask("GET", "/metrics")).text for each in (beside, desk)]
        assert 'paperdesk_requests_total{method="GET",status="200"} 3.0' in ours
        assert 'paperdesk_requests_total{method="GET"' not in theirs
        with desk.app.state.lines.hold(desk.first.principal):
            told = [(await each.visitor().ask("GET", "/metrics")).text for each in (beside, desk)]
        assert ["paperdesk_streams 0.0" in text for text in told] == [True, False]
        for client in beside.clients:
            await client.aclose()


async def test_ids_and_secrets_do_not_come_from_luck_that_can_be_repeated(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    state = random.getstate()
    made = [await desk.mine.get(f"/v1/accounts/{await desk.mine.open_account(tape_id)}") for _ in range(20)]
    keys = [await desk.mine.post("/v1/keys", {"name": f"Key {n}", "scopes": ["read"]}) for n in range(5)]
    assert random.getstate() == state
    for name in ("id", "number"):
        assert len({account[name] for account in made}) == len(made)
    assert len({key["secret"] for key in keys}) == len(keys)
    lucky = {str(path.relative_to(PACKAGE)) for path in product_files() if _imports_luck(path)}
    assert lucky <= LUCK


def _imports_luck(path: Path) -> bool:
    imported = [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
    return bool(
        {"random", "secrets"} & (names | {node.module for node in imported if isinstance(node, ast.ImportFrom)})
    )


async def test_who_waits_for_the_database_holds_nobody_else_up(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    blocker = await desk.runtime.server.connect()
    await blocker.execute("begin; lock table accounts in access exclusive mode")
    waiting = [asyncio.create_task(desk.mine.get(f"/v1/accounts/{account_id}")) for _ in range(3)]
    async with asyncio.timeout(30):
        for _ in range(3):
            await desk.mine.get("/v1/me")
            await desk.mine.get("/v1/tapes")
            await desk.visitor().get("/health/ready")
    assert not any(task.done() for task in waiting)
    await blocker.close()
    assert [account["id"] for account in await asyncio.gather(*waiting)] == [account_id] * 3


async def test_requests_at_once_each_have_a_unit_of_work_of_their_own(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    asked = [desk.mine.get(f"/v1/accounts/{account_id}") for _ in range(10)]
    asked += [desk.mine.post("/v1/accounts", {"name": f"Number {n}", "tape_id": tape_id}) for n in range(10)]
    asked += [desk.mine.post("/v1/orders", wish(account_id, "buy", "1")) for _ in range(10)]
    bad = [desk.mine.ask("POST", f"/v1/accounts/{account_id}/transfers", json={"amount": "-1e9"}) for _ in range(5)]
    await asyncio.gather(*asked, *bad)
    assert len(await desk.mine.rows("/v1/accounts")) == 11
    assert len(await desk.mine.rows("/v1/orders", account_id=account_id)) == 10
