"""Habits of the whole product: who commits, what waits, what lives, and what the suite makes of a forgotten await."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.sources import ROOT, broken, seeded

COMMITS = frozenset({"infra/runtime.py", "infra/schema.py"})
# What lives as long as a desk is made by whoever opens the desk, never by importing a module.
LIVING = frozenset({
    "Answers", "AsyncClient", "Bus", "FastAPI", "Gate", "Metrics", "OrderWriter", "Publication", "Pump", "Relay",
    "Runtime", "Settings", "Shelf", "Sources", "create_async_engine",
    "Counter", "OrderedDict", "defaultdict", "deque",
})  # fmt: skip
BLOCKING = frozenset({"time.sleep", "subprocess.run", "subprocess.check_output", "urllib.request.urlopen"})
# Neither where packages come from nor whose machine it was.
TRACES = re.compile(rb"https?://[^\s\"']*(?:pypi|pythonhosted|npmjs)|/(?:roo[t]|wor[k])/|PK[A-Z0-9]{6,}\.[\w-]{20,}")


def commits(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find commits outside the unit of work."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "commit" and str(path) not in COMMITS:
            yield f"line {node.lineno} commits"


def blocking_waits(_: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find calls inside asynchronous functions that would hold up everybody."""
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in BLOCKING:
                    yield f"line {node.lineno} blocks in {ast.unparse(node.func)}"


def living_modules(_: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find modules that make something living when they are imported, or that keep something for all."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno} keeps {', '.join(node.names)} for all"
    for line in tree.body:
        calls = (node for node in ast.walk(line) if isinstance(node, ast.Call))
        if isinstance(line, ast.Assign | ast.AnnAssign):
            for call in calls:
                if ast.unparse(call.func).rpartition(".")[2] in LIVING:
                    yield f"line {line.lineno} makes {ast.unparse(call.func)}"


def test_only_the_unit_of_work_commits() -> None:
    assert broken(commits) == []


def test_nothing_blocks_the_loop() -> None:
    assert broken(blocking_waits) == []


def test_no_module_keeps_a_living_thing() -> None:
    assert broken(living_modules) == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (commits, "async def place(work): await work.db.commit()"),
        (blocking_waits, "async def wait(): time.sleep(1)"),
        (living_modules, "shelf = Shelf(folder)"),
        (living_modules, "def set(): global desk"),
    ],
)
def test_a_bad_habit_is_found(rule: object, source: str) -> None:
    assert callable(rule)
    assert seeded(rule, "features/broker/place_order.py", source)


def test_a_forgotten_await_fails_the_test_that_forgot_it(tmp_path: Path) -> None:
    forgetful = tmp_path / "test_forgetful.py"
    forgetful.write_text("async def later(): ...\n\ndef test_now():\n    later()\n")
    alone = ["-p", "no:cacheprovider", "-p", "no:randomly", "-c", "pyproject.toml"]
    words = ["-m", "pytest", "-q", *alone, str(forgetful)]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, done.stdout
    assert "never awaited" in done.stdout


def checked_in() -> list[Path]:
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("this is no checkout")
    return [ROOT / name for name in found.stdout.decode().split("\0") if name]


def test_a_checkout_holds_nothing_installed_and_no_trace_of_a_machine() -> None:
    files = checked_in()
    folders = {part for path in files for part in path.relative_to(ROOT).parts[:-1]}
    assert not folders & {"node_modules", ".venv", "__pycache__", "dist"}
    assert not [path for path in files if path.is_relative_to(ROOT / "src" / "paperdesk" / "ui")]
    texts = (path for path in files if path.is_file() and path.suffix not in {".png", ".svg"})
    assert [str(path.relative_to(ROOT)) for path in texts if TRACES.search(path.read_bytes())] == []
