"""A statement about a tenant's rows goes through owned(); row-level security is only the second lock."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import PACKAGE, functions

STATEMENTS = frozenset({"select", "update", "delete"})
FILTER = "owned"

# A function as path:name from the package, and why it may look across tenants.
ACROSS_TENANTS: dict[str, str] = {
    "features/marketdata/store.py:keys_sealed_otherwise": "keys of all tenants are sealed anew when the desk starts",
    "features/marketdata/store.py:replace_sealed_key": "as keys_sealed_otherwise, which found it",
    "features/marketdata/store.py:live_tapes": "one recorder asks vendors for the live tapes of all tenants",
    "features/marketdata/store.py:newest_versions": "one duty fills the histories of all tenants, each for its own",
    "features/marketdata/store.py:any_tape": "one read tells all who follow a tape, and each may see it",
    "features/watch/notification_store.py:ruled_accounts": "one teller looks at the accounts of all tenants",
    "features/watch/notification_store.py:rules_of_account": "as ruled_accounts; each is told for its own owner",
    "features/watch/limit_store.py:watched_accounts": "one room looks at the limits of all tenants, each as its own",
    "features/watch/store.py:watched_tapes": "one watcher looks at the alerts of all tenants",
    "features/watch/store.py:armed_alerts": "one watcher looks at the alerts of all tenants",
    "features/watch/store.py:keep_looked_at": "as armed_alerts, which found it",
    "features/broker/popular_queries.py:popular_instruments": "one warmer asks for the quotes of all tenants",
    "features/broker/close_queries.py:due_accounts": "one auditor compares the accounts of all tenants",
    "features/broker/unsealed_queries.py:unsealed_stretches": "one sealer seals the events of all tenants",
    "features/broker/unsealed_queries.py:note_sealed": "as unsealed_stretches, which found them",
    "features/operations/seal_store.py:head_of": "one sealer seals the lines of all tenants, each chain by its tenant",
    "features/identity/member_store.py:erase_tenant_name": "a tenant's own row is found by its id",
    "features/identity/store.py:_find_key": "who holds a key is asked before anybody is known",
    "features/identity/store.py:note_used": "as find_key, which found it",
    "features/identity/store.py:find_login": "who holds a login is asked before anybody is known",
    "features/identity/login_store.py:find_refresh": "who keeps a login alive is asked before anybody is known",
    "features/identity/store.py:find_link": "who signs in by a link is asked before anybody is known",
    "features/identity/store.py:spend_link": "as find_link, which found it",
}


def owned_tables(tree: ast.Module) -> set[str]:
    """Return the names of the tables in a tables.py whose rows belong to a tenant."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
        and ast.unparse(node.value.func).rpartition(".")[2] == "Table"
        and "tenant" in ast.unparse(node.value)
    }


def unfiltered(path: PurePosixPath, tree: ast.Module, owned: frozenset[str]) -> Iterator[str]:
    """Find functions that select, change or remove owned rows without naming their owner."""
    for function in functions(tree):
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        spoken_of = set().union(*(_tables(call, owned) for call in calls if _callee(call) in STATEMENTS), set())
        filtered = set().union(*(_tables(call, owned) for call in calls if _callee(call) == FILTER), set())
        if spoken_of and not filtered and f"{path}:{function.name}" not in ACROSS_TENANTS:
            yield f"{path}: line {function.lineno}: {function.name} asks {', '.join(sorted(spoken_of))} without owned()"


def _callee(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _tables(call: ast.Call, owned: frozenset[str]) -> set[str]:
    return {node.id for node in ast.walk(call) if isinstance(node, ast.Name)} & owned | {
        node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)
    } & owned


def owned_by_feature() -> Mapping[str, frozenset[str]]:
    """Return the owned tables of each feature that has tables."""
    return {
        path.parent.name: frozenset(owned_tables(ast.parse(path.read_text(encoding="utf-8"))))
        for path in sorted((PACKAGE / "features").glob("*/tables.py"))
    }


def test_every_statement_names_the_owner() -> None:
    found = [
        sentence
        for feature, owned in owned_by_feature().items()
        for path in sorted((PACKAGE / "features" / feature).rglob("*.py"))
        for sentence in unfiltered(
            PurePosixPath(path.relative_to(PACKAGE).as_posix()), ast.parse(path.read_text(encoding="utf-8")), owned
        )
    ]
    assert found == []


def test_a_table_with_a_tenant_is_owned() -> None:
    source = "orders = Table('orders', metadata, Column('tenant_id', Uuid))\nbars = Table('bars', metadata)"
    assert owned_tables(ast.parse(source)) == {"orders"}


@pytest.mark.parametrize(
    "statement",
    [
        "select(orders)",
        "select(orders.c.id).where(orders.c.id == order_id)",
        "select(tables.orders)",
        "orders.update().where(orders.c.id == order_id)",
        "delete(orders)",
    ],
)
def test_a_statement_without_its_owner_is_found(statement: str) -> None:
    source = f"async def load(work, order_id):\n    return await work.db.execute({statement})"
    assert list(unfiltered(PurePosixPath("features/broker/store.py"), ast.parse(source), frozenset({"orders"})))


def test_a_statement_with_its_owner_is_not() -> None:
    source = "async def load(work):\n    return await work.db.execute(select(orders).where(owned(orders, work)))"
    assert not list(unfiltered(PurePosixPath("features/broker/store.py"), ast.parse(source), frozenset({"orders"})))
