"""REST routes for who has no way in yet: registering, and a link by mail. Their answers tell nothing of who is here."""

from fastapi import APIRouter, Request

from paperdesk.features.identity.access import Serving, gate_of
from paperdesk.features.identity.register import register
from paperdesk.features.identity.send_sign_in_link import SendSignInLink, send_sign_in_link
from paperdesk.features.identity.user_schemas import LinkBody, RegisterBody

router = APIRouter(prefix="/v1", tags=["identity"])


@router.post("/registrations", status_code=202)
async def post_registration(request: Request, runtime: Serving, body: RegisterBody) -> None:
    """Register, where the desk allows it: a letter with a link confirms the address; until then you can only read."""
    gate_of(request).count_sign_in(request)
    gate_of(request).count_letter(body.email)
    await register(runtime, body.command())


@router.post("/sign-in-links", status_code=202)
async def post_link(request: Request, runtime: Serving, body: LinkBody) -> None:
    """Have a link sent that signs you in once, such as when you forgot your password."""
    gate_of(request).count_sign_in(request)
    gate_of(request).count_letter(body.email)
    await send_sign_in_link(runtime, SendSignInLink(body.email))
