"""The second lock: the database itself shows a request nothing of another tenant, and takes nothing for one."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import SET_TENANTS, tenants_setting

LOCKED = """
select relname from pg_class
where relrowsecurity and relforcerowsecurity and relnamespace = 'public'::regnamespace
"""


async def test_each_desk_sees_its_own_rows(runtime: Runtime, found: Desk, second: Desk) -> None:
    for mine, other in ((found, second), (second, found)):
        async with runtime.read(mine.principal) as work:
            for table in ("api_keys", "memberships", "audit"):
                tenants = set((await work.db.execute(text(f"select tenant_id from {table}"))).scalars())
                assert tenants == {mine.tenant_id} != {other.tenant_id}


async def test_with_nobody_set_nothing_is_seen(runtime: Runtime, found: Desk) -> None:
    async with runtime.app.connect() as db:
        tables = (await db.execute(text(LOCKED))).scalars().all()
        assert {"api_keys", "logins", "accounts", "orders", "events", "idempotency_keys"} <= set(tables)
        for table in tables:
            assert (await db.execute(text(f"select count(*) from {table}"))).scalar_one() == 0


async def test_a_setting_does_not_outlive_its_transaction(runtime: Runtime, found: Desk) -> None:
    async with runtime.app.connect() as db:
        await db.execute(SET_TENANTS, {"tenants": tenants_setting([found.tenant_id])})
        assert (await db.execute(text("select count(*) from api_keys"))).scalar_one() == 1
        await db.rollback()
        assert (await db.execute(text("select count(*) from api_keys"))).scalar_one() == 0


@pytest.mark.parametrize(
    "insert",
    [
        (
            "insert into audit (id, tenant_id, recorded_at, subject, action, details)"
            " values (:id, :tenant_id, now(), 'user:x', 'forge', '{}')"
        ),
        (
            "insert into lots (id, tenant_id, account_id, epoch, instrument_id, opened_at, opened_seq, quantity, cost)"
            " values (:id, :tenant_id, :id, 1, :id, now(), 1, 1, 1)"
        ),
    ],
    ids=["of an audit trail", "of an order"],
)
@pytest.mark.parametrize("count", [0, 1])
async def test_nothing_can_be_written_for_another_tenant(
    runtime: Runtime, found: Desk, second: Desk, count: int, insert: str
) -> None:
    async with runtime.app.connect() as db:
        await db.execute(SET_TENANTS, {"tenants": tenants_setting([second.tenant_id][:count])})
        with pytest.raises(DBAPIError, match="row-level security"):
            await db.execute(text(insert), {"id": uuid4(), "tenant_id": found.tenant_id})


async def test_another_tenants_rows_cannot_be_changed_or_given_away(
    runtime: Runtime, found: Desk, second: Desk
) -> None:
    async with runtime.work(second.principal) as work:
        taken = await work.db.execute(text("update api_keys set name = 'Taken' where id = :id"), {"id": found.key.id})
        assert taken.rowcount == 0
        gone = await work.db.execute(text("delete from api_keys where id = :id"), {"id": found.key.id})
        assert gone.rowcount == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        async with runtime.work(second.principal) as work:
            await work.db.execute(text("update api_keys set tenant_id = :id"), {"id": found.tenant_id})


@pytest.mark.parametrize("table", ["users", "sign_in_links"])
async def test_people_and_links_are_out_of_reach(runtime: Runtime, found: Desk, table: str) -> None:
    async with runtime.app.connect() as db:
        with pytest.raises(DBAPIError, match="permission denied"):
            await db.execute(text(f"select * from {table}"))


async def test_the_audit_trail_cannot_be_rewritten(runtime: Runtime, found: Desk) -> None:
    for change in ("update audit set action = 'nothing'", "delete from audit"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with runtime.work(found.principal) as work:
                await work.db.execute(text(change))


async def test_a_reading_unit_cannot_write(runtime: Runtime, found: Desk) -> None:
    who: Principal = found.principal
    with pytest.raises(DBAPIError, match="read-only"):
        async with runtime.read(who) as work:
            await work.db.execute(text("update api_keys set name = 'Changed'"))
