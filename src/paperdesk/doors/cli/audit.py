"""`paperdesk audit ...`: what was done in a tenant, and whether the trail is as it was written."""

from typing import Annotated

import typer

from paperdesk.doors.cli import render
from paperdesk.doors.cli.jobs import follow_job
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of

verbs = typer.Typer(no_args_is_help=True, help="What was done: list it, and verify that nobody changed it since.")

_LINES = (
    render.instants("At (UTC)", "recorded_at"),
    render.sentences("Who", "subject"),
    render.words("What", "action"),
    render.sentences("To what", "object_id"),
    render.sentences("From where", "origin"),
)


@verbs.command("list")
def list_lines(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    subject: Annotated[str | None, typer.Option("--who", help="`user:` or `key:` and an id.")] = None,
    action: Annotated[str | None, typer.Option("--what", help="Such as change_user.")] = None,
    *,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List what was done, newest first."""
    answer = desk_of(context).get("/v1/audit", subject=subject, action=action, limit=limit, cursor=cursor)
    render.listing(answer, _LINES, "Nothing like that was done.", as_json=as_json)


@verbs.command("verify")
def verify(
    context: typer.Context,
    head: Annotated[str | None, typer.Option("--head", help="What an earlier verification called the head.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare everything that was done with its seals; fails where the chain is broken, and names the first place."""
    desk = desk_of(context)
    asked = desk.post("/v1/audit/verifications", **({} if head is None else {"head": head})).json()
    job = follow_job(desk, asked["id"], "Verifying").json()
    found = job["result"]
    if found is None:
        render.say(f"The trail was not verified: {job['message']}")
        raise typer.Exit(1)
    if as_json:
        render.document(found)
    elif found["holds"]:
        render.say(f"The trail holds: {found['lines']} lines and {found['events']} events are as they were written.")
        render.say(f"Head: {found['head'] or 'nothing is sealed yet'}")
    else:
        broken = found["broken"]
        render.say(f"The trail is broken at seal {broken['seal']}, {broken['where']}: {broken['why']}.")
    if not found["holds"]:
        raise typer.Exit(1)
