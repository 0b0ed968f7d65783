"""How often people may ask, by the command line."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_rates_are_shown_and_set(running: Running, speak: Speak) -> None:
    assert "without end" in speak("rates", "show").stdout
    said = json.loads(speak("rates", "set", "--a-minute", "100", "--a-second", "10", "--json").stdout)
    assert said == running.desk.users.rates
    assert (said["requests_per_minute"], said["requests_per_second"], said["settings_per_minute"]) == (100, 10, None)
    assert "100" in speak("rates", "show").stdout
