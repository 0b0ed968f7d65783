"""The gate lets in who holds a credential that is good, and nobody else, at once."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from starlette.requests import HTTPConnection

from paperdesk.core.kernel.ids import KeyId
from paperdesk.core.kernel.principal import MissingScope, Scope
from paperdesk.features.identity import access
from paperdesk.features.identity.access import (
    KEPT_FOR,
    CredentialsMissing,
    Gate,
    KeyExpired,
    OriginRefused,
    UnknownCredentials,
    token_of,
)
from paperdesk.features.identity.found_desk import Desk
from paperdesk.features.identity.issue_key import IssuedKey, IssueKey, KeyExpiryPassed, issue_key
from paperdesk.features.identity.revoke_key import KeyNotFound, RevokeKey, revoke_key
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.runtime import Runtime


@pytest.fixture
def asked(runtime: Runtime) -> Iterator[Callable[[], int]]:
    """How many statements the system has asked the database so far in this test."""
    statements: list[str] = []

    def count(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(runtime.system.sync_engine, "before_cursor_execute", count)
    yield lambda: len(statements)
    event.remove(runtime.system.sync_engine, "before_cursor_execute", count)


async def issue(runtime: Runtime, desk: Desk, lasts: timedelta | None = None, *scopes: Scope) -> IssuedKey:
    async with runtime.work(desk.principal) as work:
        expires_at = None if lasts is None else work.now + lasts
        return await issue_key(work, IssueKey("A key", frozenset(scopes or Scope), expires_at), runtime.hasher)


async def revoke(runtime: Runtime, desk: Desk, key_id: KeyId) -> None:
    async with runtime.work(desk.principal) as work:
        await revoke_key(work, RevokeKey(key_id))


async def test_a_key_names_its_holder_and_what_it_may_do(runtime: Runtime, gate: Gate, found: Desk) -> None:
    key = await issue(runtime, found, None, Scope.READ)
    who = await gate.principal(key.token)
    assert (who.tenant_id, who.user_id, who.key_id) == (found.tenant_id, found.user_id, key.id)
    assert who.scopes == {Scope.READ}


@pytest.mark.parametrize("token", [None, ""])
async def test_nothing_shown_is_missing(gate: Gate, token: str | None) -> None:
    with pytest.raises(CredentialsMissing):
        await gate.principal(token)


@pytest.mark.parametrize("token", ["x", "PK.", ".", "PKNOBODY.secret", "\x00", "PK\x00.x", "é", "\ud800", "x" * 10_000])
async def test_what_nobody_was_given_is_unknown(gate: Gate, token: str) -> None:
    with pytest.raises(UnknownCredentials):
        await gate.principal(token)


async def test_the_secret_must_match_to_the_last_letter(gate: Gate, found: Desk) -> None:
    for token in (found.key.token[:-1], found.key.token + "x", found.key.prefix, found.key.secret):
        with pytest.raises(UnknownCredentials):
            await gate.principal(token)


async def test_a_key_is_looked_up_once_in_five_seconds(
    gate: Gate, found: Desk, clock: FrozenClock, asked: Callable[[], int]
) -> None:
    await gate.principal(found.key.token)
    clock.advance(KEPT_FOR)
    before = asked()  # with the note of its first use
    await gate.principal(found.key.token)
    once = asked() - before
    for _ in range(100):
        await gate.principal(found.key.token)
    assert asked() == before + once
    clock.advance(KEPT_FOR)
    await gate.principal(found.key.token)
    assert asked() == before + 2 * once


async def test_the_use_of_a_key_is_noted_once_a_minute(
    runtime: Runtime, gate: Gate, found: Desk, clock: FrozenClock
) -> None:
    async def used_at() -> object:
        async with runtime.as_system() as db:
            return (await db.execute(text("select last_used_at from api_keys"))).scalar_one()

    assert await used_at() is None
    began = clock.now()
    for seconds, noted in ((0, 0), (10, 0), (50, 0), (60, 60), (100, 60)):
        clock.advance(began + timedelta(seconds=seconds) - clock.now())
        await gate.principal(found.key.token)
        assert await used_at() == began + timedelta(seconds=noted)


async def test_no_secret_is_kept(gate: Gate, found: Desk) -> None:
    await gate.principal(found.key.token)
    assert found.key.secret not in repr(gate._kept)
    assert found.key.secret.encode() not in b"".join(gate._kept)


async def test_a_key_ends_at_the_instant_it_expires(
    runtime: Runtime, gate: Gate, found: Desk, clock: FrozenClock
) -> None:
    key = await issue(runtime, found, timedelta(seconds=2))
    await gate.principal(key.token)
    clock.advance(timedelta(seconds=2))
    with pytest.raises(KeyExpired):
        await gate.principal(key.token)


async def test_a_clock_set_back_prolongs_nothing(runtime: Runtime, gate: Gate, found: Desk, clock: FrozenClock) -> None:
    key = await issue(runtime, found)
    await gate.principal(key.token)
    await revoke(runtime, found, key.id)  # as another process would, without telling this gate
    clock.advance(-timedelta(hours=1))
    with pytest.raises(UnknownCredentials):
        await gate.principal(key.token)


async def test_a_key_revoked_elsewhere_ends_within_five_seconds(
    runtime: Runtime, gate: Gate, found: Desk, clock: FrozenClock
) -> None:
    key = await issue(runtime, found)
    await gate.principal(key.token)
    await revoke(runtime, found, key.id)
    clock.advance(KEPT_FOR)
    with pytest.raises(UnknownCredentials):
        await gate.principal(key.token)


async def test_a_revoked_key_never_works_again(runtime: Runtime, gate: Gate, found: Desk) -> None:
    key = await issue(runtime, found)
    await gate.principal(key.token)
    await revoke(runtime, found, key.id)
    gate.forget_key(key.id)
    with pytest.raises(UnknownCredentials):
        await gate.principal(key.token)
    assert (await gate.principal(found.key.token)).key_id == found.key.id


async def test_an_answer_from_before_the_revocation_is_not_trusted(
    runtime: Runtime, gate: Gate, found: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await issue(runtime, found)
    real = access._on_file
    has_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(*arguments: object) -> object:
        on_file = await real(*arguments)  # type: ignore[arg-type]
        has_read.set()
        await may_go_on.wait()
        return on_file

    monkeypatch.setattr(access, "_on_file", slow)
    asking = asyncio.create_task(gate.principal(key.token))
    await has_read.wait()
    await revoke(runtime, found, key.id)
    gate.forget_key(key.id)
    may_go_on.set()
    with pytest.raises(UnknownCredentials):
        await asking


async def test_the_gate_remembers_a_bounded_number(
    runtime: Runtime, gate: Gate, found: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "KEPT_MAX", 3)
    for key in [await issue(runtime, found) for _ in range(5)]:
        await gate.principal(key.token)
    assert len(gate._kept) == 3


async def test_who_left_the_tenant_has_no_key(runtime: Runtime, gate: Gate, found: Desk) -> None:
    async with runtime.as_system() as db:
        await db.execute(text("delete from memberships"))
    with pytest.raises(UnknownCredentials):
        await gate.principal(found.key.token)


async def test_a_key_can_do_no_more_than_its_users_role(runtime: Runtime, gate: Gate, found: Desk) -> None:
    async with runtime.as_system() as db:
        await db.execute(text("update memberships set role = 'guest'"))
    assert (await gate.principal(found.key.token)).scopes == frozenset()


async def test_a_key_cannot_issue_a_stronger_one(runtime: Runtime, gate: Gate, found: Desk) -> None:
    weak = await gate.principal((await issue(runtime, found, None, Scope.ADMIN)).token)
    with pytest.raises(MissingScope, match="trade"):
        async with runtime.work(weak) as work:
            await issue_key(work, IssueKey("Stronger", frozenset({Scope.ADMIN, Scope.TRADE})), runtime.hasher)


async def test_keys_are_for_administrators(runtime: Runtime, gate: Gate, found: Desk) -> None:
    reader = await gate.principal((await issue(runtime, found, None, Scope.READ, Scope.TRADE)).token)
    with pytest.raises(MissingScope, match="admin"):
        async with runtime.work(reader) as work:
            await issue_key(work, IssueKey("Another", frozenset({Scope.READ})), runtime.hasher)
    with pytest.raises(MissingScope, match="admin"):
        async with runtime.work(reader) as work:
            await revoke_key(work, RevokeKey(found.key.id))


async def test_a_key_must_live_longer_than_now(runtime: Runtime, found: Desk) -> None:
    with pytest.raises(KeyExpiryPassed):
        await issue(runtime, found, timedelta())


async def test_another_tenants_key_is_not_found(runtime: Runtime, gate: Gate, found: Desk, second: Desk) -> None:
    with pytest.raises(KeyNotFound):
        await revoke(runtime, second, found.key.id)
    assert (await gate.principal(found.key.token)).tenant_id == found.tenant_id


def connection(method: str | None = "GET", **headers: str) -> HTTPConnection:
    """A request, or with no method a WebSocket, as the server hands it over."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, object] = {"type": "http" if method else "websocket", "headers": raw}
    return HTTPConnection(scope | ({"method": method} if method else {}))


def test_a_bearer_token_is_taken_before_the_cookie() -> None:
    cookie = "paperdesk_login=from-cookie"
    assert token_of(connection(authorization="Bearer shown", cookie=cookie)) == "shown"
    assert token_of(connection(authorization="bearer  shown ")) == "shown"
    assert token_of(connection(authorization="Basic eDp5", cookie=cookie)) is None
    assert token_of(connection(cookie=cookie)) == "from-cookie"
    assert token_of(connection()) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", None])
@pytest.mark.parametrize("origin", ["http://evil.test", "http://desk.test:1", "null", "", "http://desk.test.evil.test"])
def test_a_foreign_page_cannot_use_the_cookie(method: str | None, origin: str) -> None:
    with pytest.raises(OriginRefused):
        token_of(connection(method, cookie="paperdesk_login=x", origin=origin, host="desk.test"))


@pytest.mark.parametrize("method", ["POST", None])
def test_our_own_page_can_use_the_cookie(method: str | None) -> None:
    ours = connection(method, cookie="paperdesk_login=x", origin="http://Desk.test:2080", host="desk.test:2080")
    assert token_of(ours) == "x"


def test_a_key_needs_no_origin() -> None:
    assert token_of(connection("POST", authorization="Bearer x", origin="http://evil.test", host="desk.test")) == "x"
