"""Accounts: tables for people, the server's JSON for programs, names in place of ids."""

import json

from tests.doors.cli.conftest import Running, Speak
from tests.doors.cli.small_answers import numbered


def test_accounts_are_a_table_with_thousands_set_apart(running: Running, speak: Speak) -> None:
    result = speak("accounts", "list")
    assert result.exit_code == 0
    header, _rule, first, second = [line for line in result.stdout.splitlines() if line.strip()]
    assert header.split()[:5] == ["Number", "Name", "Currency", "Cash", "Buying"]
    assert first.split()[:5] == ["PD000001", "Demo", "USD", "100,000.00", "100,000.00"]
    assert first.index("100,000.00") + len("100,000.00") == second.index("500.00") + len("500.00")


def test_json_is_the_servers_body_byte_for_byte(running: Running, speak: Speak) -> None:
    result = speak("accounts", "list", "--json")
    expected = json.dumps({"items": running.desk.accounts, "next_cursor": None}, separators=(",", ":"))
    assert result.stdout == expected + "\n"
    assert result.stderr == ""


def test_an_account_is_found_by_number_name_id_and_end_of_id(running: Running, speak: Speak) -> None:
    for wanted in ("PD000002", "second", numbered(1, 2), numbered(1, 2)[-8:]):
        shown = json.loads(speak("accounts", "show", wanted, "--json").stdout)
        assert shown["name"] == "Second"


def test_without_a_name_it_is_the_account_that_was_opened_first(running: Running, speak: Speak) -> None:
    running.desk.accounts.reverse()
    assert json.loads(speak("accounts", "show", "--json").stdout)["name"] == "Demo"


def test_a_missing_number_is_a_dash_and_a_reason_never_a_zero(running: Running, speak: Speak) -> None:
    lines = speak("accounts", "show").stdout.splitlines()
    equity = next(line for line in lines if line.startswith("Equity"))
    assert equity.split() == ["Equity", "-", "(no", "quote", "yet)"]


def test_a_name_that_two_accounts_bear_is_refused_with_both_ids(running: Running, speak: Speak) -> None:
    speak("accounts", "open", "Demo")
    result = speak("accounts", "show", "Demo")
    assert result.exit_code == 2
    assert result.stderr.startswith("ambiguous_name: 2 accounts go by 'Demo'")
    assert numbered(1, 3) in result.stderr


def test_an_account_is_opened_on_the_tape_named(running: Running, speak: Speak) -> None:
    result = speak("accounts", "open", "Third", "--tape", "us closes 1990-2022", "--cash", "2500.00")
    assert result.exit_code == 0
    assert "2,500.00 USD" in result.stdout
    assert running.desk.accounts[-1]["name"] == "Third"


def test_deposit_and_withdraw_move_cash_and_say_what_is_left(running: Running, speak: Speak) -> None:
    assert "now holds 100,100.00 USD" in speak("accounts", "deposit", "100.00").stdout
    assert "now holds 400.00 USD" in speak("accounts", "withdraw", "100.00", "Second").stdout
    ledger = speak("accounts", "ledger").stdout
    assert "+100.00" in ledger
    assert "-100.00" in ledger


def test_gains_are_listed_by_lot_with_what_a_wash_sale_disallows(running: Running, speak: Speak) -> None:
    assert "Nothing was closed" in speak("accounts", "gains").stdout
    running.desk.gains.append(
        {
            "closed_on": "2020-03-16",
            "opened_on": "2020-03-02",
            "symbol": "AAPL",
            "quantity": "10",
            "proceeds": "990.00",
            "cost": "1000.00",
            "gain": "-10.00",
            "disallowed_loss": "10.00",
            "taxable_gain": "0.00",
            "term": "short",
        }
    )
    *_, row = [line for line in speak("accounts", "gains").stdout.splitlines() if line.strip()]
    assert row.split()[:4] == ["2020-03-16", "2020-03-02", "AAPL", "10"]
    assert row.split()[-1] == "short"


def test_a_withdrawal_too_large_leaves_with_the_conflicts_code_and_facts(running: Running, speak: Speak) -> None:
    result = speak("accounts", "withdraw", "501", "Second")
    assert result.exit_code == 5
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "insufficient_cash: The account does not hold that much.",
        "  cash: 500.00",
    ]


def test_an_amount_that_is_no_number_is_invalid(running: Running, speak: Speak) -> None:
    result = speak("accounts", "deposit", "plenty")
    assert result.exit_code == 2
    assert result.stderr.startswith("malformed_number: ")


def test_a_long_list_says_how_to_go_on(running: Running, speak: Speak) -> None:
    first = speak("accounts", "list", "--limit", "1")
    assert "There is more: --cursor 1" in first.stdout
    assert "Second" in speak("accounts", "list", "--limit", "1", "--cursor", "1").stdout


def test_text_from_the_server_cannot_steer_the_terminal(running: Running, speak: Speak) -> None:
    running.desk.accounts[0]["name"] = "\x1b[2J[bold]Demo[/bold]"
    shown = speak("accounts", "list").stdout
    assert "\x1b" not in shown
    assert "[bold]Demo[/bold]" in shown


def test_an_account_is_reset_and_its_epochs_are_listed(running: Running, speak: Speak) -> None:
    assert (
        "Epoch 2 of account PD000001 begins with 5,000.00 USD."
        in speak("accounts", "reset", "--yes", "--cash", "5000.00").stdout
    )
    lines = speak("accounts", "epochs").stdout.splitlines()
    assert [line.split()[0] for line in lines[-3:] if line.strip()] == ["1", "2"]
    assert "5,000.00" in "".join(lines[-2:])
    assert json.loads(speak("accounts", "reset", "--yes", "Second", "--json").stdout)["cash"] == "100000.00"


def test_an_account_is_renamed_rests_wakes_up_and_is_closed(running: Running, speak: Speak) -> None:
    assert "Account PD000001 is called Quiet and is open." in speak("accounts", "rename", "Quiet").stdout
    assert "is called Quiet and is inactive." in speak("accounts", "deactivate", "Quiet").stdout
    assert json.loads(speak("accounts", "activate", "Quiet", "--json").stdout)["status"] == "open"
    assert "Account PD000002 is closed." in speak("accounts", "close", "Second").stdout
    assert json.loads(speak("accounts", "close", "Second", "--json").stdout)["status"] == "closed"


def test_a_re_score_shows_orders_the_impossible_and_the_difference(running: Running, speak: Speak) -> None:
    result = speak("accounts", "rescore", "ideal")
    assert "realistic: equity 99.90; ideal: 100.00 (+0.10)." in result.stdout
    assert "101.01" in result.stdout
    assert "Too few." in result.stdout
    assert json.loads(speak("accounts", "rescore", "ideal", "--json").stdout)["rescore"]["difference"] == "0.10"
    assert "paperdesk jobs show" in speak("accounts", "rescore", "ideal", "Second").stdout


def test_an_account_is_forked_and_compared(running: Running, speak: Speak) -> None:
    said = speak("accounts", "fork", "Demo", "--name", "What if", "--as-of", "2020-03-06T21:00:00Z").stdout
    assert "Account PD000009 begins as What if stood at 2020-03-06 21:00" in said
    shown = speak("accounts", "compare", "Demo", "PD000009").stdout
    assert "PD000009" in shown
    assert "100,000.00" in shown
    assert "AAPL" in shown
    assert json.loads(speak("accounts", "compare", "Demo", "PD000009", "--json").stdout)["shared_seq"] == 3
    assert json.loads(speak("accounts", "fork", "--json").stdout)["parent_id"] == numbered(1, 1)
