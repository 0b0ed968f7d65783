"""`paperdesk approvals ...`: orders of keys that wait for a person."""

from typing import Annotated, Literal

import httpx
import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of

verbs = typer.Typer(no_args_is_help=True, help="Orders of keys that wait for you: list them, approve, decline.")

_APPROVALS = (
    render.ids(),
    render.sentences("Asked", "asked"),
    render.numbers("Worth", "worth"),
    render.words("Status", "status"),
    render.instants("Until (UTC)", "expires_at"),
    render.sentences("Reason", "reason"),
)
Status = Literal["waiting", "approved", "refused", "declined", "expired"]
Which = Annotated[str, typer.Argument(metavar="APPROVAL", help="Id or the end of an id.")]


@verbs.command("list")
def list_approvals(
    context: typer.Context,
    *,
    status: Annotated[Status | None, typer.Option("--status", help="Only those that stand so.")] = "waiting",
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List what waits, or what became of it."""
    answer = desk_of(context).get("/v1/approvals", status=status, limit=limit, cursor=cursor)
    render.listing(answer, _APPROVALS, "Nothing waits.", as_json=as_json)


@verbs.command("approve")
def approve_order(context: typer.Context, approval: Which, *, as_json: AsJson = False) -> None:
    """Approve of an order: it is placed now, as it was asked for."""
    desk = desk_of(context)
    show(desk.post(f"/v1/approvals/{choose.approval_id(desk, approval)}/approve"), as_json=as_json)


@verbs.command("decline")
def decline_order(
    context: typer.Context,
    approval: Which,
    reason: Annotated[str, typer.Argument(help="Why; whoever asked is told.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Decline an order: it is never placed."""
    desk = desk_of(context)
    show(desk.post(f"/v1/approvals/{choose.approval_id(desk, approval)}/decline", reason=reason), as_json=as_json)


def show(answer: httpx.Response, *, as_json: bool) -> None:
    """Print what waits, or what became of it."""
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    lines = {
        "Asked": render.plain(found["asked"]),
        "Worth": render.number(found["worth"]).append(f" {found['currency']}"),
        "Status": render.plain(found["status"]),
        "Until": render.instant(found["expires_at"]).append(" UTC"),
        "Reason": render.plain(found["reason"]),
        "Order": render.plain(found["order_id"]),
        "Id": render.plain(found["id"]),
    }
    render.console().print(render.card(lines))
