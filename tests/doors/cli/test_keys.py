"""Keys by the command line: issued and shown once, listed with what they are kept to, revoked by name."""

import json

from tests.doors.cli.conftest import Running, Speak


def test_a_key_is_issued_with_what_it_is_kept_to_and_shown_once(running: Running, speak: Speak) -> None:
    kept = (
        "--account",
        "Second",
        "--symbol",
        "ACME",
        "--verb",
        "place",
        "--from",
        "10.0.0.0/8",
        "--dry-run",
        "--loss-a-day",
        "100",
    )
    said = speak("keys", "issue", "Bot", "--may", "read", "--may", "trade", *kept, "--until", "2030-01-01T00:00:00Z")
    assert "Shown this once: PK2.s3cret" in said.stdout
    (asked,) = running.desk.users.keys[1:]
    assert (asked["scopes"], asked["expires_at"]) == (["read", "trade"], "2030-01-01T00:00:00Z")
    assert asked["limits"] == {
        "accounts": [running.desk.accounts[1]["id"]],
        "symbols": ["ACME"],
        "verbs": ["place"],
        "networks": ["10.0.0.0/8"],
        "dry_run": True,
        "budget": {"loss_a_day": "100"},
        "requests_per_minute": None,
        "approval_above": None,
    }
    plain = json.loads(speak("keys", "issue", "Plain", "--may", "read", "--json").stdout)
    assert (plain["name"], plain["secret"]) == ("Plain", "s3cret")


def test_keys_are_listed_and_revoked(running: Running, speak: Speak) -> None:
    speak("keys", "issue", "Bot", "--may", "read", "--symbol", "ACME", "--dry-run", "--orders-a-day", "5")
    said = speak("keys", "list").stdout
    assert "Bot" in said
    assert "symbols: ACME; orders a day: 5; dry run" in " ".join(said.split())
    assert len(json.loads(speak("keys", "list", "--json").stdout)["items"]) == 2
    assert speak("keys", "revoke", "Bot").stdout == "Bot is revoked.\n"
    assert [key["name"] for key in running.desk.users.keys] == ["First key"]
    assert speak("keys", "revoke", "Bot").stderr.startswith("nothing_by_that_name: ")


def test_what_waits_for_a_person_is_listed_approved_and_declined(running: Running, speak: Speak) -> None:
    speak("keys", "issue", "Bot", "--may", "read", "--approval-above", "500")
    assert running.desk.users.keys[1]["limits"]["approval_above"] == "500"
    assert "buy 10 ACME at 100" in speak("approvals", "list").stdout
    assert running.desk.users.asked[-1]["status"] == "waiting"
    said = speak("approvals", "decline", "0000000000aa", "Too much.").stdout
    assert "declined" in said
    assert "Too much." in said
    assert json.loads(speak("approvals", "approve", "0000000000aa", "--json").stdout)["order_id"] == "42"
