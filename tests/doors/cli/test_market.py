"""The market on the command line: what moved, figures, quotes, prints and chains, and reasons where there are none."""

import json

import pytest

from tests.doors.cli.conftest import Running, Speak

pytestmark = pytest.mark.usefixtures("running")


def test_what_moved_most_is_shown_in_three_tables(speak: Speak) -> None:
    shown = speak("market", "movers").stdout
    assert "Rose most:" in shown
    assert "Fell most: nothing." in shown
    assert shown.count("ACME") == 2
    assert json.loads(speak("market", "movers", "--json").stdout)["gainers"][0]["symbol"] == "ACME"


def test_a_figure_that_is_missing_says_why(speak: Speak) -> None:
    shown = speak("market", "figures", "ACME", "IDLE").stdout
    assert "+3" in shown
    assert "no bar closed" in shown


def test_quotes_and_prints_of_a_day_are_listed_or_the_reason_is_told(speak: Speak) -> None:
    assert "99.98" in speak("market", "quotes", "ACME", "--on", "2020-03-13").stdout
    assert speak("market", "prints", "ACME").stdout == "this tape has no single prints\n"


def test_a_chain_is_narrowed_by_what_was_wished_for(running: Running, speak: Speak) -> None:
    shown = speak("market", "chain", "ACME", "--right", "call", "--delta", "0.3", "--band", "0.2", "--to", "2020-03-31")
    assert "0.81" in shown.stdout
    (asked,) = running.desk.market.asked
    assert {name: asked[name] for name in ("right", "delta", "band", "expires_to")} == {
        "right": "call",
        "delta": "0.3",
        "band": "0.2",
        "expires_to": "2020-03-31",
    }
