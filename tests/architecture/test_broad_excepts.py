"""Catching everything is allowed in eight places, each of which answers for the rest of the program."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import broken, seeded

ALLOWED = {
    "doors/mcp/app.py": "a tool call: the protocol's own layer would tell the client what broke",
    "core/backtest/runner.py": "a backtest: a strategy that raises is what came of its run",
    "doors/stream/app.py": "a stream connection: a bug ends one connection, not the others",
    "features/broker/order_writer.py": "the order writer: what fails a batch is the answer to each of its commands",
    "infra/job_worker.py": "the job runner: a failed job is written down as failed",
    "infra/strategy_packages.py": "packages of strategies: what others wrote stops neither the server nor the others",
    "doors/cli/own_code.py": "a file of one's own: what others wrote is told with its line",
    "infra/rooms.py": "the relay: what could not be published now is tried again",
}
BROAD = frozenset({"Exception", "BaseException"})


def broad_excepts(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find clauses that catch everything; one is allowed in each of the eight places."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and _is_broad(node)]
    for clause in found[1 if str(path) in ALLOWED else 0 :]:
        yield f"line {clause.lineno} catches everything; name what can happen"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "suppress":
            yield from (f"line {node.lineno} suppresses everything" for word in node.args if _names_all(word))


def _is_broad(clause: ast.ExceptHandler) -> bool:
    return clause.type is None or _names_all(clause.type)


def _names_all(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in BROAD for node in ast.walk(expression))


def test_everything_is_caught_in_seven_places_at_most() -> None:
    assert broken(broad_excepts) == []


@pytest.mark.parametrize("what", ["", " Exception", " (ValueError, Exception)", " BaseException as error"])
def test_a_broad_clause_is_found(what: str) -> None:
    assert seeded(broad_excepts, "features/broker/store.py", f"try:\n    pass\nexcept{what}:\n    pass")


def test_a_broad_suppression_is_found() -> None:
    source = "import contextlib\nwith contextlib.suppress(Exception):\n    pass"
    assert seeded(broad_excepts, "infra/db.py", source)


def test_a_second_broad_clause_in_an_allowed_place_is_found() -> None:
    once = "try:\n    pass\nexcept Exception:\n    pass\n"
    assert not seeded(broad_excepts, "infra/rooms.py", once)
    assert seeded(broad_excepts, "infra/rooms.py", once * 2)
