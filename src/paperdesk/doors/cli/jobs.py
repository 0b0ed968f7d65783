"""`paperdesk jobs ...`: long work on the server, and following one job to its end."""

import time
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of

verbs = typer.Typer(no_args_is_help=True, help="Long work on the server: imports and the like.")

_POLL_S = 0.3
_ENDED = frozenset({"done", "failed", "cancelled"})


def _progress(job: Row) -> Text:
    share = job.get("progress")
    return render.plain(None if share is None else f"{share:.0%}")


_JOBS = (
    render.ids(),
    render.words("Kind", "kind"),
    render.words("State", "state"),
    render.Column("Progress", _progress, is_number=True),
    render.sentences("Message", "message"),
    render.instants("Started (UTC)", "created_at"),
)
_PROBLEMS = (
    render.numbers("Line", "line"),
    render.sentences("Reason", "reason"),
    render.words("Code", "code"),
)


@verbs.command("list")
def list_jobs(context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List jobs."""
    answer = desk_of(context).get("/v1/jobs", limit=limit, cursor=cursor)
    render.listing(answer, _JOBS, "No jobs.", as_json=as_json)


@verbs.command("show")
def show_job(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB", help="Id or the end of an id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one job with every problem it met."""
    desk = desk_of(context)
    answer = desk.get(f"/v1/jobs/{choose.job_id(desk, job)}")
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    render.console().print(render.card(_lines(found)))
    show_problems(found)


@verbs.command("cancel")
def cancel_job(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB", help="Id or the end of an id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Cancel a job: one that waits never runs, one that runs stops at its next step."""
    desk = desk_of(context)
    answer = desk.delete(f"/v1/jobs/{choose.job_id(desk, job)}")
    if as_json:
        render.raw(answer)
        return
    render.console().print(render.card(_lines(answer.json())))


def progress_bar() -> Progress:
    """Open a progress bar on standard error, so that standard output stays what was asked for."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=40),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=render.console(stderr=True),
    )


def follow_job(desk: Desk, job_id: str, title: str) -> httpx.Response:
    """Draw a job's progress until it has ended, and return its last state."""
    return follow(desk, f"/v1/jobs/{job_id}", title)


def follow(desk: Desk, path: str, title: str) -> httpx.Response:
    """Draw the progress of a job, or of what several jobs share, until it has ended, and return its last state."""
    with progress_bar() as bar:
        line = bar.add_task(title, total=None)
        while True:
            answer = desk.get(path)
            job: Row = answer.json()
            ended = job["state"] in _ENDED
            share = 1.0 if job["state"] == "done" else job.get("progress")
            bar.update(
                line, total=None if share is None else 1.0, completed=share or 0.0, description=_doing(job, title)
            )
            if ended:
                return answer
            time.sleep(_POLL_S)


def show_problems(job: Row) -> None:
    """Print every bad row by line and reason."""
    # The line and the reason are facts of a problem.
    problems = [{**problem, **problem.get("facts", {})} for problem in job.get("problems") or []]
    if problems:
        render.show(render.console(), render.table(_PROBLEMS, problems))


def _doing(job: Row, title: str) -> str:
    return render.plain(job.get("message") or title).plain


def _lines(job: Row) -> dict[str, Text]:
    return {
        "Kind": render.plain(job["kind"]),
        "State": render.plain(job["state"]),
        "Progress": _progress(job),
        "Message": render.plain(job["message"]),
        "Result": render.plain(job["result"]),
        "Started": render.instant(job["created_at"]).append(" UTC"),
        "Finished": render.instant(job["finished_at"]),
        "Id": render.plain(job["id"]),
    }
