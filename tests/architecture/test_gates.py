"""What a change must pass: the gates are there, they stand where they are said to, and nobody gets round them."""

import ast
import re
import sys
import tomllib
from typing import Any

import pytest

from tests.architecture.sources import ROOT

SETUP = ast.parse((ROOT / "tools" / "setup.py").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORDS = {node.name: node for node in SETUP.body if isinstance(node, ast.FunctionDef)}
SOURCES, TESTS = ROOT / "src" / "paperdesk", ROOT / "tests"
COVERED_BEYOND = 90


def said(word: str) -> str:
    """Return what a word of the Makefile does, as it is written."""
    return ast.unparse(WORDS[word])


def target(name: str) -> str:
    """Return the commands of a target of the Makefile."""
    found = re.search(rf"^{name}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, name
    return found[1]


# --- the trading rules ------------------------------------------------------------------------------


def test_trading_rules_are_held_to_full_coverage_whole_types_and_docstrings() -> None:
    gate = re.search(r"--cov=paperdesk\.core\.broker.*--cov-branch.*--cov-fail-under=(\d+)", said("nightly"))
    assert gate is not None
    assert int(gate[1]) > COVERED_BEYOND
    assert PROJECT["tool"]["mypy"]["strict"] is True
    assert not [each for each in PROJECT["tool"]["mypy"]["overrides"] if "paperdesk" in str(each["module"])]
    rules = PROJECT["tool"]["ruff"]["lint"]
    assert "ALL" in rules["select"]
    assert not [
        code for code in rules["ignore"] if code in {"D", "D1", "ANN"} or re.fullmatch(r"D10[0-6]|ANN\d*", code)
    ]
    excused = [code for place, codes in rules["per-file-ignores"].items() if place.startswith("src") for code in codes]
    assert not [code for code in excused if code.startswith(("D1", "ANN"))]


# --- the suite --------------------------------------------------------------------------------------


def test_the_suite_is_free_of_warnings_and_no_test_may_take_long() -> None:
    pytest_settings = PROJECT["tool"]["pytest"]["ini_options"]
    first, *excused = pytest_settings["filterwarnings"]
    assert first == "error"
    others = ("websockets", "pydantic.warnings.UnsupportedFieldAttributeWarning")
    assert all(any(each in line for each in others) for line in excused), "of somebody else's code alone"
    assert pytest_settings["xfail_strict"] is True
    assert pytest_settings["timeout"] <= 120


@pytest.mark.parametrize("floor", ["core", "features", "infra", "doors"])
def test_every_part_has_tests_of_its_own(floor: str) -> None:
    parts = [each.name for each in (SOURCES / floor).iterdir() if each.is_dir() and (each / "__init__.py").exists()]
    untested = [part for part in parts if not list((TESTS / floor / part).glob("**/test_*.py"))]
    assert untested == []
    assert list((TESTS / floor).glob("**/test_*.py"))


def test_every_part_is_tested_again_after_each_change() -> None:
    assert PROJECT["tool"]["pytest"]["ini_options"]["testpaths"] == ["tests"]
    left_out = re.search(r"-m', '(.*?)'", str(PROJECT["tool"]["pytest"]["ini_options"]["addopts"]))
    assert left_out is not None
    assert left_out[1] == "not nightly", "only what is too long for a change is left to the night"
    assert "exec make check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert target("check").splitlines()[-1].strip().endswith("test")
    assert "'-n', '2', *SAME_EVERY_TIME, *words" in said("test"), "the suite is run as a whole"


# --- a developer's machine --------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["up", "test", "nightly", "check", "fix", "dev"])
def test_every_word_sets_up_what_it_needs(word: str) -> None:
    assert "$(SETUP)" in target(word)
    assert "prepare_python(" in said(word)
    assert "prepare_web(" in said(word)


def test_setting_up_needs_python_and_nothing_else() -> None:
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else name.name) or ""
        for node in ast.walk(SETUP)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert "Python 3.11" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "requirements").glob("*.txt")))
def test_what_is_installed_is_locked_to_its_hash(name: str) -> None:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if re.match(r"^[A-Za-z0-9]", line)]
    assert pins
    assert all("==" in line for line in pins)
    assert sum("--hash=" in line for line in lines) >= len(pins)


def test_commits_are_looked_at_by_the_same_checks() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"entry: .venv/bin/(.*)", hooks)
    for check in ("ruff format", "ruff check", "lint-imports", "codespell", "python tools/changelog.py check"):
        assert any(entry.startswith(check) for entry in entries), check


def test_sequences_are_drawn_and_name_what_exists() -> None:
    page = (ROOT / "docs" / "explanation" / "life_of_an_order.md").read_text(encoding="utf-8")
    drawn = re.findall(r"```mermaid\nsequenceDiagram\n(.*?)```", page, re.DOTALL)
    assert len(drawn) >= 2
    for sequence in drawn:
        named = re.findall(r"participant \w+ as .*?\((.*?)\)", sequence)
        assert named
        assert [path for path in named if not (SOURCES / path).exists()] == []
        lines = re.findall(r"^\s*(\w+)-?->>(\w+):", sequence, re.MULTILINE)
        known = set(re.findall(r"(?:participant|actor) (\w+)", sequence))
        assert {who for line in lines for who in line} <= known


def test_where_time_goes_can_be_looked_at() -> None:
    assert "profiled(" in (ROOT / "bench" / "replay.py").read_text(encoding="utf-8")
    assert "bench.replay" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


# --- one module for the database --------------------------------------------------------------------


def test_engines_and_connections_are_made_in_one_module() -> None:
    makers = re.compile(r"\b(create_async_engine|async_sessionmaker|sessionmaker|create_pool|asyncpg\.connect)\(")
    found = {str(path.relative_to(SOURCES)) for path in SOURCES.rglob("*.py") if makers.search(path.read_text("utf-8"))}
    # The owner of the embedded server waits for it to answer before there is a desk that could connect.
    assert found == {"infra/db.py", "infra/postgres.py"}
    migrating = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if "psycopg.connect(" in path.read_text("utf-8")
    }
    assert migrating == {"infra/schema.py"}
