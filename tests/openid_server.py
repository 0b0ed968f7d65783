"""A provider of sign-ins on the loopback address: discovery, authorize, token and keys, as OpenID Connect has them."""

import asyncio
import base64
import hashlib
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from paperdesk.infra.clock import Clock

CLIENT_ID, CLIENT_SECRET = "the-desk", "between us: %+/"
ALGORITHM_OF = {"ec": "ES256", "rsa": "RS256"}
LASTS_S = 300


@dataclass
class OpenIdServer:
    """Signs one person in, whoever comes; what it says of them can be changed, and how it signs it."""

    clock: Clock
    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict[str, Any])
    lies: dict[str, Any] = field(default_factory=dict[str, Any])
    """What its tokens say otherwise; a value of None is left out."""
    signs_with: str = "ec"
    shows: set[str] = field(default_factory=lambda: {"ec", "rsa"})
    algorithm: str | None = None
    is_down: bool = False
    asked: list[str] = field(default_factory=list[str])
    _grants: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def __post_init__(self) -> None:
        """Make a key of each kind."""
        self._private: dict[str, Any] = {
            "ec": ec.generate_private_key(ec.SECP256R1()),
            "rsa": rsa.generate_private_key(65537, 2048),
        }

    @property
    def app(self) -> Starlette:
        """Return what it serves."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._document),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _document(self, _request: Request) -> Response:
        self.asked.append("document")
        if self.is_down:
            return JSONResponse({}, 503)
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        document = {name: f"{self.issuer}/{place}" for name, place in places.items()}
        return JSONResponse(document | {"issuer": self.issuer, "response_types_supported": ["code"]})

    async def _keys(self, _request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse({"keys": [self._shown(name) for name in sorted(self.shows)]})

    def _shown(self, name: str) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name(ALGORITHM_OF[name])
        shown = algorithm.to_jwk(self._private[name].public_key())
        return dict(json.loads(shown)) | {"kid": name, "use": "sig", "alg": ALGORITHM_OF[name]}

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if (asked.get("client_id"), asked.get("response_type"), asked.get("code_challenge_method")) != (
            CLIENT_ID, "code", "S256",
        ) or "openid" not in asked["scope"].split():  # fmt: skip
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe(16)
        self._grants[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        grant = self._grants.pop(str(form.get("code")), None)  # a code is good once
        verifier = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if grant is None or grant["code_challenge"] != challenge or grant["redirect_uri"] != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._signed(grant["nonce"])})

    def _signed(self, nonce: str) -> str:
        now = int(self.clock.now().timestamp())
        told = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + LASTS_S, "nonce": nonce}
        claims = {name: each for name, each in (told | self.person | self.lies).items() if each is not None}
        algorithm = self.algorithm or ALGORITHM_OF[self.signs_with]
        shared = hashlib.sha256(CLIENT_SECRET.encode()).digest()
        key = {"none": "", "HS256": shared}.get(algorithm, self._private[self.signs_with])
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": self.signs_with})


@asynccontextmanager
async def openid_server(clock: Clock) -> AsyncIterator[OpenIdServer]:
    """Serve a provider for as long as the block lasts."""
    provider = OpenIdServer(clock)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(provider.app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield provider
        finally:
            server.should_exit = True
            await serving
