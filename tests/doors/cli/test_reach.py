"""Reaching the server: which one, with which key, and what happens when it is not there."""

import json
import socket
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from paperdesk.doors.cli.client import exit_of_status
from tests.doors.cli.conftest import Running, Speak, remember
from tests.doors.cli.small_desk import KEY


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((status, 2) for status in (400, 405, 413, 415, 422)),
        *((status, 3) for status in (401, 403)),
        (404, 4),
        *((status, 5) for status in (409, 412)),
        (429, 6),
        *((status, 7) for status in (502, 503, 504)),
        (500, 1),
    ],
)
def test_every_status_has_the_exit_code_of_its_kind(status: int, code: int) -> None:
    assert exit_of_status(status) == code


def test_a_server_that_is_not_there_is_unavailable_and_says_what_to_do(home: Path, speak: Speak) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    remember(home, f"http://127.0.0.1:{port}")
    result = speak("accounts", "list")
    assert result.exit_code == 7
    assert f"Nothing answers at http://127.0.0.1:{port}. Is it running? paperdesk up" in result.stderr


def test_address_and_key_may_be_given_as_options(running: Running, speak: Speak, tmp_path: Path) -> None:
    elsewhere = ("--home", str(tmp_path / "empty"))
    assert speak(*elsewhere, "--url", running.url, "--key", KEY, "accounts", "list").exit_code == 0
    wrong = speak("--key", "PKX.wrong", "accounts", "list")
    assert wrong.exit_code == 3
    assert wrong.stderr == "unknown_key: Nobody we know has this key.\n"


def test_address_and_key_may_come_from_the_environment(running: Running, speak: Speak, tmp_path: Path) -> None:
    env = {"PAPERDESK_URL": running.url, "PAPERDESK_KEY": KEY}
    assert speak("--home", str(tmp_path / "empty"), "accounts", "list", env=env).exit_code == 0


def test_without_a_key_nothing_is_sent(speak: Speak) -> None:
    result = speak("accounts", "list")
    assert result.exit_code == 3
    assert result.stderr.startswith("key_missing: No API key in ")


def test_the_stored_key_never_goes_to_a_server_it_was_not_made_for(running: Running, speak: Speak) -> None:
    result = speak("--url", "http://desk.example:2080", "accounts", "list")
    assert result.exit_code == 3
    assert "The stored key is not for http://desk.example:2080." in result.stderr


def test_a_desk_without_its_database_is_unavailable(running: Running, speak: Speak) -> None:
    running.desk.is_broken = True
    result = speak("positions")
    assert result.exit_code == 7
    assert result.stderr.splitlines() == [
        "database_away: The database does not answer; nothing was done.",
        "  request_id: req-1",
    ]


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://127.0.0.1:notaport", "desk"])
def test_an_address_that_is_none_is_invalid(speak: Speak, url: str) -> None:
    result = speak("--url", url, "--key", KEY, "accounts", "list")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"malformed_address: '{url}' is not the address of a server.")


def test_something_else_on_the_port_is_not_mistaken_for_a_desk(speak: Speak) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever).start()
        result = speak("--url", f"http://127.0.0.1:{other.server_port}", "--key", KEY, "accounts", "list")
        other.shutdown()
    assert result.exit_code == 7
    assert "is not Paperdesk (status 404, no JSON)." in result.stderr


def test_a_torn_file_in_the_home_directory_is_like_none(running: Running, speak: Speak) -> None:
    (running.home / "credentials.json").write_text('{"key_id": "PK')
    assert speak("accounts", "list").exit_code == 3


def test_version_needs_no_server(speak: Speak) -> None:
    assert speak("version").stdout.startswith("paperdesk ")
    assert "version" in json.loads(speak("version", "--json").stdout)
