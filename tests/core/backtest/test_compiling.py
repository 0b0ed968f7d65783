"""Compiled code is kept, and is not taken for what it was before something that it calls has changed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CALLED = """
from paperdesk.core.backtest.compiled.compiling import compiled, inlined
STEP = {step}
@{how}
def more(number):
    return number {sign} STEP
"""
CALLS = """
from called import more
from paperdesk.core.backtest.compiled.compiling import compiled
@compiled
def twice(number):
    return more(more(number))
if __name__ == "__main__":
    found = twice(10)
    print(found, sum(twice.stats.cache_hits.values()))
"""


def said(folder: Path, step: int, sign: str, how: str = "compiled") -> list[int]:
    """Write both files, and return what the one that calls comes to in a new process, and what it found kept."""
    (folder / "called.py").write_text(CALLED.format(step=step, sign=sign, how=how))
    (folder / "calls.py").write_text(CALLS)
    # Python takes a file for unchanged that was written again in the same second.
    known = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kept"), "PYTHONDONTWRITEBYTECODE": "1"}
    program = [sys.executable, str(folder / "calls.py")]
    answer = subprocess.run(program, capture_output=True, text=True, check=True, env=known, cwd=folder)
    return [int(each) for each in answer.stdout.split()]


@pytest.mark.nightly
def test_what_is_called_from_another_file_may_change(tmp_path: Path) -> None:
    assert said(tmp_path, 1, "+") == [12, 0]
    assert said(tmp_path, 1, "+") == [12, 1], "it was kept"
    assert said(tmp_path, 5, "+") == [20, 0], "a number has changed"
    assert said(tmp_path, 5, "-") == [0, 0], "a line has changed"
    assert said(tmp_path, 5, "-", "inlined") == [0, 0], "it has become part of who calls it"
    assert said(tmp_path, 5, "-", "inlined") == [0, 1], "and was kept"
