"""Nothing is built that nobody can reach, nothing is kept for an older version, and settings are read in one place."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import broken, inside, product_files, seeded

# What is run, and what others import.
ENTRIES = {"main", "serving", "client.__init__"}
UNREACHED = {
    "core.backtest.compiled.waking": "hooks that are called on events, which strategies of one's own will need",
    "core.quant.trees": "values of American options, which the sensitivities of positions will need",
    "features.marketdata.feeds.given_quotes": "the markets of benchmarks and tests",
}
READERS = {"infra/settings.py", "infra/postgres_binaries.py"}


def imported_by() -> dict[str, set[str]]:
    """Return each module of the product with those that import it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in product_files():
        name = ".".join(inside(path).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("paperdesk"):
                base = node.module.removeprefix("paperdesk").lstrip(".")
                for alias in node.names:
                    found[base].add(name)
                    found[f"{base}.{alias.name}".lstrip(".")].add(name)
    return found


def test_every_module_is_reached_from_a_door() -> None:
    used = imported_by()
    reached, waiting = set[str](), list(ENTRIES)
    uses = defaultdict[str, set[str]](set)
    for module, users in used.items():
        for user in users:
            uses[user].add(module)
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += uses[module]
    modules = {".".join(inside(path).with_suffix("").parts) for path in product_files()}
    unreached = {
        name for name in modules if not name.endswith("__init__") and not name.startswith("migrations.")
    } - reached
    assert unreached == set(UNREACHED)


def readers_of_the_environment(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find code that reads the environment past the settings."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"environ", "getenv", "environb"}
            and str(path) not in READERS
        ):
            yield f"line {node.lineno} reads the environment"


def shims(_: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find imports that are tried and fallen back from, and what warns of its own end."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None and "ImportError" in ast.unparse(node.type):
            yield f"line {node.lineno} falls back from an import"
        if isinstance(node, ast.Name | ast.Attribute) and "Deprecat" in ast.unparse(node):
            yield f"line {node.lineno} is deprecated"


def test_only_the_settings_read_the_environment() -> None:
    assert broken(readers_of_the_environment) == []


def test_nothing_is_kept_for_an_older_version() -> None:
    assert broken(shims) == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (readers_of_the_environment, "import os\nlevel = os.environ['LEVEL']"),
        (readers_of_the_environment, "import os\nlevel = os.getenv('LEVEL')"),
        (shims, "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None"),
        (shims, "import warnings\nwarnings.warn('old', DeprecationWarning)"),
    ],
)
def test_a_bad_reach_is_found(rule: object, source: str) -> None:
    assert callable(rule)
    assert seeded(rule, "features/broker/store.py", source)
