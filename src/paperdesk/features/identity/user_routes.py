"""REST routes of the people of a tenant: who they are, what they may do, whether they may come in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.roles import Role
from paperdesk.features.identity import queries
from paperdesk.features.identity.access import Caller, Reading, Serving, Work, gate_of
from paperdesk.features.identity.add_user import add_user
from paperdesk.features.identity.change_user import change_user
from paperdesk.features.identity.delete_user import delete_user
from paperdesk.features.identity.invite_user import invite_user
from paperdesk.features.identity.member_store import MemberFilter
from paperdesk.features.identity.set_tier import set_tier
from paperdesk.features.identity.user_schemas import (
    AddedUserView,
    AddUserBody,
    ChangeUserBody,
    InvitationView,
    MemberView,
    TierBody,
)
from paperdesk.infra.http import PageOf, PageParams, sorted_by
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1/users", tags=["identity"], route_class=ListRoute)


UsersPage = Annotated[PageParams, sorted_by(email=str, name=str, role=str, joined_at=datetime)]


@router.get("")
async def list_users(
    work: Reading,
    page: UsersPage,
    verified: Annotated[bool | None, Query(description="Whether their verification is `verified`.")] = None,
    active: Annotated[bool | None, Query(description="Whether they may come in.")] = None,
    role: Role | None = None,
) -> PageOf[MemberView]:
    """List the people of your tenant, whoever came first at the top."""
    shown, next_cursor = await queries.people(work, MemberFilter(verified, active, role), page)
    return PageOf(items=[MemberView.of(member) for member in shown], next_cursor=next_cursor)


@router.post("", status_code=201)
async def post_user(runtime: Serving, who: Caller, response: Response, body: AddUserBody) -> AddedUserView:
    """Add somebody to your tenant; the answer has a link for their first sign-in."""
    response.headers["Cache-Control"] = "no-store"
    return AddedUserView.of_new(await add_user(runtime, who, body.command()))


@router.get("/{user_id}")
async def get_user(work: Reading, user_id: UUID) -> MemberView:
    """Show somebody of your tenant."""
    return MemberView.of(await queries.read_user(work, UserId(user_id)))


@router.patch("/{user_id}")
async def patch_user(
    request: Request, runtime: Serving, who: Caller, user_id: UUID, body: ChangeUserBody
) -> MemberView:
    """Change somebody's name, role or verification, or lock them out and let them in again, at once."""
    try:
        async with runtime.work(who) as work:
            return MemberView.of(await change_user(work, body.command(user_id)))
    finally:
        gate_of(request).forget_user(UserId(user_id))


@router.put("/{user_id}/tier")
async def put_tier(work: Work, user_id: UUID, body: TierBody) -> MemberView:
    """Set how much of the desk somebody may use: accounts, tapes and keys."""
    return MemberView.of(await set_tier(work, UserId(user_id), body.tier))


@router.delete("/{user_id}", status_code=204)
async def remove_user(request: Request, runtime: Serving, who: Caller, user_id: UUID) -> None:
    """Let somebody go for good: their keys and logins end at once; their accounts stay with the tenant."""
    try:
        await delete_user(runtime, who, UserId(user_id))
    finally:
        gate_of(request).forget_user(UserId(user_id))


@router.post("/{user_id}/sign-in-links", status_code=201)
async def post_sign_in_link(runtime: Serving, who: Caller, response: Response, user_id: UUID) -> InvitationView:
    """Make a link by which somebody of your tenant signs in once, such as when they forgot their password."""
    response.headers["Cache-Control"] = "no-store"
    return InvitationView.of(await invite_user(runtime, who, UserId(user_id)))
