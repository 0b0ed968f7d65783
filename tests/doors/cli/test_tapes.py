"""Tapes: control answers where the tape is; an import names every bad row."""

import json
from pathlib import Path

import pytest

from tests.doors.cli.conftest import Running, Speak
from tests.doors.cli.small_answers import T1, numbered

GOOD = "symbol,on,close\nAAPL,2020-01-02,75.09\nAAPL,2020-01-03,74.36\n"
BAD = "symbol,on,close\nAAPL,2020-01-02,75.09\nAAPL,2020-01-03,n/a\nAAPL,2020-01-06,\nAAPL,2020-01-07,74.6\n"


def test_tapes_are_listed_with_their_clock(running: Running, speak: Speak) -> None:
    shown = speak("tapes", "list").stdout
    assert "2020-03-13 20:00:00" in shown
    assert "86,400" in shown


def test_a_tape_says_what_its_prices_are_and_are_not(running: Running, speak: Speak) -> None:
    shown = speak("tapes", "show").stdout
    for words in ("total_return", "survivors only", "BSD-3-Clause", "Dividends are inside the prices."):
        assert words in shown
    assert json.loads(speak("tapes", "show", "--json").stdout) == running.desk.tapes[0]


def test_a_step_answers_where_the_tape_stands(running: Running, speak: Speak) -> None:
    result = speak("tapes", "step", "--unit", "session", "--count", "2")
    assert result.stdout == "US closes 1990-2022: 2020-03-16 20:00:00 UTC, paused.\n"


def test_a_tape_plays_and_pauses(running: Running, speak: Speak) -> None:
    assert "playing at 3,600 market seconds a second." in speak("tapes", "play", "--speed", "3600").stdout
    assert ", paused." in speak("tapes", "pause").stdout
    assert json.loads(speak("tapes", "speed", "60", "--json").stdout)["speed"] == "60"


def test_a_tape_plays_as_fast_as_it_goes_without_closed_hours(running: Running, speak: Speak) -> None:
    assert ", playing as fast as it goes." in speak("tapes", "play", "--speed", "max").stdout
    shown = speak("tapes", "play", "--speed", "60", "--skip-closed").stdout
    assert "playing at 60 market seconds a second, without closed hours." in shown
    assert "at 60 market seconds a second, without closed hours" in speak("tapes", "show").stdout
    assert json.loads(speak("tapes", "speed", "30", "--keep-closed", "--json").stdout)["skip_closed"] is False


def test_a_jump_to_the_next_fill_names_whose(running: Running, speak: Speak) -> None:
    speak("tapes", "jump", "next_fill", "--account", "Second")
    assert running.desk.controls[-1] == {"action": "jump", "to": "next_fill", "account_id": numbered(1, 2)}
    assert "There was a fill." in speak("tapes", "jump", "next_fill").stdout


def test_a_tape_is_opened_for_a_class_with_history(running: Running, speak: Speak) -> None:
    speak("tapes", "open", "US closes", "--name", "Class", "--warm-up", "200", "--shared")
    assert running.desk.tapes[-1]["warm_up"] == 200
    assert running.desk.tapes[-1]["shared"] is True


def test_a_jump_that_has_not_arrived_says_so(running: Running, speak: Speak) -> None:
    assert "Still on its way." in speak("tapes", "jump", "next_open").stdout
    assert "2020-03-16 20:00:00 UTC" in speak("tapes", "jump", T1, "US closes 1990-2022").stdout


def test_without_a_name_it_is_the_tape_the_first_account_lives_on(running: Running, speak: Speak) -> None:
    speak("tapes", "open", "US closes", "--name", "Crash", "--start", "2020-02-19")
    running.desk.accounts[0]["tape_id"] = numbered(2, 2)
    assert json.loads(speak("tapes", "pause", "--json").stdout)["name"] == "Crash"
    assert running.desk.tapes[1]["starts_at"] == "2020-02-19"


def test_datasets_are_listed_with_their_licences(running: Running, speak: Speak) -> None:
    shown = speak("datasets", "list").stdout
    assert "174,384" in shown
    assert "BSD-3-Clause" in shown


def test_a_branch_begins_earlier(running: Running, speak: Speak) -> None:
    shown = speak("tapes", "rewind", "2020-03-06T21:00:00Z", "--name", "Again").stdout
    assert "2020-03-06 21:00:00" in shown
    assert running.desk.tapes[-1]["parent_id"] == numbered(2, 1)


def test_accounts_are_forked_onto_a_branch(running: Running, speak: Speak) -> None:
    speak("tapes", "rewind", "2020-03-06", "--account", "Demo", "--account", "Second")
    assert running.desk.wishes == [{"to": "2020-03-06", "account_ids": [numbered(1, 1), numbered(1, 2)]}]


def test_a_dataset_is_judged_and_repaired(running: Running, speak: Speak) -> None:
    shown = speak("datasets", "quality", "US closes", "--tape", "US closes 1990-2022").stdout
    assert "8,310" in shown
    assert "0.999759" in shown
    assert "paperdesk jobs show" in speak("datasets", "repair", "US closes", "--from", "US closes").stdout
    assert running.desk.wishes == [{"from_dataset_id": numbered(3, 1)}]


def test_a_good_file_is_sent_whole_and_followed_to_its_end(running: Running, speak: Speak, tmp_path: Path) -> None:
    file = tmp_path / "apple.csv"
    file.write_text(GOOD)
    result = speak("tapes", "import", str(file), "--price-basis", "split")
    assert result.exit_code == 0
    assert result.stdout == "Imported apple. Open a tape on it: paperdesk tapes open 'apple'\n"
    assert "100%" in result.stderr
    sent = {"name": "apple", "format": "csv", "price_basis": "split", "calendar": "XNYS", "media": "text/csv"}
    assert running.desk.imports == [{**sent, "bytes": len(GOOD)}]


def test_every_bad_row_is_reported_by_line_and_reason(running: Running, speak: Speak, tmp_path: Path) -> None:
    file = tmp_path / "apple.csv"
    file.write_text(BAD)
    result = speak("tapes", "import", str(file), "--name", "Apple")
    assert result.exit_code == 2
    rows = [line.split(maxsplit=1) for line in result.stdout.splitlines() if "malformed_number" in line]
    assert [line for line, _reason in rows] == ["3", "4"]
    assert rows[0][1].startswith("close 'n/a' is not a number")
    assert "import_failed: The file has bad rows. 2 bad rows; nothing was imported." in result.stderr
    shown = speak("jobs", "show", next(iter(running.desk.jobs)))
    assert "close 'n/a' is not a number" in shown.stdout
    assert "failed" in speak("jobs", "list").stdout


def test_a_failed_import_is_json_for_programs_and_still_an_exit_code(
    running: Running, speak: Speak, tmp_path: Path
) -> None:
    file = tmp_path / "apple.csv"
    file.write_text(BAD)
    result = speak("tapes", "import", str(file), "--json")
    assert result.exit_code == 2
    assert [row["line"] for row in json.loads(result.stdout)["problems"]] == [3, 4]


@pytest.mark.parametrize("name", ["prices.xlsx", "absent.csv"])
def test_a_file_of_another_kind_or_none_is_invalid(running: Running, speak: Speak, tmp_path: Path, name: str) -> None:
    (tmp_path / "prices.xlsx").write_text("not prices")
    assert speak("tapes", "import", str(tmp_path / name)).exit_code == 2
    assert running.desk.imports == []


def test_a_history_is_recorded_and_followed_to_its_end(running: Running, speak: Speak) -> None:
    result = speak("tapes", "import", "--from", "alpaca", "AAPL", "MSFT", "2024-01-01..2024-06-30")
    assert (result.exit_code, "Imported AAPL, MSFT 2024-01-01..2024-06-30." in result.stdout) == (0, True)
    days = {"start_on": "2024-01-01", "end_on": "2024-06-30"}
    wish = {"source": "alpaca", "length": "1d", "symbols": ["AAPL", "MSFT"], **days}
    assert running.desk.wishes == [{**wish, "name": "AAPL, MSFT 2024-01-01..2024-06-30"}]
    assert speak("tapes", "import", "--from", "alpaca", "AAPL").exit_code == 2


def test_a_live_tape_is_opened_on_symbols(running: Running, speak: Speak) -> None:
    assert speak("tapes", "live", "AAPL", "MSFT", "--name", "Today").exit_code == 0
    assert running.desk.tapes[-1]["name"] == "Today"
