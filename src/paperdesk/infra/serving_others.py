"""What a desk must have before it serves others: everything that only suits its owner's own machine is refused."""

from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from paperdesk.core.kernel.errors import Conflict
from paperdesk.infra.settings import Settings

# What stands in examples and in every list of first guesses.
WELL_KNOWN = frozenset(
    {"", "admin", "changeme", "demo", "example", "paperdesk", "password", "postgres", "root", "secret", "test"}
)
PASSWORD_LENGTH_MIN = 12


class UnfitForOthers(Conflict):
    """The settings suit a desk that its owner runs for themselves, and PAPERDESK_MODE says that it serves others."""


def require_fit_for_others(settings: Settings) -> None:
    """Refuse to serve others with secrets that anybody could guess, from any origin, or while debugging.

    Raises UnfitForOthers with everything that is wrong; in the mode `desk` nothing is.
    """
    if settings.mode != "service":
        return
    found = [*_secrets(settings), *_origins(settings), *_debugging(settings)]
    if found:
        raise UnfitForOthers(f"PAPERDESK_MODE is service, but {'; '.join(found)}.", reasons=found)


def _secrets(settings: Settings) -> Iterator[str]:
    urls = {
        "database": settings.database_url,
        "admin_database": settings.admin_database_url,
        "redis": settings.redis_url,
    }
    if settings.database_url is None:
        yield "PAPERDESK_DATABASE_URL is not set, and the embedded database is for one machine"
    for name, url in urls.items():
        if url is not None and _is_guessable(_password_of(url.get_secret_value())):
            yield f"PAPERDESK_{name.upper()}_URL has no password, or one that is short or well known"
    if settings.sealing_keys is None:
        yield "PAPERDESK_SEALING_KEYS is not set, and a file beside what it seals is no lock"
    elif any(_is_guessable_key(each) for each in settings.sealing_keys.get_secret_value().split(",")):
        yield "PAPERDESK_SEALING_KEYS has a key of which every byte is the same"


def _origins(settings: Settings) -> Iterator[str]:
    origin = urlsplit(settings.public_url or "")
    if origin.scheme != "https" or not origin.hostname:
        yield "PAPERDESK_PUBLIC_URL is not an https address, so that links and logins would travel in the open"
    elif "*" in origin.hostname:
        yield "PAPERDESK_PUBLIC_URL names any origin instead of one"
    if settings.webhooks_reach_private:
        yield "PAPERDESK_WEBHOOKS_REACH_PRIVATE lets anybody here reach the network behind the desk"


def _debugging(settings: Settings) -> Iterator[str]:
    if settings.log_level.upper() in {"DEBUG", "NOTSET", "TRACE"}:
        yield f"PAPERDESK_LOG_LEVEL is {settings.log_level.upper()}, which is for debugging"


def _password_of(url: str) -> str:
    return unquote(urlsplit(url).password or "")


def _is_guessable(password: str) -> bool:
    return len(password) < PASSWORD_LENGTH_MIN or password.casefold().strip("0123456789!") in WELL_KNOWN


def _is_guessable_key(pair: str) -> bool:
    try:
        return len(set(b64decode(pair.partition(":")[2]))) <= 1
    except ValueError:
        return False  # whoever reads the keys says that they are malformed
