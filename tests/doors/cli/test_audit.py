"""The audit trail by the command line: listed, and verified with an exit code that a script can use."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_what_was_done_is_listed(running: Running, speak: Speak) -> None:
    said = speak("audit", "list", "--who", "user:1", "--what", "change_user").stdout
    assert "change_user" in said
    assert running.desk.users.asked[-1] == {"subject": "user:1", "action": "change_user", "limit": "50"}
    assert json.loads(speak("audit", "list", "--json").stdout)["items"][0]["origin"] == "rest ::1 r1"


def test_a_broken_trail_fails_and_names_the_place(running: Running, speak: Speak) -> None:
    held = speak("audit", "verify")
    assert held.stdout == "The trail holds: 3 lines and 4 events are as they were written.\nHead: 1:ab\n"
    assert held.exit_code == 0
    broken = speak("audit", "verify", "--head", "9:ff")
    assert broken.stdout == "The trail is broken at seal 9, seal: missing.\n"
    assert broken.exit_code == 1
    assert json.loads(speak("audit", "verify", "--json").stdout)["holds"]
