"""The coverage page is what the code does."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    """Load the generator as the Makefile runs it: by its path."""
    return runpy.run_path(str(ROOT / "tools" / "gen_alpaca_coverage.py"))


def test_the_coverage_page_is_in_step(tool: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    code = tool["main"](["--check"])
    assert code == 0, capsys.readouterr().err


def test_an_address_or_field_that_is_listed_and_not_there_is_found(tool: dict[str, Any]) -> None:
    fields = {name: dict.fromkeys(known, "") for name, known in tool["shown"]().items()}
    listed = {"trading": dict.fromkeys(tool["served"](), ""), "market data": {}, "streams": {}, "fields": fields}
    assert list(tool["differences"](listed)) == []
    listed["streams"] = {"WS /v9": ""}
    fields["order"]["colour"] = ""
    del fields["account"]["cash"]
    assert len(list(tool["differences"](listed))) == 3
