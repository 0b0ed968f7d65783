"""`paperdesk users ...`: the people of a tenant, what they may do, and whether they may come in."""

from typing import Annotated, Literal, TypeAlias

import httpx
import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of

verbs = typer.Typer(no_args_is_help=True, help="People: add them, change what they may do, let them go.")

Role: TypeAlias = Literal["owner", "admin", "trader", "risk", "viewer"]
Tier: TypeAlias = Literal["basic", "premium", "professional"]
Verification: TypeAlias = Literal["pending", "verified", "rejected"]
User = Annotated[str, typer.Argument(help="E-mail address, name or id.")]

_PEOPLE = (
    render.ids(),
    render.words("E-mail", "email"),
    render.sentences("Name", "name"),
    render.words("Role", "role"),
    render.words("Verification", "verification"),
    render.words("Tier", "tier"),
    render.Column("Active", lambda user: render.plain("yes" if user["is_active"] else "no")),
    render.instants("Joined (UTC)", "joined_at"),
)


@verbs.command("list")
def list_users(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    role: Annotated[Role | None, typer.Option("--role")] = None,
    *,
    verified: Annotated[bool | None, typer.Option("--verified/--unverified")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List the people of the tenant."""
    answer = desk_of(context).get("/v1/users", role=role, verified=verified, active=active, limit=limit, cursor=cursor)
    render.listing(answer, _PEOPLE, "Nobody is like that.", as_json=as_json)


@verbs.command("show")
def show_user(context: typer.Context, user: User, *, as_json: AsJson = False) -> None:
    """Show one person."""
    desk = desk_of(context)
    _show(desk.get(_path(desk, user)), as_json=as_json)


@verbs.command("add")
def add_user(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The address they are reached at.")],
    name: Annotated[str, typer.Argument(help="What they are called.")],
    role: Annotated[Role, typer.Option("--role", help="What they may do.")] = "viewer",
    *,
    as_json: AsJson = False,
) -> None:
    """Add somebody, and print the link for their first sign-in."""
    desk = desk_of(context)
    answer = desk.post("/v1/users", email=email, name=name, role=role)
    _show(answer, as_json=as_json)
    if not as_json:
        _invite(desk, answer.json()["invitation"])


@verbs.command("change")
def change_user(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    user: User,
    role: Annotated[Role | None, typer.Option("--role")] = None,
    name: Annotated[str | None, typer.Option("--name")] = None,
    verification: Annotated[Verification | None, typer.Option("--verification")] = None,
    *,
    active: Annotated[bool | None, typer.Option("--activate/--deactivate", help="Whether they may come in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change what somebody is, at once."""
    desk = desk_of(context)
    change = {"role": role, "name": name, "verification": verification, "is_active": active}
    _show(desk.patch(_path(desk, user), **change), as_json=as_json)


@verbs.command("tier")
def set_tier(context: typer.Context, user: User, tier: Tier, *, as_json: AsJson = False) -> None:
    """Set how many accounts, tapes and keys somebody may have."""
    desk = desk_of(context)
    _show(desk.send("PUT", f"{_path(desk, user)}/tier", json={"tier": tier}), as_json=as_json)


@verbs.command("delete")
def delete_user(context: typer.Context, user: User) -> None:
    """Let somebody go for good; their accounts stay."""
    desk = desk_of(context)
    desk.delete(_path(desk, user))
    render.say(f"{user} is gone; what they did stays.")


@verbs.command("link")
def make_link(context: typer.Context, user: User, *, as_json: AsJson = False) -> None:
    """Make a link by which somebody signs in once."""
    desk = desk_of(context)
    answer = desk.post(f"{_path(desk, user)}/sign-in-links")
    if as_json:
        render.raw(answer)
    else:
        _invite(desk, answer.json())


@verbs.command("reset-second-factor")
def reset_second_factor(context: typer.Context, user: User) -> None:
    """Take away the second factor of somebody who has lost it."""
    desk = desk_of(context)
    desk.delete(f"{_path(desk, user)}/second-factor")
    render.say(f"{user} signs in without a code until they begin another second factor.")


@verbs.command("accounts")
def list_accounts(
    context: typer.Context, user: User, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List the accounts that somebody opened."""
    desk = desk_of(context)
    answer = desk.get(f"{_path(desk, user)}/accounts", limit=limit, cursor=cursor)
    columns = (render.words("Number", "number"), render.sentences("Name", "name"), render.numbers("Equity", "equity"))
    render.listing(answer, columns, f"{user} has no account.", as_json=as_json)


def _path(desk: Desk, user: str) -> str:
    return f"/v1/users/{choose.user(desk, user)['id']}"


def _invite(desk: Desk, invitation: Row) -> None:
    render.say(
        f"Signs in once, until {invitation['expires_at']}: {desk.address}/sign-in#token={invitation['link_token']}"
    )


def _show(answer: httpx.Response, *, as_json: bool) -> None:
    if as_json:
        render.raw(answer)
    else:
        render.show(render.console(), render.table(_PEOPLE, [answer.json()]))
