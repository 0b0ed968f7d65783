"""What an installation keeps beside its database is whole, and its owner's alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from paperdesk.infra.home import Home, HomeTaken


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "home")
    assert (home.credentials, home.server) == (None, None)
    home.keep_credentials({"key_id": "PK1", "secret": "größer"})
    home.announce_server({"pid": 7, "url": "http://127.0.0.1:2080"})
    assert home.credentials == {"key_id": "PK1", "secret": "größer"}
    assert home.server == {"pid": 7, "url": "http://127.0.0.1:2080"}
    home.withdraw_server()
    home.withdraw_server()
    assert home.server is None


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "credentials.json").write_text("{}", encoding="utf-8")
    (tmp_path / "credentials.json").chmod(0o644)
    home.keep_credentials({"secret": "x"})
    assert stat.S_IMODE((tmp_path / "credentials.json").stat().st_mode) == 0o600
    assert list(tmp_path.glob("*.new")) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00"])
def test_half_a_file_is_no_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "credentials.json").write_text(content, encoding="utf-8")
    assert Home(tmp_path).credentials is None


def test_what_a_death_left_behind_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "credentials.new").write_text("half of", encoding="utf-8")
    Home(tmp_path).keep_credentials({"n": 1})
    assert Home(tmp_path).credentials == {"n": 1}


def holder(home: Home) -> int | None:
    """Return who holds a home just now."""
    return home.taken_by


def test_a_home_is_taken_by_one_server_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert holder(home) is None
    for _ in range(2):  # who took it before must not show through
        with home.taken():
            assert holder(home) == os.getpid()
            with pytest.raises(HomeTaken), home.taken():
                pass
            assert holder(home) == os.getpid()
        assert holder(home) is None


def test_compiled_code_is_kept_where_the_desk_lives_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    asked = "from pathlib import Path; from paperdesk.infra.settings import keep_compiled; keep_compiled(Path('here'))"
    program = [sys.executable, "-c", f"{asked}; import numba; print(numba.config.CACHE_DIR)"]
    told = {**os.environ, "NUMBA_CACHE_DIR": "elsewhere"}
    untold = {name: value for name, value in told.items() if name != "NUMBA_CACHE_DIR"}
    found = [subprocess.run(program, env=each, capture_output=True, text=True, check=True) for each in (untold, told)]
    assert [each.stdout.strip() for each in found] == ["here", "elsewhere"]
