"""Answers to reads carry a tag of what they say; who has it already is told so, and sent nothing again.

The tag is a hash of the answer as it was sent (RFC 9110, If-None-Match), so that no read has to know when it changes.
What is asked is worked out all the same: what is spared is the way, and the reading at the other end.
"""

from hashlib import blake2b
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX: Final = "/v1/"
TAG_BYTES: Final = 12
# What describes a body that is not sent; everything else about the answer stands.
_OF_BODIES: Final = ("content-length", "content-type")


class EntityTags:
    """Tags what is read under /v1, and answers 304 to who shows the tag."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; of a read, tag the answer if it comes in one piece."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Tagging(scope, send))


class _Tagging:
    """Holds the beginning of an answer back until its body is there."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            if not message.get("more_body", False):
                message = self._tagged(start, message)
            await self._send(start)
        await self._send(message)

    def _tagged(self, start: Message, message: Message) -> Message:
        """Add the tag to the beginning of an answer, and return what is left to be sent."""
        headers = MutableHeaders(scope=start)
        if "etag" in headers:
            return message
        tag = f'"{blake2b(message.get("body", b""), digest_size=TAG_BYTES).hexdigest()}"'
        headers["ETag"] = tag
        headers.setdefault("Cache-Control", "private, no-cache")
        if not _is_among(tag, Headers(scope=self._scope).get("if-none-match")):
            return message
        start["status"] = HTTPStatus.NOT_MODIFIED
        for name in _OF_BODIES:
            del headers[name]
        return {**message, "body": b""}


def _is_among(tag: str, shown: str | None) -> bool:
    """Say whether one of the tags that somebody shows is this one; a mark of weakness does not matter here."""
    if shown is None:
        return False
    return shown.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in shown.split(","))
