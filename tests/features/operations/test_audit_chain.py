"""What was done is sealed into a chain that nobody changes unseen, and that tells who, what, when and from where."""

import asyncio
from dataclasses import dataclass, fields
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from paperdesk.features.operations import verify_audit
from paperdesk.features.operations.request_verification import KIND, run_verification
from paperdesk.features.operations.seal_audit import seal_audit
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Job, Work
from tests.desk import RunningDesk, refused


async def verified(desk: RunningDesk, **params: str) -> dict[str, Any]:
    found: dict[str, Any] = await desk.mine.get("/v1/audit/verification", **params)
    return found


async def busy(desk: RunningDesk) -> str:
    """Do a few things, an order among them, and seal them; return the account."""
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    assert await seal_audit(desk.runtime)
    return account_id


async def test_what_was_done_is_listed_with_who_what_and_from_where(desk: RunningDesk) -> None:
    account_id = await busy(desk)
    newest, *_ = await desk.mine.rows("/v1/audit", action="open_account")
    assert (newest["subject"], newest["object_id"]) == (f"key:{desk.first.key.id}", account_id)
    door, address, request_id = newest["origin"].split()
    assert (door, address) == ("rest", "127.0.0.1")
    assert len(request_id) > 8
    assert newest["seal"] == 1
    assert await desk.mine.rows("/v1/audit", object_id=account_id) == [newest]
    (await desk.mine.ask("PATCH", f"/v1/accounts/{account_id}", json={"name": "Retirement"})).raise_for_status()
    (renamed,) = await desk.mine.rows("/v1/audit", object_id=account_id, action="rename_account")
    assert renamed["details"] == {"before": "Practice", "after": "Retirement"}
    assert await desk.theirs.rows("/v1/audit", action="open_account") == []
    async with desk.runtime.as_system() as db:
        told = (await db.execute(text("select subject, origin from events order by account_id, seq"))).all()
    # What the market brought came from nowhere.
    assert {(row.subject.split(":")[0], (row.origin or "-").split()[0]) for row in told} >= {
        ("key", "rest"),
        ("tape", "-"),
    }


async def test_a_chain_holds_while_it_grows_and_forks_are_part_of_it(desk: RunningDesk) -> None:
    account_id = await busy(desk)
    first = await verified(desk)
    assert (first["holds"], first["broken"], first["unsealed_lines"]) == (True, None, 0)
    assert first["lines"] > 0 < first["events"]
    await desk.mine.post(f"/v1/accounts/{account_id}/forks", {"name": "What if"})
    await desk.mine.order(account_id, "sell", "1")
    assert (await verified(desk))["unsealed_lines"] > 0
    # Of several who seal at once one does, and what is sealed is sealed once.
    counts = await asyncio.gather(*(seal_audit(desk.runtime) for _ in range(3)))
    assert sum(counts) > 0
    while await seal_audit(desk.runtime):
        pass
    second = await verified(desk, head=first["head"])
    assert (second["holds"], second["unsealed_lines"]) == (True, 0)
    assert second["lines"] > first["lines"]
    assert second["events"] > first["events"]
    theirs = await desk.theirs.get("/v1/audit/verification")
    assert theirs["events"] == 0


DAMAGES = {
    "update audit set subject = 'user:somebody' where action = 'open_account'": ("line", "changed"),
    "update audit set details = details || '{\"x\": 1}' where action = 'open_account'": ("line", "changed"),
    "delete from audit where action = 'open_account'": ("line", "missing"),
    "update events set payload = '{}' where seq = 2": ("event 2", "changed"),
    "update events set origin = null where seq = 2 and origin is not null": ("event 2", "changed"),
    "delete from events where seq = 2": ("event 2", "missing"),
    "update seals set sealed_at = sealed_at - interval '1 day'": ("seal", "changed"),
    "update seals set previous = sha256('x') where number = 2": ("seal", "does not stand on the seal before"),
    "delete from seals where number = 1": ("seal", "missing"),
    "insert into audit (id, tenant_id, recorded_at, subject, action, details, seal) select gen_random_uuid(),"
    " tenant_id, recorded_at, 'user:x', 'forged', '{}', 1 from audit where action = 'open_account'": (
        "line",
        "added afterwards",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_the_first_broken_place_is_named(desk: RunningDesk, damage: str) -> None:
    account_id = await busy(desk)
    await desk.mine.order(account_id, "buy", "1")
    while await seal_audit(desk.runtime):
        pass
    await desk.owner.execute(f"set session_replication_role = replica; {damage}")
    found = await verified(desk)
    assert not found["holds"]
    assert (found["broken"]["where"].startswith(DAMAGES[damage][0]), found["broken"]["why"]) == (
        True,
        DAMAGES[damage][1],
    )


async def test_a_long_chain_is_verified_by_a_job_that_tells_how_far_it_is(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_audit, "SEALS_AT_ONCE", 1)
    account_id = await busy(desk)
    for _ in range(3):
        await desk.mine.order(account_id, "buy", "1")
        assert await seal_audit(desk.runtime)
    told: list[tuple[float, str]] = []
    asked = await desk.mine.post("/v1/audit/verifications", {})
    working = asyncio.create_task(Worker(desk.runtime, {KIND: told_by(told)}).run())
    job = await desk.mine.ended(asked["id"])
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert (job["state"], job["result"]) == ("done", await verified(desk))
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert (told[0], told[-1][1].endswith(" seals hold.")) == ((0.0, f"0 of {len(told)} seals hold."), True)
    broken = await desk.mine.ask("POST", "/v1/audit/verifications", json={"head": "12"})
    refused(broken, 422, "malformed_seal_head")
    reader = await desk.mine.post("/v1/keys", {"name": "Reads", "scopes": ["read"]})
    shown = desk.visitor(f"{reader['key_id']}.{reader['secret']}")
    refused(await shown.ask("POST", "/v1/audit/verifications", json={}), 403, "missing_scope")


def told_by(told: list[tuple[float, str]]) -> Work:
    """Return the job, which also notes what it tells of its progress."""

    @dataclass(frozen=True, slots=True)
    class Noting(Job):
        async def progress(self, share: float, message: str) -> None:
            told.append((share, message))
            await Job.progress(self, share, message)

    async def noting(job: Job) -> dict[str, Any]:
        return await run_verification(Noting(**{each.name: getattr(job, each.name) for each in fields(job)}))

    return noting


async def test_an_end_that_was_cut_off_is_found_by_whoever_knows_the_head(desk: RunningDesk) -> None:
    await busy(desk)
    head = (await verified(desk))["head"]
    await desk.owner.execute("set session_replication_role = replica; delete from seals; delete from audit")
    assert (await verified(desk))["holds"]
    assert (await verified(desk, head=head))["broken"]["why"] == "the seal that you know is not in the chain"
    refused(await desk.mine.ask("GET", "/v1/audit/verification", params={"head": "12"}), 422, "malformed_seal_head")


@pytest.mark.parametrize("table", ["audit", "events", "seals"])
async def test_no_role_of_the_desk_changes_or_removes_what_was_written(desk: RunningDesk, table: str) -> None:
    await busy(desk)
    column = {"audit": "subject", "events": "subject", "seals": "number"}[table]
    for engine in (desk.runtime.app, desk.runtime.system):
        for statement in (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table}"):
            async with engine.connect() as db:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await db.execute(text(statement))


async def test_who_is_erased_leaves_the_chain_whole(desk: RunningDesk) -> None:
    await busy(desk)
    added = await desk.mine.post("/v1/users", {"email": "eve@desk.test", "name": "Eve", "role": "trader"})
    await seal_audit(desk.runtime)
    assert (await desk.mine.ask("DELETE", f"/v1/users/{added['id']}")).status_code == 204
    await seal_audit(desk.runtime)
    assert (await verified(desk))["holds"]
    assert "eve" not in str(await desk.mine.rows("/v1/audit")).lower()
