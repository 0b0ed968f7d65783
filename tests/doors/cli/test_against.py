"""A run beside a paper account at the command line."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_what_differs_and_what_is_missing_is_told_with_the_reason(running: Running, speak: Speak) -> None:
    result = speak("backtests", "against", "sma_cross", "--within", "60")
    assert running.desk.compared["within_s"] == "60"
    for told in ("12.50", "1.25", "on paper", "in the run", "the account was opened later", "cash was paid in", "3.75"):
        assert told in result.stdout
    assert json.loads(speak("backtests", "against", "sma_cross", "--json").stdout)["same_orders"] == 3
