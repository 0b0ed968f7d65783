"""A use case is one transaction: what cannot be stored wholly leaves nothing at all, whichever row fails."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.desk import FIRST_CLOSE, RunningDesk, wish

TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' order by 1"
# Fails when the transaction is about to be durable, after everything has been written.
REFUSE = """
create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
create constraint trigger refused after insert on {table} deferrable initially deferred
for each row execute function refuse();
"""
USES = [
    ("POST", "/v1/accounts", {"name": "Second", "tape_id": "{tape}"}, "entries"),
    ("POST", "/v1/accounts", {"name": "Second", "tape_id": "{tape}"}, "audit"),
    ("POST", "/v1/accounts/{account}/transfers", {"amount": "5"}, "events"),
    ("POST", "/v1/accounts/{account}/reset", {"cash": "5"}, "entries"),
    ("POST", "/v1/accounts/{account}/forks", {"name": "What if"}, "audit"),
    ("PATCH", "/v1/accounts/{account}", {"name": "Other"}, "audit"),
    ("POST", "/v1/orders", wish("{account}", "buy", "1"), "outbox"),
    ("POST", "/v1/tapes", {"dataset_id": "{dataset}", "name": "Run", "start_at": FIRST_CLOSE}, "audit"),
    ("POST", "/v1/keys", {"name": "Another", "scopes": ["read"]}, "audit"),
]


@pytest.fixture
async def refused_at(desk: RunningDesk, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A table whose new rows the database refuses at the commit."""
    table: str = request.param
    yield table
    await desk.owner.execute(f"drop trigger if exists refused on {table}; drop function if exists refuse()")


async def everything(desk: RunningDesk) -> dict[str, list[str]]:
    """Return every row of every table."""
    names = [row["tablename"] for row in await desk.owner.fetch(TABLES)]
    return {
        name: [row[0] for row in await desk.owner.fetch(f"select t::text from {name} t order by 1")] for name in names
    }


def filled_in(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: filled_in(each, names) for key, each in value.items()}
    return value.format(**names) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("method", "path", "body", "refused_at"),
    USES,
    indirect=["refused_at"],
    ids=[f"{method} {path} {table}" for method, path, _, table in USES],
)
async def test_a_use_case_that_cannot_be_committed_leaves_nothing(
    desk: RunningDesk,
    method: str,
    path: str,
    body: dict[str, Any],
    refused_at: str,
) -> None:
    tape_id, account_id = await desk.market()
    names = {"tape": tape_id, "account": account_id, "dataset": str(desk.markets["daily"].id)}
    asked = {"json": filled_in(body, names), "headers": {"Idempotency-Key": "once"}}
    await desk.all_told()
    before = await everything(desk)
    await desk.owner.execute(REFUSE.format(table=refused_at))
    answer = await desk.mine.ask(method, path.format(**names), **asked)
    assert answer.status_code in {500, 503}, answer.text
    await desk.owner.execute(f"drop trigger refused on {refused_at}")
    assert await everything(desk) == before
    again = await desk.mine.ask(method, path.format(**names), **asked)
    assert again.is_success, again.text
    assert await everything(desk) != before
