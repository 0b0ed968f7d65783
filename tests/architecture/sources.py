"""Read the product's own files for the rules beside this file.

A rule is a function from a path and a parsed module to sentences about what breaks it. The tests
run each rule twice: over the product, where it must find nothing, and over a seeded violation.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeAlias

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "paperdesk"

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Rule: TypeAlias = Callable[[PurePosixPath, ast.Module], Iterator[str]]


def product_files(under: str = "") -> Iterator[Path]:
    """Yield the Python files of the product, or of one folder of it; the built web app is not Python."""
    yield from sorted((PACKAGE / under).rglob("*.py"))


def inside(path: Path) -> PurePosixPath:
    """Return a path as seen from the package, such as core/broker/engine.py."""
    return PurePosixPath(path.relative_to(PACKAGE).as_posix())


def broken(rule: Rule, under: str = "") -> list[str]:
    """Run a rule over the product; an empty list means it holds."""
    return [
        f"{inside(path)}: {sentence}"
        for path in product_files(under)
        for sentence in rule(inside(path), ast.parse(path.read_text(encoding="utf-8")))
    ]


def seeded(rule: Rule, path: str, source: str) -> list[str]:
    """Run a rule over a few lines that stand for a file of the product."""
    return list(rule(PurePosixPath(path), ast.parse(source)))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function of a module, nested ones and methods included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called_name(call: ast.Call) -> str:
    """Return what a call calls as it is written, such as datetime.now; empty when it is an expression."""
    written = ast.unparse(call.func)
    return written if written.replace(".", "").replace("_", "").isalnum() else ""
