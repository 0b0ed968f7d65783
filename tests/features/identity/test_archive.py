"""Everything of a person is in their archive, and when they are erased the ledger stays and nobody is named by it."""

import io
import json
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Table, text

import paperdesk.serving  # noqa: F401 - imports the tables of every room
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.operations.seal_audit import seal_audit
from paperdesk.infra.db import metadata
from paperdesk.infra.personal import said_by
from tests.desk import RunningDesk, Visitor, refused


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_every_table_says_whose_its_rows_are(table: Table) -> None:
    said = said_by(table)
    assert said is not None, "say `info=personal(...)`: whose the rows are, and what becomes of them"
    columns = {said.column} - {None} | said.secret | said.blanked.keys()
    assert columns <= set(table.c.keys())
    # Whatever names a person is theirs, or has a reason that is written beside it.
    assert (
        said.column is not None
        or not {"owner_id", "account_id"} & set(table.c.keys())
        or table.name == "sealed_accounts"
    )


KINDS = {
    "orders", "fills", "entries", "events", "positions", "lots", "watchlists", "price_alerts", "logins", "api_keys",
    "notification_rules", "preferences", "default_accounts", "memberships", "tape_runs",
}  # fmt: skip


async def archive_of(visitor: Visitor) -> dict[str, list[dict[str, Any]]]:
    answer = await visitor.ask("POST", "/v1/me/archive")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="paperdesk-')
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        found = {
            name.removesuffix(".jsonl"): [json.loads(line) for line in archive.read(name).splitlines()]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }
        counts = json.loads(archive.read("contents.json"))["rows"]
    assert counts == {name: len(rows) for name, rows in found.items()}
    return found


async def busy(desk: RunningDesk) -> tuple[str, Visitor, dict[str, Any]]:
    """Let Winifred, a trader of the first tenant, do a little of everything; return an account, her, and who she is."""
    added = await desk.mine.post(
        "/v1/users", {"email": "winifred@desk.test", "name": "Winifred Quist", "role": "trader"}
    )
    login = await desk.visitor().post("/v1/logins", {"link_token": added["invitation"]["link_token"]})
    ada = desk.visitor(login["access_token"])
    tape_id = await ada.open_tape(desk.markets["daily"].id)
    account_id = await ada.open_account(tape_id)
    (await ada.ask("PATCH", f"/v1/accounts/{account_id}", json={"name": "Winifred's pension"})).raise_for_status()
    await ada.order(account_id, "buy", "2")
    await ada.step(tape_id)
    (await ada.ask("PATCH", "/v1/me/preferences", json={"default_account_id": account_id})).raise_for_status()
    await ada.post("/v1/watchlists", {"name": "Winifred's", "symbols": ["ACME"]})
    waiting = {"tape_id": tape_id, "symbol": "ACME", "condition": "above", "level": "500"}
    await ada.post("/v1/price-alerts", waiting)
    rule = {"account_id": account_id, "name": "Winifred's", "channels": ["stream"]}
    await ada.post("/v1/notification-rules", rule)
    await ada.post("/v1/keys", {"name": "Winifred's bot", "scopes": ["read"]})
    return account_id, ada, added


async def test_everything_of_a_person_and_of_nobody_else_is_in_their_archive(desk: RunningDesk) -> None:
    account_id, ada, added = await busy(desk)
    _, not_hers = await desk.market()
    found = await archive_of(ada)
    assert [(user["email"], user["name"]) for user in found["users"]] == [("winifred@desk.test", "Winifred Quist")]
    assert {kind for kind in KINDS if not found[kind]} == set()
    assert [row["id"] for row in found["accounts"]] == [account_id]
    assert {row["account_id"] for row in found["orders"]} == {account_id}
    assert found["fills"][0]["price"] == (await ada.rows(f"/v1/accounts/{account_id}/fills"))[0]["price"]
    assert {line["action"] for line in found["audit"]} >= {"add_user", "sign_in", "open_account", "issue_key"}
    everything = json.dumps(found)
    assert not_hers not in everything
    assert not [name for row in found["api_keys"] + found["users"] for name in row if name.endswith("_hash")]
    # Another one tells that the first was made.
    assert "archive_self" in {line["action"] for line in (await archive_of(ada))["audit"]}
    weak = await ada.post("/v1/keys", {"name": "Reader", "scopes": ["read"]})
    reader = desk.visitor(f"{weak['key_id']}.{weak['secret']}")
    refused(await reader.ask("POST", "/v1/me/archive"), 403, "missing_scope")
    assert added["id"] == found["users"][0]["id"]


async def test_who_is_erased_leaves_an_anonymous_ledger_that_adds_up(desk: RunningDesk) -> None:
    account_id, ada, added = await busy(desk)
    before = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (await ada.ask("POST", "/v1/me/deletion", json={})).status_code == 204
    after = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert after == before | {"name": before["number"]}
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["problems"] == []
    while await seal_audit(desk.runtime):
        pass
    assert (await desk.mine.get("/v1/audit/verification"))["holds"]
    for table in metadata.sorted_tables:
        async with desk.runtime.as_system() as db:
            rows = (await db.execute(text(f"select * from {table.name} t"))).all()
        named = [row for row in rows if "winifred" in str(row).lower()]
        # What the trail has once said stays, and names an account by what it was called then.
        assert not named or table.name == "audit", table.name
        if table.name == "audit":
            assert "winifred quist" not in str(named).lower()
            assert "winifred@desk.test" not in str(named)
    assert added["id"] in str(await desk.mine.rows("/v1/audit", action="delete_self"))


async def test_the_only_person_of_a_tenant_may_go_and_leaves_it_without_a_name(desk: RunningDesk) -> None:
    link = await issue_sign_in_link(desk.runtime, desk.second.principal)
    login = await desk.visitor().post("/v1/logins", {"link_token": link})
    alone = desk.visitor(login["access_token"])
    assert (await alone.ask("POST", "/v1/me/deletion", json={})).status_code == 204
    refused(await alone.ask("GET", "/v1/me"), 401, "unknown_credentials")
    async with desk.runtime.as_system() as db:
        query = text("select name from tenants where id = :tenant_id")
        assert (await db.execute(query, {"tenant_id": desk.second.tenant_id})).scalar_one() == ""
    assert (await desk.mine.get("/v1/me"))["tenant"]["name"]
