"""A desk that serves others does not start with what only suits its owner's own machine."""

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from paperdesk.infra.serving_others import UnfitForOthers, require_fit_for_others
from paperdesk.infra.settings import Settings

SOUND: dict[str, Any] = {
    "mode": "service",
    "database_url": SecretStr("postgresql://desk:kaolin-ferry-51-walnut@db.internal/desk"),
    "sealing_keys": SecretStr("first:" + b64encode(bytes(range(32))).decode()),
    "public_url": "https://desk.example.org",
    "log_level": "INFO",
}


def test_a_desk_with_secrets_and_an_address_of_its_own_is_fit() -> None:
    require_fit_for_others(Settings(**SOUND))
    require_fit_for_others(Settings(**SOUND, redis_url=SecretStr("redis://:kaolin-ferry-51-walnut@cache:6379/0")))


def test_a_desk_for_its_owner_may_have_anything() -> None:
    require_fit_for_others(Settings(log_level="DEBUG"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"database_url": None}, "PAPERDESK_DATABASE_URL is not set"),
        ({"database_url": SecretStr("postgresql://desk@db/desk")}, "PAPERDESK_DATABASE_URL has no password"),
        ({"database_url": SecretStr("postgresql://desk:Postgres2024!!!@db/desk")}, "well known"),
        ({"database_url": SecretStr("postgresql://desk:short-one@db/desk")}, "short"),
        ({"admin_database_url": SecretStr("postgresql://postgres:postgres@db/desk")}, "PAPERDESK_ADMIN_DATABASE_URL"),
        ({"redis_url": SecretStr("redis://cache:6379/0")}, "PAPERDESK_REDIS_URL"),
        ({"sealing_keys": None}, "PAPERDESK_SEALING_KEYS is not set"),
        ({"sealing_keys": SecretStr("a:" + b64encode(bytes(32)).decode())}, "every byte is the same"),
        ({"public_url": None}, "PAPERDESK_PUBLIC_URL is not an https address"),
        ({"public_url": "http://desk.example.org"}, "PAPERDESK_PUBLIC_URL is not an https address"),
        ({"public_url": "https://*"}, "any origin"),
        ({"webhooks_reach_private": True}, "PAPERDESK_WEBHOOKS_REACH_PRIVATE"),
        ({"log_level": "debug"}, "which is for debugging"),
    ],
)
def test_what_is_unfit_is_named_and_no_secret_is_told(change: dict[str, Any], named: str) -> None:
    with pytest.raises(UnfitForOthers) as refused:
        require_fit_for_others(Settings(**(SOUND | change)))
    reasons = refused.value.facts["reasons"]
    assert isinstance(reasons, list)
    assert len(reasons) == 1
    assert named in str(reasons[0])
    assert "Postgres2024" not in refused.value.message
    assert "short-one" not in refused.value.message


def test_a_desk_that_is_unfit_says_everything_that_is_wrong_and_starts_nothing(tmp_path: Path) -> None:
    settings = {"PAPERDESK_MODE": "service", "PAPERDESK_LOG_LEVEL": "DEBUG"}
    command = [sys.executable, "-m", "paperdesk.main", "--home", str(tmp_path / "home"), "up", "--no-open"]
    ended = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=300, check=False)
    said = " ".join(ended.stderr.split())
    assert ended.returncode != 0
    assert said.startswith("unfit_for_others: ")
    assert "PAPERDESK_DATABASE_URL" in said
    assert "PAPERDESK_PUBLIC_URL" in said
    assert "PAPERDESK_LOG_LEVEL" in said
    assert not (tmp_path / "home" / "run").exists()
