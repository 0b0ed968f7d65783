"""Walks forward at the command line: asking for one, following it, and what was kept."""

import json

import pytest

from tests.doors.cli.conftest import Running, Speak


def test_a_walk_is_followed_to_its_end_and_tells_what_was_kept(running: Running, speak: Speak) -> None:
    words = ("--range", "fast=5:20:5", "--choose-on", "100", "--trade", "20", "--anchored", "--set", "slow=30")
    result = speak("walk-forwards", "run", "sma_cross", "AAPL", *words)
    asked = running.desk.swept
    assert (asked["walk"], asked["choose_on"], asked["trade_on"]) == ("anchored", 100, 20)
    assert (asked["ranges"]["fast"]["step"], asked["parameters"]) == ("5", {"slow": "30"})
    for told in ("2 of 2", "fast=5", "75%", "nothing to keep", "no trial has a sharpe", "+3.00%"):
        assert told in result.stdout


def test_walks_are_listed_and_shown(running: Running, speak: Speak) -> None:
    assert "Averages" in speak("walk-forwards", "list").stdout
    assert json.loads(speak("walk-forwards", "show", "Averages", "--json").stdout)["family_trials"] == 4


@pytest.mark.usefixtures("running")
def test_a_walk_is_stopped_and_taken_up_again(speak: Speak) -> None:
    assert "cancelled; 1 of 2 folds are kept" in speak("walk-forwards", "cancel", "Averages").stdout
    assert "75%" in speak("walk-forwards", "resume", "Averages").stdout
