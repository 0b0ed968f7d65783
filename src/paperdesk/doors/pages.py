"""Files for browsers: the web app, its deep links, the API's documentation page, and their headers."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperdesk.doors.heads import Header, add_missing

WEB_APP = Path(__file__).parent.parent / "ui"
REFERENCE = Path(__file__).parent / "reference"
# What is asked for under /docs, and the file that answers; the script draws by the address.
REFERENCE_FILES = {"": "index.html", "errors": "index.html"} | {
    name: name for name in ("reference.css", "reference.js", "errors.json")
}
API_PREFIXES = ("/v1", "/health", "/metrics", "/openapi.json")
READING = ("GET", "HEAD")
WRITING = ("POST", "PUT", "PATCH", "DELETE")
ASKING = ("OPTIONS",)
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
GUARDS: tuple[Header, ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
OVER_HTTPS: Header = (b"strict-transport-security", b"max-age=31536000")
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Paperdesk</title>
<h1>The web app is not built</h1>
<p>The API works: see <a href="/docs">/docs</a>. To build the web app, run <code>make up</code> in the repository.</p>
"""


class SecurityHeaders:
    """Adds the headers that keep a page from being framed, sniffed or fed with foreign scripts."""

    def __init__(self, app: ASGIApp, *, is_https: bool = False) -> None:
        """Stand before an app, which is reached by https or by whatever its owner likes."""
        self._app, self._guards = app, (*GUARDS, OVER_HTTPS) if is_https else GUARDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_missing(message, self._guards)
            await send(message)

        await self._app(scope, receive, send_guarded)


def serve(app: FastAPI) -> None:
    """Answer everything that is not an address of the API with the web app."""

    async def page(request: Request) -> Response:
        path = request.url.path
        if path.startswith(API_PREFIXES):
            raise _missed([route for route in app.routes if getattr(route, "endpoint", None) is not page], request)
        if request.method not in READING:
            raise HTTPException(405, headers={"Allow": ", ".join(READING)})
        return _web_file(path, request.headers.get("accept-encoding", ""))

    app.add_route("/docs", _reference, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_route("/docs/{name:path}", _reference, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_route("/{path:path}", page, methods=[*READING, *WRITING, *ASKING], include_in_schema=False)


def _missed(routes: Sequence[BaseRoute], request: Request) -> HTTPException:
    """Say whether nothing is at an address, or only nothing that takes the method."""
    allowed = [
        method
        for method in (*READING, *WRITING)
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return HTTPException(405, headers={"Allow": ", ".join(allowed)}) if allowed else HTTPException(404)


async def _reference(request: Request) -> Response:
    """Return a file of the API's documentation page."""
    name = REFERENCE_FILES.get(request.path_params.get("name", ""))
    if name is None:
        raise HTTPException(404)
    return FileResponse(REFERENCE / name, headers={"cache-control": "no-cache"})


def _web_file(path: str, accepted: str) -> Response:
    """Return a file of the web app, else its first page, which finds its way by the address."""
    if not (WEB_APP / "index.html").is_file():
        return HTMLResponse(_NOT_BUILT)
    file = (WEB_APP / path.lstrip("/")).resolve()
    if not (file.is_relative_to(WEB_APP.resolve()) and file.is_file()):
        if path.startswith("/assets/"):
            raise HTTPException(404)
        file = WEB_APP / "index.html"
    kept = "public, max-age=31536000, immutable" if "assets" in file.parts else "no-cache"
    return _sent(file, accepted, {"cache-control": kept, "vary": "accept-encoding"})


def _sent(file: Path, accepted: str, headers: dict[str, str]) -> Response:
    packed = file.with_name(file.name + ".gz")
    response = FileResponse(file, headers=headers)
    if "gzip" in accepted and packed.is_file():
        media_type = response.media_type
        return FileResponse(packed, headers={**headers, "content-encoding": "gzip"}, media_type=media_type)
    return response
