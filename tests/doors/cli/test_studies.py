"""Studies at the command line: asking for one, following it, and what came of it."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_a_cross_validation_is_followed_to_its_end_and_tells_its_paths(running: Running, speak: Speak) -> None:
    words = (
        "--range",
        "fast=5,10",
        "--groups",
        "8",
        "--test",
        "3",
        "--purge",
        "2",
        "--embargo",
        "9",
        "--set",
        "slow=30",
    )
    result = speak("studies", "cross-validate", "sma_cross", "AAPL", *words)
    asked = running.desk.studied
    assert [asked[each] for each in ("groups", "tested", "purge", "embargo")] == [8, 3, 2, 9]
    assert (asked["ranges"], asked["parameters"]) == ({"fast": ["5", "10"]}, {"slow": "30"})
    for told in ("0.75", "-0.25", "20%", "too few returns", "fast=5", "1 2", "+3.00%"):
        assert told in result.stdout


def test_leaks_are_told_with_the_bar_and_what_moved(running: Running, speak: Speak) -> None:
    result = speak("studies", "leaks", "sma_cross", "AAPL", "--cuts", "30", "--set", "slow=30")
    assert (running.desk.studied["cuts"], running.desk.studied["parameters"]) == (30, {"slow": "30"})
    for told in ("yes: 3 times", "21", "too few bars", "+50.00%", "-1.00%", "sma(20) of AAPL", "truncation", "nothing"):
        assert told in result.stdout


def test_a_shaken_run_tells_how_its_figures_spread_and_its_worst(running: Running, speak: Speak) -> None:
    words = ("--runs", "50", "--seed", "3", "--shake", "0.2", "--shake-fees", "0.1", "--slippage", "4", "--delay", "2")
    result = speak("studies", "jitter", "sma_cross", "AAPL", *words, "--half-spread", "3")
    asked = running.desk.studied
    assert [asked[each] for each in ("runs", "jitter_seed", "shake_parameters", "shake_fees")] == [50, 3, 0.2, 0.1]
    assert [asked[each] for each in ("slippage_bps", "half_spread_bps", "delay_bars")] == [4, 3, 2]
    for told in ("+3.00%", "-11.00%", "+2.00%", "no shaken run has it", "35%", "fast=4", "-12.50%", "1.25"):
        assert told in result.stdout


def test_studies_are_listed_and_shown(running: Running, speak: Speak) -> None:
    assert "Crossed" in speak("studies", "list").stdout
    assert json.loads(speak("studies", "show", "Crossed", "--json").stdout)["cross_validation"]["trials"] == 6
