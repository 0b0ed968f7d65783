"""Capsules at the command line: saved, verified where they were made, and on prices of one's own."""

import json
from pathlib import Path

from tests.doors.cli.conftest import Running, Speak
from tests.doors.cli.small_capsules import CAPSULE


def test_a_run_is_saved_as_one_file_and_reproduced(running: Running, speak: Speak, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    assert str(CAPSULE["hash"]) in speak("backtests", "capsule", "sma_cross", "--to", str(file)).stdout
    assert json.loads(file.read_text()) == CAPSULE
    result = speak("verify", str(file))
    assert (result.exit_code, f"Reproduced bit for bit: {CAPSULE['hash']}" in result.stdout) == (0, True)


def test_what_differs_is_told_and_ends_as_a_failure(running: Running, speak: Speak, tmp_path: Path) -> None:
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(CAPSULE))
    result = speak("verify", str(file), "--tape", "US closes 1990-2022")
    assert result.exit_code == 1
    for told in ("Not reproduced.", "prices of AAPL are not the same", "number 2", "price 10", "nothing that is known"):
        assert told in result.stdout
    found = json.loads(speak("verify", str(file), "--tape", "US closes 1990-2022", "--json").stdout)
    assert found["differences"][0]["part"] == "fills"


def test_what_is_no_capsule_is_refused_before_anything_is_asked(running: Running, speak: Speak, tmp_path: Path) -> None:
    file = tmp_path / "text.json"
    file.write_text("[]")
    for each in (file, tmp_path / "nothing.json"):
        result = speak("verify", str(each))
        assert (result.exit_code, "no_capsule_file" in result.stderr) == (2, True)


def test_a_report_is_saved_as_what_its_file_is_called(running: Running, speak: Speak, tmp_path: Path) -> None:
    for name, told in (("a.html", "html of round_trips"), ("b.XLSX", "xlsx of round_trips")):
        assert speak("backtests", "report", "sma_cross", "--to", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_text() == told
    file = tmp_path / "c.csv"
    assert speak("backtests", "report", "sma_cross", "--to", str(file), "--table", "curve").exit_code == 0
    assert file.read_text() == "csv of curve"
    result = speak("backtests", "report", "sma_cross", "--to", str(tmp_path / "d.csv"), "--table", "all")
    assert (result.exit_code, "malformed_request" in result.stderr) == (2, True)
    result = speak("backtests", "report", "sma_cross", "--to", str(tmp_path / "e.doc"))
    assert (result.exit_code, "unknown_report_format" in result.stderr) == (2, True)
    assert not (tmp_path / "d.csv").exists()


def test_runs_are_shown_side_by_side_with_the_best_marked(running: Running, speak: Speak) -> None:
    other = "0170e000-0000-7000-8000-0000000800ff"
    told = speak("backtests", "compare", "sma_cross", other).stdout
    for word in ("1.5000*", "0.5000 ", "sma_cross 000800ff", "On the 2 days that all know, 2020-03-13 to 2020-03-16:"):
        assert word in told
    assert json.loads(speak("backtests", "compare", "sma_cross", other, "--json").stdout)["runs"][1]["id"] == other
