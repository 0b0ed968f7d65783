"""Sources: a key is typed unseen and shown nowhere, and who is asked can be chosen."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_a_key_is_typed_unseen_and_can_be_tried(running: Running, speak: Speak) -> None:
    assert "no_key" in speak("sources", "list").stdout
    said = speak("sources", "set", "alpaca", "--key-id", "AK1", typed="s3cret\n")
    assert running.desk.sources.keys == {"alpaca": {"key_id": "AK1", "secret": "s3cret"}}
    assert said.exit_code == 0
    assert "s3cret" not in said.stdout + said.stderr
    assert speak("sources", "test", "alpaca").stdout == "alpaca answers (iex).\n"
    shown = speak("sources", "list").stdout
    assert "199 of 200" in shown
    assert "the settings" in shown
    assert json.loads(speak("sources", "list", "--json").stdout)["items"][0]["condition"] == "ready"
    assert speak("sources", "forget", "alpaca").stdout == "The key of alpaca is forgotten.\n"
    assert speak("sources", "test", "alpaca").exit_code != 0


def test_who_is_asked_is_chosen_and_unchosen(running: Running, speak: Speak) -> None:
    said = speak("sources", "ask", "quotes", "polygon", "alpaca").stdout
    assert said == "Asked about quotes in turn: polygon, alpaca.\n"
    assert "polygon, alpaca" in speak("sources", "list").stdout
    speak("sources", "ask", "quotes")
    assert running.desk.sources.rows == {}


def test_what_sources_told_is_forgotten_when_asked(running: Running, speak: Speak) -> None:
    assert speak("sources", "refresh").stdout == "The sources are asked anew from the next question on.\n"
    assert running.desk.sources.refreshed == 1
