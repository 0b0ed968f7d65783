"""The web app in a real Chromium: every journey and every page, in both themes, at desktop and phone width."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGES = HERE.parents[1] / "web" / "node_modules" / "playwright-core"
TIMEOUT_S = 900


def _missing() -> str | None:
    """Say what the machine lacks for a browser test, or None when it lacks nothing."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not PACKAGES.is_dir():
        return "the browser driver is not installed: npm ci --ignore-scripts in web"
    if _chromium() is None:
        return "chromium is not installed"
    return None


def _chromium() -> str | None:
    return os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")


def _require_browser() -> None:
    """Skip where the browser is missing, except in CI, where that is a failure."""
    missing = _missing()
    if missing is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"browser tests are required in CI, but {missing}")
    pytest.skip(missing)


@pytest.mark.timeout(TIMEOUT_S + 20)
def test_the_desk_works_in_a_real_browser(desk_url: str, sign_in_link: str) -> None:
    """All journeys pass against a running server with a seeded account."""
    _travel(desk_url, sign_in_link, paced="")


@pytest.mark.nightly
@pytest.mark.timeout(TIMEOUT_S + 20)
def test_the_desk_is_quick_in_a_real_browser(desk_url: str, sign_in_link: str) -> None:
    """The same, and pages stand in time; measured by the clock, so not beside other tests."""
    _travel(desk_url, sign_in_link, paced="yes")


def _travel(desk_url: str, sign_in_link: str, paced: str) -> None:
    _require_browser()
    environment = {
        **os.environ,
        "BASE_URL": desk_url,
        "SIGN_IN_URL": sign_in_link,
        "CHROMIUM_PATH": _chromium() or "",
        "PACED": paced,
    }
    command = [shutil.which("node") or "node", "--test", "--test-reporter=spec", str(HERE / "desk.test.mjs")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert run.returncode == 0, f"{run.stdout[-8000:]}\n{run.stderr[-2000:]}"
