"""Orders and positions: placed, listed, cancelled, watched."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.doors.cli.conftest import Running, Speak
from tests.doors.cli.small_answers import numbered

WATCHER = """
import signal
import sys
from pathlib import Path
from paperdesk.doors.cli.app import LocalCommands, build_app

# Who is started in the background may have been told to ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
local = LocalCommands(up=lambda wish: 0, down=lambda home: False, doctor=lambda home: (), bridge=print)
build_app(local, Path(sys.argv[1]))(sys.argv[2:])
"""


def test_a_limit_order_is_placed_as_it_was_spoken(running: Running, speak: Speak) -> None:
    result = speak("orders", "place", "buy", "10", "AAPL", "--limit", "99.5", "--tif", "gtc", "--json")
    assert result.exit_code == 0
    placed = json.loads(result.stdout)
    told = ("side", "quantity", "symbol", "limit_price", "time_in_force", "type", "account_id")
    assert [placed[name] for name in told] == ["buy", "10", "AAPL", "99.5", "gtc", "limit", numbered(1, 1)]


def test_without_a_limit_it_is_a_market_order_and_no_force_is_invented(running: Running, speak: Speak) -> None:
    result = speak("orders", "place", "buy", "10", "AAPL", "--account", "Demo")
    assert result.exit_code == 0
    assert "buy 10 AAPL" in result.stdout
    account_id = numbered(1, 1)
    spoken = {"account_id": account_id, "symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10"}
    assert running.desk.wishes == [spoken]


def test_a_waiting_order_says_what_it_waits_for(running: Running, speak: Speak) -> None:
    speak("orders", "place", "buy", "10", "AAPL", "--limit", "99.5")
    assert "accepted, waits for the next open" in speak("orders", "list").stdout


def test_orders_that_are_searched_for_are_written_as_csv(running: Running, speak: Speak) -> None:
    for limit in ("99.5", "98.5", "97.5"):
        speak("orders", "place", "buy", "10", "AAPL", "--limit", limit)
    found = speak("orders", "list", "--symbol", "AAPL", "--side", "buy", "--type", "limit", "--sort", "oldest", "--csv")
    assert found.exit_code == 0
    assert found.stdout.splitlines() == ["symbol,limit_price", "AAPL,97.5", "AAPL,98.5", "AAPL,99.5"]
    asked = {"symbol": "AAPL", "side": "buy", "type": "limit", "sort": "oldest", "status": "all", "limit": "500"}
    assert running.desk.asked[0] == asked | {"account_id": numbered(1, 1)}
    refused = speak("orders", "list", "--account", "Second", "--csv", "--symbol", "NOPE")
    assert (refused.exit_code, refused.stdout) == (4, "")


def test_an_order_is_shown_and_cancelled_by_the_end_of_its_id(running: Running, speak: Speak) -> None:
    speak("orders", "place", "buy", "10", "AAPL", "--limit", "99.5")
    listed = speak("orders", "list").stdout.splitlines()
    ending = next(line for line in listed if "AAPL" in line).split()[0]
    assert "accepted" in speak("orders", "show", ending).stdout
    assert "cancelled by its owner" in speak("orders", "cancel", ending).stdout
    again = speak("orders", "cancel", ending)
    assert again.exit_code == 5
    assert again.stderr.startswith("order_closed: The order is already cancelled.")


def test_all_open_orders_of_a_kind_are_cancelled_at_once(running: Running, speak: Speak) -> None:
    speak("orders", "place", "buy", "10", "AAPL", "--limit", "99.5")
    assert "No open orders." in speak("orders", "cancel-all", "--kind", "option").stdout
    assert "cancelled" in speak("orders", "cancel-all", "--kind", "equity").stdout
    assert "No open orders." in speak("orders", "cancel-all").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("10", "AAPL"),
            ["would be accepted", "10 at 101.25", "1,013.50", "Fee commission", "Nobody quotes", "filled"],
        ),
        (("10", "AAPL", "--limit", "90"), ["would be accepted", "no fill: out of reach", "accepted"]),
        (("1001", "AAPL"), ["The order needs more.", "before"]),
    ],
)
def test_a_preview_says_what_an_order_would_come_to_and_places_nothing(
    running: Running, speak: Speak, words: tuple[str, ...], told: list[str]
) -> None:
    result = speak("orders", "preview", "buy", *words)
    assert result.exit_code == 0
    assert [text for text in told if text not in result.stdout] == []
    assert running.desk.orders == []
    assert "unfilled_reason" in json.loads(speak("orders", "preview", "buy", *words, "--json").stdout)


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("orders", "place", "buy", "1", "NOPE"), 4, "unknown_symbol"),
        (("orders", "place", "buy", "1000000", "AAPL"), 5, "insufficient_buying_power"),
        (("orders", "show", numbered(9, 77)), 4, "order_not_found"),
        (("orders", "show", "deadbeef"), 4, "nothing_by_that_name"),
    ],
)
def test_a_refusal_is_code_and_sentence_on_standard_error(
    running: Running, speak: Speak, words: tuple[str, ...], exit_code: int, code: str
) -> None:
    result = speak(*words)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.startswith(f"{code}: ")


def test_the_facts_of_a_refusal_are_told_without_its_frame(running: Running, speak: Speak) -> None:
    stderr = speak("orders", "place", "buy", "1000000", "AAPL", "--limit", "2").stderr
    assert stderr.splitlines()[1:] == ["  needed: 2000000", "  available: 100000.00"]


def test_a_side_that_does_not_exist_is_invalid_before_anything_is_sent(running: Running, speak: Speak) -> None:
    assert speak("orders", "place", "hold", "1", "AAPL").exit_code == 2
    assert running.desk.orders == []


def test_positions_name_the_reason_for_a_missing_mark(running: Running, speak: Speak) -> None:
    assert speak("positions").stdout.strip() == "No positions."
    speak("orders", "place", "buy", "10", "AAPL")
    shown = speak("positions").stdout
    (row,) = [line for line in shown.splitlines() if "AAPL" in line]
    assert row.split() == ["AAPL", "10", "101.25", "-", "-", "-", "no", "quote", "yet"]
    assert json.loads(speak("accounts", "positions", "--json").stdout)["items"][0]["mark"] is None


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_watching_asks_again_until_ctrl_c_and_ends_well(running: Running, form: tuple[str, ...]) -> None:
    words = [sys.executable, "-c", WATCHER, str(running.home), "positions", "--watch", *form]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watcher:
        deadline = time.monotonic() + 30
        while running.desk.polls < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        watcher.send_signal(signal.SIGINT)
        stdout, stderr = watcher.communicate(timeout=30)
    assert (watcher.returncode, stderr) == (0, "")
    # The answer did not change, so it was printed once.
    assert stdout.count('"items"' if form else "Unrealised") == 1


def test_an_orders_history_and_the_statistics_of_orders_are_shown(running: Running, speak: Speak) -> None:
    assert "Median time to fill -" in " ".join(speak("orders", "statistics").stdout.split())
    speak("orders", "place", "buy", "10", "AAPL")
    shown = " ".join(speak("orders", "statistics").stdout.split())
    assert "Fill rate 100.0%" in shown
    assert "63,000 s of market time" in shown
    assert json.loads(speak("orders", "statistics", "--json").stdout)["fills"] == 1
    order_id = running.desk.orders[-1]["id"]
    assert "order_accepted" in speak("orders", "history", order_id).stdout


LOW, HIGH = "AAPL250117C00100000", "AAPL250117C00105000"


def test_legs_are_spoken_with_side_or_intent_and_ratio(running: Running, speak: Speak) -> None:
    result = speak("orders", "combo", f"buy {LOW}", f"sell_to_open 2 {HIGH}", "--net", "2.75", "--quantity", "3")
    assert result.exit_code == 0
    assert "combo 3 vertical on AAPL" in result.stdout
    assert f"sell 3 {HIGH}" in result.stdout
    (wish,) = running.desk.wishes
    assert wish["legs"] == [
        {"side": "buy", "symbol": LOW},
        {"intent": "sell_to_open", "symbol": HIGH, "ratio": "2"},
    ]
    assert (wish["type"], wish["limit_price"], wish["quantity"]) == ("limit", "2.75", "3")
    assert speak("orders", "combo", LOW, HIGH).exit_code == 2


@pytest.mark.parametrize(
    ("words", "spoken"),
    [(("--debit", "2.75"), ("limit", "2.75")), (("--credit", "1.20"), ("limit", "-1.20")), ((), ("market", None))],
)
def test_a_spread_is_one_short_order(
    running: Running, speak: Speak, words: tuple[str, ...], spoken: tuple[str, str | None]
) -> None:
    placed = json.loads(speak("orders", "spread", LOW, HIGH, *words, "--json").stdout)
    assert [leg["side"] for leg in placed["legs"]] == ["buy", "sell"]
    (wish,) = running.desk.wishes
    assert (wish["type"], wish.get("limit_price")) == spoken


def test_a_spread_has_a_debit_or_a_credit(running: Running, speak: Speak) -> None:
    assert speak("orders", "spread", LOW, HIGH, "--debit", "1", "--credit", "1").exit_code == 2
    assert running.desk.wishes == []


def test_a_combo_is_previewed_with_the_same_words(running: Running, speak: Speak) -> None:
    result = speak("orders", "spread", LOW, HIGH, "--debit", "1", "--preview")
    assert "no fill: out of reach" in result.stdout
    assert running.desk.orders == []
