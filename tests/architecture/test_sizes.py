"""Functions and files stay small enough to read; who may be larger is listed with a reason."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.architecture.sources import ROOT, Function, broken, functions, product_files, seeded

FUNCTION_LINES_MAX = 70
FUNCTION_LINES_P90 = 25
FILE_LINES_MAX = 400

# A path from the root of the repository, and why it may be longer than a file should be.
LONG_FILES: dict[str, str] = {
    f"src/paperdesk/client/{name}.py": "written from the OpenAPI file; nobody reads it but editors"
    for name in ("models", "codes", "desk", "async_desk")
}
# A function as path:name from the package, and why it may be longer than a function should be.
LONG_FUNCTIONS: dict[str, str] = {}


def body_lines(function: Function) -> int:
    """Count the lines of a function's body; its docstring and its signature are not counted."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 1


def long_functions(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find functions over the hard limit."""
    for function in functions(tree):
        if body_lines(function) > FUNCTION_LINES_MAX and f"{path}:{function.name}" not in LONG_FUNCTIONS:
            yield f"{function.name} has {body_lines(function)} lines, {FUNCTION_LINES_MAX} is the limit"


def p90(lengths: list[int]) -> int:
    """Return the length that nine of ten functions do not exceed; 0 when there are none."""
    ordered = sorted(lengths)
    return ordered[min(len(ordered) - 1, len(ordered) * 9 // 10)] if ordered else 0


def long_files(root: Path) -> list[str]:
    """Find files of ours over the limit."""
    found = (path for folder in ("src", "tests", "tools", "bench") for path in sorted((root / folder).rglob("*.py")))
    lengths = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8").count("\n") for path in found}
    return [f"{name}: {n} lines" for name, n in lengths.items() if n > FILE_LINES_MAX and name not in LONG_FILES]


def test_no_function_is_over_the_limit() -> None:
    assert broken(long_functions) == []


def test_nine_of_ten_functions_are_short() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in product_files()]
    assert p90([body_lines(function) for tree in trees for function in functions(tree)]) <= FUNCTION_LINES_P90


def test_no_file_is_over_the_limit() -> None:
    assert long_files(ROOT) == []


def test_the_lists_of_exceptions_name_what_exists() -> None:
    assert [name for name in LONG_FILES if not (ROOT / name).is_file()] == []
    assert [
        name for name in LONG_FUNCTIONS if not (ROOT / "src" / "paperdesk" / name.partition(":")[0]).is_file()
    ] == []


def test_a_long_function_is_found() -> None:
    body = "".join(f"    step_{number} = {number}\n" for number in range(FUNCTION_LINES_MAX + 1))
    assert seeded(long_functions, "core/broker/engine.py", f"def decide():\n{body}")
    assert not seeded(long_functions, "core/broker/engine.py", f'def decide():\n    """Say.\n\n{body}    """')


def test_a_long_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "engine.py").write_text("x = 1\n" * (FILE_LINES_MAX + 1))
    assert long_files(tmp_path) == ["src/engine.py: 401 lines"]


def test_one_long_function_in_five_is_too_many() -> None:
    assert p90([10, 10, 10, 10, 26]) > FUNCTION_LINES_P90
    assert p90([10] * 19 + [26]) <= FUNCTION_LINES_P90
