"""Identity over HTTP: logins, the caller, keys."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from paperdesk.core.kernel.ids import KeyId
from paperdesk.features.identity import queries
from paperdesk.features.identity.access import (
    LOGIN_COOKIE,
    Caller,
    Reading,
    SecretWork,
    Serving,
    Work,
    gate_of,
    origin_of,
    refuse_foreign_origin,
    token_of,
)
from paperdesk.features.identity.archive_self import archive_self
from paperdesk.features.identity.change_password import change_password
from paperdesk.features.identity.delete_self import delete_self
from paperdesk.features.identity.end_login import end_login, sign_out
from paperdesk.features.identity.issue_key import issue_key
from paperdesk.features.identity.key_schemas import IssuedKeyView, KeyBody, KeyView
from paperdesk.features.identity.queries import list_logins, login_of
from paperdesk.features.identity.refresh_login import RefreshReused, refresh_login
from paperdesk.features.identity.rename_self import rename_self
from paperdesk.features.identity.revoke_key import RevokeKey, revoke_key
from paperdesk.features.identity.schemas import (
    DeletionBody,
    LoginBody,
    LoginOnFileView,
    LoginView,
    MeView,
    PasswordBody,
    ProfileBody,
    RefreshBody,
    TokensView,
)
from paperdesk.features.identity.sign_in import Login, SignInByLink, SignInByPassword, SignInRefused, sign_in
from paperdesk.infra.http import Page, PageOf, PageParams, sorted_by
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.runtime import Runtime

router = APIRouter(prefix="/v1", tags=["identity"], route_class=ListRoute)

ARCHIVE_IN_MEMORY = 4_000_000
PIECE_BYTES = 64_000


class ArchiveResponse(Response):
    """A zip."""

    media_type = "application/zip"


@router.post("/logins", status_code=201)
async def begin_login(request: Request, response: Response, runtime: Serving, body: LoginBody) -> LoginView:
    """Sign in by password or by link; a browser gets the login as a cookie, too."""
    if "origin" in request.headers:  # no other page may sign this browser in as somebody else
        refuse_foreign_origin(request)
    gate_of(request).count_sign_in(request)
    login = await _signed_in(request, runtime, body.command())
    gate_of(request).forget_user(login.user.id)  # the link may have verified them
    response.headers["Cache-Control"] = "no-store"
    lasts = timedelta(hours=runtime.settings.login_hours)
    is_https = request.url.scheme == "https"
    response.set_cookie(
        LOGIN_COOKIE, login.browser_token, int(lasts.total_seconds()), secure=is_https, httponly=True, samesite="strict"
    )
    return LoginView.of(login)


async def _signed_in(request: Request, runtime: Runtime, command: SignInByPassword | SignInByLink) -> Login:
    """Sign in, and count what fails: whoever guesses waits longer and longer, and nobody else."""
    gate, program, origin = gate_of(request), request.headers.get("user-agent", ""), origin_of(request)
    if isinstance(command, SignInByLink):
        return await sign_in(runtime, command, program, origin)
    gate.check_failures(request, command.email)
    try:
        login = await sign_in(runtime, command, program, origin)
    except SignInRefused:
        gate.note_sign_in(request, command.email, has_failed=True)
        raise
    gate.note_sign_in(request, command.email, has_failed=False)
    return login


@router.delete("/logins/current", status_code=204)
async def leave(request: Request, response: Response, runtime: Serving, who: Caller) -> None:
    """Sign out: the access token stops working at once."""
    token = token_of(request)
    assert token is not None, "a caller has shown a token"
    try:
        async with runtime.work(who) as work:
            await sign_out(work, runtime.hasher.hash(token))
    finally:
        gate_of(request).forget_user(who.user_id)
    response.delete_cookie(LOGIN_COOKIE, secure=request.url.scheme == "https", httponly=True, samesite="strict")


@router.post("/logins/refresh")
async def post_refresh(request: Request, response: Response, runtime: Serving, body: RefreshBody) -> TokensView:
    """Fetch the next tokens of a login; a refresh token that is shown twice ends it."""
    gate_of(request).count_sign_in(request)
    response.headers["Cache-Control"] = "no-store"
    try:
        return TokensView.of(await refresh_login(runtime, body.refresh_token.get_secret_value()))
    except RefreshReused:
        gate_of(request).forget_all()
        raise


@router.get("/logins")
async def get_logins(request: Request, runtime: Serving, work: Reading, page: Page) -> PageOf[LoginOnFileView]:
    """List your logins that stand, newest first."""
    after = page.after(tuple[UUID])
    rows = await list_logins(work, page.limit + 1, after[0] if after else None)
    current = await login_of(work, runtime.hasher.hash(token_of(request) or ""))
    shown, next_cursor = page.cut(rows, lambda login: (login.id,))
    return PageOf(items=[LoginOnFileView.of(login, current) for login in shown], next_cursor=next_cursor)


@router.delete("/logins/{login_id}", status_code=204)
async def delete_login(request: Request, runtime: Serving, who: Caller, login_id: UUID) -> None:
    """End one of your logins: its tokens stop working at once."""
    try:
        async with runtime.work(who) as work:
            await end_login(work, login_id)
    finally:
        gate_of(request).forget_user(who.user_id)


@router.put("/me/password", status_code=204)
async def put_password(request: Request, runtime: Serving, who: Caller, body: PasswordBody) -> None:
    """Change your password; every other login of yours ends."""
    gate_of(request).count_sign_in(request)
    try:
        await change_password(runtime, who, body.command(runtime.hasher.hash(token_of(request) or "")))
    finally:
        gate_of(request).forget_user(who.user_id)


@router.post("/me/deletion", status_code=204)
async def post_deletion(
    request: Request, response: Response, runtime: Serving, who: Caller, body: DeletionBody
) -> None:
    """Delete yourself, for good: every way in ends, and what you did stays with the tenant."""
    gate_of(request).count_sign_in(request)
    try:
        await delete_self(runtime, who, body.proof(runtime.hasher.hash(token_of(request) or "")))
    finally:
        gate_of(request).forget_user(who.user_id)
    response.delete_cookie(LOGIN_COOKIE, secure=request.url.scheme == "https", httponly=True, samesite="strict")


@router.post("/me/archive", response_class=ArchiveResponse)
async def post_archive(runtime: Serving, who: Caller) -> Response:
    """Write everything that this desk keeps of you into one archive: a zip with a file for each kind of row."""
    with ExitStack() as stack:
        kept = stack.enter_context(SpooledTemporaryFile(max_size=ARCHIVE_IN_MEMORY))
        async with runtime.read(who) as reading:
            counts = await archive_self(reading, kept)
        async with runtime.work(who) as work:
            await work.record("archive_self", who.user_id, {"rows": counts})
        kept.seek(0)
        stack.pop_all()  # closed when it has been sent
    headers = {
        "Content-Disposition": f'attachment; filename="paperdesk-{who.user_id}.zip"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_pieces(kept), media_type=ArchiveResponse.media_type, headers=headers)


def _pieces(kept: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(PIECE_BYTES):
            yield piece


@router.get("/me")
async def read_me(runtime: Serving, who: Caller) -> MeView:
    """Tell who is calling and what they may do."""
    async with runtime.read(who) as work:
        return MeView.of(await queries.me(work), who)


@router.patch("/me")
async def patch_me(work: Work, body: ProfileBody) -> MeView:
    """Change what you are called."""
    await rename_self(work, body.name)
    return MeView.of(await queries.me(work), work.who)


KeysPage = Annotated[PageParams, sorted_by(name=str, created_at=datetime)]


@router.get("/keys")
async def list_keys(work: Reading, page: KeysPage) -> PageOf[KeyView]:
    """List your keys that have not been revoked, newest first; administrators see those of the whole tenant."""
    rows = await queries.keys(work, page)
    shown, next_cursor = page.cut(rows, lambda key: (key.id,))
    return PageOf(items=[KeyView.of(key) for key in shown], next_cursor=next_cursor)


@router.post("/keys", status_code=201)
async def add_key(work: SecretWork, runtime: Serving, response: Response, body: KeyBody) -> IssuedKeyView:
    """Issue a key of your own, with limits if you like; its secret is in this answer and nowhere else."""
    response.headers["Cache-Control"] = "no-store"
    return IssuedKeyView.of_new(await issue_key(work, body.command(), runtime.hasher))


@router.delete("/keys/{key_id}", status_code=204)
async def remove_key(request: Request, runtime: Serving, who: Caller, key_id: UUID) -> None:
    """Revoke a key: it stops working at once."""
    try:
        async with runtime.work(who) as work:
            await revoke_key(work, RevokeKey(KeyId(key_id)))
    finally:
        gate_of(request).forget_key(KeyId(key_id))
