"""The capability page is in order, and the README tells its counts."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

_HEAD = "## A group\n| id | what it must do | state | issue | proving test |\n|---|---|---|---|---|\n"


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    """Load the generator as the Makefile runs it: by its path."""
    return runpy.run_path(str(ROOT / "tools" / "gen_capabilities.py"))


def test_capability_page_is_in_order_and_readme_in_step(
    tool: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code = tool["main"](["--check"])
    assert code == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("| S1-A01 | Something. | open | 2 | |\n| S1-A01 | Again. | open | 2 | |\n", "already stands on line 4"),
        ("| S1-A01 | Something. | done | 2 | |\n", "a done row names the test"),
        ("| S1-A01 | Something. | done | 2 | tests/architecture/test_capabilities.py::test_gone |\n", "no test"),
        ("| S1-A01 | Something. | done | 2 | tests/nowhere.py::test_it |\n", "no test"),
        ("| S1-A01 | Something. | nearly | 2 | |\n", "the state 'nearly'"),
        ("| S1-A01 | Something. | open | 99 | |\n", "no issue is called '99'"),
        ("| A01 | Something. | open | 2 | |\n", "not a capability id"),
        ("| S1-A01 | | open | 2 | |\n", "promises nothing"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(tool: dict[str, Any], rows: str, complaint: str) -> None:
    problems = list(tool["find_problems"](tool["read_table"](_HEAD + rows), ROOT))
    assert any(complaint in problem for problem in problems), problems


def test_a_done_row_with_a_real_test_is_accepted(tool: dict[str, Any]) -> None:
    name = "tests/architecture/test_capabilities.py::test_a_done_row_with_a_real_test_is_accepted"
    rows = tool["read_table"](f"{_HEAD}| 1.8-01 | Something. | done | 5 | `{name}` |\n")
    assert list(tool["find_problems"](rows, ROOT)) == []
    assert "| A group | 1 | 0 | 0 | 1 |" in tool["summary"](rows)


def test_a_browser_test_is_known_by_its_title(tool: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "desk.test.ts").write_text('test("buys a share", async () => {});\n', encoding="utf-8")
    assert tool["test_exists"]("desk.test.ts::buys a share", tmp_path)
    assert not tool["test_exists"]("desk.test.ts::sells a share", tmp_path)


def test_a_row_with_a_lost_column_is_not_skipped(tool: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match="line 4: 4 columns instead of 5"):
        tool["read_table"](f"{_HEAD}| S1-A01 | Something. | open | 2 |\n")
