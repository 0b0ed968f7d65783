"""From a request to a principal to a unit of work, for every door.

A caller shows a key pair (`PK....secret`) or the access token of a login. What is on file is kept
for a few seconds under the keyed hash of what was shown, never under the secret itself, so that a
busy caller costs one hash and one look into a dictionary.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from paperdesk.core.kernel.errors import Forbidden, RateLimited, Unauthenticated, Unavailable
from paperdesk.core.kernel.ids import KeyId, TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.quotas import NO_QUOTAS, Quotas
from paperdesk.features.identity import store
from paperdesk.features.identity.request_counts import FailedSignIns, RequestCounts
from paperdesk.infra.crypto import TokenHasher
from paperdesk.infra.idempotency import KEY_LENGTH_MAX
from paperdesk.infra.once import begin_for
from paperdesk.infra.rate_limit import Allowance, RateLimit
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import ReadOnly, UnitOfWork

LOGIN_COOKIE = "paperdesk_login"
KEPT_FOR = timedelta(seconds=5)
KEPT_MAX = 10_000
SIGN_IN_PAUSE_S = 10
LETTERS_PER_MINUTE = 3
# How often a line that stays open asks whether its credential still stands; another process may have ended it.
LOOK_AGAIN_S = 5.0
TOKEN_LENGTH_MAX = 256
OWN_SETTINGS = "/v1/me"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CredentialsMissing(Unauthenticated):
    """The request names nobody; send a key or sign in."""


class UnknownCredentials(Unauthenticated):
    """There is no such key or login."""


class CredentialsEnded(UnknownCredentials):
    """The key was revoked, or the login has ended."""


class KeyExpired(Unauthenticated):
    """The key was good once; issue a new one."""


class TooManySignIns(RateLimited):
    """One address tried to sign in too often; others are not held up by it."""


class TooManyLetters(RateLimited):
    """One address is not sent more than three letters within a minute."""


class OriginRefused(Forbidden):
    """A page of another origin tried to use this browser's login."""


@dataclass(frozen=True, slots=True)
class _Kept:
    who: Principal
    since: datetime
    until: datetime


class Gate:
    """Tells who holds a credential, and forgets at once who lost theirs."""

    def __init__(self, runtime: Runtime) -> None:
        """Start knowing nobody."""
        self._runtime = runtime
        self._kept: dict[bytes, _Kept] = {}
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._quotas: dict[TenantId, Quotas] = {}
        self._forgotten = 0
        self._has_forgotten = asyncio.Event()
        self._letters = RateLimit(LETTERS_PER_MINUTE)
        self._sign_ins = RateLimit(runtime.settings.sign_ins_per_minute)
        self._failed = FailedSignIns()
        self.counts = RequestCounts(runtime.settings.rates, runtime.settings.address_requests_per_minute)

    async def principal(self, token: str | None, address: str | None = None) -> Principal:
        """Return the holder of a key pair or access token, who asks from an address.

        Raises CredentialsMissing, UnknownCredentials, CredentialsEnded, KeyExpired or AddressNotAllowed;
        DatabaseUnavailable when nobody can tell.
        """
        who = await self._holder(token)
        if who.limits is not None:
            who.limits.require_address(address)
        return who

    async def _holder(self, token: str | None) -> Principal:
        if not token:
            raise CredentialsMissing("Send an API key as a bearer token, or sign in.")
        if len(token) > TOKEN_LENGTH_MAX or not (token.isascii() and token.isprintable()):
            raise UnknownCredentials("There is no such key or login.")
        digest = self._runtime.hasher.hash(token)
        now = self._runtime.clock.now()
        known = self._known(digest, now)
        if known is not None:
            return known
        # Whoever shows the same token meanwhile waits for this answer, or a busy caller would ask many times at once.
        async with self._turns.setdefault(digest, asyncio.Lock()):
            return self._known(digest, now) or await self._look_up(token, digest, now)

    async def until_ended(self, token: str, address: str | None = None) -> None:
        """Wait as long as a credential stands, for lines that stay open; then raise CredentialsEnded or KeyExpired."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._has_forgotten.wait()
            try:
                await self.principal(token, address)
            except UnknownCredentials:
                raise _ended() from None  # it was known once, whatever has become of it
            except Unavailable:
                await asyncio.sleep(LOOK_AGAIN_S)  # nobody can tell just now, and a line is not ended on suspicion

    def count_request(self, connection: HTTPConnection, who: Principal) -> None:
        """Count a request of somebody, and keep for its answer what is left to them. Raises TooManyRequests."""
        is_setting = connection.scope.get("method") not in SAFE_METHODS and connection.scope["path"].startswith(
            OWN_SETTINGS
        )
        keep_allowance(connection, self.counts.count(who, self._runtime.clock.now(), is_setting=is_setting))

    def check_failures(self, connection: HTTPConnection, email: str) -> None:
        """Refuse whoever has guessed wrong too often at a person from an address. Raises TooManySignIns."""
        wait_s = self._failed.wait_s(_person(email), address_of(connection), self._runtime.clock.now())
        if wait_s:
            raise TooManySignIns("Too many wrong passwords from here; wait before the next.", retry_after_s=wait_s)

    def note_sign_in(self, connection: HTTPConnection, email: str, *, has_failed: bool) -> None:
        """Take note of whether somebody came in by password."""
        person, address = _person(email), address_of(connection)
        if has_failed:
            self._failed.failed(person, address, self._runtime.clock.now())
        else:
            self._failed.succeeded(person, address)

    def count_sign_in(self, connection: HTTPConnection) -> None:
        """Count an attempt to sign in from an address. Raises TooManySignIns.

        Nobody is locked out by their name, or anybody could lock them out; only addresses have to wait.
        """
        allowance = self._sign_ins.take(address_of(connection), self._runtime.clock.now())
        if allowance.is_over:
            raise TooManySignIns(
                "Too many attempts to sign in from here; wait a little.", retry_after_s=SIGN_IN_PAUSE_S
            )

    def count_letter(self, email: str) -> None:
        """Count a letter to an address, whether or not anybody has it. Raises TooManyLetters."""
        if self._letters.take(_person(email), self._runtime.clock.now()).is_over:
            raise TooManyLetters("Letters have just been sent to this address; look there first.", retry_after_s=60)

    def set_quotas(self, tenant_id: TenantId, quotas: Quotas | None) -> None:
        """Know how much a tenant may have, for what is counted in this process."""
        if quotas is None:
            self._quotas.pop(tenant_id, None)
        else:
            self._quotas[tenant_id] = quotas

    def quotas_of(self, tenant_id: TenantId) -> Quotas:
        """Return how much a tenant may have, by its own quotas and the desk's."""
        return self._quotas.get(tenant_id, NO_QUOTAS).within(self._runtime.settings.quotas)

    def forget_key(self, key_id: KeyId) -> None:
        """Stop honouring a key at once; call it when the revocation has been committed."""
        self._forget(lambda _, kept: kept.who.key_id == key_id)

    def forget_user(self, user_id: UserId) -> None:
        """Ask again what a person may do, and whether they may at all; call it when a change has been committed."""
        self._forget(lambda _, kept: kept.who.user_id == user_id)

    def forget_all(self) -> None:
        """Ask again about everybody; for the rare end of a login whose user the caller does not know."""
        self._forget(lambda _digest, _kept: True)

    def _forget(self, is_lost: Callable[[bytes, _Kept], bool]) -> None:
        self._forgotten += 1
        self._has_forgotten.set()
        self._has_forgotten = asyncio.Event()
        self._kept = {digest: kept for digest, kept in self._kept.items() if not is_lost(digest, kept)}

    def _known(self, digest: bytes, now: datetime) -> Principal | None:
        kept = self._kept.get(digest)
        # Both ends are checked, because a clock that was set back must not prolong anything.
        return kept.who if kept is not None and kept.since <= now < kept.until else None

    async def _look_up(self, token: str, digest: bytes, now: datetime) -> Principal:
        # Something may be forgotten while the database answers; what it said before is then not trusted.
        while True:
            forgotten = self._forgotten
            found = await _on_file(self._runtime, token, digest, now)
            if forgotten == self._forgotten:
                break
        if found is None:
            raise UnknownCredentials("There is no such key or login.")
        if found.ended_at is not None:
            raise _ended()
        self.counts.set_rates(found.who.tenant_id, found.rates)
        self.set_quotas(found.who.tenant_id, found.quotas)
        until = now + KEPT_FOR
        if found.expires_at is not None:
            if found.expires_at <= now:
                raise KeyExpired("This key has expired.") if found.who.key_id else _ended()
            until = min(until, found.expires_at)
        self._keep(digest, _Kept(found.who, now, until))
        return found.who

    def _keep(self, digest: bytes, kept: _Kept) -> None:
        self._kept.pop(digest, None)
        if len(self._kept) >= KEPT_MAX:
            del self._kept[next(iter(self._kept))]
        self._kept[digest] = kept


async def _on_file(runtime: Runtime, token: str, digest: bytes, now: datetime) -> store.Credential | None:
    prefix, dot, secret = token.partition(".")
    async with runtime.as_system() as db:
        if not dot:
            return await store.find_login(db, digest)
        found = await store.find_key(db, prefix)
        if found is None or not TokenHasher.is_same(found.secret_hash, runtime.hasher.hash(secret)):
            return None
        await store.note_used(db, found, now)
    return found


def _ended() -> CredentialsEnded:
    return CredentialsEnded("This key was revoked, or this login has ended.")


def token_of(connection: HTTPConnection) -> str | None:
    """Return what a request shows: its bearer token, else its login cookie; none when neither is there.

    Raises OriginRefused when a cookie that could change something comes from another origin.
    """
    authorization = connection.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None
    login = connection.cookies.get(LOGIN_COOKIE)
    if login and connection.scope.get("method") not in SAFE_METHODS:  # a WebSocket has no method
        refuse_foreign_origin(connection)
    return login


def refuse_foreign_origin(connection: HTTPConnection) -> None:
    """Raise OriginRefused unless the page that asks was served by the host that is asked."""
    origin = connection.headers.get("origin", "")
    host = connection.headers.get("host", "")
    if not host or urlsplit(origin).netloc.lower() != host.lower():
        raise OriginRefused("A page of another origin cannot use this login.", origin=origin[:200])


def runtime_of(connection: HTTPConnection) -> Runtime:
    """Return the runtime of the app a request came to."""
    runtime = connection.app.state.runtime
    assert isinstance(runtime, Runtime), "the app was built without a runtime"
    return runtime


def gate_of(connection: HTTPConnection) -> Gate:
    """Return the gate of the app a request came to."""
    gate = connection.app.state.gate
    assert isinstance(gate, Gate), "the app was built without a gate"
    return gate


def address_of(connection: HTTPConnection) -> str | None:
    """Return the address that a request came from, None where the server cannot tell."""
    client = connection.scope.get("client")
    return client[0] if client else None


def from_door(who: Principal, door: str, connection: HTTPConnection) -> Principal:
    """Return a caller with where their request came from, for the audit trail: door, address and request id."""
    return who.coming_from(origin_of(connection, door))


def origin_of(connection: HTTPConnection, door: str = "rest") -> str:
    """Say where a request came from: door, address and request id."""
    request_id = connection.scope.get("state", {}).get("request_id", "-")
    return f"{door} {address_of(connection) or '-'} {request_id}"


def keep_allowance(connection: HTTPConnection, allowance: Allowance | None) -> None:
    """Keep what is left to somebody, for the answer to tell; the tighter of two."""
    state = connection.scope.setdefault("state", {})
    known: Allowance | None = state.get("allowance")
    if allowance is not None and (known is None or allowance.remaining < known.remaining):
        state["allowance"] = allowance


def _person(email: str) -> str:
    return email.strip().lower()


async def caller(connection: HTTPConnection) -> Principal:
    """Return who sent a request, for routes outside FastAPI."""
    gate = gate_of(connection)
    who = await gate.principal(token_of(connection), address_of(connection))
    gate.count_request(connection, who)
    return from_door(who, "rest", connection)


_BEARER = HTTPBearer(scheme_name="key", description="A key pair, `PK….secret`, or an access token.", auto_error=False)
_COOKIE = APIKeyCookie(name=LOGIN_COOKIE, scheme_name="login", description="The login of a browser.", auto_error=False)


async def _documented_caller(
    request: Request,
    _key: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    _login: Annotated[str | None, Security(_COOKIE)],
) -> Principal:
    # The two schemes are parameters for the sake of the API description; the gate reads the request itself.
    return await caller(request)


Caller = Annotated[Principal, Depends(_documented_caller)]


# Documented where it is taken; a key that is none is refused where it would be claimed.
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=KEY_LENGTH_MAX,
        description="The same request sent again under the same key is answered again and not done again, for a week.",
    ),
]


async def _open_work(who: Caller, request: Request, key: IdempotencyKey = None) -> AsyncIterator[UnitOfWork]:
    async with runtime_of(request).work(who) as work:
        if key is not None:
            await begin_for(request, work, key)
        yield work


async def _open_secret_work(who: Caller, connection: HTTPConnection) -> AsyncIterator[UnitOfWork]:
    async with runtime_of(connection).work(who) as work:
        yield work


async def _open_read(who: Caller, connection: HTTPConnection) -> AsyncIterator[ReadOnly]:
    who.require(Scope.READ)
    async with runtime_of(connection).read(who) as work:
        yield work


# The scope makes the transaction end before the answer is sent: a commit that fails is never answered 200.
Work = Annotated[UnitOfWork, Depends(_open_work, scope="function")]
# For who works in another transaction: it claims the request's key, and keeps the answer once the other has committed.
Claiming: Final = Depends(_open_work, scope="function")
# Work whose answer holds a secret: it is shown once and kept nowhere, so it is not given again under a key either.
SecretWork = Annotated[UnitOfWork, Depends(_open_secret_work, scope="function")]
Reading = Annotated[ReadOnly, Depends(_open_read, scope="function")]
Serving = Annotated[Runtime, Depends(runtime_of)]
