"""Saved strategies at the command line: saved, changed, switched, run, and what they brought."""

import json

import pytest

from tests.doors.cli.conftest import Running, Speak


def test_a_strategy_is_saved_with_its_symbols_and_parameters(running: Running, speak: Speak) -> None:
    words = ("--set", "fast=5", "--set", "slow=30", "--note", "As taught", "--publish")
    result = speak("strategies", "save", "Mine", "sma_cross", "AAPL", *words)
    asked = running.desk.kept
    assert (asked["name"], asked["strategy"], asked["symbols"]) == ("Mine", "sma_cross", ["AAPL"])
    assert (asked["parameters"], asked["note"], asked["is_published"]) == (
        {"fast": "5", "slow": "30"},
        "As taught",
        True,
    )
    for told in ("Mine", "fast=5, slow=30", "on"):
        assert told in result.stdout


def test_a_change_names_what_is_to_be_otherwise(running: Running, speak: Speak) -> None:
    result = speak("strategies", "change", "Averages", "--set", "fast=10", "--symbol", "MSFT", "--note", "Quicker")
    assert running.desk.kept == {"symbols": ["MSFT"], "note": "Quicker", "parameters": {"fast": "10"}}
    assert "fast=10" in result.stdout


@pytest.mark.parametrize("action", ["activate", "deactivate", "publish", "withdraw"])
def test_a_strategy_is_switched_and_published(running: Running, speak: Speak, action: str) -> None:
    assert "off" in speak("strategies", "switch", "Averages", action).stdout
    assert running.desk.kept == {"action": action}


def test_a_strategy_is_run_and_tells_what_it_brought(running: Running, speak: Speak) -> None:
    result = speak("strategies", "run", "Averages", "--compiled", "--cash", "5000")
    assert (running.desk.kept["mode"], running.desk.kept["cash"], running.desk.kept["by"]) == (
        "compiled",
        "5000",
        "sharpe",
    )
    for told in ("+50.00%", "no measure", "+25.00%", "the returns do not differ", "-12.50%"):
        assert told in result.stdout


def test_strategies_versions_and_backtests_are_listed_and_shown(running: Running, speak: Speak) -> None:
    assert "Averages" in speak("strategies", "list").stdout
    assert "Note 2" in speak("strategies", "show", "Averages").stdout
    assert "Note 1" in speak("strategies", "versions", "Averages").stdout
    assert "Run 2" in speak("strategies", "history", "Averages").stdout
    told = speak("strategies", "performance", "Averages", "--by", "calmar", "--json").stdout
    assert json.loads(told)["runs"] == 2
    assert running.desk.kept["by"] == "calmar"
    assert "Deleted" in speak("strategies", "delete", "Averages").stdout
    assert running.desk.kept.keys() == {"deleted"}
