"""Sweeps at the command line: asking for one, following it, and reading its trials."""

import json

import pytest

from tests.doors.cli.conftest import Running, Speak


def test_a_sweep_is_followed_to_its_end_and_its_best_is_shown(running: Running, speak: Speak) -> None:
    words = ("--range", "fast=5:20:5", "--range", "slow=30,50", "--set", "quantity=10", "--random", "4", "--seed", "7")
    result = speak("sweeps", "run", "sma_cross", "AAPL", *words, "--margin", "reg_t", "--compiled")
    asked = running.desk.swept
    assert asked["ranges"] == {"fast": {"at_least": "5", "at_most": "20", "step": "5"}, "slow": ["30", "50"]}
    assert (asked["parameters"], asked["mode"], asked["search"]) == ({"quantity": "10"}, "compiled", "random")
    assert (asked["trials"], asked["search_seed"], asked["objective"]) == (4, 7, "sharpe")
    assert asked["margin"] == {"kind": "reg_t"}
    for told in ("2 of 2", "fast=1, slow=30", "90.0%", "1.25", "its returns do not differ", "0.2500"):
        assert told in result.stdout


def test_a_search_that_learns_is_asked_for_by_how_many_trials(running: Running, speak: Speak) -> None:
    speak("sweeps", "run", "sma_cross", "AAPL", "--range", "fast=5:20", "--learned", "12")
    asked = running.desk.swept
    assert (asked["search"], asked["trials"], asked["ranges"]["fast"].keys()) == (
        "learned",
        12,
        {"at_least", "at_most"},
    )


def test_sweeps_are_listed_shown_stopped_taken_up_and_deleted(running: Running, speak: Speak) -> None:
    assert "Averages" in speak("sweeps", "list").stdout
    assert json.loads(speak("sweeps", "show", "Averages", "--json").stdout)["trials"] == 2
    assert "calmar: the equity never fell" in speak("sweeps", "show", "Averages", "--by", "cagr").stdout
    assert "cancelled after 1 of 2 trials" in speak("sweeps", "cancel", "Averages").stdout
    assert "2 of 2" in speak("sweeps", "resume", "Averages").stdout
    assert "The sweep is deleted." in speak("sweeps", "delete", "Averages").stdout


@pytest.mark.parametrize("given", ["fast", "fast=", "fast=1:2:3:4"])
def test_what_is_no_range_is_refused_before_anything_is_asked(running: Running, speak: Speak, given: str) -> None:
    result = speak("sweeps", "run", "sma_cross", "AAPL", "--range", given)
    assert (result.exit_code, "not_a_range" in result.stderr) == (2, True)
