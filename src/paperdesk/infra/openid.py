"""OpenID Connect, our side of it: where a provider is asked, and what of its answers is believed.

The authorisation code flow with PKCE. What a provider says of itself is read once an hour, its keys too, and once more
when a token names a key that is not known; tokens are verified by PyJWT, and their times by the desk's own clock.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from paperdesk.core.kernel.errors import Invalid, Unauthenticated, Unavailable
from paperdesk.infra.clock import Clock
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import log

ALGORITHMS: Final = ("RS256", "ES256")
SCOPES: Final = "openid email profile"
REQUIRED: Final = ("iss", "sub", "aud", "exp", "iat", "nonce")
KEPT_FOR: Final = timedelta(hours=1)
# A key that is not known is looked for again at most so often, whoever makes such tokens.
LOOK_AGAIN: Final = timedelta(seconds=30)
LEEWAY: Final = timedelta(seconds=60)
TIMEOUT: Final = httpx.Timeout(10, connect=5)
BYTES_MAX: Final = 1_000_000
WELL_KNOWN: Final = "/.well-known/openid-configuration"
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class MalformedIssuer(Invalid):
    """A provider of sign-ins is an https address without a query; on this machine http will do."""


class ProviderUnavailable(Unavailable):
    """The provider of sign-ins does not answer, or not as it should; sign in another way, or try again."""


class SingleSignOnRefused(Unauthenticated):
    """What the provider of sign-ins answered does not prove who somebody is."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What of one attempt has to come back, or proves that what comes back belongs to it."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is at a provider: `subject` never changes there, an address may."""

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool
    name: str | None


class OpenIdProvider:
    """One provider, as it says it is."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Take who it is and who we are to it. Raises MalformedIssuer."""
        assert settings.oidc_issuer is not None, "made only where there is one"
        self.issuer = settings.oidc_issuer
        _require_safe(self.issuer)
        self._client_id = settings.oidc_client_id
        secret = settings.oidc_client_secret
        self._secret = None if secret is None else secret.get_secret_value()
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=TIMEOUT, headers={"Accept": "application/json"})
        self._document: Mapping[str, Any] = {}
        self._document_until: datetime | None = None
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._keys_at: datetime | None = None

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def address_of(self, attempt: Attempt, redirect_uri: str) -> str:
        """Return where a browser goes to sign in. Raises ProviderUnavailable."""
        document = await self._discovered()
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = document["authorization_endpoint"]
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    async def claims_of(self, code: str, attempt: Attempt, redirect_uri: str) -> Claims:
        """Return who a code was given for. Raises SingleSignOnRefused, ProviderUnavailable."""
        document = await self._discovered()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        form |= {"code_verifier": attempt.verifier, "client_id": self._client_id}
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        credentials = None
        if self._secret is not None and "client_secret_basic" in methods:
            credentials = httpx.BasicAuth(self._client_id, self._secret)
        elif self._secret is not None:
            form["client_secret"] = self._secret
        answer = await self._asked("POST", document["token_endpoint"], data=form, auth=credentials)
        if not answer.is_success:
            raise _refused(f"the code was answered with {answer.status_code}")
        token = _object(answer).get("id_token")
        if not isinstance(token, str):
            raise _refused("there is no token in the answer")
        return self._believed(await self._verified(token), attempt)

    async def _verified(self, token: str) -> Mapping[str, Any]:
        """Return what a token says once its signature, issuer and audience are right."""
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._client_id,
                issuer=self.issuer,
                # The times are looked at below, by the desk's clock and not by the machine's.
                options={"require": list(REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.PyJWTError as error:
            raise _refused(type(error).__name__) from None
        return claims

    def _believed(self, claims: Mapping[str, Any], attempt: Attempt) -> Claims:
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._client_id:
            raise _refused("the token was given to another")
        if claims["nonce"] != attempt.nonce:
            raise _refused("the token belongs to another attempt")
        self._require_timely(claims)
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _refused("the token names nobody")
        email, name = claims.get("email"), claims.get("name")
        return Claims(
            issuer=self.issuer,
            subject=claims["sub"],
            email=email.strip().lower() if isinstance(email, str) else None,
            is_email_verified=claims.get("email_verified") is True,
            name=name if isinstance(name, str) else None,
        )

    def _require_timely(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        times = [claims["exp"], claims["iat"], claims.get("nbf", claims["iat"])]
        if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in times):
            raise _refused("the token has no times")
        expires, *begins = times
        leeway = LEEWAY.total_seconds()
        if expires + leeway <= now or max(begins) - leeway > now:
            raise _refused("the token has expired, or is not good yet")

    async def _key(self, key_id: str | None) -> jwt.PyJWK:
        now = self._clock.now()
        age = None if self._keys_at is None else now - self._keys_at
        if age is None or age >= KEPT_FOR or (key_id not in self._keys and age >= LOOK_AGAIN):
            document = await self._discovered()
            answer = await self._asked("GET", document["jwks_uri"])
            self._keys, self._keys_at = _keys_of(_object(answer)), now
        if key_id not in self._keys:
            raise _refused("the token is signed by a key that the provider does not show")
        return self._keys[key_id]

    async def _discovered(self) -> Mapping[str, Any]:
        now = self._clock.now()
        if self._document_until is not None and now < self._document_until:
            return self._document
        document = _object(await self._asked("GET", self.issuer.rstrip("/") + WELL_KNOWN))
        if document.get("issuer") != self.issuer:
            raise _unavailable("it says that it is another")
        for name in ENDPOINTS:
            if not isinstance(document.get(name), str) or not _is_safe(document[name]):
                raise _unavailable(f"it has no safe {name}")
        self._document, self._document_until = document, now + KEPT_FOR
        return document

    async def _asked(self, method: str, url: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        try:
            answer = await self._client.request(method, url, **more)
        except httpx.HTTPError as error:
            raise _unavailable(repr(error)) from None
        if len(answer.content) > BYTES_MAX:
            raise _unavailable("its answer is too large")
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.is_redirect:
            raise _unavailable(f"it answered {answer.status_code}")
        if method == "GET" and not answer.is_success:
            raise _unavailable(f"it answered {answer.status_code}")
        return answer


def _keys_of(document: Mapping[str, Any]) -> dict[str | None, jwt.PyJWK]:
    """Return the signing keys by their ids; a lone key may have none. Those of kinds we do not take are left out."""
    found: dict[str | None, jwt.PyJWK] = {}
    for each in document.get("keys", []):
        if not isinstance(each, dict) or each.get("kty") not in {"RSA", "EC"} or each.get("use", "sig") != "sig":
            continue
        try:
            found[each.get("kid")] = jwt.PyJWK.from_dict(each)
        except jwt.PyJWTError:
            continue  # a key that nobody can read signs nothing for us
    return found


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        raise _unavailable("its answer is no JSON") from None
    if not isinstance(found, dict):
        raise _unavailable("its answer is no object")
    return found


def _unavailable(cause: str) -> ProviderUnavailable:
    log.warning("openid_provider", cause=cause)
    return ProviderUnavailable("The provider of sign-ins does not answer as it should; try again, or another way in.")


def _refused(cause: str) -> SingleSignOnRefused:
    # Why is for whoever runs the desk, and not for whoever tries.
    log.warning("single_sign_on_refused", cause=cause)
    return SingleSignOnRefused("What the provider of sign-ins answered does not prove who you are; begin anew.")


def _require_safe(issuer: str) -> None:
    if not _is_safe(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment:
        raise MalformedIssuer(f"{issuer!r} is no issuer: an https address without a query.")


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
