"""What one prefers by the command line, which starts from the account that was chosen."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_what_one_prefers_is_shown_and_changed(running: Running, speak: Speak) -> None:
    assert "Base currency" in speak("preferences", "show").stdout
    said = speak("preferences", "set", "--time-zone", "Europe/Zurich", "--number-format", "1'234.5", "--json").stdout
    assert json.loads(said) == running.desk.users.preferences
    shown = speak("preferences", "show").stdout
    assert "Europe/Zurich" in shown
    assert "1'234.5" in shown
    assert json.loads(speak("preferences", "reset", "--json").stdout)["time_zone"] == "UTC"


def test_the_command_line_starts_from_the_default_account(running: Running, speak: Speak) -> None:
    speak("accounts", "open", "Newest")
    first, *_, second = json.loads(speak("accounts", "list", "--json").stdout)["items"]
    assert json.loads(speak("accounts", "show", "--json").stdout)["id"] == first["id"]
    assert speak("preferences", "set", "--account", "Newest").exit_code == 0
    assert running.desk.users.preferences["default_account_id"] == second["id"]
    assert json.loads(speak("accounts", "show", "--json").stdout)["id"] == second["id"]
    assert json.loads(speak("accounts", "show", first["name"], "--json").stdout)["id"] == first["id"]
