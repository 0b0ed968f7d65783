"""The local verbs: up and down are handed on as asked, doctor says what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx

from paperdesk.doors.cli.app import UpOptions
from paperdesk.doors.cli.doctor import (
    check_credentials,
    check_disk,
    check_home,
    check_postgres,
    check_python,
    check_server,
)
from tests.doors.cli.conftest import Asked, Running, Speak, remember
from tests.served import desk_at, free_port, new_home


def test_up_hands_on_what_was_asked_and_leaves_the_rest_to_the_settings(
    speak: Speak, asked: Asked, home: Path, tmp_path: Path
) -> None:
    assert speak("up").exit_code == 0
    assert speak("up", "--host", "127.0.0.1", "--port", "2081", "--home", str(tmp_path), "--no-open").exit_code == 0
    assert asked.up == [
        UpOptions(home, None, None, opens_browser=True),
        UpOptions(tmp_path, "127.0.0.1", 2081, opens_browser=False),
    ]


def test_down_says_whether_anything_ran(speak: Speak) -> None:
    assert speak("down").stdout == "Stopped.\n"
    assert speak("down").stdout == "Nothing was running.\n"


def test_doctor_prints_each_check_and_fails_when_one_does(home: Path, speak: Speak) -> None:
    result = speak("doctor")
    assert result.exit_code == 1
    server = next(line for line in result.stdout.splitlines() if "Server" in line)
    assert server.split(maxsplit=2)[0] == "no"
    assert "Start it: paperdesk up" in server


def test_doctor_is_json_for_programs(running: Running, speak: Speak) -> None:
    checks = {check["name"]: check for check in json.loads(speak("doctor", "--json").stdout)["items"]}
    passed = {name for name, check in checks.items() if check["ok"]}
    assert {"Python", "PostgreSQL", "Home directory", "Credentials", "Server"} <= passed
    assert checks["Server"]["found"] == f"ready at {running.url}"


def test_a_python_outside_the_tested_ones_is_named() -> None:
    assert check_python((3, 11, 4)).ok
    assert [check_python(version).ok for version in ((3, 10, 9), (3, 15, 0))] == [False, False]


def test_a_missing_database_says_what_to_install() -> None:
    check = check_postgres(None)
    assert not check.ok
    assert "PAPERDESK_DATABASE_URL" in check.advice


def test_a_key_that_others_can_read_is_named_with_the_command_that_mends_it(home: Path) -> None:
    assert check_credentials(home).advice == "Start the desk once: paperdesk up"
    remember(home, "http://127.0.0.1:1")
    assert check_credentials(home).ok
    (home / "credentials.json").chmod(0o644)
    check = check_credentials(home)
    assert (check.ok, check.found) == (False, "mode 0644")
    assert check.advice == f"chmod 600 {home / 'credentials.json'}"


def test_a_home_that_does_not_exist_yet_is_judged_by_the_place_it_will_be_made_in(home: Path) -> None:
    assert check_home(home).found == f"{home} (not made yet)"
    assert check_disk(home).found.endswith(" GB free")
    assert not home.exists()


def test_a_home_that_cannot_be_written_is_named() -> None:
    assert not check_home(Path("/proc/paperdesk")).ok


def test_a_server_that_died_is_told_apart_from_one_never_started(home: Path) -> None:
    assert check_server(home).found == "not running"
    remember(home, "http://127.0.0.1:1")
    assert check_server(home).found == "does not answer at http://127.0.0.1:1"


def test_a_server_without_its_database_is_not_ready(running: Running) -> None:
    running.desk.is_broken = True
    assert check_server(running.home).found == f"not ready at {running.url} (status 503)"


def started(home: Path, name: str, value: str) -> "subprocess.CompletedProcess[str]":
    """Start a desk with one setting that is to stop it."""
    command = [sys.executable, "-m", "paperdesk.main", "--home", str(home), "up", "--no-open", "--port"]
    environment = {**os.environ, f"PAPERDESK_{name}": value}
    return subprocess.run(
        [*command, str(free_port())], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_an_unknown_source_or_an_empty_date_stops_the_start_with_a_clear_word(tmp_path: Path) -> None:
    for name, value in (("QUOTES_FROM", "bloomberg"), ("YIELDS_FROM", "")):
        run = started(tmp_path, name, value)
        assert run.returncode == 2, run.stderr
        assert f"source_not_configured: PAPERDESK_{name} is {value!r}: There is no source {value!r}" in run.stderr
    for value in ("", "last Monday"):
        run = started(tmp_path, "FIRST_DAY", value)
        assert run.returncode == 2, run.stderr
        assert f"first_day_unreadable: PAPERDESK_FIRST_DAY is {value!r}: a day is written like" in run.stderr
    assert not (tmp_path / "pg").exists()


def test_a_first_day_without_prices_stops_the_start_and_a_right_one_starts_it_there() -> None:
    with new_home() as home:
        for day in ("1931-09-21", "2022-12-31"):
            run = started(home, "FIRST_DAY", day)
            assert run.returncode == 2, run.stderr
            assert f"first_day_without_prices: PAPERDESK_FIRST_DAY is {day}: " in " ".join(run.stderr.split())
        assert not list((home / "datasets").iterdir())
        with desk_at(home, free_port(), first_day="2008-09-14") as kept:
            key = {"Authorization": f"Bearer {kept['key_id']}.{kept['secret']}"}
            tapes = httpx.get(f"{kept['url']}/v1/tapes", headers=key, timeout=30).raise_for_status().json()["items"]
            (recorded,) = (tape for tape in tapes if tape["kind"] == "recorded")
            assert recorded["starts_at"] == "2008-09-12T20:00:00Z"
            datasets = httpx.get(f"{kept['url']}/v1/datasets", headers=key, timeout=30).json()["items"]
            assert [each["kind"] for each in datasets].count("recorded") == 2
