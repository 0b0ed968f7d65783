"""One request as a value, how it is written, how its answer is read, and when it may be sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from secrets import token_hex
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

import httpx
import msgspec

from paperdesk.client.refusals import Waits, refusal_of

T = TypeVar("T")

JSON: Final = "application/json"
# Asking these twice does what asking once does.
REPEATABLE: Final = frozenset({"GET", "PUT", "DELETE"})
# What the desk is asked to wait when it does not say.
PAUSE_S: Final = 1.0
TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a desk; a keyed one gets a key of its own, so that it can be sent again."""

    method: str
    path: str
    at: Mapping[str, object] = field(default_factory=dict[str, object])
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, object] = field(default_factory=dict[str, object])
    body: object = None
    media: str = JSON
    is_keyed: bool = False
    may_wait: bool = False

    def request(self, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """Write it down for a client; what is sent again is the same request, its key included."""
        path = self.path.format(**{name: quote(_text(value), safe="") for name, value in self.at.items()})
        headers = {name: _text(value) for name, value in self.headers.items() if value is not None}
        if self.is_keyed:
            headers["Idempotency-Key"] = token_hex(16)
        content = None
        if self.body is not None:
            headers["Content-Type"] = self.media
            content = self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
        query = {name: _texts(value) for name, value in self.query.items() if value is not None}
        return client.build_request(self.method, path, params=query, headers=headers, content=content)

    @property
    def is_repeatable(self) -> bool:
        """Say whether it may be sent again when nobody knows what became of it."""
        return self.is_keyed or self.method in REPEATABLE

    def wait_s(self, answer: httpx.Response, tries: int) -> float | None:
        """Return after how many seconds to ask again, after so many tries; None when that is no use."""
        status = answer.status_code
        may = status == HTTPStatus.TOO_MANY_REQUESTS or (
            status == HTTPStatus.SERVICE_UNAVAILABLE and self.is_repeatable
        )
        return float(answer.headers.get("retry-after", PAUSE_S)) if may and tries < TRIES else None


def require_success(call: Call, answer: httpx.Response) -> None:
    """Raise Refused for what is no success, Waits for what was taken and not done yet."""
    if not answer.is_success:
        raise refusal_of(answer)
    if call.may_wait and answer.status_code == HTTPStatus.ACCEPTED:
        raise Waits(msgspec.json.decode(answer.content, type=dict[str, Any]))


def read(call: Call, answer: httpx.Response, shape: type[T]) -> T:
    """Return what was answered in the shape it is promised in. Raises Refused for what is no success, Waits."""
    require_success(call, answer)
    return cast("T", answer.text) if shape is str else msgspec.json.decode(answer.content, type=shape)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _texts(value: object) -> str | list[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_text(each) for each in value]
    return _text(value)
