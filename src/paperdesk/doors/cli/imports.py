"""`paperdesk tapes import`: send a file, or have a source's history recorded; follow the job, report what is bad."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import httpx
import typer

from paperdesk.core.kernel.errors import Invalid
from paperdesk.doors.cli import render
from paperdesk.doors.cli.client import EXITS, Desk, Row
from paperdesk.doors.cli.jobs import follow_job, progress_bar, show_problems
from paperdesk.doors.cli.options import AsJson, desk_of

NAME_LENGTH_MAX = 100
_CHUNK_BYTES = 64 * 1024
_MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_FORMATS_BY_SUFFIX = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


class UnknownFileFormat(Invalid):
    """A file of prices must be CSV or Parquet."""


class NoSuchFile(Invalid):
    """What should be imported is not a file that can be read."""


class MalformedSpan(Invalid):
    """A history is asked for with symbols and a span of days."""


def import_tape(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE | SYMBOL... DAY..DAY", help="A CSV or Parquet file, <= 200 MB; or symbols and a span of days."
        ),
    ],
    *,
    source: Annotated[
        str | None, typer.Option("--from", help="Record the history of this source instead of sending a file.")
    ] = None,
    length: Annotated[Literal["1m", "5m", "15m", "1d"], typer.Option("--length", help="How long its bars are.")] = "1d",
    name: Annotated[str | None, typer.Option("--name", help="What to call it; the file's name when absent.")] = None,
    file_format: Annotated[
        Literal["csv", "parquet"] | None, typer.Option("--format", help="By the file's ending when absent.")
    ] = None,
    price_basis: Annotated[
        Literal["raw", "split", "total_return"], typer.Option("--price-basis", help="What the prices are adjusted for.")
    ] = "raw",
    calendar: Annotated[str, typer.Option("--calendar", help="When the market was open.")] = "XNYS",
    as_json: AsJson = False,
) -> None:
    """Import a file of prices, of which one bad row is enough to import nothing, or record a source's history."""
    desk = desk_of(context)
    if source is not None:
        _record(desk, what, {"source": source, "length": length, "name": name}, as_json=as_json)
        return
    file = _file_of(what)
    form = {
        "name": name or file.stem,
        "format": file_format or _format_of(file),
        "price_basis": price_basis,
        "calendar": calendar,
    }
    accepted: Row = _upload(desk, file, form).json()
    answer = follow_job(desk, str(accepted["job_id"]), f"Importing {file.name}")
    _report(answer, form["name"], as_json=as_json)


def _file_of(what: list[str]) -> Path:
    file = Path(what[0])
    if len(what) != 1 or not file.is_file():
        raise NoSuchFile(f"{' '.join(what)!r} is not a file; a history needs --from and the name of a source.")
    return file


def _record(desk: Desk, what: list[str], terms: Row, *, as_json: bool) -> None:
    """Have a history recorded: symbols, then a span such as 2024-01-02..2024-06-28."""
    *symbols, span = what
    start_on, dots, end_on = span.partition("..")
    if not symbols or not dots:
        raise MalformedSpan("Name symbols and then a span of days, such as AAPL MSFT 2024-01-02..2024-06-28.")
    name = terms["name"] or f"{', '.join(symbols)} {span}"[:NAME_LENGTH_MAX]
    wish = {**terms, "name": name, "symbols": symbols, "start_on": start_on, "end_on": end_on}
    accepted: Row = desk.post("/v1/datasets/histories", **wish).json()
    answer = follow_job(desk, str(accepted["job_id"]), f"Recording from {terms['source']}")
    _report(answer, name, as_json=as_json)


def _format_of(file: Path) -> str:
    found = _FORMATS_BY_SUFFIX.get(file.suffix.lower())
    if found is None:
        raise UnknownFileFormat(f"{file.name} ends in neither .csv nor .parquet; say which with --format.")
    return found


def _upload(desk: Desk, file: Path, form: dict[str, str]) -> httpx.Response:
    size = file.stat().st_size
    # A stated length lets the server refuse what is too large before it is sent.
    headers = {"Content-Type": _MEDIA_TYPES[form["format"]], "Content-Length": str(size)}
    with progress_bar() as bar:
        line = bar.add_task(render.plain(f"Sending {file.name}").plain, total=size)
        body = _chunks(file, lambda sent: bar.advance(line, sent))
        return desk.send("POST", "/v1/datasets", params=form, content=body, headers=headers)


def _chunks(file: Path, sent: Callable[[int], None]) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
            sent(len(chunk))


def _report(answer: httpx.Response, name: str, *, as_json: bool) -> None:
    """Print how the import ended; a failed one ends the command as Invalid does."""
    job: Row = answer.json()
    failed = job["state"] == "failed"
    if as_json:
        render.raw(answer)
    else:
        show_problems(job)
    if failed:
        bad = len(job.get("problems") or [])
        rows = f" {bad} bad {'row' if bad == 1 else 'rows'}; nothing was imported." if bad else ""
        render.refusal("import_failed", f"{job['message'] or 'The import failed.'}{rows}", {})
        raise typer.Exit(EXITS[Invalid])
    if not as_json:
        render.say(f"Imported {name}. Open a tape on it: paperdesk tapes open {name!r}")
