"""People by the command line: added with a link, found by their address, changed and let go."""

import json
from pathlib import Path

from tests.doors.cli.conftest import Running, Speak


def test_somebody_is_added_with_a_link_that_signs_them_in(running: Running, speak: Speak) -> None:
    said = speak("users", "add", "ada@desk.test", "Ada", "--role", "trader").stdout
    assert "ada@desk.test" in said
    assert f"Signs in once, until 2020-03-14T20:00:00Z: {running.url}/sign-in#token=l1nk" in said
    added = json.loads(speak("users", "add", "b@desk.test", "Bob", "--json").stdout)
    assert (added["role"], added["invitation"]["link_token"]) == ("viewer", "l1nk")
    assert "sign-in#token=l1nk" in speak("users", "link", "ada@desk.test").stdout
    assert json.loads(speak("users", "link", "Demo", "--json").stdout)["link_token"] == "l1nk"


def test_everything_that_is_ones_own_is_saved_as_a_file(running: Running, speak: Speak, tmp_path: Path) -> None:
    file = tmp_path / "mine.zip"
    assert speak("archive", str(file)).stdout == f"{file} has everything that this desk keeps of you.\n"
    assert file.read_bytes() == b"PK"
    running.desk.users.archive = b""
    refused = speak("archive", str(tmp_path / "none.zip"))
    assert (refused.exit_code > 0, refused.stderr.partition(":")[0]) == (True, "missing_scope")
    assert not (tmp_path / "none.zip").exists()


def test_people_are_listed_by_what_they_are(running: Running, speak: Speak) -> None:
    assert "demo@desk.test" in speak("users", "list", "--role", "owner", "--verified", "--inactive").stdout
    asked = {"role": "owner", "verified": "true", "active": "false", "limit": "50"}
    assert {name: value.lower() for name, value in running.desk.users.asked[-1].items()} == asked
    assert json.loads(speak("users", "list", "--json").stdout)["items"] == running.desk.users.people
    assert "owner" in speak("users", "show", "demo@DESK.test").stdout
    assert speak("users", "accounts", "Demo").stdout == "Demo has no account.\n"


def test_somebody_is_changed_and_let_go(running: Running, speak: Speak) -> None:
    speak("users", "add", "ada@desk.test", "Ada")
    said = speak("users", "change", "ada@desk.test", "--role", "risk", "--deactivate", "--json").stdout
    assert (json.loads(said)["role"], json.loads(said)["is_active"]) == ("risk", False)
    assert "no" in speak("users", "change", "Ada", "--verification", "rejected").stdout.split()
    assert "premium" in speak("users", "tier", "Ada", "premium").stdout
    said = speak("users", "reset-second-factor", "Ada").stdout
    assert said == "Ada signs in without a code until they begin another second factor.\n"
    assert running.desk.users.reset_for == [running.desk.users.people[-1]["id"]]
    assert speak("users", "delete", "Ada").stdout == "Ada is gone; what they did stays.\n"
    assert [user["name"] for user in running.desk.users.people] == ["Demo"]
    assert speak("users", "show", "Ada").stderr.startswith("nothing_by_that_name: ")
