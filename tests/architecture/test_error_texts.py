"""What an error says is for people: no branch of the product is taken by its words."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import broken, seeded

WORDS = frozenset({"args", "message", "detail", "strerror", "msg"})
TEXTS = frozenset({"str", "repr", "format"})


def decided_by_text(_: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find conditions that read the words of something that was caught, or that is typed as an error."""
    errors = set(_errors(tree))
    for node in ast.walk(tree):
        for question in _questions(node):
            if any(_reads(part, errors) for part in ast.walk(question)):
                yield f"line {node.lineno} decides by the text of an error"  # type: ignore[attr-defined]


def _errors(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        if (
            isinstance(node, ast.arg)
            and node.annotation
            and ast.unparse(node.annotation).endswith(("Error", "Exception"))
        ):
            yield node.arg


def _questions(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
        yield node.test
    if isinstance(node, ast.Compare):
        yield node
    if isinstance(node, ast.Match):
        yield node.subject


def _reads(part: ast.AST, errors: set[str]) -> bool:
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in TEXTS:
        return any(isinstance(word, ast.Name) and word.id in errors for word in part.args)
    if isinstance(part, ast.FormattedValue):
        return isinstance(part.value, ast.Name) and part.value.id in errors
    return (
        isinstance(part, ast.Attribute)
        and part.attr in WORDS
        and isinstance(part.value, ast.Name)
        and part.value.id in errors
    )


def test_no_outcome_is_decided_by_the_text_of_an_error() -> None:
    assert broken(decided_by_text) == []


@pytest.mark.parametrize(
    "condition",
    [
        'if "closed" in str(error): pass',
        'is_closed = "closed" in str(error)',
        'x = 1 if error.args[0] == "closed" else 2',
        'if re.search("closed", str(error)): pass',
        'if f"{error}".startswith("closed"): pass',
        "while str(error) and True: pass",
        'match str(error):\n        case "closed": pass',
    ],
)
def test_a_decision_by_text_is_found(condition: str) -> None:
    assert seeded(decided_by_text, "infra/db.py", f"try:\n    pass\nexcept OSError as error:\n    {condition}")
    assert seeded(decided_by_text, "infra/db.py", f"def is_outage(error: Exception):\n    {condition}")


@pytest.mark.parametrize(
    "use", ["log(str(error))", "raise ValueError(str(error)) from None", "if type(error) is OSError: pass"]
)
def test_telling_the_text_to_people_is_not(use: str) -> None:
    assert not seeded(decided_by_text, "infra/db.py", f"try:\n    pass\nexcept OSError as error:\n    {use}")
