"""The running server as the command line sees it: an address, a key, and JSON over HTTP."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeAlias

import httpx

from paperdesk.core.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PaperdeskError,
    RateLimited,
    Unauthenticated,
    Unavailable,
    kind_of,
)

Row: TypeAlias = Mapping[str, Any]

DEFAULT_URL = "http://127.0.0.1:2080"
PAGE_ROWS_MAX = 500
# A step of the tape answers within 20 s; an import's body may take its time on a slow disk.
TIMEOUT = httpx.Timeout(60.0, connect=5.0)

EXIT_BUG = 1
EXITS: Mapping[type[PaperdeskError], int] = {
    Invalid: 2,
    Unauthenticated: 3,
    Forbidden: 3,
    NotFound: 4,
    Conflict: 5,
    RateLimited: 6,
    Unavailable: 7,
}
_EXITS_BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: 3,
    HTTPStatus.FORBIDDEN: 3,
    HTTPStatus.NOT_FOUND: 4,
    HTTPStatus.CONFLICT: 5,
    HTTPStatus.PRECONDITION_FAILED: 5,
    HTTPStatus.TOO_MANY_REQUESTS: 6,
    HTTPStatus.BAD_GATEWAY: 7,
    HTTPStatus.SERVICE_UNAVAILABLE: 7,
    HTTPStatus.GATEWAY_TIMEOUT: 7,
}
# Members of problem+json that are the frame and not the facts of this refusal.
_FRAME = frozenset({"type", "title", "status", "code", "detail", "request_id"})


class ServerUnreachable(Unavailable):
    """No Paperdesk server answers at the address."""


class UnexpectedAnswer(Unavailable):
    """Something answered at the address that does not speak Paperdesk's protocol."""


class KeyMissing(Unauthenticated):
    """The command line has no API key for the server it should talk to."""


class MalformedAddress(Invalid):
    """The address of the server must be a URL such as http://127.0.0.1:2080."""


class Refused(Exception):
    """The server's own problem document: its code, its sentence, its facts, and the exit code they mean."""

    def __init__(self, status: int, body: Row) -> None:
        """Read a problem+json body that came with an HTTP status."""
        self.code = str(body.get("code") or "unknown_problem")
        self.message = str(body.get("detail") or body.get("title") or f"The server answered {status}.")
        self.facts: Row = {name: fact for name, fact in body.items() if name not in _FRAME}
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and body.get("request_id"):
            self.facts = {**self.facts, "request_id": body["request_id"]}
        self.exit_code = exit_of_status(status)
        super().__init__(self.message)


def exit_of_status(status: int) -> int:
    """Return the exit code that an HTTP status of 400 or more means (architecture, section 7)."""
    if status in _EXITS_BY_STATUS:
        return _EXITS_BY_STATUS[HTTPStatus(status)]
    return EXITS[Invalid] if status < HTTPStatus.INTERNAL_SERVER_ERROR else EXIT_BUG


def exit_of_error(error: PaperdeskError) -> int:
    """Return the exit code of an error that the command line raised itself."""
    return EXITS[kind_of(type(error))]


@dataclass(frozen=True)
class Desk:
    """Where the server is and who asks; `url` and `key` given by the caller win over what `home` remembers."""

    home: Path
    url: str | None = None
    key: str | None = None

    @cached_property
    def address(self) -> str:
        """The server's URL: given, or of the running server, or of the last one, or the usual one."""
        given = self.url or _text(_remembered(self.home / "run" / "server.json"), "url")
        stored = given or _text(_remembered(self.home / "credentials.json"), "url") or DEFAULT_URL
        return stored.rstrip("/")

    @cached_property
    def bearer(self) -> str:
        """The API key, given or stored; a stored one is never sent to a server it was not made for."""
        if self.key:
            return self.key
        credentials = _remembered(self.home / "credentials.json")
        key_id, secret = _text(credentials, "key_id"), _text(credentials, "secret")
        if not (key_id and secret):
            raise KeyMissing(f"No API key in {self.home}. Start the desk (paperdesk up) or give --key.")
        if not _is_own(self.address, _text(credentials, "url")):
            raise KeyMissing(f"The stored key is not for {self.address}. Give that server's key with --key.")
        return f"{key_id}.{secret}"

    @cached_property
    def client(self) -> httpx.Client:
        """The HTTP client, opened at first use; a local server is never looked for behind a proxy."""
        return httpx.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {self.bearer}", "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=not _is_loopback(self.address),
            verify=self.address.startswith("https:"),  # reading certificates takes longer than asking nearby
        )

    def close(self) -> None:
        """Close the connection, if one was opened."""
        if "client" in self.__dict__:
            self.client.close()

    def get(self, path: str, **query: str | int | None) -> httpx.Response:
        """Read a resource; query parameters that are None are left out."""
        return self.send("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, **body: object) -> httpx.Response:
        """Send a command as JSON; members that are None are left out."""
        return self.send("POST", path, json={name: value for name, value in body.items() if value is not None})

    def patch(self, path: str, **body: object) -> httpx.Response:
        """Change what the path names; members that are None are left out."""
        return self.send("PATCH", path, json={name: value for name, value in body.items() if value is not None})

    def delete(self, path: str, **query: str | None) -> httpx.Response:
        """Cancel or remove what the path and the query name."""
        return self.send("DELETE", path, params={name: value for name, value in query.items() if value is not None})

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own keywords
        """Send one request and return an answer below 400, JSON or empty; raise Refused or Unavailable otherwise."""
        return self._checked(self._asked(method, path, **request))

    def _asked(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own keywords
        """Send one request and return what answered; raise Unavailable when nothing did."""
        try:
            return self.client.request(method, path, **request)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise MalformedAddress(f"{self.address!r} is not the address of a server.", url=self.address) from None
        except httpx.TimeoutException:
            raise ServerUnreachable(f"{self.address} did not answer in time.", url=self.address) from None
        except httpx.RequestError:
            sentence = f"Nothing answers at {self.address}. Is it running? paperdesk up"
            raise ServerUnreachable(sentence, url=self.address) from None

    def rows(self, path: str, **query: str | int | None) -> list[Row]:
        """Read a whole list, page by page."""
        found: list[Row] = []
        for page in self._pages(path, query):
            found.extend(page["items"])
        return found

    def lines(self, path: str, **query: str | int | None) -> Iterator[str]:
        """Read a whole list as CSV, line by line: the names once, then every row of every page."""
        asked = {name: value for name, value in {"limit": PAGE_ROWS_MAX, **query}.items() if value is not None}
        answer = self._asked("GET", path, params=asked, headers={"Accept": "text/csv"})
        is_first = True
        while True:
            if not answer.headers.get("content-type", "").startswith("text/csv"):
                self._checked(answer)
                raise UnexpectedAnswer(f"What answers at {self.address} writes no CSV.", url=self.address)
            yield from answer.text.splitlines(keepends=True)[0 if is_first else 1 :]
            following = answer.links.get("next", {}).get("url")
            if following is None:
                return
            answer, is_first = self._asked("GET", following, headers={"Accept": "text/csv"}), False

    def archive(self, path: str) -> bytes:
        """Have a zip made and return it; raise Refused or Unavailable otherwise."""
        answer = self._asked("POST", path)
        is_zip = answer.is_success and answer.headers.get("content-type") == "application/zip"
        return answer.content if is_zip else self._checked(answer).content

    def file(self, path: str, **query: str) -> bytes:
        """Read something that is a file, of whatever type; raise Refused or Unavailable otherwise."""
        answer = self._asked("GET", path, params=query)
        return answer.content if answer.is_success else self._checked(answer).content

    def _pages(self, path: str, query: Mapping[str, str | int | None]) -> Iterator[Row]:
        cursor: str | None = None
        while True:
            page: Row = self.get(path, **{"limit": PAGE_ROWS_MAX, **query, "cursor": cursor}).json()
            yield page
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == HTTPStatus.NO_CONTENT:
            return answer
        try:
            body = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            sentence = f"What answers at {self.address} is not Paperdesk (status {answer.status_code}, no JSON)."
            raise UnexpectedAnswer(sentence, url=self.address)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Refused(answer.status_code, body)
        return answer


def _remembered(path: Path) -> Row:
    """Read a small JSON document of the home directory; absent or torn means nothing is remembered."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _text(document: Row, name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value else None


def _is_own(address: str, stored: str | None) -> bool:
    """Say whether the stored key may go to an address: this machine, or the server that issued it."""
    return _is_loopback(address) or address == (stored or "").rstrip("/")


def _is_loopback(address: str) -> bool:
    try:
        host = httpx.URL(address).host
        return host == "localhost" or ip_address(host).is_loopback
    except (httpx.InvalidURL, ValueError):
        return False
