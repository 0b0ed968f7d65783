"""Backtests at the command line: what can be run, running it, and what came of it."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_strategies_are_listed_and_one_shows_its_parameters(running: Running, speak: Speak) -> None:
    assert "Long while above." in speak("backtests", "strategies").stdout
    assert "a whole number from 1 to 1000" in speak("backtests", "strategies", "sma_cross").stdout


def test_a_run_is_followed_to_its_end_and_its_figures_are_shown(running: Running, speak: Speak) -> None:
    result = speak("backtests", "run", "sma_cross", "AAPL", "--set", "fast=5", "--cash", "5000", "--from", "2024-06-03")
    ran = running.desk.ran
    assert (ran["symbols"], ran["parameters"], ran["cash"]) == (["AAPL"], {"fast": "5"}, "5000")
    assert (ran["starts_at"], "ends_at" in ran) == ("2024-06-03", False)
    for told in (
        "+1.23%",
        "1.50",
        "the equity never fell",
        "90.0%",
        "its returns do not differ",
        "101,234.5",
        "Too little cash.",
        "(mine.py:7)",
    ):
        assert told in result.stdout


def test_runs_are_listed_shown_and_deleted(running: Running, speak: Speak) -> None:
    assert "sma_cross" in speak("backtests", "list").stdout
    assert json.loads(speak("backtests", "show", "sma_cross", "--json").stdout)["fills"] == 4
    assert "The backtest is deleted." in speak("backtests", "delete", "sma_cross").stdout


def test_what_is_no_parameter_is_refused_before_anything_is_asked(running: Running, speak: Speak) -> None:
    result = speak("backtests", "run", "sma_cross", "AAPL", "--set", "fast")
    assert (result.exit_code, "not_a_parameter" in result.stderr) == (2, True)
