"""The routes of signing in at a provider; a browser follows them, and ends on the sign-in page with a link."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.features.identity.access import Serving, gate_of, origin_of
from paperdesk.features.identity.begin_single_sign_on import ATTEMPT_LASTS, CALLBACK, begin_single_sign_on
from paperdesk.features.identity.finish_single_sign_on import Returned, finish_single_sign_on

router = APIRouter(prefix="/v1", tags=["identity"])

ATTEMPT_COOKIE = "paperdesk_attempt"
PAGE = "/sign-in"
TEXT_MAX = 4096


class SingleSignOnView(BaseModel):
    """Whether there is a provider at which people sign in, and which."""

    is_offered: bool
    issuer: str | None = Field(examples=["https://accounts.example.com"])


@router.get("/single-sign-on")
async def get_single_sign_on(runtime: Serving) -> SingleSignOnView:
    """Tell whether people sign in at a provider."""
    issuer = None if runtime.openid is None else runtime.openid.issuer
    return SingleSignOnView(is_offered=issuer is not None, issuer=issuer)


@router.get("/single-sign-on/begin", status_code=303, response_class=Response, responses={404: {}})
async def get_begin(request: Request, runtime: Serving) -> Response:
    """Send a browser to the provider, with a cookie that it brings back."""
    gate_of(request).count_sign_in(request)
    try:
        beginning = await begin_single_sign_on(runtime)
    except PaperdeskError as refusal:
        return _turned_back(request, refusal)
    answer = _sent_to(beginning.address)
    # Lax, because it comes back from another site, and by following a link alone.
    lasts = int(ATTEMPT_LASTS.total_seconds())
    is_https = request.url.scheme == "https"
    answer.set_cookie(
        ATTEMPT_COOKIE, beginning.kept, lasts, path=CALLBACK, secure=is_https, httponly=True, samesite="lax"
    )
    return answer


@router.get("/single-sign-on/callback", status_code=303, response_class=Response, responses={401: {}, 403: {}})
async def get_callback(
    request: Request,
    runtime: Serving,
    state: Annotated[str, Query(max_length=TEXT_MAX)] = "",
    code: Annotated[str | None, Query(max_length=TEXT_MAX)] = None,
    iss: Annotated[str | None, Query(max_length=TEXT_MAX)] = None,
) -> Response:
    """Take a browser back from the provider, and send it to the sign-in page with a link that works once."""
    gate_of(request).count_sign_in(request)
    returned = Returned(request.cookies.get(ATTEMPT_COOKIE), state, code, iss, origin_of(request))
    try:
        answer = _sent_to(f"{PAGE}#token={await finish_single_sign_on(runtime, returned)}")
    except PaperdeskError as refusal:
        answer = _turned_back(request, refusal)
    answer.delete_cookie(ATTEMPT_COOKIE, path=CALLBACK, httponly=True, samesite="lax")
    return answer


def _turned_back(request: Request, refusal: PaperdeskError) -> Response:
    """Send a browser to where it is told why not; a program gets the refusal itself."""
    if "text/html" not in request.headers.get("accept", ""):
        raise refusal
    return _sent_to(f"{PAGE}?problem={refusal.code}")


def _sent_to(address: str) -> Response:
    return Response(status_code=303, headers={"Location": address, "Cache-Control": "no-store"})
